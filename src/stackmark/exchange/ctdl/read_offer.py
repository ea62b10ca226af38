"""Reads what the credential requires: outcomes, workload, credit, level, assessment, entry."""

from __future__ import annotations

from typing import Any, Final

from stackmark.exchange.ctdl import terms
from stackmark.exchange.ctdl.graph import Reference
from stackmark.exchange.ctdl.reading import IDENTIFIER, Reading
from stackmark.exchange.elm.durations import read_hours, refusal
from stackmark.exchange.languages import said
from stackmark.exchange.source import Source

_DURATIONS: Final = ("ceterms:exactDuration", "ceterms:timeRequired")
_RANGE: Final = ("ceterms:minimumDuration", "ceterms:maximumDuration")
_METHOD_CODES: Final = frozenset(terms.METHODS.values())
_LEVELS: Final = ("ceterms:atLevel", "ceterms:audienceLevelType")


def read_offer(reading: Reading, main: Source) -> None:
    """Everything that is said of learning and assessment, where it stands first."""
    conditions = main.each("ceterms:requires")
    learning = [main, *_targets(reading, conditions, "ceterms:targetLearningOpportunity")]
    assessed = _targets(reading, conditions, "ceterms:targetAssessment")
    _would(reading, main)
    _read_criteria(reading, main, conditions)
    _read_outcomes(reading, conditions, [*learning, *assessed])
    _read_assessment(reading, assessed)
    for one in [*learning, *conditions]:
        _read_credit(reading, one)
    for one in learning:
        _read_workload(reading, one)
        _read_delivery(reading, one)
        _read_entry(reading, one)
        _drop_name(one, main)
    for one in assessed:
        _drop_name(one, main)
    _read_levels(reading, main)
    _read_field(reading, main)
    _read_programme(reading, main)
    for one in conditions:
        one.drop("@type")


def _targets(reading: Reading, conditions: list[Source], name: str) -> list[Source]:
    found = [one for each in conditions for one in reading.graph.references(each, name)]
    for one in found:
        if not one.node:
            reading.builder.missing.append(one.id)
    return [one.node for one in found if one.node]


def _drop_name(one: Source, main: Source) -> None:
    """A name that is the credential's own says nothing more."""
    if one is not main and one.peek("ceterms:name") == main.peek("ceterms:name"):
        one.take("ceterms:name")


def _would(reading: Reading, main: Source) -> None:
    places = {
        "/achievement/outcomes": "requires",
        "/achievement/workload": "estimatedDuration",
        "/achievement/credit": "requires",
        "/achievement/level": "atLevel",
        "/achievement/assessment": "requires",
        "/achievement/assessment/methods": "requires",
        "/achievement/supervision": "requires",
        "/achievement/participation": "learningDeliveryType",
        "/achievement/prerequisites": "requires",
        "/achievement/stackability": "isPartOf",
        "/achievement/further": "description",
    }
    for path, name in places.items():
        reading.builder.would(path, main.place(f"ceterms:{name}"))


def _read_criteria(reading: Reading, main: Source, conditions: list[Source]) -> None:
    builder, path = reading.builder, "/achievement/criteria"
    for one in conditions[:1]:
        if "ceterms:description" in one:
            reading.put_texts(f"{path}/narrative", one, "ceterms:description")
        page = one.text("ceterms:subjectWebpage")
        builder.put(f"{path}/url", page, one.place("ceterms:subjectWebpage"))
    page = main.text("ceterms:subjectWebpage")
    known = (builder.value("/id"), builder.value(f"{path}/url"))
    if page and page not in known:
        if known[1]:
            main.leave("ceterms:subjectWebpage")
        else:
            builder.put(f"{path}/url", page, main.place("ceterms:subjectWebpage"))


def _read_outcomes(reading: Reading, conditions: list[Source], others: list[Source]) -> None:
    for source in conditions:
        for one in reading.graph.references(source, "ceterms:targetCompetency"):
            _read_outcome(reading, one)
    stated = reading.builder.has("/achievement/outcomes")
    for source in [] if stated else others:
        for one in reading.graph.references(source, "ceterms:teaches", "ceterms:assesses"):
            _read_outcome(reading, one)


def _read_outcome(reading: Reading, one: Reference) -> None:
    """A competency of the document with its text, or an alignment to one elsewhere."""
    number = len(reading.builder.value("/achievement/outcomes") or [])
    path = f"/achievement/outcomes/{number}"
    target = one.node.peek("ceterms:targetNode") if one.node else None
    competency = reading.graph.find(target) or (
        one.node if "ceasn:competencyText" in one.node else reading.graph.find(one.id)
    )
    if "ceasn:competencyText" in competency or "ceasn:skillEmbodied" in competency:
        _read_competency(reading, path, competency)
        _drop_alignment(one.node, competency)
    elif one.node:
        _read_alignment(reading, path, one.node)
    elif one.address:
        reading.builder.missing.append(one.address)


def _read_competency(reading: Reading, path: str, competency: Source) -> None:
    if "ceasn:competencyText" in competency:
        reading.put_texts(f"{path}/statement", competency, "ceasn:competencyText")
    skills = reading.graph.references(competency, "ceasn:skillEmbodied")
    for one in skills:
        _read_skill(reading, f"{path}/skills", one)


