"""Every checker of the house can fail: each is handed the very thing it must find, and something it must let pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.house import catalogues, exact, shape, words
from tests.house.source import File, snippet

FINDS: list[tuple[Callable[[File], list[str]], str, str]] = [
    (shape.long_file, "x = 1\n" * 401, "x = 1\n" * 400),
    (shape.long_functions, "def f():\n" + "    x = 1\n" * 50, "def f():\n" + "    x = 1\n" * 49),
    (
        shape.deep_functions,
        "def f():\n for a in b:\n  if a:\n   while a:\n    with a:\n     pass",
        "def f():\n for a in b:\n  if a:\n   pass\n  elif b:\n   while a:\n    pass",
    ),
    (shape.many_positionals, "def f(a, b, c, d): ...", "def f(self, a, b, c, *, d): ..."),
    (shape.imports_inside_functions, "def f():\n    import os", "import os"),
    (shape.signals, "from django.db.models.signals import post_save", "import signal"),
    (exact.inexact_numbers, "price = float(text)", "price = int(text)"),
    (exact.inexact_numbers, "from django.db import models\nx = models.DecimalField()", "x = models.BigIntegerField()"),
    (exact.inexact_numbers, "x = round(y)", "x = rounded(y)"),
    (exact.inexact_numbers, "half = price_fen / 2", "half = price_fen // 2\npath = folder / name"),
    (exact.inexact_numbers, "def f(rate: float): ...", "def f(timeout_seconds: float): ..."),
    (exact.other_clocks, "now = datetime.now(UTC)", "now = record.now()"),
    (exact.other_clocks, "stamp = time.time_ns()", "begun = time.monotonic_ns()"),
    (exact.hidden_faults, "try: f()\nexcept Exception: log()", "try: f()\nexcept Refused: log()"),
    (exact.hidden_faults, "try: f()\nexcept: pass", "try: f()\nexcept BaseException:\n tidy()\n raise"),
    (
        exact.hidden_faults,
        "try: f()\nexcept (OSError, Exception) as e: raise Refused(e)",
        "try: f()\nexcept OSError: g()",
    ),
    (exact.hidden_faults, "with suppress(Exception): f()", "with suppress(OSError, *port.failures): f()"),
    (exact.stray_writes, "lot.save(update_fields=['x'])", "image.save(path)"),
    (exact.stray_writes, "Lot.objects.create(a=1)", "Lot.objects.get(a=1)"),
    (exact.stray_writes, "Lot.objects.filter(a=1).update(b=2)", "facts.update(b=2)"),
    (exact.stray_writes, "Lot.objects.bulk_create(rows)", "rows = list(lots)"),
    (exact.stray_writes, "lot.delete()", "index.delete(key)"),
    (exact.stray_writes, "sql = 'INSERT INTO bid VALUES (?)'", "sql = 'SELECT id FROM bid'"),
]


def by_prefetch(file: File) -> list[str]:
    return shape.keys_by_prefetch(file, {"right"})


FINDS += [
    (by_prefetch, f"def f():\n    return {bad}", f"def f():\n    return {good}")
    for bad, good in [
        ('a.prefetch_related("items__right")', 'a.prefetch_related("items")'),
        ('Prefetch("right", b)', 'Prefetch("items", b.select_related("right"))'),
        ('a.prefetch_related("right__holdings")', 'a.select_related("right").prefetch_related("right__holdings")'),
    ]
]


@pytest.mark.parametrize(("check", "bad", "good"), FINDS)
def test_a_checker_finds_what_it_is_for_and_nothing_else(
    check: Callable[[File], list[str]], bad: str, good: str
) -> None:
    assert len(check(snippet(bad))) == 1
    assert check(snippet(good)) == []


def test_actions_write_their_own_tables_and_no_others() -> None:
    own = "from zhirong.exchange.models import Lot\nLot.objects.create(a=1)"
    assert exact.stray_writes(snippet(own, "zhirong/exchange/actions/lots.py")) == []
    assert len(exact.stray_writes(snippet(own, "zhirong/registry/actions.py"))) == 1
    by_module = "from zhirong.ledger import models\nmodels.Account.objects.create(a=1)"
    assert len(exact.stray_writes(snippet(by_module, "zhirong/exchange/actions.py"))) == 1


def test_engines_may_use_floats_and_record_may_read_the_clock() -> None:
    assert exact.inexact_numbers(snippet("x = float(1)", "zhirong/valuation/engine/renewal.py")) == []
    assert exact.other_clocks(snippet("datetime.now(UTC)", "zhirong/record/actions.py")) == []


def test_an_empty_name_is_found() -> None:
    assert shape.empty_names(snippet("", "zhirong/exchange/helpers.py")) != []
    assert shape.empty_names(snippet("", "zhirong/utils/money.py")) != []
    assert shape.empty_names(snippet("", "zhirong/exchange/rules.py")) == []


def test_a_silent_package_is_found() -> None:
    path = "zhirong/exchange/__init__.py"
    assert len(shape.package_docstring(snippet('"""Exchange."""\n', path))) == 5
    full = '"""Exchange.\n\nIt is: a. It is not: b.\nWords: c. Tables: d. Events: e.\n"""\n'
    assert shape.package_docstring(snippet(full, path)) == []
    assert len(shape.package_docstring(snippet(full + "import os\n", path))) == 1


def test_the_face_of_a_folder_of_actions_lists_verbs_and_does_nothing() -> None:
    path = "zhirong/exchange/actions/__init__.py"
    face = '"""Verbs."""\nfrom zhirong.exchange.actions.lots import publish\n__all__ = ["publish"]\n'
    assert shape.package_docstring(snippet(face, path)) == []
    assert len(shape.package_docstring(snippet(face + "def bid(): ...\n", path))) == 1


CATALOGUE = {"bid.low": {"zh": "最低 {least_fen}", "en": "least {least_fen}", "rule": "B7", "status": 409}}


def test_a_refusal_without_a_text_or_with_uneven_texts_is_found() -> None:
    assert catalogues.bare_texts({"bid.low": {"zh": "低"}}, "zh", "en") == ["bid.low: no en"]
    assert catalogues.uneven_texts(CATALOGUE) == []
    assert len(catalogues.uneven_texts({"bid.low": {"zh": "{a}", "en": "{b}"}})) == 1


def test_a_refusal_without_a_rule_is_found_unless_it_is_listed_as_resting_on_none() -> None:
    entries = {"bid.low": {"rule": "B7"}, "file.empty": {"rule": ""}}
    assert catalogues.unlisted_blanks(entries, {"form": ["file.empty"]}) == []
    assert catalogues.unlisted_blanks(entries, {}) == ["file.empty: no rule, and not listed as resting on none"]
    assert len(catalogues.unlisted_blanks(entries, {"form": ["file.empty", "bid.low"]})) == 1
    assert len(catalogues.unlisted_blanks(entries, {"form": ["file.empty"], "found": ["file.empty"]})) == 1


def test_a_refusal_outside_the_catalogue_or_without_its_facts_is_found() -> None:
    def check(text: str) -> list[str]:
        return catalogues.unspoken_refusals([snippet(text)], CATALOGUE)

    assert check("raise Refused('bid.low', least_fen=1)") == []
    assert check("raise Refused('bid.low', **facts)") == []
    assert len(check("raise Refused('bid.low')")) == 1
    assert len(check("raise refused.Refused('bid.high', least_fen=1)")) == 1


def test_a_text_that_nobody_uses_is_found() -> None:
    assert catalogues.unused([snippet("x = 'bid.low'")], CATALOGUE) == []
    assert catalogues.unused([snippet("x = 'bid.high'")], CATALOGUE) == ["bid.low"]


def test_a_deed_that_is_not_declared_is_found() -> None:
    declared = {"exchange.bid": {"facts": {"lot": "int"}}}

    def check(text: str) -> list[str]:
        return catalogues.undeclared_events([snippet(text)], declared)

    assert check("record.tell('exchange.bid', topic, who=who, public=True, lot=1)") == []
    assert check("record.Deed(kind='exchange.bid', facts={'lot': 1})") == []
    assert len(check("record.tell('exchange.bid', topic, who=who, name='Li')")) == 1
    assert len(check("record.Deed(kind='exchange.bid', facts={'name': 'Li'})")) == 1
    assert len(check("record.tell('exchange.ask', topic, who=who)")) == 1


def test_a_verb_that_is_not_declared_is_found() -> None:
    declared = {"exchange.bid": {"roles": ["buyer"]}}
    assert catalogues.undeclared_verbs([snippet("access.require(who, 'exchange.bid', lot)")], declared) == []
    assert len(catalogues.undeclared_verbs([snippet("access.may(who, 'exchange.ask', lot)")], declared)) == 1


def test_a_text_without_chinese_is_found_in_code_and_in_pages() -> None:
    page = snippet("<h1>{{ _('Lots') }}</h1>{% trans n=1 %}{{ n }} bids{% endtrans %}", "zhirong/web/templates/a.html")
    code = snippet("title = gettext_lazy('Rights')\nkind = pgettext('law', 'Pledge')")
    texts = words.english([page, code])
    assert set(texts) == {"Lots", "%(n)s bids", "Rights", "Pledge"}
    assert len(words.untranslated(texts, {"Lots": "标的", "Rights": "权利", "Pledge": "质押"})) == 1


def test_a_translation_that_loses_a_fact_is_found() -> None:
    assert words.uneven({"%(n)s bids": "%(n)s 次出价", "{a} of {b}": "{b} 中的 {a}"}) == []
    assert words.uneven({"%(n)s bids": "出价"}) == ["%(n)s bids"]


def test_a_word_that_stands_twice_is_found() -> None:
    head = "| 中文 | English | what |\n| --- | --- | --- |\n"
    assert words.twice(head + "| 标的 | lot | a |\n| 挂牌 | listing | b |\n" + head) == []
    assert words.twice(head + "| 标的 | lot | a |\n| 批 | lot | b |\n") == ["lot"]
