"""The icons: paths on a 24 by 24 grid, drawn for this project, stroked in the text's colour."""

from __future__ import annotations

from typing import Final

PATHS: Final[dict[str, str]] = {
    "arrow-left": "M20 12H5m6-6-6 6 6 6",
    "arrow-right": "M4 12h15m-6-6 6 6-6 6",
    "award": "M12 3a6 6 0 1 1 0 12 6 6 0 0 1 0-12Zm-3.5 11L7 21l5-2.5L17 21l-1.5-7",
    "ban": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM5.8 5.8l12.4 12.4",
    "book": "M5 4.5h12.5a1.5 1.5 0 0 1 1.5 1.5v14H7a2 2 0 0 1-2-2V4.5Zm0 13.5a2 2 0 0 1 2-2h12",
    "building": "M5 21V5l7-2v18m0-13h7v13M3 21h18M8 8h1m-1 4h1m-1 4h1m6-4h1m-1 4h1",
    "calendar": "M4 6h16v14H4V6Zm0 4.5h16M8 3v5m8-5v5",
    "camera": "M4 8h3.5L9 5h6l1.5 3H20v11H4V8Zm8 2a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4Z",
    "certificate": "M4 4h16v11h-5M9 15H4V4m4 4h8m-8 3.5h4M12 13a3 3 0 1 1 0 6 3 3 0 0 1 0-6Zm-1.5 6"
    "v3l1.5-1 1.5 1v-3",
    "check": "m5 12.5 4.5 4.5L19 7.5",
    "chevron-down": "m6 9.5 6 6 6-6",
    "chevron-right": "m9.5 6 6 6-6 6",
    "clock": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm0 4.5V12l3 2",
    "code": "m8.5 7-5 5 5 5m7-10 5 5-5 5",
    "copy": "M9 8h11v12H9V8Zm-2.5 8H4V4h11v2.5",
    "cross": "m6.5 6.5 11 11m0-11-11 11",
    "download": "M12 4v11m-5-5 5 5 5-5M4 20h16",
    "edit": "m4 20 1-4.5L16 4.5l3.5 3.5-11 11L4 20Zm9.5-13 3.5 3.5",
    "external": "M13 4h7v7m0-7-9 9M18 14v6H4V6h6",
    "eye": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 9.2a2.8 2.8 0"
    " 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6Z",
    "eye-off": "M10 5.7a9 9 0 0 1 2-.2c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-3 3.7M6 7.5A16 16 0 0 0 2.5"
    " 12S6 18.5 12 18.5a9 9 0 0 0 4-.9M4 4l16 16",
    "file": "M6 3h8l4.5 4.5V21H6V3Zm8 0v5h4.5M9 13h6m-6 3.5h6",
    "filter": "M4 6h16M7 12h10m-7 6h4",
    "folder": "M3.5 6h6l2 2.5h9V19h-17V6Z",
    "globe": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm-8.5 9h17M12 3c5 5 5 13 0 18-5-5-5-13 0-18Z",
    "info": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm0 8v5.5m0-9.3v.1",
    "key": "M15 4a5 5 0 1 1-3.6 8.5L4 20H2.5v-3H5v-2.5h2.5L10 12A5 5 0 0 1 15 4Zm1.2 3.7v.1",
    "link": "M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.6 3.6"
    "a4 4 0 0 0 5.7 5.7l1.6-1.6",
    "list": "M8.5 6H20M8.5 12H20M8.5 18H20M4.2 6h.1m-.1 6h.1m-.1 6h.1",
    "lock": "M5 11h14v9.5H5V11Zm3 0V7.5a4 4 0 0 1 8 0V11m-4 3.5v2.5",
    "mail": "M3.5 5.5h17v13h-17v-13Zm0 1.5L12 13l8.5-6",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "minus": "M6 12h12",
    "pause": "M9 6v12m6-12v12",
    "plus": "M12 5v14m-7-7h14",
    "print": "M7 9V3.5h10V9M7 17H4V9h16v8h-3M7 14h10v6.5H7V14Z",
    "qr": "M4 4h6v6H4V4Zm10 0h6v6h-6V4ZM4 14h6v6H4v-6Zm10 0h2.5v2.5H14V14Zm6 0v3m-6 3h3m3 0v-.1",
    "question": "M8 8.6a4 4 0 1 1 6.2 3.4c-1.5 1-2.2 1.7-2.2 3.4m0 3.8v.1",
    "refresh": "M19.5 12a7.5 7.5 0 1 1-2.3-5.4L20 9m0-5v5h-5",
    "search": "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm5 11.5L20.5 20.5",
    "send": "M4 12 20.5 4 16 20.5l-4.5-6.5L4 12Zm7.5 2 9-10",
    "settings": "M4 7h9m4 0h3M4 17h3m4 0h9M15 4.5v5m-6 5v5",
    "share": "M12 15V4M7.5 8 12 3.5 16.5 8M5 12v8.5h14V12",
    "shield": "M12 3 5 5.5V11c0 4.7 2.8 8 7 10 4.2-2 7-5.3 7-10V5.5L12 3Zm-3 9 2.2 2.2L15.2 10",
    "stack": "M12 3.5 20.5 8 12 12.5 3.5 8 12 3.5ZM3.5 12 12 16.5 20.5 12M3.5 16 12 20.5 20.5 16",
    "star": "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8L12 3.5Z",
    "trash": "M4.5 6.5h15M9 6.5V4h6v2.5m-8.5 0L7.5 20.5h9l1-14M10.3 10v7m3.4-7v7",
    "undo": "M9 5 4.5 9.5 9 14m-4-4.5h9a5.5 5.5 0 0 1 0 11h-3",
    "upload": "M12 15V4M7 9l5-5 5 5M4 20h16",
    "user": "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4 20.5c.6-4 3.8-6 8-6s7.4 2 8 6",
    "users": "M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM2.5 19.5c.5-3.5 3-5.3 6.5-5.3s6 1.8 6.5 5.3"
    "M15.5 5.3a3.5 3.5 0 0 1 0 6.4m2 3c2.3.7 3.7 2.3 4 4.8",
    "warning": "M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.3v.1",
}

WAYS: Final = frozenset(
    {"arrow-left", "arrow-right", "chevron-right", "external", "list", "send", "undo"}
)
"""The icons that point along the line of writing: they are turned over where it runs leftwards."""


def stack(layers: int) -> str:
    """The path data of our mark with this many layers (1 to 5), standing on a common floor."""
    top = 4 + (5 - layers) * 6
    return "".join(
        [f"M4 {top + 9}l20 9 20-9-20-9Z", *(_layer(top + 9 + 6 * n) for n in range(1, layers))]
    )


def _layer(height: int) -> str:
    return f"M4 {height}l20 9 20-9-5-2.25-15 6.75-15-6.75Z"
