"""What the reference tables say of a right's class: its titles from the section down, and its field of technology."""

from __future__ import annotations

from dataclasses import dataclass

from zhirong.registry.models import IpcClass, TechnologyField


@dataclass(frozen=True, slots=True)
class Title:
    """One step of the classification on the way to a symbol; a language the edition lacks is empty."""

    symbol: str
    level: str
    zh: str
    en: str


def titles(symbol: str) -> list[Title]:
    """The titles of an IPC symbol and of all above it, the section first; empty where it is not loaded. Two queries.

    A symbol of a later edition than the one loaded is shown by the nearest class above it that is known.
    """
    plain = symbol.replace(" ", "")
    above = [plain, f"{plain.partition('/')[0]}/00", plain[:4], plain[:3], plain[:1]]
    known = IpcClass.objects.in_bulk(above)
    nearest = next((known[name] for name in above if name in known), None)
    if nearest is None:
        return []
    names = [*nearest.path.split(), nearest.symbol]
    rows = IpcClass.objects.in_bulk(names)
    return [
        Title(row.symbol, row.level, row.title_zh, row.title_en)
        for name in names
        if (row := rows.get(name)) is not None
    ]


def technology_field(symbol: str) -> TechnologyField | None:
    """WIPO's field of a symbol: by its main group where the concordance divides a subclass, else by its subclass."""
    plain = symbol.replace(" ", "")
    found = TechnologyField.objects.in_bulk([f"{plain.partition('/')[0]}/", plain[:4]])
    return max(found.values(), key=lambda field: len(field.prefix), default=None)
