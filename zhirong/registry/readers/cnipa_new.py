"""The office's newer format: `business:PatentDocumentAndRelated`, V2.2.1 (SEARCH A4)."""

from __future__ import annotations

from zhirong.registry.readers.cnipa import Parts
from zhirong.registry.readers.xml import Node, children, claim_texts, first, paragraphs, text_of
from zhirong.registry.records import Named

ROOT = "PatentDocumentAndRelated"


def read(root: Node) -> Parts:
    """The bibliographic parts of one document; designs have their own block with the same parts."""
    data = first(root, "BibliographicData")
    data = data if data is not None else first(root, "DesignBibliographicData")
    published = _of_format(data, "PublicationReference", "original")
    gazette = first(data, "PublicAvailabilityDate", "GazetteReference")
    gazette = gazette if gazette is not None else first(data, "GazetteReference")
    application = _of_format(data, "ApplicationReference", "original")
    standard = _of_format(data, "ApplicationReference", "standard")
    parties = first(data, "Parties")
    parties = parties if parties is not None else data
    titles = children(data, "InventionTitle") or children(data, "DesignTitle")
    return Parts(
        number=text_of(application, "DocumentID", "DocNumber"),
        standard_number=text_of(standard, "DocumentID", "DocNumber"),
        filed=text_of(application, "DocumentID", "Date") or text_of(standard, "DocumentID", "Date"),
        publication=text_of(published, "DocumentID", "DocNumber"),
        publication_kind=text_of(published, "DocumentID", "Kind"),
        published=text_of(published, "DocumentID", "Date"),
        earlier_publication=text_of(data, "RelatedDocuments", "RelatedPublicationDoc", "DocumentID", "Date"),
        gazette=text_of(gazette, "GazetteNumber"),
        title=_in_language(titles, "zh"),
        title_en=_in_language(titles, "en"),
        abstract=_abstract(root),
        classes=_classes(data),
        applicants=[_named(one) for one in children(parties, "ApplicantDetails", "Applicant")],
        assignees=[_named(one) for one in children(data, "AssigneeDetails", "Assignee")],
        inventors=_names(parties, "InventorDetails", "Inventor") or _names(parties, "DesignerDetails", "Designer"),
        agency=text_of(parties, "AgentDetails", "Agent", "Agency", "AddressBook", "OrganizationName"),
        priorities=[
            f"{text_of(one, 'WIPOST3Code')} {text_of(one, 'DocNumber')} {text_of(one, 'Date')}".strip()
            for one in children(data, "PriorityDetails", "Priority")
            if one.get("dataFormat", "original") == "original"
        ],
        international_number=text_of(data, "PCTOrRegionalFilingData", "DocumentID", "DocNumber"),
        claims=claim_texts(root),
    )


def _of_format(data: Node | None, name: str, form: str) -> Node | None:
    """The reference in the wanted format; each comes twice, as the office wrote it and in the standard form."""
    found = children(data, name)
    of_form = [one for one in found if one.get("dataFormat") == form]
    return of_form[0] if of_form else (found[0] if found and form == "original" else None)


def _in_language(titles: list[Node], language: str) -> str:
    found = [one for one in titles if one.get("lang", "zh").lower().startswith(language)]
    return text_of(found[0]) if found else ""


def _abstract(root: Node) -> str:
    found = [one for one in children(root, "Abstract") if one.get("lang", "zh").lower().startswith("zh")]
    return paragraphs(found[0]) if found else ""


def _classes(data: Node | None) -> list[str]:
    """Version 8 comes with its parts and its text; older documents name a main class and further ones."""
    found = [
        text_of(one, "Text") or _built(one) for one in children(data, "ClassificationIPCRDetails", "ClassificationIPCR")
    ]
    for block in (*children(data, "ClassificationIPC"), *children(data, "ClassificationLocarno")):
        for name in ("MainClassification", "FurtherClassification"):
            found += [text_of(one) for one in children(block, name) if one.get("dataFormat", "original") == "original"]
        found += [text_of(one) for one in children(block, "Text")]
    return found


def _built(one: Node) -> str:
    section = "".join(text_of(one, part) or "" for part in ("Section", "MainClass", "Subclass"))
    return f"{section}{text_of(one, 'MainGroup')}/{(first_text(one, 'Subgroup')).rjust(2, '0')}"


def first_text(node: Node, name: str) -> str:
    """The bare text of a child, zeros kept: `00` is a real subgroup."""
    found = first(node, name)
    return (found.text or "").strip() if found is not None else ""


def _named(party: Node) -> Named:
    book = first(party, "AddressBook")
    address = first(book, "Address")
    parts = "".join(text_of(address, part) for part in ("Province", "City", "County"))
    return Named(
        name=text_of(book, "Name") or text_of(book, "OrganizationName"),
        country=text_of(address, "WIPOST3Code"),
        address=text_of(address, "Text") or parts,
        code=text_of(party, "OrganizationCode") or text_of(party, "AssigneeCode"),
    )


def _names(node: Node | None, *path: str) -> list[str]:
    return list(filter(None, (text_of(one, "AddressBook", "Name") for one in children(node, *path))))
