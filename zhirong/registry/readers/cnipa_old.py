"""The office's older format: `cn-patent-document` (SEARCH A4)."""

from __future__ import annotations

from zhirong.registry.readers.cnipa import Parts
from zhirong.registry.readers.xml import Node, children, claim_texts, first, paragraphs, text_of
from zhirong.registry.records import Named

ROOT = "cn-patent-document"


def read(root: Node) -> Parts:
    """The bibliographic parts of one document."""
    data = first(root, "cn-bibliographic-data")
    published = first(data, "cn-publication-reference")
    application = first(data, "application-reference", "document-id")
    parties = first(data, "cn-parties")
    return Parts(
        number=text_of(application, "doc-number"),
        filed=text_of(application, "date"),
        publication=text_of(published, "document-id", "doc-number"),
        publication_kind=text_of(published, "document-id", "kind"),
        published=text_of(published, "document-id", "date"),
        earlier_publication=text_of(data, "cn-related-publication", "document-id", "date"),
        gazette=text_of(published, "gazette-reference", "gazette-num"),
        title=text_of(data, "invention-title"),
        abstract=paragraphs(first(data, "abstract")),
        classes=_classes(data),
        applicants=[_named(one) for one in children(parties, "cn-applicants", "cn-applicant")],
        assignees=[_named(one) for one in children(data, "assignees", "assignee")],
        inventors=list(
            filter(None, (text_of(one, "name") for one in children(parties, "cn-inventors", "cn-inventor")))
        ),
        agency=text_of(parties, "cn-agents", "cn-agent", "cn-agency", "name"),
        priorities=[
            f"{text_of(one, 'country')} {text_of(one, 'doc-number')} {text_of(one, 'date')}".strip()
            for one in children(data, "priority-claims", "priority-claim")
        ],
        international_number=text_of(data, "pct-or-regional-filing-data", "document-id", "doc-number"),
        claims=claim_texts(root),
    )


def _classes(data: Node | None) -> list[str]:
    found = [text_of(one, "text") for one in children(data, "classifications-ipcr", "classification-ipcr")]
    for block in children(data, "classification-ipc"):
        found += [text_of(one) for one in children(block, "main-classification")]
        found += [text_of(one) for one in children(block, "further-classification")]
    return found


def _named(party: Node) -> Named:
    book = first(party, "addressbook")
    book = book if book is not None else party
    return Named(name=text_of(book, "name") or text_of(book, "orgname"), address=text_of(book, "address", "text"))