def _drop_alignment(one: Source, competency: Source) -> None:
    if one and one.pointer != competency.pointer:
        one.drop("@type", "ceterms:targetNode")
        if one.peek("ceterms:targetNodeName") == competency.peek("ceasn:competencyText"):
            one.drop("ceterms:targetNodeName")


def _read_skill(reading: Reading, path: str, one: Reference) -> None:
    builder, node = reading.builder, one.node
    if not node or not said(node, "ceasn:competencyLabel", reading.language):
        builder.refuse(one.place, one.id, "Nothing tells the name of this skill.")
        return
    at = f"{path}/{len(builder.value(path) or [])}"
    reading.put_line(f"{at}/name", node, "ceasn:competencyLabel")
    if one.address.startswith(IDENTIFIER):
        builder.put(f"{at}/uri", one.address, one.place)
    code = node.text("ceasn:codedNotation")
    if code:
        builder.put(f"{at}/code", code, node.place("ceasn:codedNotation"))
    for framework in reading.graph.references(node, "ceasn:isPartOf"):
        if framework.node and "ceasn:name" in framework.node:
            reading.put_line(f"{at}/framework", framework.node, "ceasn:name")


def _read_alignment(reading: Reading, path: str, one: Source) -> None:
    """A competency that is defined elsewhere: its name is its text, and it is a skill."""
    if not reading.put_texts(f"{path}/statement", one, "ceterms:targetNodeName"):
        reading.builder.remove(f"{path}/statement")
        return
    name, place = reading.line(one, "ceterms:targetNodeName")
    target = one.peek("ceterms:targetNode")
    skill = {
        "uri": target if isinstance(target, str) else "",
        "code": one.peek("ceterms:codedNotation"),
    }
    if not (str(skill["uri"]).startswith(IDENTIFIER) or isinstance(skill["code"], str)):
        one.drop("@type")
        return
    at = f"{path}/skills/0"
    reading.builder.put(f"{at}/name", name[:200], place)
    if str(skill["uri"]).startswith(IDENTIFIER):
        reading.builder.put(
            f"{at}/uri", one.text("ceterms:targetNode"), one.place("ceterms:targetNode")
        )
    if isinstance(skill["code"], str) and skill["code"]:
        code = one.text("ceterms:codedNotation")
        reading.builder.put(f"{at}/code", code, one.place("ceterms:codedNotation"))
    if "ceterms:frameworkName" in one:
        reading.put_line(f"{at}/framework", one, "ceterms:frameworkName")
    one.drop("@type")


def _read_assessment(reading: Reading, assessed: list[Source]) -> None:
    path = "/achievement/assessment"
    for one in assessed[:1]:
        for field, name in (
            ("description", "ceterms:description"),
            ("pass_rule", "ceterms:scoringMethodDescription"),
        ):
            if name in one:
                reading.put_texts(f"{path}/{field}", one, name)
        _read_methods(reading, path, one)
        # Not at isProctored itself: yes or no is no wrong answer, only less than is asked.
        reading.builder.place("/achievement/supervision", one.pointer)


def _read_methods(reading: Reading, path: str, one: Source) -> None:
    """Our words come back from their sentence; a foreign word is what is said of the assessment."""
    name = "ceterms:assessmentMethodDescription"
    words = _known_words(one.at(name).peek("en"))
    concepts = one.each("ceterms:assessmentMethodType")
    if words:
        one.take(name)
        place = one.at(name).place("en")
        for word in words:
            reading.builder.add(f"{path}/methods", word, place)
        implied = {terms.METHODS.get(word) for word in words}
        for each in concepts:
            if terms.code_of(each.peek("ceterms:targetNode"), "assessMethod") in implied:
                each.all()
    elif not reading.builder.has(f"{path}/description"):
        _read_foreign_method(reading, path, one, concepts)


def _known_words(text: Any) -> list[str]:
    """Our words, when a text is nothing but their list."""
    by_label = {label: word for word, label in terms.METHOD_WORDS.items()}
    labels = text.split("; ") if isinstance(text, str) else []
    found = [by_label[label] for label in labels if label in by_label]
    return found if len(found) == len(labels) else []


def _read_foreign_method(reading: Reading, path: str, one: Source, concepts: list[Source]) -> None:
    name = "ceterms:assessmentMethodDescription"
    if name in one and reading.put_texts(f"{path}/description", one, name):
        return
    for each in concepts:
        code = terms.code_of(each.peek("ceterms:targetNode"), "assessMethod")
        if code in _METHOD_CODES and not reading.builder.has(f"{path}/description"):
            reading.builder.put(f"{path}/description/en", code, each.place("ceterms:targetNode"))
            each.all()


