"""The rows of the editor: learning outcomes with their skills, quality statements, parties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark_web.catalogue import content as json
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.forms import (
    Content,
    RowForm,
    Rows,
    address,
    checks,
    day,
    line,
    pick,
    rows_of,
)


def _identifier(label: Any, help_text: Any) -> forms.CharField:
    """A web address, URN or DID; the descriptor checks its form."""
    return line(label, help_text, limit=2_000)


class SkillRow(RowForm):
    """A skill of an outcome."""

    VALUES = ("name", "uri", "framework", "code")
    NEEDED = "name"

    name = line(_("Skill"), _("For example: take soil samples."), limit=200)
    framework = line(_("Framework"), _("Who defines it. For example: ESCO."), limit=100)
    uri = _identifier(
        _("Address of the skill"), _("For example: http://data.europa.eu/esco/skill/…")
    )
    code = line(_("Code"), _("If it has one."), limit=60)


SkillRows = rows_of(SkillRow, most=20)


class OutcomeRow(RowForm):
    """A learning outcome, with skills of its own."""

    TEXTS = ("statement",)
    VALUES = ("assessed_by",)
    NEEDED = "statement"

    statement = forms.CharField(
        label=_("What a holder can do"),
        help_text=_(
            "Begin with a verb that can be observed. For example: Take a soil sample that a "
            "laboratory can use."
        ),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "textarea--low"}),
    )

    assessed_by = checks(
        _("How this outcome is assessed"),
        {code: said for code, said in words.METHODS.items() if code != "none"},
        _("Tick what shows it. An outcome that nothing shows is named among the findings."),
    )

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.skills: Rows | None = None if self.translating else self._skill_rows()

    def is_valid(self) -> bool:
        """The statement and every skill."""
        return all([super().is_valid(), self.skills is None or self.skills.is_valid()])

    def has_changed(self) -> bool:
        """Skills count: an outcome of skills only is not an empty row."""
        return bool(super().has_changed() or (self.skills and self.skills.has_changed()))

    def merged(self) -> Content:
        """The statement and the skills as entered."""
        row = super().merged()
        if self.skills is not None:
            json.put(row, "skills", self.skills.merged())
        return row

    def _skill_rows(self) -> Rows:
        return SkillRows(
            self.data if self.is_bound else None,
            prefix=f"{self.prefix}-skills",
            rows=self.content.get("skills") or [],
            language=self.language,
            main=self.main,
        )


class QualityRow(RowForm):
    """One statement about quality."""

    VALUES = ("type", "name", "id", "date", "url", "review_due")
    NEEDED = "type"

    type = pick(_("Kind of quality assurance"), words.QUALITY, _("For example: External review."))
    name = line(_("Done by"), _("For example: National Quality Agency."), limit=200)
    id = _identifier(
        _("Address or identifier of who did it"), _("For example: https://agency.example.")
    )
    date = day(_("Done on"))
    review_due = day(_("Next review due"))
    url = address(_("Report"), _("Where it can be read."))


class PartyRow(RowForm):
    """An organisation that takes part."""

    VALUES = ("name", "role", "id")
    NEEDED = "name"

    name = line(_("Organisation"), _("For example: Westport College."), limit=200)
    role = pick(
        _("What it does"),
        words.ROLES,
        _("“Awards jointly” is printed on the card and goes into the credential."),
    )
    id = _identifier(_("Address or identifier"), _("For example: https://westport.example."))


OutcomeRows = rows_of(OutcomeRow, most=60)
QualityRows = rows_of(QualityRow, most=20)
PartyRows = rows_of(PartyRow, most=30)
