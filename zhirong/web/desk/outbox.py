"""/outbox: the e-mails that a demo house would have sent. Nothing leaves the machine; there is none elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.record.models import Delivery
from zhirong.web import lists, pages


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """/outbox?to=…"""
    if not settings.DEMO:
        raise Http404
    found = Delivery.objects.filter(channel="e_mail").select_related("notice")
    if to := request.GET.get("to", "").strip()[:100]:
        found = found.filter(address__icontains=to)
    return pages.page(
        request,
        "desk/outbox.html",
        crumbs=[(gettext("Outbox"), None)],
        listed=lists.paged(request, found, {"at": "at", "to": "address"}, default="-at"),
        to=to,
    )
