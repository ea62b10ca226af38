"""Texts of the interface for translators: no program of gettext is needed.

    python tools/messages.py update             the .po files say what the code says; .mo written anew
    python tools/messages.py todo LANG [FILE]   what is not translated yet, as JSON
    python tools/messages.py fill LANG FILE     put translations from such JSON in
    python tools/messages.py check              whether anything is missing or wrong

A JSON entry {"id": "1f0c…", "text": "…", "plural": "…", "context": "…", "where": "…"} becomes
{"id": "1f0c…", "to": "…"}, or {"id": "1f0c…", "to": ["…", …]} with one text a plural form. The id
is of the text, so work goes on while the code changes.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "stackmark_web"
LOCALE = PACKAGE / "locale"
LANGUAGES = ("ar", "es")
# As Django's own catalogues have them: a difference would make Django keep two sets of forms.
PLURALS = {
    "es": "nplurals=3; plural=n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;",
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 && n%100<=99 ? 4 : 5;",
}
ARGUMENTS = {  # position of (context, singular, plural) in each function
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
TEMPLATE = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)} | {
    "npgettext": ((1, "c"), 2, 3)
}
HOLES = re.compile(r"%\(\w+\)[sdi]|%[sd]|\{\w*\}|</?\w+")


class Message(NamedTuple):
    """A text of the code; ``plural`` and ``context`` are empty where it has none."""

    text: str
    plural: str
    context: str
    where: str


def forms_of(language: str) -> int:
    """How many forms a text with a number has."""
    return int(PLURALS[language].removeprefix("nplurals=").partition(";")[0])


def messages() -> Iterator[Message]:
    """Every text given to a translator, from code and templates, in the order of files."""
    for file in sorted(PACKAGE.rglob("*")):
        where = file.relative_to(PACKAGE).as_posix()
        if file.suffix == ".py":
            yield from _in_code(file.read_text("utf-8"), where)
        elif file.suffix in {".html", ".txt", ".svg"} and "templates" in file.parts:
            yield from _in_template(file.read_text("utf-8"), where)


def _in_code(text: str, where: str) -> Iterator[Message]:
    tree = ast.parse(text)
    named: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            named |= {one.asname or one.name: one.name for one in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _called(node, named, where)


def _called(node: ast.Call, named: dict[str, str], where: str) -> Iterator[Message]:
    function = ""
    if isinstance(node.func, ast.Name):
        function = named.get(node.func.id, "")
    elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        function = node.func.attr if node.func.value.id == "translation" else ""
    if function not in ARGUMENTS:
        return
    given = [_constant(one) for one in node.args]
    context, text, plural = (
        "" if place is None else (given[place] if place < len(given) else None)
        for place in ARGUMENTS[function]
    )
    if isinstance(text, str) and text and isinstance(plural, str) and isinstance(context, str):
        yield Message(text, plural, context, where)


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _in_template(text: str, where: str) -> Iterator[Message]:
    from django.utils.translation.template import templatize

    # Within brackets white space means nothing to the reader of Python.
    code = f"({templatize(text, origin=where)})".encode()
    for _line, found, _comments, context in extract("python", io.BytesIO(code), keywords=TEMPLATE):
        pair = found if isinstance(found, tuple) else (found, "")
        if pair[0]:
            yield Message(pair[0], pair[1] or "", context or "", where)


def current() -> dict[tuple[str, str], Message]:
    """Each text once, by context and text. Django knows no two plurals of one text."""
    found: dict[tuple[str, str], Message] = {}
    for one in messages():
        key = (one.context, one.text)
        if key not in found or (one.plural and not found[key].plural):
            found[key] = one
    return found


def catalogue(language: str) -> Catalog:
    """What is translated so far."""
    file = LOCALE / language / "LC_MESSAGES" / "django.po"
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def renewed(language: str) -> Catalog:
    """A catalogue of exactly what the code says, with the translations there are."""
    old = catalogue(language)
    new = Catalog(locale=language, fuzzy=False, charset="utf-8")
    new._num_plurals = count = forms_of(language)  # Babel's own number can be another
    for one in sorted(current().values()):
        kept = old.get(one.text, one.context or None)
        text = (one.text, one.plural) if one.plural else one.text
        to = kept.string if kept else ""
        if one.plural:
            to = to if isinstance(to, tuple) and len(to) == count else ("",) * count
        elif isinstance(to, tuple):
            to = to[0]
        new.add(text, to, context=one.context or None)
    return new


def save(language: str, made: Catalog) -> None:
    """Both files; the bytes depend on the texts alone."""
    folder = LOCALE / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    write_po(stream, made, no_location=True, omit_header=True, width=0, sort_output=True)
    body = stream.getvalue().replace(b"#, python-format\n", b"").lstrip(b"\n")
    quoted = "".join(f'"{line}\\n"\n' for line in _head(language).splitlines())
    (folder / "django.po").write_bytes(f'msgid ""\nmsgstr ""\n{quoted}\n'.encode() + body)
    (folder / "django.mo").write_bytes(compiled(language, made))


def _head(language: str) -> str:
    return (
        f"Project-Id-Version: Stackmark\nLanguage: {language}\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
        f"Plural-Forms: {PLURALS[language]}\n"
    )


def compiled(language: str, made: Catalog) -> bytes:
    """The .mo file (GNU gettext manual, "The Format of GNU MO Files"), translated texts only."""
    pairs = {"": _head(language)}
    for one in made:
        forms = one.string if isinstance(one.string, tuple) else (one.string,)
        if one.id and all(forms):
            key = "\0".join(one.id) if isinstance(one.id, tuple) else one.id
            pairs[f"{one.context}\4{key}" if one.context else key] = "\0".join(forms)
    rows = sorted((key.encode(), value.encode()) for key, value in pairs.items())
    texts = [key for key, _ in rows] + [value for _, value in rows]
    start = 28 + 8 * len(texts)
    table, place = b"", start
    for text in texts:
        table += struct.pack("<2I", len(text), place)
        place += len(text) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(rows), 28, 28 + 8 * len(rows), 0, 0)
    return head + table + b"".join(text + b"\0" for text in texts)


def faults(language: str) -> list[str]:
    """What is missing or wrong in a catalogue, a sentence each."""
    made, found = catalogue(language), []
    for one in sorted(current().values()):
        held = made.get(one.text, one.context or None)
        texts = held.string if held else ""
        forms = texts if isinstance(texts, tuple) else (texts,)
        if not all(forms) or bool(one.plural) != isinstance(texts, tuple):
            found.append(f"{language}: not translated: {one.text!r} ({one.where})")
            continue
        found += [f"{language}: {fault}: {one.text!r}" for fault in _unlike(one, forms)]
    if (LOCALE / language / "LC_MESSAGES" / "django.mo").read_bytes() != compiled(language, made):
        found.append(f"{language}: django.mo is not that of django.po; run messages.py update")
    return found


def _unlike(one: Message, forms: tuple[str, ...]) -> Iterator[str]:
    wanted = sorted(HOLES.findall(one.plural or one.text))
    for form in forms:
        holes = sorted(HOLES.findall(form))
        # A form for one, two or none may say the number in words.
        fewer = bool(one.plural) and set(holes) <= set(wanted)
        if holes != wanted and not fewer:
            yield f"has {holes}, not {wanted}, in {form!r}"
        if one.text.startswith("\n") != form.startswith("\n") or one.text.endswith(
            "\n"
        ) != form.endswith("\n"):
            yield f"differs in lines at its ends, in {form!r}"


def name_of(one: Message) -> str:
    """What a text is called in the files of translators."""
    return hashlib.sha256(f"{one.context}\4{one.text}".encode()).hexdigest()[:8]


def todo(language: str) -> list[dict[str, object]]:
    """What is not translated yet, file by file."""
    made, found = catalogue(language), []
    for one in sorted(current().values(), key=lambda m: (m.where, m.text)):
        held = made.get(one.text, one.context or None)
        texts = held.string if held else ""
        if not all(texts if isinstance(texts, tuple) else (texts,)):
            entry = {"id": name_of(one), "text": one.text, "where": one.where}
            entry |= {"plural": one.plural} if one.plural else {}
            found.append(entry | ({"context": one.context} if one.context else {}))
    return found


def fill(language: str, entries: list[dict[str, object]]) -> list[str]:
    """Put translations in; what does not fit is left out and told."""
    made, wrong = renewed(language), []
    known = {name_of(one): one for one in current().values()}
    for entry in entries:
        one = known.get(str(entry["id"]))
        if one is None:
            wrong.append(f"{entry['id']}: no text is called so now")
            continue
        to = entry["to"]
        forms = tuple(to) if isinstance(to, list) else (str(to),)
        count = forms_of(language) if one.plural else 1
        bad = [*_unlike(one, forms)] if len(forms) == count else [f"wants {count} forms"]
        if bad:
            wrong += [f"{entry['id']}: {each}: {one.text!r}" for each in bad]
            continue
        made.get(one.text, one.context or None).string = forms if one.plural else forms[0]
    save(language, made)
    return wrong


def main(words: list[str]) -> int:
    """Do one command; 0 when all is well."""
    match words:
        case ["update"]:
            for language in LANGUAGES:
                save(language, renewed(language))
            return 0
        case ["todo", language]:
            print(json.dumps(todo(language), ensure_ascii=False, indent=0))
            return 0
        case ["todo", language, file]:
            Path(file).write_text(json.dumps(todo(language), ensure_ascii=False, indent=0), "utf-8")
            return 0
        case ["fill", language, file]:
            wrong = fill(language, json.loads(Path(file).read_text("utf-8")))
            print("\n".join(wrong) or "All put in.")
            return bool(wrong)
        case ["check"]:
            found = [one for language in LANGUAGES for one in faults(language)]
            print("\n".join(found) or "Everything is translated.")
            return bool(found)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
