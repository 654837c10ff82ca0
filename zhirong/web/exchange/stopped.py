"""What a page says of a suspended listing: since when, why, what follows; and afterwards of every suspension."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from zhirong.exchange import stops, terms
from zhirong.exchange.actions.deals import ANNULLED
from zhirong.exchange.actions.listings import rules_of
from zhirong.exchange.models import Listing
from zhirong.web import filters


@dataclass(frozen=True)
class Standing:
    """The suspension in which a listing stands now."""

    since: datetime
    reason: str
    until: datetime
    # When registration had ended before the stop; what follows it stands still then.
    closed: datetime | None
    is_annulled: bool

    @property
    def head(self) -> str:
        return gettext("Suspended since %(at)s.") % {"at": filters.moment(self.since)}

    @property
    def follows(self) -> str:
        """For whoever would buy (X4: both clocks stand, and the house decides by its term)."""
        if self.closed is not None:
            told = gettext(
                "Registration ended at %(closed)s, before this. Registrations and deposits stand. By %(at)s the "
                "operator lets the listing go on to what was to follow, or ends it; then every deposit goes back."
            )
            return told % {"closed": filters.moment(self.closed), "at": filters.moment(self.until)}
        told = gettext(
            "Meanwhile nobody can register and the end of registration does not come; registrations and deposits "
            "stand. By %(at)s the operator lets the listing go on, with the time that was left, or ends it; then "
            "every deposit goes back."
        )
        return told % {"at": filters.moment(self.until)}

    @property
    def ways(self) -> str:
        """For the seller."""
        if self.is_annulled:
            told = gettext(
                "There is nothing to bring: the auction itself was annulled, and its room says why. By %(at)s the "
                "operator lets the listing go on or ends it; deposits go back where it ends. You may ask to take the "
                "listing back."
            )
            return told % {"at": filters.moment(self.until)}
        told = gettext(
            "Bring the Centre what takes the reason away before %(at)s: of a pledge the pledgee's consent, of a "
            "pledge, a seizure or a suspension its lifting on the office's register, of another named holder the proof "
            "of your title. The operator enters it at the right and lets the listing go on with the time that was "
            "left; the register is asked again. If it cannot be brought, take the listing back; deposits go back then, "
            "and where buyers are bound to it an operator decides."
        )
        return told % {"at": filters.moment(self.until)}


def now(listing: Listing, row: Any = None) -> Standing | None:
    """How a listing stands suspended, from it or from the row that was read with its stops; None where it runs."""
    if listing.state != "suspended" or listing.suspended_at is None:
        return None
    ends = terms.suspension_ends(rules_of(listing).basis, listing.suspended_at)
    found = row or listing
    return Standing(listing.suspended_at, reason(found), ends, closed(listing), is_annulled(found))


def closed(listing: Listing) -> datetime | None:
    """When registration ended, if that was before the listing was suspended: what was over stays over."""
    at, since = listing.closes_at, listing.suspended_at
    return at if at is not None and since is not None and at <= since else None


def closes(listing: Listing) -> str:
    """When registration closes; where it was open at the suspension nobody knows, for its clock stands still (X4)."""
    if listing.state == "suspended" and closed(listing) is None:
        return gettext("stands still")
    return filters.short_moment(listing.closes_at) if listing.closes_at else ""


def is_annulled(row: Any) -> bool:
    """Whether what stopped the listing of a row last is the annulment of its auction."""
    found = stops.of_row(row)
    return bool(found) and found[-1].reason == ANNULLED


def reason(row: Any) -> str:
    """Why the listing of a row was suspended last; a dash where the record does not know."""
    found = stops.of_row(row)
    return said(found[-1].reason) if found else "–"


def history(listing: Any) -> list[tuple[str, str, str]]:
    """Every suspension that is over, and how it went on, as lines of a timeline; the one that stands has its box."""
    lines = []
    for one in stops.of_row(listing):
        if one.until is None and listing.state == "suspended":
            continue
        lines.append(_line(one.since, gettext("Suspended: %(reason)s") % {"reason": said(one.reason)}))
        if one.until is not None and one.why_on is not None:
            lines.append(_line(one.until, gettext("Went on: %(reason)s") % {"reason": said(one.why_on)}))
    return lines


def _line(at: datetime, text: str) -> tuple[str, str, str]:
    return filters.short_moment(at), filters.iso(at), text


def said(told: dict[str, str]) -> str:
    """A reason in the language of the page."""
    return told["zh" if filters.is_chinese() else "en"]
