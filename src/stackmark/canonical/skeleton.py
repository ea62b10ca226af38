"""Tier b when only few values vary: one design, many recipients, seen from the reading side.

The varying values are taken out of the parsed document; if the bytes of the rest are known, the
template made from that rest gives the canonical form (tier a). Nothing is assumed: equal bytes
of the rest and fresh values are the whole document.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

import orjson

from stackmark.canonical.plan import Deopt
from stackmark.canonical.template import Template
from stackmark.canonical.tracing import NotTraceable, Path
from stackmark.errors import CheckFailed

_MOST: Final = 24  # varying members; with more the plan is as good
_KEPT: Final = 64  # rests remembered per set of varying members


class Skeletons:
    """Rests of documents whose varying members stand at ``paths``."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        self._take = _taker(paths)
        self._templates: OrderedDict[bytes, Template] = OrderedDict()
        self._once: OrderedDict[bytes, None] = OrderedDict()

    def canonical(self, tree: dict[str, Any]) -> bytes | None:
        """The canonical form, or None when the rest is not known or something is unusual."""
        try:
            rest, values = self._take(tree)
            template = self._templates.get(rest)
            return None if template is None else template.canonical(values)
        except (KeyError, TypeError, IndexError, AttributeError, Deopt):
            return None

    def learn(self, tree: dict[str, Any]) -> None:
        """Remember the rest of a verified document when it comes for the second time."""
        try:
            rest, _ = self._take(tree)
        except (KeyError, TypeError, IndexError):
            return
        if rest not in self._once:
            self._once[rest] = None
            if len(self._once) > _KEPT:
                self._once.popitem(last=False)
            return
        try:
            self._templates[rest] = Template(tree, self.paths)
        except (NotTraceable, CheckFailed):
            return
        if len(self._templates) > _KEPT:
            self._templates.popitem(last=False)


def varying(paths: list[Path], one: dict[str, Any], other: dict[str, Any]) -> set[Path]:
    """The paths at which two documents of one shape differ."""
    return {path for path in paths if _at(one, path) != _at(other, path)}


def few(paths: set[Path]) -> bool:
    """Whether a skeleton is worth while."""
    return 0 < len(paths) <= _MOST


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _taker(paths: list[Path]) -> Callable[[dict[str, Any]], tuple[bytes, list[str]]]:
    """A function that gives the bytes of the rest, and the values; the document is left as it was.

    Every value must be text, which the template's string work would not notice by itself.
    """
    holders = {path[:-1]: f"c{place}" for place, path in enumerate(dict.fromkeys(paths))}
    out = ["def take(d):"]
    for path, name in holders.items():
        out.append(f" {name}=d{''.join(f'[{step!r}]' for step in path)}")
    spots = [f"{holders[path[:-1]]}[{path[-1]!r}]" for path in paths]
    names = [f"v{place}" for place in range(len(paths))]
    out += [f" {name}={spot}" for name, spot in zip(names, spots, strict=True)]
    out.append(f" ''.join(({','.join(names)},))")
    out.append(" try:")
    out += [f"  {spot}=None" for spot in spots]
    out.append("  rest=dumps(d)")
    out.append(" finally:")
    out += [f"  {spot}={name}" for name, spot in zip(names, spots, strict=True)]
    out.append(f" return rest,[{','.join(names)}]")
    space: dict[str, Any] = {"dumps": orjson.dumps}
    exec(compile("\n".join(out), "<skeleton>", "exec"), space)  # noqa: S102 - our own text; paths enter by repr only
    return space["take"]  # type: ignore[no-any-return]
