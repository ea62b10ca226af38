"""Text from people, made safe to show: Markdown, foreign scripts, language maps, moments."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final

import nh3
from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from markdown_it import MarkdownIt
from markdown_it.token import Token

# Controls that turn the reading direction of what follows; a name never needs them.
_PARTS: Final = re.compile(
    "(?<=:)(?!/)|(?<=[^/:]/)(?=[^/])"
)  # behind ":" and "/", not in "https://"
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TAGS: Final = {
    *("p", "em", "strong", "ul", "ol", "li", "a", "code", "pre", "blockquote", "br", "hr"),
    *("h3", "h4", "h5", "h6"),
}
_BLOCKS: Final = ("p", "ul", "blockquote", "h3", "h4", "h5", "h6")
_SCHEMES: Final = {"http", "https", "mailto"}
_HEADINGS_DOWN: Final = 2  # a page owns h1 and h2; a person's text starts at h3


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False})
    reader.add_render_rule("image", _words_of_picture)
    return reader


_READING: ContextVar[str] = ContextVar("reading", default="")  # a reader's choice on a page


def _words_of_picture(
    _self: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    """A picture would tell its host who reads; only the words for it stay."""
    return escape(tokens[index].content)


def json_text(value: Any) -> str:
    """JSON to be read and changed in a field; what would turn the reading direction is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _TURNS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def markdown_html(text: str, *, own_way: bool = True) -> SafeString:
    """A person's Markdown as HTML: no raw HTML, no pictures, links that carry no weight.

    ``own_way``: each block runs as its first letter does; it need not be in the page's language.
    """
    tokens = _reader().parse(_TURNS.sub("", text))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + _HEADINGS_DOWN)}"
        if own_way and token.level == 0 and token.nesting == 1:
            token.attrSet("dir", "auto")
    html = _reader().renderer.render(tokens, _reader().options, {})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={**{block: {"dir"} for block in _BLOCKS}, "a": {"href"}, "ol": {"start", "dir"}},
        url_schemes=_SCHEMES,
        attribute_filter=_absolute,
        link_rel="nofollow ugc noopener noreferrer",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has just cleaned it to the list above


def _absolute(_tag: str, name: str, value: str) -> str | None:
    """A link names its site: ``/account/logout`` in a person's text would be a page of ours."""
    scheme = value.partition(":")[0].lower()
    return value if name != "href" or scheme in _SCHEMES else None


def isolated(text: object) -> SafeString:
    """A foreign word in its own direction, so that it cannot turn the sentence around it."""
    return format_html("<bdi>{}</bdi>", unturned(text))


def unturned(text: object) -> str:
    """A sentence with foreign words in it, without the characters that turn what follows."""
    return _TURNS.sub("", str(text))


def comma() -> str:
    """What stands between the parts of a list."""
    # Translators: with its space; an Arabic comma in Arabic
    return pgettext("between the parts of a list", ", ")


def listed(parts: Iterable[object]) -> str:
    """Words one after another, as lists are written in the reader's language."""
    return comma().join(map(str, parts))


def apart(text: str, *, rtl: bool) -> str:
    """The same for plain text: isolates (UAX #9) around words that run against the text."""
    against = {"L"} if rtl else {"R", "AL"}
    runs = any(unicodedata.bidirectional(letter) in against for letter in text)
    return f"\u2068{text}\u2069" if runs else text


def address_html(text: object) -> SafeString:
    """An address or a DID, isolated, that breaks between its parts when the line is short."""
    parts = _PARTS.split(_TURNS.sub("", str(text)))
    return format_html(
        "<bdi>{}</bdi>", format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in parts))
    )


def best_language(texts: object) -> tuple[str, str]:
    """The text of a language map that suits the reader, and its language ("" when not said)."""
    if not isinstance(texts, Mapping):
        return ("" if texts is None else str(texts)), ""
    filled = {str(key): str(value) for key, value in texts.items() if value}
    for wanted in _wishes():
        for language, text in filled.items():
            if language.lower() == wanted or language.lower().split("-")[0] == wanted:
                return text, language
    return next(((text, language) for language, text in filled.items()), ("", ""))


def language_attribute(texts: object) -> SafeString:
    """`` lang="de" dir="auto"`` for an element whose text is not in the page's language."""
    language = best_language(texts)[1]
    page = (get_language() or "en").split("-")[0]
    if not language or language.lower().split("-")[0] in (page, "none", "und"):
        return mark_safe("")
    return format_html(' lang="{}" dir="auto"', language)


def best_text(texts: object) -> str:
    """The text of a language map that suits the reader; a plain text stays as it is."""
    return best_language(texts)[0]


def best_html(texts: object) -> SafeString:
    """The same, marked with its language when it is not the page's, for screen readers."""
    text, language = best_language(texts)
    page = (get_language() or "en").split("-")[0]
    if not language or language.lower().split("-")[0] in (page, "none", "und"):
        return format_html("{}", text)
    return format_html('<span lang="{}" dir="auto">{}</span>', language, text)


def moment_html(value: Any, show: str = "auto") -> SafeString:
    """A ``<time>`` with a date people read; ``show``: auto, date or datetime."""
    moment = _moment(value)
    if moment is None:
        return format_html("{}", value or "")
    if not isinstance(moment, datetime) or show == "date":
        day = moment.date() if isinstance(moment, datetime) else moment
        return _time(day.isoformat(), day_text(day))
    local = timezone.localtime(moment) if moment.tzinfo else moment
    text = formats.date_format(local, _moment_format())
    return _time(moment.isoformat(timespec="seconds"), text)


def day_text(value: Any) -> str:
    """A day as words, for pictures and letters where no markup can stand."""
    moment = _moment(value)
    if moment is None:
        return str(value or "")
    day = moment.date() if isinstance(moment, datetime) else moment
    return formats.date_format(day, _day_format())


@contextmanager
def reading(language: str) -> Iterator[None]:
    """Within the block texts come in this language where they have it; the page's own stays."""
    mark = _READING.set(language)
    try:
        yield
    finally:
        _READING.reset(mark)


def _wishes() -> list[str]:
    language = (get_language() or "en").lower()
    chosen = _READING.get().lower()
    wishes = [chosen, chosen.split("-")[0], language, language.split("-")[0], "en"]
    return list(dict.fromkeys(filter(None, wishes)))


def _day_format() -> str:
    # Translators: Django's date letters; 3 May 2026
    return pgettext("day format", "j F Y")


def _moment_format() -> str:
    # Translators: Django's date letters; 3 May 2026, 14:05 UTC
    return pgettext("moment format", "j F Y, H:i T")


def _moment(value: Any) -> datetime | date | None:
    if isinstance(value, str):
        return _parsed(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return value if isinstance(value, date) else None


def _parsed(value: str) -> datetime | date | None:
    try:
        moment = parse_datetime(value) if "T" in value or " " in value else parse_date(value)
    except ValueError:  # well written, but no such day
        return None
    return _moment(moment) if moment else None


def _time(machine: str, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine, text)


def plural_of(value: Any) -> int:
    """The whole number whose plural form a number takes: parts of one are told as hundreds are."""
    return int(value) if value is not None and value == int(value) else 100
