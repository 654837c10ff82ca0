"""Opening an XML file that a stranger brought: bounded, without network, DTD or entities of its own."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree

from zhirong.base.refused import Refused

Node: TypeAlias = etree._Element

# The longest real document at hand has 630 KB; office documents with sequence listings reach some 20 MB.
MOST_BYTES = 24 * 1024 * 1024


def root_of(data: bytes) -> Node:
    """The root element, or a refusal that names the line. A document that declares entities is refused unread.

    An entity can be made of others a billion times over; office files of both formats declare none.
    """
    if len(data) > MOST_BYTES:
        raise Refused("registry.file_too_large", most_bytes=MOST_BYTES, found_bytes=len(data))
    if re.search(rb"<!\s*ENTITY", data.replace(b"\x00", b"")):
        raise Refused("registry.file_declares_entities")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as problem:
        line, column = problem.position
        raise Refused("registry.file_not_xml", line=line, column=column) from None
    # In an encoding such as UTF-7 the words above are written in other signs: the parser knows what they meant.
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Refused("registry.file_declares_entities")
    return root


def name_of(node: Node) -> str:
    """The element's name without its namespace; comments and instructions have none."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def children(node: Node | None, *path: str) -> list[Node]:
    """Elements reached by a path of local names."""
    found = [] if node is None else [node]
    for name in path:
        found = [child for one in found for child in one if name_of(child) == name]
    return found


def first(node: Node | None, *path: str) -> Node | None:
    """The first element of a path."""
    found = children(node, *path)
    return found[0] if found else None


def text_of(node: Node | None, *path: str) -> str:
    """The text of an element on one line; the office writes `0` where a part is unknown."""
    found = first(node, *path)
    if found is None:
        return ""
    text = " ".join("".join(_pieces(found)).split())
    return "" if text and not text.strip("0") else text


def paragraphs(node: Node | None) -> str:
    """The texts of all paragraphs below an element, one line each; figures and deposits carry none."""
    if node is None:
        return ""
    lines = [" ".join("".join(_pieces(child)).split()) for child in node if name_of(child) in {"Paragraphs", "p"}]
    return "\n".join(line for line in lines if line)


def claim_texts(root: Node) -> list[str]:
    """The claims of a document as texts on one line each, of the first block of claims; none where it prints none."""
    for block in root.iter():
        if name_of(block) in {"claims", "Claims"}:
            return [text_of(one) for one in block if name_of(one) in {"claim", "Claim"}]
    return []


def _pieces(node: Node) -> Iterator[str]:
    if node.text and isinstance(node.tag, str):
        yield node.text
    for child in node:
        if isinstance(child, etree._Entity):
            # A named sign of the office's own DTD, such as &ldquo;: HTML knows the same names.
            yield html.unescape(child.text or "")
        elif name_of(child) not in {"bio-deposit", "Figure", "img"}:
            yield from _pieces(child)
        yield child.tail or ""
