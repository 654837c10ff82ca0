"""Tables of the exchange. The rows of a live lot are written by the floor alone; all else by the actions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhirong.exchange.asked import ListingChange as ListingChange
from zhirong.exchange.proposed import Proposal as Proposal
from zhirong.exchange.state_papers import StatePaper as StatePaper
from zhirong.people.models import Party, Person
from zhirong.record.models import File, Leaf
from zhirong.registry.models import ImportBatch, Right


class ListingQuerySet(models.QuerySet["Listing"]):
    def visible(self) -> ListingQuerySet:
        """What the public may see: announced once, and not a row of an import that is not yet accepted."""
        return self.filter(Q(batch__isnull=True) | Q(batch__visible_at__isnull=False), announced_at__isnull=False)


class RuleSetEdition(models.Model):
    """The text of a rule set as it once was: listings keep to the text under which they were announced."""

    sha256 = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=24)
    text = models.TextField()
    kept_at = models.DateTimeField()


class Listing(models.Model):
    """An announcement (挂牌) of one or more rights at an asking price, under one rule set."""

    number = models.CharField(max_length=24, unique=True)
    seller = models.ForeignKey(Party, models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=500)
    title_en = models.CharField(max_length=500, blank=True)
    summary = models.TextField(blank=True)
    state = models.CharField(max_length=12, default="draft", db_index=True)
    # Where the listing stood when it was suspended; empty while it runs.
    suspended_from = models.CharField(max_length=12, blank=True)
    suspended_at = models.DateTimeField(null=True)
    asking_fen = models.BigIntegerField()
    reserve_fen = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="CNY")
    rule_set = models.CharField(max_length=24)
    # The rule set as it read when the listing was announced: later changes of the data do not touch it.
    edition_of_rules = models.ForeignKey(RuleSetEdition, models.PROTECT, null=True, related_name="+")
    rules_day = models.DateField(null=True)
    is_demo_rules = models.BooleanField(default=False)
    deposit_fen = models.BigIntegerField(default=0)
    # What a buyer must prove besides the deposit; where it is empty, admission follows the deposit.
    requirement = models.TextField(blank=True)
    edition = models.PositiveSmallIntegerField(default=1)
    extensions = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    review_reason = models.TextField(blank=True)
    announced_at = models.DateTimeField(null=True, db_index=True)
    # End of registration; the auction begins at `bidding_at` when two or more are admitted.
    closes_at = models.DateTimeField(null=True, db_index=True)
    bidding_at = models.DateTimeField(null=True)
    answer_due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="+")

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(asking_fen__gt=0), name="exchange_asking_positive"),
            models.CheckConstraint(condition=Q(deposit_fen__gte=0), name="exchange_deposit_not_negative"),
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"listing:{self.pk}"


class ListingItem(models.Model):
    """One right of a listing. A right stands in one live listing at most (E32)."""

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="items")
    right = models.ForeignKey(Right, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    is_live = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "right"], name="exchange_item_once"),
            models.UniqueConstraint(fields=["right"], condition=Q(is_live=True), name="exchange_right_listed_once"),
        ]


class Gate(models.Model):
    """One legal check of a listing: at publication, at close, at settlement, with what was found."""

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="gates")
    stage = models.CharField(max_length=12)
    at = models.DateTimeField()
    passed = models.BooleanField()
    findings = models.TextField()


class Question(models.Model):
    """A public question on a listing and its answer."""

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="questions")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)


class ListingDocument(models.Model):
    """A paper of a listing: public, or for admitted bidders."""

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="documents")
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    is_for_admitted = models.BooleanField(default=False)
    added_at = models.DateTimeField()


class Intent(models.Model):
    """An intending buyer (意向受让方): registered, deposit frozen, admitted under a bidder code."""

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="intents")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default="registered")
    registered_at = models.DateTimeField()
    deposit_state = models.CharField(max_length=12, default="due")
    deposit_fen = models.BigIntegerField(default=0)
    payment_code = models.CharField(max_length=20, unique=True)
    hold_id = models.CharField(max_length=64, blank=True)
    deposit_at = models.DateTimeField(null=True)
    # Random, so that it tells nothing of the order of registration or of who stands behind it.
    code = models.CharField(max_length=8, blank=True)
    priority_rank = models.PositiveSmallIntegerField(null=True)
    priority_basis = models.TextField(blank=True)
    # What the buyer shows for the listing's condition on buyers, in words and as a file of its own.
    proof = models.TextField(blank=True, default="")
    proof_file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    proof_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    barred_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "party"],
                condition=~Q(state__in=["withdrawn", "void", "lapsed"]),
                name="exchange_intent_once",
            ),
            models.UniqueConstraint(fields=["listing", "code"], condition=~Q(code=""), name="exchange_code_once"),
        ]


class Lot(models.Model):
    """One auction (标的场次) of a listing. Times of the floor are nanoseconds since the epoch."""

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="lots")
    run = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=12, default="english")
    form = models.CharField(max_length=16, default="timed")
    state = models.CharField(max_length=12, default="scheduled", db_index=True)
    terms = models.TextField()
    opens_ns = models.BigIntegerField()
    closes_ns = models.BigIntegerField(db_index=True)
    start_fen = models.BigIntegerField()
    top_fen = models.BigIntegerField(null=True)
    top_code = models.CharField(max_length=8, blank=True)
    bids = models.PositiveIntegerField(default=0)
    extensions = models.PositiveIntegerField(default=0)
    paused_ns = models.BigIntegerField(null=True)
    last_seq = models.PositiveBigIntegerField(default=0)
    closed_ns = models.BigIntegerField(null=True)
    result = models.TextField(default="{}")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "run"], name="exchange_lot_run_once")]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"lot:{self.pk}"


class LotStep(models.Model):
    """Anything that changed a live lot, in the order the floor decided it: bids, pauses, bans, the close."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="steps")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=12)
    received_ns = models.BigIntegerField()
    code = models.CharField(max_length=8, blank=True)
    key = models.CharField(max_length=64, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    # Empty where the step was accepted; else the refusal's code, with the amount that would have been valid.
    refusal = models.CharField(max_length=40, blank=True)
    least_fen = models.BigIntegerField(null=True)
    closes_ns = models.BigIntegerField()
    facts = models.TextField(default="{}")
    leaf = models.OneToOneField(Leaf, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "seq"], name="exchange_step_once"),
            models.UniqueConstraint(fields=["lot", "code", "key"], condition=~Q(key=""), name="exchange_key_once"),
        ]


