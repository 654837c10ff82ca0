"""Five measures as OpenFisca would have them, run by the interpreter of an environment of its own.

Reads facts from the file named first, writes amounts and CPU seconds to the one named second. Nothing of the product
is imported here, and nothing of OpenFisca there.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from openfisca_core.entities import build_entity  # type: ignore[import-not-found]
from openfisca_core.indexed_enums import Enum  # type: ignore[import-not-found]
from openfisca_core.parameters import ParameterNode  # type: ignore[import-not-found]
from openfisca_core.periods import DateUnit  # type: ignore[import-not-found]
from openfisca_core.simulations import SimulationBuilder  # type: ignore[import-not-found]
from openfisca_core.taxbenefitsystems import TaxBenefitSystem  # type: ignore[import-not-found]
from openfisca_core.variables import Variable  # type: ignore[import-not-found]

YEAR = "2024"
ENTERPRISE = build_entity(key="enterprise", plural="enterprises", label="enterprise", is_person=True)
PARAMETERS = {
    "rnd": {"rate": {"values": {"2018-01-01": 0.75, "2023-01-01": 1.0}}, "outside": {"values": {"2018-01-01": 0.8}}},
    "transfer": {
        "table": {
            "brackets": [
                {"threshold": {"2015-10-01": 0}, "rate": {"2015-10-01": 1.0}},
                {"threshold": {"2015-10-01": 5_000_000}, "rate": {"2015-10-01": 0.5}},
            ]
        }
    },
    "award": {"invention": {"values": {"2024-01-01": 4000}}, "other": {"values": {"2024-01-01": 1500}}},
    "remuneration": {"share": {"values": {"2015-01-01": 0.5}}, "own": {"values": {"2015-01-01": 0.05}}},
}


def fact(name: str, values: np.ndarray) -> type:
    """A variable that is given: a truth, a number (float32, the only broken number it has), a text as an Enum."""
    kind: dict[str, object] = {"value_type": float}
    if values.dtype == bool:
        kind = {"value_type": bool}
    elif values.dtype.kind == "U":
        words = Enum(f"{name}_words", {str(word): str(word) for word in np.unique(values)})
        kind = {"value_type": Enum, "possible_values": words, "default_value": next(iter(words))}
    return type(name, (Variable,), {"entity": ENTERPRISE, "definition_period": DateUnit.YEAR, **kind})


def formula_of(name: str, formula: object) -> type:
    """A variable that is computed."""
    common = {"value_type": float, "entity": ENTERPRISE, "definition_period": DateUnit.YEAR}
    return type(name, (Variable,), {**common, "formula": formula})


def is_one_of(values: object, *words: str) -> object:
    """Whether a text is one of these; codes are those of its Enum."""
    codes = [member.index for member in values.possible_values if member.value in words]  # type: ignore[attr-defined]
    return np.isin(values, codes)


def rnd(person, period, parameters):  # type: ignore[no-untyped-def]
    p = parameters(period).rnd
    out = ("tobacco", "hotels_catering", "trade", "real_estate", "leasing_business", "entertainment")
    met = person("is_resident_enterprise", period) * person("keeps_proper_accounts", period)
    met = met * ~is_one_of(person("industry", period), *out)
    return met * (p.rate * person("rnd_own", period) + p.rate * p.outside * person("rnd_given_out", period))


def vat(person, period, parameters):  # type: ignore[no-untyped-def]
    kind = person("contract_kind", period)
    related = is_one_of(kind, "consulting", "service") * person("goes_with_transfer", period)
    met = (is_one_of(kind, "transfer", "development") + related > 0) * person("contract_registered", period)
    return met * person("technical_income", period)


def transfer(person, period, parameters):  # type: ignore[no-untyped-def]
    kinds = ("patent", "software", "ic_layout", "plant_variety", "biomedical_variety")
    form = person("transfer_form", period)
    long = is_one_of(form, "exclusive_worldwide", "non_exclusive") * (person("licence_years", period) >= 5)
    met = person("is_resident_enterprise", period) * is_one_of(person("technology_kind", period), *kinds)
    met = met * ((is_one_of(form, "ownership") + long) > 0) * person("contract_registered", period)
    met = met * (person("related_holding_share", period) < 1) * ~person("export_banned_or_restricted", period)
    return met * parameters(period).transfer.table.calc(person("transfer_income_of_year", period))


def award(person, period, parameters):  # type: ignore[no-untyped-def]
    p = parameters(period).award
    inventions, others = person("inventions_granted", period), person("other_patents_granted", period)
    met = person("is_service_invention", period) * ~person("award_agreed", period) * (inventions + others > 0)
    return met * (p.invention * inventions + p.other * others)


def remuneration(person, period, parameters):  # type: ignore[no-untyped-def]
    p, way = parameters(period).remuneration, person("exploitation", period)
    sale, shares, own = (is_one_of(way, *words) for words in (("transfer", "licence"), ("contribution",), ("own",)))
    met = person("is_service_invention", period) * ~person("award_agreed", period)
    met = met * ((sale + shares + own * (person("year_of_use", period) <= 5)) > 0)
    lines = p.share * sale * person("net_income", period) + p.share * shares * person("shares_value", period)
    return met * (lines + p.own * own * person("operating_profit", period))


FORMULAS = {"rnd": rnd, "vat": vat, "transfer": transfer, "award": award, "remuneration": remuneration}


def main(given: str, told: str) -> None:
    """Everybody's amounts, and the CPU seconds of computing them once the facts are in."""
    facts = dict(np.load(given, allow_pickle=False))
    system = TaxBenefitSystem([ENTERPRISE])
    system.parameters = ParameterNode("", data=PARAMETERS)
    for name, values in facts.items():
        system.add_variable(fact(name, values))
    for name, formula in FORMULAS.items():
        system.add_variable(formula_of(name, formula))
    size = len(next(iter(facts.values())))
    simulation = SimulationBuilder().build_default_simulation(system, count=size)
    for name, values in facts.items():
        simulation.set_input(name, YEAR, values)
    begun = time.process_time()
    amounts = {name: simulation.calculate(name, YEAR) for name in FORMULAS}
    seconds = time.process_time() - begun
    np.savez(told, seconds=np.array([seconds]), **amounts)


if __name__ == "__main__":
    main(*sys.argv[1:3])
