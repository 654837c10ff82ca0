"""Tables of valuation: what was said, what was paid, models of the market, runs over all, and what valuers signed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhirong.people.models import Party, Person
from zhirong.record.models import File, Leaf
from zhirong.registry.models import Right
from zhirong.valuation.appraised import Appraisal as Appraisal
from zhirong.valuation.appraised import AppraisalEvidence as AppraisalEvidence
from zhirong.valuation.appraised import AppraisalRight as AppraisalRight
from zhirong.valuation.appraised import AppraisalShare as AppraisalShare
from zhirong.valuation.appraised import Opinion as Opinion
from zhirong.valuation.index_list import IndexList as IndexList


class Comparable(models.Model):
    """A past deal (可比交易) with what was known of its rights on its day; the models of the market learn from these.

    An ask that nobody took is one too: it says only that the rights were worth less to all who looked.
    """

    # The deal's, the licence's or the listing's own number with its kind before it: noted twice it stands once.
    reference = models.CharField(max_length=64, unique=True)
    # deal, licence, pledge_disposal, import or ask.
    source = models.CharField(max_length=16)
    on = models.DateField(db_index=True)
    # How it came about: sale, auction, plain_licence, exclusive_licence, open_licence, disposal or ask.
    kind = models.CharField(max_length=20)
    price_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    rights_count = models.PositiveIntegerField()
    # The engine's facts of each right, frozen as of the day of the deal: no later knowledge leaks in.
    subjects = models.TextField()
    is_arms_length = models.BooleanField(default=True)
    # The paper of a price from outside; deals of the exchange stand on their own record.
    proof = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(db_index=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price_fen__gt=0), name="valuation_comparable_price"),
            models.CheckConstraint(condition=Q(rights_count__gt=0), name="valuation_comparable_rights"),
        ]


class MarketModel(models.Model):
    """A model of the market as it was fitted once, whole in `body`; the newest one is current."""

    made_at = models.DateTimeField()
    day = models.DateField()
    deals = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, unique=True)
    # Random, mixed into what depends on chance, so that a refit does not repeat the last one's luck.
    salt = models.CharField(max_length=32)
    body = models.TextField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="valuation_one_current_model"
            )
        ]


class Study(models.Model):
    """The back-test (回测) of a model: what it said before each deal against what was paid, by segment."""

    model = models.OneToOneField(MarketModel, models.PROTECT, related_name="study")
    body = models.TextField()


class Run(models.Model):
    """One valuation of many rights with one model, one set of parameters and one seed; digits repeat."""

    ref = models.CharField(max_length=32, unique=True)
    day = models.DateField()
    model_sha256 = models.CharField(max_length=64, blank=True)
    parameters_sha256 = models.CharField(max_length=64)
    seed = models.BigIntegerField()
    rights = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    chunk_size = models.PositiveIntegerField()
    # waiting, running, done, failed or dropped.
    state = models.CharField(max_length=12, default="waiting", db_index=True)
    # Which rights, in which order and chunks: what a second run needs to give the same.
    manifest = models.TextField(default="{}")
    # Of all rows in the order of their rights, once all are there.
    sha256 = models.CharField(max_length=64, blank=True)
    message = models.TextField(blank=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(done__lte=F("rights")), name="valuation_run_done")]

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"run:{self.ref}"


class RunRow(models.Model):
    """What a run found for one right, in fen rounded half even; empty where no method could say anything."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="rows")
    right = models.ForeignKey(Right, models.PROTECT, related_name="+")
    p5_fen = models.BigIntegerField(null=True)
    p10_fen = models.BigIntegerField(null=True)
    p25_fen = models.BigIntegerField(null=True)
    median_fen = models.BigIntegerField(null=True)
    p75_fen = models.BigIntegerField(null=True)
    p90_fen = models.BigIntegerField(null=True)
    p95_fen = models.BigIntegerField(null=True)
    mean_fen = models.BigIntegerField(null=True)
    # tested, pooled or untested: where the width of the range comes from.
    basis = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "right"], name="valuation_run_row_once")]


class Answer(models.Model):
    """What a party said to a guided question about a right. A new answer takes the place of the old, which stays."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    question = models.CharField(max_length=40)
    # The value × 1 000 000 in the question's unit (yuan, a share, years).
    value_micro = models.BigIntegerField()
    # document or stated.
    grade = models.CharField(max_length=10)
    evidence = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["right", "party", "question"],
                condition=Q(replaced_at__isnull=True),
                name="valuation_answer_once",
            ),
            models.CheckConstraint(
                condition=~Q(grade="document") | Q(evidence__isnull=False), name="valuation_answer_document"
            ),
        ]


class Portfolio(models.Model):
    """Rights that are valued together: what many are worth is less sure than one by one and less than their sum."""

    ref = models.CharField(max_length=32, unique=True)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    @property
    def topic(self) -> str:
        """Its name on the record."""
        return f"portfolio:{self.ref}"


class PortfolioItem(models.Model):
    """One right of a portfolio, and the debt it stands for where there is one."""

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="items")
    right = models.ForeignKey(Right, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    loan_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "right"], name="valuation_portfolio_item_once"),
            models.CheckConstraint(condition=Q(loan_fen__isnull=True) | Q(loan_fen__gt=0), name="valuation_loan"),
        ]


class PortfolioValue(models.Model):
    """What a portfolio came to when it was computed last, whole in `body`; the next one takes its place."""

    portfolio = models.OneToOneField(Portfolio, models.CASCADE, related_name="value")
    # Of what it was computed from: another one says that it is to be computed anew.
    state = models.CharField(max_length=64)
    day = models.DateField()
    made_at = models.DateTimeField()
    body = models.TextField()


class Alert(models.Model):
    """That a right should be valued anew, and why: told once to each party concerned, ended when the cause is gone."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    # fee_unpaid, invalidation, licence_lost or old.
    kind = models.CharField(max_length=16)
    day = models.DateField()
    facts = models.TextField(default="{}")
    told = models.OneToOneField(Leaf, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["right", "party", "kind"], condition=Q(ended_at__isnull=True), name="valuation_alert_once"
            )
        ]
