"""Texts made to run, turn, hide or break out: our own set, the workplace's, and both as a world.

``Voice(words, turn)`` is a ``say`` for tests/small_world.py: each field gets a mark of its own and
behind it as many of the words as fit, other ones in each turn.
"""

from __future__ import annotations

import json
import re
import unicodedata

from shared import SHARED

POLYGLOT = (
    "</title></script></textarea>--><svg/onload=tripped(1)>\"'><img src=x onerror=tripped(2)>"
)
# class → texts. Ours: every way out of every place a text can stand in, so that tests always run.
OWN = {
    "html": [
        POLYGLOT,
        "<script>tripped(3)</script>",
        "\"><iframe src='javascript:tripped(4)'></iframe>",
        "' autofocus onfocus=tripped(5) x='",
        "<a href=javascript:tripped(6)>x</a>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "<base href=//evil.example><link rel=stylesheet href=//evil.example/x.css>",
        "<style>@import'//evil.example'</style>",
        "<form action=//evil.example><button autofocus>x</button></form>",
        "<math><mtext><table><mglyph><style><img src=x onerror=tripped(7)>",
        "</bdi></p></main><template shadowrootmode=open><script>tripped(8)</script>",
        "</script><script type=module>tripped(9)</script><!--<script>",
        "{{7*7}} {% debug %} ${7*7} #{7*7} <%= 7*7 %>",
        "&lt;script&gt;tripped(10)&lt;/script&gt; &#x3c;b&#x3e;",
        "]]></style><foreignObject><body onload=tripped(11)>",
        "\\u003cimg src=x onerror=tripped(12)\\u003e",
    ],
    "markdown": [
        "[x](javascript:tripped(13))",
        "[x](&#106;avascript:tripped(14)) [y](data:text/html,<script>tripped(15)</script>)",
        "![x](http://127.0.0.1:9/track.png)",
        '![x](x"onerror="tripped(16))',
        '<javascript:tripped(17)> <https://evil.example/"onclick=tripped(18)>',
        "[a](//evil.example) [b](/account/logout/)",
    ],
    "csv-cell": ["=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://evil.example","x")'],
    "person-name": ["\u202egnp.exe", "O’Neil \u2067abc", "\u200bRobert'); DROP TABLE--", "Z͑ͫ̓"],
    "file-name": ["../../etc/passwd", 'a"; filename=b.html', "a%2f..%2fb", "a.png.html", "CON"],
    "log-value": ["\x1b[31mred", "${jndi:ldap://127.0.0.1/x}", "%n%s%x", "\u2028line"],
    "redirect-target": [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:1",
    ],
    "e-mail-address": [
        "a@x.example\nBcc: v@x.example",
        "a@x.example,b@x.example",
        '"a\r\nBcc: v@x.example"@x.example',
        "Eve <a@x.example>",
    ],
}
_LINES = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_MARK = re.compile(r"Qq\d\d\dx")
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def shared_items():
    """The workplace's set, empty where it is not."""
    if SHARED is None:
        return []
    file = SHARED / "vectors" / "security" / "own" / "hostile-text.json"
    return json.loads(file.read_bytes())["items"]


def words(*classes):
    """Our words and the shared ones of these classes, or of all."""
    ours = [text for name, texts in OWN.items() if not classes or name in classes for text in texts]
    others = [one["text"] for one in shared_items() if not classes or one["class"] in classes]
    return list(dict.fromkeys([*ours, *others]))


def holdable(text):
    """Whether a form for one line may hold it: neither control characters nor halves of pairs."""
    return text.strip() and not _LINES.search(text)


def short(*classes, most=150):
    return [text for text in words(*classes) if len(text) <= most and holdable(text)]


def packs(texts, most):
    """The texts in bundles of at most so many characters."""
    made = [""]
    for text in texts:
        if made[-1] and len(made[-1]) + 1 + len(text) > most:
            made.append("")
        made[-1] = f"{made[-1]} {text}".strip()
    return made


class Voice:
    """What every field says in one turn; ``said``: mark → what stands behind it."""

    def __init__(self, texts, turn=0):
        self.texts = texts
        self.turn = turn
        self.said = {}
        self.places = {}

    def __call__(self, place, usual, most=200):
        mark = f"Qq{len(self.said):03}x"
        fitting = [text for text in self.texts if len(text) <= most - 8]
        bundles = packs(fitting, most - 8)
        text = bundles[(self.turn + len(self.said)) % len(bundles)]
        self.said[mark] = text
        self.places[mark] = place
        return f"{mark} {text}"

    def found(self, text):
        """Each place a mark stands in a text, and what follows there: (mark, text)."""
        starts = [(one.group(), one.end()) for one in _MARK.finditer(text)]
        return [(mark, text[end : end + 400]) for mark, end in starts if mark in self.said]


def plain(text):
    """As a reader sees it: without turns, spaces as one, letters composed."""
    return unicodedata.normalize("NFC", " ".join(TURNS.sub("", text).split()))
