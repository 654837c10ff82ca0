"""What is known of a right, as plain values. The rules read these and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """Kinds of rights; the first three are patents (专利法 第二条)."""

    INVENTION = "invention"
    UTILITY_MODEL = "utility_model"
    DESIGN = "design"
    TRADE_MARK = "trade_mark"
    COPYRIGHT = "copyright"
    SOFTWARE = "software"
    CIRCUIT_LAYOUT = "circuit_layout"


PATENTS = frozenset({Kind.INVENTION, Kind.UTILITY_MODEL, Kind.DESIGN})


class EventKind(StrEnum):
    """The twelve entries of the patent register (细则 第一百零六条, N16); nothing else is an entry."""

    GRANT = "grant"
    TRANSFER = "transfer"
    PLEDGE_PRESERVATION = "pledge_preservation"
    LICENCE = "licence"
    DECLASSIFICATION = "declassification"
    INVALIDATION = "invalidation"
    TERMINATION = "termination"
    RESTORATION = "restoration"
    TERM_COMPENSATION = "term_compensation"
    OPEN_LICENCE = "open_licence"
    COMPULSORY_LICENCE = "compulsory_licence"
    HOLDER_CHANGE = "holder_change"


class Ending(StrEnum):
    """Why a right ended, as an entry of termination or invalidation says it (N5)."""

    UNPAID = "unpaid"
    EXPIRED = "expired"
    SURRENDERED = "surrendered"
    INVALID = "invalid"
    PARTLY_INVALID = "partly_invalid"
    APPLICATION_DEAD = "application_dead"


class Act(StrEnum):
    """What someone wants to do with a right. The three licences are those of 技术合同解释 第二十五条."""

    SELL = "sell"
    LICENSE_EXCLUSIVE = "exclusive"
    LICENSE_SOLE = "sole"
    LICENSE_PLAIN = "plain"
    PLEDGE = "pledge"
    OPEN_LICENCE = "open_licence"


LICENSES = frozenset({Act.LICENSE_EXCLUSIVE, Act.LICENSE_SOLE, Act.LICENSE_PLAIN})
EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the register. `ending` belongs to termination and invalidation, `days` to compensation."""

    kind: EventKind
    on: date
    ending: Ending | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Holder:
    """A holder as the register names it. `party` is the ref of a verified party, or empty while nobody claimed it."""

    name: str
    party: str = ""
    share: Fraction | None = None
    # What that party is called now; the register may still name it otherwise.
    party_name: str = ""

    @property
    def shown(self) -> str:
        """Who holds: the party that proved to be the holder, else whom the register names."""
        return self.party_name or self.name


@dataclass(frozen=True, slots=True)
class Consent:
    """A recorded agreement of a co-owner or a pledgee to acts of one kind.

    `by` is the party's ref; a name only where the operator noted the paper of somebody the house has no party for.
    """

    by: str
    act: Act
    since: date
    until: date | None = None

    def covers(self, act: Act, day: date) -> bool:
        """Whether this paper speaks for the act on the day."""
        return self.act == act and self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Pledge:
    """A registered pledge: it weighs from its registration until its release (民法典 第四百四十四条)."""

    pledgee: str
    since: date
    until: date | None = None
    number: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class Seizure:
    """A court's preservation: nothing moves while it lasts (细则 第一百零四条)."""

    by: str
    since: date
    until: date | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A dispute of ownership at the office (细则 第一百零三条); without `until` it lapses after a year (N17)."""

    since: date
    until: date | None = None


class LicenceKind(StrEnum):
    """独占, 排他, 普通; cross and sub licences count as plain when their contract does not say (解释 第二十五条)."""

    EXCLUSIVE = "exclusive"
    SOLE = "sole"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where, in what field and when a licence reaches; `*` is everywhere or everything (E31)."""

    since: date
    until: date | None = None
    territory: str = EVERYWHERE
    field: str = EVERYWHERE

    def meets(self, other: Scope) -> bool:
        """Two scopes conflict only where time, place and field all overlap."""
        in_time = (self.until is None or other.since <= self.until) and (
            other.until is None or self.since <= other.until
        )
        return in_time and _overlap(self.territory, other.territory) and _overlap(self.field, other.field)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence that was granted, recorded at the office or not."""

    kind: LicenceKind
    licensee: str
    scope: Scope
    number: str = ""


@dataclass(frozen=True, slots=True)
class OpenLicence:
    """An announced declaration of open licence (专利法 第五十条)."""

    since: date
    until: date | None = None


class Reduction(StrEnum):
    """What the office granted on the fees: nothing, 85 % for one applicant, 70 % for two or more (N23)."""

    NONE = "none"
    SINGLE = "single"
    JOINT = "joint"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money paid for one patent year; several payments may add up to one fee (N22)."""

    year: int
    on: date
    fen: int
    reduction: Reduction = Reduction.NONE


@dataclass(frozen=True, slots=True)
class FeeRecord:
    """What is known of annual fees: paid up to and including a year, as the register stood on a day.

    Without `as_of` nobody looked: then only the year of grant is sure (细则 第一百一十四条).
    `reported` are payments on a holder's word, which no operator has looked at yet.
    """

    paid_through_year: int = 0
    as_of: date | None = None
    payments: tuple[Payment, ...] = ()
    reported: tuple[Payment, ...] = ()


class Weight(StrEnum):
    """The kinds of encumbrances."""

    PLEDGE = "pledge"
    SEIZURE = "seizure"
    SUSPENSION = "suspension"
    LICENCE = "licence"
    OPEN_LICENCE = "open_licence"
    INVALIDATION = "invalidation"


class Export(StrEnum):
    """The screening of a technology against the export catalogue (技术进出口管理条例, K1)."""

    NOT_SCREENED = "not_screened"
    FREE = "free"
    RESTRICTED = "restricted"
    PROHIBITED = "prohibited"


class Report(StrEnum):
    """The patent evaluation report of a utility model or design (N18, O1)."""

    NONE = "none"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class RightFacts:
    """All that the rules need to know of one right."""

    kind: Kind
    number: str = ""
    filed_on: date | None = None
    published_on: date | None = None
    examination_asked_on: date | None = None
    granted_on: date | None = None
    term_ends_on: date | None = None
    entries: tuple[Entry, ...] = ()
    holders: tuple[Holder, ...] = ()
    # Whom a record of the register names instead, while the operator has not decided.
    contested_by: tuple[str, ...] = ()
    co_owners_agreed_otherwise: bool = False
    # A natural person holds or held it: a work of theirs does not live by the years of an organisation's.
    has_natural_author: bool = False
    consents: tuple[Consent, ...] = ()
    pledges: tuple[Pledge, ...] = ()
    seizures: tuple[Seizure, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    licences: tuple[Licence, ...] = ()
    open_licences: tuple[OpenLicence, ...] = ()
    invalidation_asked_on: tuple[date, ...] = ()
    has_same_day_application: bool = False
    report: Report = Report.NONE
    export: Export = Export.NOT_SCREENED
    is_publicly_funded: bool = False
    fees: FeeRecord = FeeRecord()

    @property
    def is_patent(self) -> bool:
        """Inventions, utility models and designs; only these pay annual fees."""
        return self.kind in PATENTS


def lasts(since: date, until: date | None, day: date) -> bool:
    """Whether something that began and may have ended weighs on the day; the last day counts."""
    return since <= day and (until is None or day <= until)


def _overlap(one: str, other: str) -> bool:
    """A shorter code holds all that begins with it: `CN` holds `CN-44`, `H01M` holds `H01M10/05`."""
    return EVERYWHERE in (one, other) or one.startswith(other) or other.startswith(one)
