"""Any file that somebody brings, read by what it is: office XML of either format."""

from __future__ import annotations

from pathlib import Path

from zhirong.base.refused import Refused
from zhirong.registry.readers import cnipa, cnipa_new, cnipa_old, xml
from zhirong.registry.records import RightRecord

# An invented patent in the form of the office's files, for whoever has none at hand.
SAMPLE = Path(__file__).with_name("sample.xml")
FORMATS = {cnipa_new.ROOT: cnipa_new.read, cnipa_old.ROOT: cnipa_old.read}


def read_xml(data: bytes) -> RightRecord:
    """One patent document as a record, or a refusal that names the line or the missing part."""
    root = xml.root_of(data)
    read = FORMATS.get(xml.name_of(root))
    if read is None:
        raise Refused("registry.file_format_unknown", root=xml.name_of(root)[:40], known=list(FORMATS))
    return cnipa.record_of(read(root))
