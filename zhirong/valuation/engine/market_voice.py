"""What the market says: the hedonic model of the house's own deals, of many rights at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from zhirong.valuation.engine import features, hedonic
from zhirong.valuation.engine.hedonic import Model
from zhirong.valuation.engine.ruling import Figures
from zhirong.valuation.engine.subject import Subject

Floats = npt.NDArray[np.float64]
METHOD = "market.hedonic"
# Rights are predicted in blocks of one size, the last filled up: a product of matrices may give other last digits for
# other numbers of rows, and one right alone must read the same as among thousands.
BLOCK = 128


def voice(
    subjects: Sequence[Subject], model: Model | None, under: Figures, *, deal: str = features.SALE
) -> tuple[Floats, Floats]:
    """(n,) ln of the median price in yuan and (n,) its log s.d.; NaN where there is no model.

    A kind that no deal was of is read from the other kinds, with the dated extra spread.
    """
    count = len(subjects)
    if model is None:
        return np.full(count, np.nan), np.full(count, np.nan)
    found = [_block(subjects[start : start + BLOCK], model, deal) for start in range(0, count, BLOCK)]
    medians = np.concatenate([one[0] for one in found]) if found else np.zeros(0)
    sds = np.concatenate([one[1] for one in found]) if found else np.zeros(0)
    extra = float(under.value("estimate.unseen_kind_log_sd"))
    unseen = np.array([subject.kind not in kinds(model) for subject in subjects], dtype=np.bool_)
    return medians, np.where(unseen, np.sqrt(sds**2 + extra**2), sds)


def kinds(model: Model) -> frozenset[str]:
    """The kinds of rights that deals were of."""
    group = next((one for one in model.groups if one.name == "kind"), None)
    return frozenset() if group is None else frozenset(one.level for one in group.levels)


def _block(subjects: Sequence[Subject], model: Model, deal: str) -> tuple[Floats, Floats]:
    items = [features.item(one, deal=deal) for one in subjects]
    mu, log_scale = hedonic.predict(model, [*items, *[items[-1]] * (BLOCK - len(items))])
    return mu[: len(items)], np.exp(log_scale[: len(items)])