class Deal(models.Model):
    """What a listing came to (成交): the parties, the price, and how far the settlement has come."""

    number = models.CharField(max_length=24, unique=True)
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="deals")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="deals")
    intent = models.ForeignKey(Intent, models.PROTECT, related_name="deals")
    seller = models.ForeignKey(Party, models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Party, models.PROTECT, related_name="+")
    price_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    rank = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, default="contract", db_index=True)
    made_at = models.DateTimeField()
    contract_due_at = models.DateTimeField()
    payment_due_at = models.DateTimeField(null=True)
    recordal_due_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)
    # What a defaulter still owes the seller once the right was sold for less (拍卖法 39); unknown before.
    shortfall_fen = models.BigIntegerField(null=True)
    # Whether the lot's transcript says that this buyer fell out.
    floor_told = models.BooleanField(default=False)
    seller_fee_fen = models.BigIntegerField(default=0)
    buyer_fee_fen = models.BigIntegerField(default=0)
    contract_file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price_fen__gt=0), name="exchange_price_positive"),
            models.UniqueConstraint(
                fields=["listing"],
                condition=Q(state__in=["offered", "contract", "payment", "recordal", "confirming", "settled"]),
                name="exchange_deal_live_once",
            ),
        ]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"deal:{self.pk}"


class Acceptance(models.Model):
    """That one side accepted the contract: by whom, when, over which text."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="acceptances")
    side = models.CharField(max_length=6)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    contract_sha256 = models.CharField(max_length=64)
    signed_copy = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    leaf = models.ForeignKey(Leaf, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "side"], name="exchange_acceptance_once")]


class Recordal(models.Model):
    """The proof that the office recorded the change of owner: entered by one person, confirmed by another."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="recordals")
    number = models.CharField(max_length=60)
    effective_on = models.DateField()
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    payload_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="entered")
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)


class Objection(models.Model):
    """An objection (异议) to a deal, decided by somebody uninvolved; a side's first stops the clock until then."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="objections")
    raised_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    raised_at = models.DateTimeField()
    # A further one of the same side lets every term run on.
    stops = models.BooleanField(default=True)
    state = models.CharField(max_length=10, default="open")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)


class Certificate(models.Model):
    """The transaction certificate (交易凭证) of a settled deal, as it was issued."""

    deal = models.OneToOneField(Deal, models.PROTECT, primary_key=True, related_name="certificate")
    number = models.CharField(max_length=24, unique=True)
    issued_at = models.DateTimeField()
    leaf = models.ForeignKey(Leaf, models.PROTECT, related_name="+")
    facts = models.TextField()
    # Once its papers are made and a leaf commits to them: what that leaf commits to, and the kept files by name.
    sealed = models.OneToOneField(Leaf, models.PROTECT, null=True, related_name="+")
    sealed_body = models.TextField(default="{}")
    sealed_files = models.TextField(default="{}")


class Overdue(models.Model):
    """That a term passed and everyone concerned was told, once for each term: what, of which thing, due when."""

    what = models.CharField(max_length=12)
    topic = models.CharField(max_length=64)
    due_at = models.DateTimeField()
    told = models.OneToOneField(Leaf, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "topic", "due_at"], name="exchange_overdue_once")]


class Split(models.Model):
    """An agreed division of a deal's proceeds: proposed on evidence by one person, confirmed by another."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="splits")
    parts = models.TextField()
    reason = models.TextField()
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    payload_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="proposed")
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deal"], condition=Q(state__in=["proposed", "confirmed"]), name="exchange_split_live_once"
            )
        ]


class Share(models.Model):
    """What one of those entitled gets of a settled deal's proceeds; without an account it waits in escrow."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="shares")
    position = models.PositiveSmallIntegerField()
    # owner, pledgee.
    role = models.CharField(max_length=8)
    name = models.CharField(max_length=200)
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    amount_fen = models.BigIntegerField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "position"], name="exchange_share_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="exchange_share_positive"),
        ]
