"""Every verb of the house can be done over the interface or from a page: an action that nobody can reach is dead."""

from __future__ import annotations

import ast

from tests.house import source
from tests.house.shape import functions
from tests.house.source import File

# Batch forms for importers and the demo, and what a page does by itself; each names who calls it.
BY_OTHERS = {
    "bring": "`zr import comparables` and the demo, for the prices of former years at once",
    "publish_many": "the demo's load; of a seller's sheet announce_sheet does it by the same rules",
    "announcing": "the job of a long sheet, chunk by chunk; announce_sheet is the same at once",
    "put_rights": "the demo and importers, for many rights at once",
    "put_organisations": "the demo and importers, for many parties at once",
    "load": "importers of the office's reference tables",
}


def verbs(file: File) -> set[str]:
    """Public functions of an actions file whose first parameter is the person who does it."""
    return {
        node.name
        for node in functions(file)
        if node in file.tree.body
        and not node.name.startswith("_")
        and node.args.args
        and node.args.args[0].arg in ("who", "maker")
        and ast.unparse(node.args.args[0].annotation or ast.Constant("")) == "Person"
    }


def named(file: File) -> set[str]:
    """Names that a file mentions, bare or after a dot."""
    nodes = list(ast.walk(file.tree))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {
        node.id for node in nodes if isinstance(node, ast.Name)
    }


# Halves of deeds that other actions call under their own permission.
INNER = {
    "accept_claim", "acts_for", "decide", "firm_of", "follow", "is_concerned", "mark_visible", "must_be_own",
    "must_be_open_to", "must_be_said", "must_stand",
    "put_right_locked", "put_secret", "refuse_claim", "require_for_holder",
    "same_list", "show_changes", "took_part", "transfer", "void", "write_entry",
}  # fmt: skip


def every_deed() -> set[str]:
    files = [file for file in source.product() if len(file.path.parts) > 2]
    actions = [file for file in files if file.path.parts[2].removesuffix(".py") == "actions"]
    return set().union(*(verbs(file) for file in actions if file.path.parts[1] not in ("api", "demo")))


def mentioned(*rooms: str) -> set[str]:
    return set().union(*(named(file) for file in source.product() if file.path.parts[1] in rooms))


# No page has them, each for its reason; whoever adds a name here says why people need none.
WITHOUT_PAGE = {
    "decide_claim": "both answers in one operation; the page of a claim has a button for each",
    "enter_comparable": "a price from outside comes from a program with its paper, never typed on a page",
    "withdraw_comparable": "the same",
    "put_right": "a right comes with the office's file or a sheet (import_page), never typed field by field",
}


def test_every_action_has_a_page_but_for_a_closed_list() -> None:
    assert sorted(every_deed() - mentioned("web") - BY_OTHERS.keys() - INNER) == sorted(WITHOUT_PAGE)


def test_every_action_appears_in_the_interface_or_the_pages() -> None:
    deeds = every_deed()
    assert len(deeds) > 60
    assert sorted(deeds - mentioned("api", "web") - BY_OTHERS.keys() - INNER) == []


def test_a_program_can_do_what_a_page_can() -> None:
    assert sorted(every_deed() - mentioned("api") - BY_OTHERS.keys() - INNER) == []
