"""The words of CTDL pathways, and which predicates of a select they can say.

Classes and properties are those of the CTDL pathway part (https://credreg.net/ctdl/terms):
Pathway, PathwayComponent and its kinds, ComponentCondition, Constraint. CTDL leaves open which
values stand on the right of a constraint; here they are texts, one for each value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackmark.exchange.ctdl.terms import CREDIT_UNITS, CREDIT_WORDS, Json, code_of, node, said

LANGUAGE: Final = "en"
AND: Final = "logic:And"
OR: Final = "logic:Or"
AT_LEAST: Final = "compare:gteq"
AT_MOST: Final = "compare:lteq"
EQUAL: Final = "compare:eq"
ANY_OF: Final = "compare:isAnyOf"
SUM: Final = "arrayOp:Sum"
CREDIT: Final = "ceterms:creditValue"
UNIT: Final = "ceterms:creditUnitType"
LEVEL: Final = "ceterms:atLevel"
CAPSTONE: Final = "Capstone"

# Members of a select that are lists of addresses or codes, and the property each speaks of.
LISTS: Final = {
    "achievement": "ceterms:proxyFor",
    "issuer": "ceterms:ownedBy",
    "skill": "ceterms:targetCompetency",
    "field": "ceterms:instructionalProgramType",
}
BOUNDS: Final = {"level_min": AT_LEAST, "level_max": AT_MOST, "level": EQUAL}
# What else a select may ask, and why it has no home.
NO_HOME: Final = {
    "id": "CTDL speaks of what is offered, not of one person's credential.",
    "issuer_class": "CTDL constraints have no classes of issuers.",
    "class": "Our classes are no CTDL classes.",
    "credits_min": "CTDL constraints bound the sum of credit, not that of each.",
    "max_age_years": "CTDL has no age of a credential.",
    "grade_min": "CTDL has nothing about a grade that was given.",
    "supervision_min": "CTDL has no degree of supervision.",
    "evidence_min": "CTDL has no strength of evidence.",
    "verified": "CTDL has no verification of a credential.",
    "not_applied_to": "CTDL has no use of a credential for another award.",
}
LIMITS: Final = "CTDL pathways have no limits on the whole of what is used."
SUBSTITUTES: Final = "CTDL pathways have no approved substitutes."


def constraint(left: str, comparator: str, right: list[str], action: str = "") -> Json:
    """One comparison; ``action`` is what is done with the left side first."""
    return node(
        "Constraint",
        leftSource=[left],
        leftAction=action,
        comparator=comparator,
        rightSource=right,
    )


def unit_word(unit: str) -> str:
    """A unit as CTDL has it: a concept, else its name in words, else itself."""
    if unit in CREDIT_UNITS:
        return f"creditUnit:{CREDIT_UNITS[unit][0]}"
    return CREDIT_WORDS.get(unit, unit)


def unit_of(word: str) -> str:
    """The unit a word stands for."""
    code = code_of(word, "creditUnit")
    by_code = {one: unit for unit, (one, _) in CREDIT_UNITS.items()}
    by_word = {text: unit for unit, text in CREDIT_WORDS.items()}
    return by_code.get(code) or by_word.get(word, word)


def constraints_of(select: Json, *, without: tuple[str, ...] = ()) -> Iterator[Json]:
    """A select (JSON) as constraints, as far as it has any."""
    for name, source in LISTS.items():
        if name in select and name not in without:
            yield constraint(source, ANY_OF, list(select[name]))
    for name, comparator in BOUNDS.items():
        if name in select:
            yield constraint(LEVEL, comparator, [str(select[name])])


def named(title: str, sentence: str) -> dict[str, Any]:
    """Name and description of a condition."""
    return {"name": said(title, LANGUAGE), "description": said(sentence, LANGUAGE)}
