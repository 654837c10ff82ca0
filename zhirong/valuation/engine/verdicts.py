"""What a measure of a ratio study says, judged by the standard's band and by what errors as wide bring about alone.

The bands are of houses (IAAO 2013). Patents scatter so much that estimates without any bias lie outside them: whoever
sorts deals by price finds the lucky prices on top. So a measure outside its band says something only where it also
lies further out than that of the same errors without bias (`ratios.baseline`), beyond its own doubt.
"""

from __future__ import annotations

from collections.abc import Sequence

WITHIN, USUAL, UNKNOWN = "within", "usual", "unknown"
LOW, HIGH, DEAR_LOW, DEAR_HIGH = "low", "high", "dear_low", "dear_high"
# What lies above its reference says that dear rights are estimated too low (PRD), or too high (PRB, MKI).
ABOVE = {"median_ratio": HIGH, "prd": DEAR_LOW, "prb": DEAR_HIGH, "mki": DEAR_HIGH}
BELOW = {"median_ratio": LOW, "prd": DEAR_HIGH, "prb": DEAR_LOW, "mki": DEAR_LOW}


def of(
    name: str, value: float | None, *, interval: tuple[float | None, float | None], usual: float | None,
    band: Sequence[float],
) -> str:  # fmt: skip
    """The verdict on one measure; `usual` is its value of errors as wide without bias, `interval` its own doubt."""
    if value is None:
        return UNKNOWN
    least, most = min(band), max(band)
    if least <= value <= most:
        return WITHIN
    is_above = value > most
    if usual is not None and (low_of(interval, value) <= usual if is_above else usual <= high_of(interval, value)):
        return USUAL
    return ABOVE[name] if is_above else BELOW[name]


def low_of(interval: tuple[float | None, float | None], value: float) -> float:
    """The lower end of a measure's doubt, the measure itself where that is not known."""
    return value if interval[0] is None else interval[0]


def high_of(interval: tuple[float | None, float | None], value: float) -> float:
    """The upper end of a measure's doubt, the measure itself where that is not known."""
    return value if interval[1] is None else interval[1]
