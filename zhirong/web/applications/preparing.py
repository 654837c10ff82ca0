"""For whom a person may prepare an application: their own parties, and those that let their firm prepare."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest

from zhirong.base.refused import Refused
from zhirong.enterprises import consented
from zhirong.people.models import Party
from zhirong.web import lists, pages
from zhirong.web.registry import forms


def parties_of(request: HttpRequest) -> list[Party]:
    """The person's own parties first, then those whose consent lets their firm prepare."""
    own = forms.parties_of(request)
    let = [one.party for one in consented.letting(pages.standing_of(request)) if one.may_prepare]
    return [*own, *(party for party in let if party not in own)]


def chosen(request: HttpRequest, parties: Sequence[Party]) -> Party:
    """The enterprise that the form names."""
    wanted = lists.number_of(request.POST.get("party", ""), least=0)
    found = next((one for one in parties if one.pk == wanted), None)
    if found is None:
        raise Refused("web.choice_missing", field="party")
    return found


def asked_for(request: HttpRequest, parties: Sequence[Party]) -> Party | None:
    """The enterprise of the preview: the one named, else the first."""
    wanted = lists.number_of(request.GET.get("party", "") or request.POST.get("party", ""), least=0)
    return next((one for one in parties if one.pk == wanted), parties[0] if parties else None)
