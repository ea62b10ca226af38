"""What keeps a draft from publication. Asked by the page, and again by the action itself."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from stackmark.quality import profile as library
from stackmark_web.catalogue import judging, profiles
from stackmark_web.catalogue.errors import Block, BlockedError
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.ui.text import best_text


def blocks(version: AchievementVersion) -> tuple[Block, ...]:
    """Every finding that keeps a version from being published."""
    return (*_judged(version), *_duplicates(version))


def check(version: AchievementVersion) -> None:
    """Raise ``BlockedError`` with what blocks, if anything does."""
    found = blocks(version)
    if found:
        raise BlockedError(found)


def check_rows(version: AchievementVersion) -> None:
    """The same without the question of duplicates, for what is published already."""
    found = tuple(_judged(version))
    if found:
        raise BlockedError(found)


def required(version: AchievementVersion) -> list[library.Profile]:
    """The profiles a version of this organisation has to meet."""
    return [one.profile for one in profiles.chosen(version.organisation) if one.required]


def _judged(version: AchievementVersion) -> Iterator[Block]:
    """Failed mandatory rows of required profiles, and a wrong label under any."""
    wanted = required(version)
    label: Block | None = None
    for profile in wanted or [library.named(library.DEFAULT)]:
        judgement = judging.judge(version, profile)
        for row in judgement.rows:
            failed = row.outcome == "failed" and row.severity == "mandatory"
            told = (row.element, row.message, row.fix, row.pointer, row.clause)
            if failed and row.id == "class.label":
                label = label or Block("mislabel", *told)
            elif failed and wanted:
                yield Block("row", *told, profile=profile.title)
    if label:
        yield label


def _duplicates(version: AchievementVersion) -> Iterator[Block]:
    for one in judging.unexplained(version):
        title = best_text(one.version.content.get("title", {})) or one.version.title
        yield Block(
            "duplicate",
            _("Says the same as another"),
            _("%(percent)s percent of one is in the other: %(title)s of %(issuer)s.")
            % {
                "percent": one.percent,
                "title": title,
                "issuer": one.version.organisation.name,
            },
            _("Say why both are needed; the reviewer reads it and it is kept."),
            "/achievement/outcomes",
        )
