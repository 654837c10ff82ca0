"""The tree of a query as tantivy understands it. Nothing engine-specific stands above this file."""

from __future__ import annotations

import re
from typing import Any

import tantivy

from zhirong.search import query, words
from zhirong.search.backend import Request

Must, MustNot, Should = tantivy.Occur.Must, tantivy.Occur.MustNot, tantivy.Occur.Should

# What a word in a title tells more than one in an abstract; characters alone count little, they only make sure.
WEIGHTS = {query.TITLE: 4.0, query.HOLDER: 3.0, query.INVENTOR: 3.0, query.ABSTRACT: 1.0, query.MORE: 0.5}
SIGNS_WEIGHT = 0.05
PHRASE_WEIGHT = 3.0
NUMBER_WEIGHT = 100.0


def compile_request(schema: Any, request: Request, *, without: str | None = None) -> Any:
    """The query with all chosen filters but one (`without`: a facet, or "price")."""
    parts = [(Must, compiled(schema, request.query))]
    for name, values in request.filters.items():
        if name != without and values:
            parts.append((Must, _unscored(tantivy.Query.term_set_query(schema, f"facet_{name}", list(values)))))
    if without != "price" and (request.price_from_fen is not None or request.price_to_fen is not None):
        parts.append((Must, _span(schema, query.Span("price", request.price_from_fen, request.price_to_fen))))
    return parts[0][1] if len(parts) == 1 else tantivy.Query.boolean_query(parts)


def compiled(schema: Any, node: query.Node) -> Any:
    """One node of the tree; the depth is bounded by the parser."""
    match node:
        case query.Everything():
            return tantivy.Query.all_query()
        case query.Word():
            return _word(schema, node)
        case query.Exact():
            return _any_of([_signs(schema, field, node.text) for field in node.fields])
        case query.Prefix():
            return _prefix(schema, node)
        case query.Number():
            return _number(schema, node)
        case query.Span():
            return _span(schema, node)
        case query.Branch():
            return _unscored(tantivy.Query.term_query(schema, "ipc", node.symbol))
        case query.State():
            return _unscored(tantivy.Query.term_query(schema, "state_name", words.fold(node.name)))
        case query.Not():
            return tantivy.Query.boolean_query(
                [(Must, tantivy.Query.all_query()), (MustNot, compiled(schema, node.part))]
            )
        case query.Or():
            return _any_of([compiled(schema, part) for part in node.parts])
        case query.And():
            return _all_of(schema, node)


def _all_of(schema: Any, node: query.And) -> Any:
    """Exclusions beside their inclusions: cheaper than everything minus something."""
    parts = [
        (MustNot, compiled(schema, part.part)) if isinstance(part, query.Not) else (Must, compiled(schema, part))
        for part in node.parts
    ]
    if all(isinstance(part, query.Not) for part in node.parts):
        parts.append((Must, tantivy.Query.all_query()))
    return tantivy.Query.boolean_query(parts)


def _any_of(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else tantivy.Query.boolean_query([(Should, part) for part in parts])


def _unscored(part: Any) -> Any:
    return tantivy.Query.const_score_query(part, 0.0)


def _word(schema: Any, node: query.Word) -> Any:
    """Each word by the dictionary for its weight, and by its characters so that none is missed (SEARCH B3, B4)."""
    asked = words.asked(node.text)
    parts = [(Must, _any_of(_one_word(schema, node.fields, one))) for one in asked]
    if len(asked) > 1:
        whole = [_signs(schema, field, node.text) for field in node.fields if field in (query.TITLE, query.ABSTRACT)]
        parts += [(Should, tantivy.Query.boost_query(phrase, PHRASE_WEIGHT / SIGNS_WEIGHT)) for phrase in whole]
    if not parts:
        return tantivy.Query.all_query()
    return parts[0][1] if len(parts) == 1 else tantivy.Query.boolean_query(parts)


def _one_word(schema: Any, fields: tuple[str, ...], word: str) -> list[Any]:
    found = [
        tantivy.Query.boost_query(tantivy.Query.term_query(schema, f"{field}_words", word), WEIGHTS[field])
        for field in fields
    ]
    if words.is_chinese(word) and len(word) > 1:
        found += [_signs(schema, field, word) for field in fields]
    return found


def _signs(schema: Any, field: str, text: str) -> Any:
    """These characters one after another; blanks do not count."""
    pairs: list[str | tuple[int, str]] = list(words.pairs(text))
    name = f"{field}_signs"
    if len(pairs) == 1 and words.is_chinese(text):
        phrase = tantivy.Query.term_query(schema, f"{field}_words", words.signs(text))
    elif len(pairs) == 1:
        phrase = tantivy.Query.regex_query(schema, name, re.escape(words.signs(text)) + ".?")
    elif len(pairs) == 2:
        phrase = tantivy.Query.term_query(schema, name, pairs[0])
    else:
        phrase = tantivy.Query.phrase_query(schema, name, pairs[:-1])
    return tantivy.Query.const_score_query(phrase, SIGNS_WEIGHT * WEIGHTS[field])


def _prefix(schema: Any, node: query.Prefix) -> Any:
    """Words that begin so; in Chinese also wherever the characters stand, since words have no visible beginning."""
    if words.is_chinese(node.text):
        return _any_of([_signs(schema, field, node.text) for field in node.fields])
    pattern = re.escape(words.fold(node.text)) + ".*"
    return _any_of([tantivy.Query.regex_query(schema, f"{field}_words", pattern) for field in node.fields])


def _number(schema: Any, node: query.Number) -> Any:
    if not node.key:
        return tantivy.Query.empty_query()
    if node.is_beginning:
        found = tantivy.Query.regex_query(schema, "number", re.escape(node.key) + ".*")
    else:
        found = tantivy.Query.term_query(schema, "number", node.key)
    return tantivy.Query.const_score_query(found, NUMBER_WEIGHT)


def _span(schema: Any, node: query.Span) -> Any:
    kind = tantivy.FieldType.Integer
    return _unscored(tantivy.Query.range_query(schema, node.field, kind, node.low, node.high))
