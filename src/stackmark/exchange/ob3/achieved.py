"""Reads an Open Badges 3.0 Achievement (section B.1.1) into a record's achievement."""

from __future__ import annotations

import re
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.languages import UNKNOWN, said, tag
from stackmark.exchange.ob3 import educredential, worded
from stackmark.exchange.ob3.aligned import read_alignments
from stackmark.exchange.ob3.profiles import read_identifiers
from stackmark.exchange.ob3.results import read_scale
from stackmark.exchange.ob3.rubrics import finish_rubrics, read_rubrics
from stackmark.exchange.source import Source

# achievementType words that say one of our kinds; all others are kept as ``type_stated``.
KIND_WORDS: Final = {
    "Badge": "digital-badge",
    "Certificate": "certificate",
    "Certification": "micro-certification",
}
# What a kind implies in Open Badges: no word of its own need be kept beside it.
IMPLIED: Final = {kind: word for word, kind in KIND_WORDS.items()} | {
    "nano-degree-part": "MicroCredential"
}
MAX_TAGS: Final = 30
# Where a field would stand that has no member of its own: the nearest there is, or the whole.
_WOULD: Final = {
    "workload": "creditsAvailable",
    "quality": "endorsement",
    "prerequisites": "criteria",
    "participation": "",
    "supervision": "",
    "stackability": "",
    "further": "",
}
_FIELD: Final = re.compile(r"(\d{2,4})(?:\s+|\Z)(.*)\Z", re.DOTALL)


def read_achievement(
    source: Source, builder: Builder, *, wording: bool, used: frozenset[str] = frozenset()
) -> str:
    """Put what an Achievement says; gives the language it is written in.

    ``wording``: also read the facts that stand as words in the criteria (``ob3.worded``).
    ``used``: descriptions of results that a person's marks refer to.
    """
    source.drop("type", "@context")
    language = _language(source, builder)
    _read_texts(source, builder, language)
    _read_names(source, builder)
    _read_kind(source, builder)
    _read_field(source, builder)
    _read_tags(source, builder)
    spoken = worded.take_narrative(source.at("criteria"), builder, language, read=wording)
    read_alignments(source, builder, language, spoken.outcomes)
    read_scale(source, builder, used)
    read_rubrics(source, builder, language)
    educredential.read_terms(source, builder, language)
    worded.put_facts(spoken, builder, language)
    return language


def _language(source: Source, builder: Builder) -> str:
    found = tag(source.peek("inLanguage"))
    builder.put("/achievement/language", found or UNKNOWN, source.place("inLanguage"))
    if found:
        source.take("inLanguage")
    return found or UNKNOWN


def _read_texts(source: Source, builder: Builder, language: str) -> None:
    for name, field in (("name", "title"), ("description", "description")):
        builder.would(f"/achievement/{field}", source.place(name))
        for tongue, text, place in said(source, name, language):
            builder.put(f"/achievement/{field}/{tongue}", text, place)


def _read_names(source: Source, builder: Builder) -> None:
    for name, path in (("id", "/id"), ("version", "/version"), ("humanCode", "/achievement/code")):
        builder.put(path, source.text(name), source.place(name))
    read_image(source, builder, "/image")
    read_identifiers(source, "otherIdentifier", "/identifiers", builder)


def read_image(source: Source, builder: Builder, path: str) -> None:
    """An image: its address, or an Image object; the caption our own writer gives says nothing."""
    if isinstance(source.peek("image"), str):
        builder.put(path, source.text("image"), source.place("image"))
        return
    image = source.at("image")
    builder.put(path, image.text("id"), image.place("id"))
    image.drop("type")
    caption = image.peek("caption")
    if isinstance(caption, str) and caption.startswith("Badge: "):
        image.drop("caption")


def _read_kind(source: Source, builder: Builder) -> None:
    word = source.text("achievementType")
    place = source.place("achievementType")
    if word in KIND_WORDS:
        builder.put("/achievement/kind", KIND_WORDS[word], place)
    elif word != "Achievement":
        builder.put("/type_stated", word, place)
    builder.would("/achievement/kind", place)


def _read_field(source: Source, builder: Builder) -> None:
    found = source.text("fieldOfStudy")
    place = source.place("fieldOfStudy")
    match = _FIELD.match(found)
    builder.would("/achievement/field", place)
    builder.put("/achievement/field/code", match[1] if match else "", place)
    builder.put("/achievement/field/name", match[2] if match else found, place)


def _read_tags(source: Source, builder: Builder) -> None:
    found = source.peek("tag")
    if isinstance(found, str):
        builder.put("/achievement/tags/0", source.text("tag"), source.place("tag"))
        return
    for number, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, str) and builder.room("/achievement/tags", MAX_TAGS):
            builder.add("/achievement/tags", one.strip(), f"{source.place('tag')}/{number}")
            source.take_item("tag", number)


def finish_achievement(source: Source, builder: Builder) -> None:
    """What can only be told when all else is read.

    ``creditsAvailable`` has no unit: it only confirms a credit whose unit is known otherwise.
    """
    for field, member in _WOULD.items():
        place = source.place(member) if member else source.pointer
        builder.would(f"/achievement/{field}", place)
    known: Any = builder.value("/achievement/credit") or {}
    builder.would("/achievement/credit", source.place("creditsAvailable"))
    if "creditsAvailable" in source and known.get("value") == source.peek("creditsAvailable"):
        source.drop("creditsAvailable")
        builder.place("/achievement/credit/value", source.place("creditsAvailable"))
    finish_rubrics(source, builder)
    kind = builder.value("/achievement/kind")
    if kind and IMPLIED.get(kind) == builder.value("/type_stated"):
        builder.remove("/type_stated")