def _read_credit(reading: Reading, source: Source) -> None:
    """The first credit with one value and a unit that is said."""
    path, builder = "/achievement/credit", reading.builder
    for one in source.each("ceterms:creditValue"):
        value = one.peek("schema:value")
        unit, name, place = _unit(reading, one)
        if builder.has(path) or not _is_number(value) or not unit:
            continue
        one.drop("@type", "schema:value")
        builder.put(f"{path}/value", value, one.place("schema:value"))
        builder.put(f"{path}/unit", unit, place)
        if unit == "other":
            builder.put(f"{path}/unit_name", name, place)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unit(reading: Reading, one: Source) -> tuple[str, str, str]:
    """Our unit, what it is called, and where that is said; ``""`` when nobody said."""
    for each in one.each("ceterms:creditUnitType")[:1]:
        code = terms.code_of(each.peek("ceterms:targetNode"), "creditUnit")
        word = terms.word_of(terms.CREDIT_UNITS, code)
        name, place = reading.line(each, "ceterms:targetNodeName")
        if word or name or code:
            each.all()
            known = each.place("ceterms:targetNode") if code else place
            return word or "other", (name or code)[:60], known
    text, place = reading.line(one, "schema:description")
    for word, label in terms.CREDIT_WORDS.items():
        if text == label or (word == "ects" and text.strip().upper() == "ECTS"):
            return word, "", place
    return ("other", text, place) if 0 < len(text) <= 60 else ("", "", "")


def _read_workload(reading: Reading, source: Source) -> None:
    path, builder = "/achievement/workload", reading.builder
    for one in source.each("ceterms:estimatedDuration"):
        names = _RANGE if all(name in one for name in _RANGE) else ()
        single = next((name for name in _DURATIONS if isinstance(one.peek(name), str)), "")
        low, high = names or (single, single)
        hours = [read_hours(str(one.peek(name) or "")) for name in (low, high)]
        if builder.has(path) or None in hours:
            text = str(one.peek(low) or "")
            if text and low in one:
                builder.refuse(one.place(low), one.take(low), refusal(text))
            continue
        one.drop("@type", low, high)
        for field, value, name in (("low", hours[0], low), ("high", hours[1], high)):
            builder.put(f"{path}/{field}", _plain(value), one.place(name))


def _plain(value: Any) -> Any:
    return int(value) if value == value.to_integral_value() else float(value)


def _read_delivery(reading: Reading, source: Source) -> None:
    for name in ("ceterms:learningDeliveryType", "ceterms:deliveryType"):
        for one in source.each(name):
            code = terms.code_of(one.peek("ceterms:targetNode"), "deliveryType", "deliver")
            word = terms.word_of(terms.DELIVERY, code)
            if word:
                place = one.place("ceterms:targetNode")
                reading.builder.add("/achievement/participation", word, place)
                one.all()


def _read_entry(reading: Reading, source: Source) -> None:
    path = "/achievement/prerequisites"
    for one in source.each("ceterms:entryCondition"):
        if not reading.builder.has(path) and "ceterms:description" in one:
            reading.put_texts(path, one, "ceterms:description")
            reading.builder.place(path, one.place("ceterms:description"))
            one.drop("@type")


def _read_levels(reading: Reading, main: Source) -> None:
    path, builder = "/achievement/level", reading.builder
    for one in [each for name in _LEVELS for each in main.each(name)]:
        frame, place = reading.line(one, "ceterms:frameworkName")
        code = one.peek("ceterms:codedNotation")
        if not isinstance(code, str) or not frame:
            one.leave("ceterms:frameworkName")
            continue
        if frame == terms.EQF and code in tuple("12345678") and not builder.has(f"{path}/eqf"):
            builder.put(f"{path}/eqf", int(code), one.place("ceterms:codedNotation"))
            one.all()
        elif frame != terms.EQF and not builder.has(f"{path}/framework"):
            builder.put(f"{path}/framework", frame, place)
            builder.put(f"{path}/code", code, one.place("ceterms:codedNotation"))
            one.drop("@type", "ceterms:codedNotation")
        else:
            one.leave("ceterms:frameworkName")


def _read_field(reading: Reading, main: Source) -> None:
    name, path = "ceterms:instructionalProgramType", "/achievement/field"
    reading.builder.would(path, main.place(name))
    for one in main.each(name)[:1]:
        frame, _ = reading.line(one, "ceterms:frameworkName")
        reading.put_line(f"{path}/name", one, "ceterms:targetNodeName")
        code = one.peek("ceterms:codedNotation")
        if frame.startswith("ISCED") and isinstance(code, str):
            builder_place = one.place("ceterms:codedNotation")
            reading.builder.put(f"{path}/code", one.text("ceterms:codedNotation"), builder_place)
        elif frame:
            one.leave("ceterms:frameworkName")
        one.drop("@type")


def _read_programme(reading: Reading, main: Source) -> None:
    path = "/achievement/programme"
    for one in reading.graph.references(main, "ceterms:isPartOf")[:1]:
        if one.node and "ceterms:name" in one.node:
            reading.put_texts(f"{path}/name", one.node, "ceterms:name")
        page = one.node.text("ceterms:subjectWebpage") if one.node else ""
        if page:
            reading.builder.put(f"{path}/url", page, one.node.place("ceterms:subjectWebpage"))
        elif one.address.startswith(("https://", "http://")):
            reading.builder.put(f"{path}/url", one.address, one.place)
