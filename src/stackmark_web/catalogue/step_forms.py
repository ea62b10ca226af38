"""The steps of the editor: what each asks for, with an example at every field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from stackmark_web.catalogue import content as json
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.forms import (
    Content,
    Rows,
    TagsField,
    address,
    checks,
    day,
    line,
    number,
    pick,
    prose,
    radios,
)
from stackmark_web.catalogue.row_forms import OutcomeRows, PartyRows, QualityRows
from stackmark_web.catalogue.step_base import StepForm


class BasicsForm(StepForm):
    """What it is."""

    TEXTS = ("title", "description", "programme/name")
    NEEDED_TO_PUBLISH = ("kind", "title", "description")
    VALUES = ("kind", "programme/position", "programme/parts", "programme/url", "tags", "code")
    SECTIONS = (
        (_l("What it is"), ("kind", "title", "description")),
        (
            _l("Part of a programme"),
            ("programme_name", "programme_position", "programme_parts", "programme_url"),
        ),
        (_l("How people find it"), ("tags", "code")),
    )

    kind = radios(
        _l("Kind"),
        words.KINDS,
        _l("The kind decides what has to be said before publication."),
        notes=words.KIND_HELP,
    )
    title = line(
        _l("Title"),
        _l("Short and concrete, without the word “certificate”. For example: Soil sampling."),
        limit=200,
    )
    description = prose(
        _l("Description"),
        _l(
            "Two or three sentences for somebody who has never heard of it: what a holder can do. "
            "For example: Holders take soil samples in the field that a laboratory can use."
        ),
    )
    programme_name = line(
        _l("Programme"),
        _l("Only for a part of something larger. For example: Nano-degree in precision farming."),
    )
    programme_position = number(
        _l("Which part"), _l("For example: 2, for the second part."), most=100, digits=0
    )
    programme_parts = number(_l("Parts in all"), _l("For example: 4."), most=100, digits=0)
    programme_url = address(
        _l("Page of the programme"), _l("For example: https://example.org/precision-farming.")
    )
    tags = TagsField(
        label=_l("Tags"),
        help_text=_l("Words people search for, with commas. For example: soil, field work."),
        required=False,
        max_length=2_000,
    )
    code = line(
        _l("Your own code"), _l("As in your course catalogue. For example: AGR-204."), limit=100
    )


class OutcomesForm(StepForm):
    """What a holder can do."""

    ROWS: ClassVar[Mapping[str, type[Rows]]] = {"outcomes": OutcomeRows}
    TRANSLATED_ROWS = ("outcomes",)


class AssessmentForm(StepForm):
    """How it is earned and shown."""

    TEXTS = (
        *("criteria/narrative", "assessment/description", "assessment/pass_rule"),
        "ai_policy",
    )
    NEEDED_TO_PUBLISH = ("criteria/narrative", "assessment/methods")
    VALUES = (
        *("criteria/url", "assessment/methods", "assessment/scale", "assessment/maximum"),
        *("assessment/required", "assessment/attempts", "supervision"),
    )
    SECTIONS = (
        (_l("What has to be done"), ("criteria_narrative", "criteria_url")),
        (_l("How it is assessed"), ("assessment_methods", "assessment_description")),
        (
            _l("What it takes to pass"),
            (
                *("assessment_pass_rule", "assessment_scale", "assessment_maximum"),
                *("assessment_required", "assessment_attempts"),
            ),
        ),
        (_l("Who it was"), ("supervision", "ai_policy")),
    )

    criteria_narrative = prose(
        _l("Criteria"),
        _l(
            "Everything somebody has to do to earn it. Markdown works: lists with -, *emphasis*. "
            "For example: Hand in a report on ten samples you took yourself and explain it."
        ),
        limit=20_000,
        rows=6,
    )
    criteria_url = address(
        _l("Page with the criteria"),
        _l("If they are also on your site. For example: https://example.org/soil/criteria."),
    )
    assessment_methods = checks(
        _l("Methods"),
        words.METHODS,
        _l("Everything that counts. An honest “not assessed” is fine."),
    )
    assessment_description = prose(
        _l("In a few words"),
        _l("For example: A report of five pages and a talk of ten minutes about it."),
    )
    assessment_pass_rule = line(
        _l("Pass rule"),
        _l("For example: 60 of 100 points, and at least half in each part."),
        limit=1_000,
    )
    assessment_scale = pick(
        _l("Scale"), words.SCALES, _l("How results are expressed. For example: Percent.")
    )
    assessment_maximum = number(
        _l("Highest mark"), _l("For points only. For example: 100."), most=100_000
    )
    assessment_required = number(_l("Mark to pass"), _l("For example: 60."), most=100_000)
    assessment_attempts = number(
        _l("Attempts allowed"),
        _l("For example: 3. Write 0 when there is no limit."),
        most=100,
        digits=0,
    )
    supervision = radios(
        _l("Supervision and identity check"),
        words.SUPERVISION,
        _l("Employers ask for this first. It concerns the assessment, not the teaching."),
    )
    ai_policy = prose(
        _l("Use of AI"),
        _l("What is allowed during assessment. For example: Allowed for drafts, and to be named."),
        limit=2_000,
    )

    def clean(self) -> dict[str, Any]:
        """Not assessed goes alone; a mark can be reached."""
        found = super().clean() or {}
        methods = found.get("assessment_methods") or []
        if "none" in methods and len(methods) > 1:
            self.add_error(
                "assessment_methods", _("“Not assessed” cannot go together with a method.")
            )
        return found


class QualityForm(StepForm):
    """Who vouches for it."""

    VALUES = ("author",)
    SECTIONS = ((_l("Who wrote it"), ("author",)),)
    ROWS: ClassVar[Mapping[str, type[Rows]]] = {"quality": QualityRows, "parties": PartyRows}

    author = line(
        _l("Author"),
        _l("Who designed it, if they wish to be named. For example: Ada Example."),
        limit=200,
    )


class FutureForm(StepForm):
    """How long it counts and what follows."""

    TEXTS = ("validity/renewal", "stackability", "further")
    VALUES = ("validity/kind", "validity/months", "validity/until")
    SECTIONS = (
        (
            _l("Validity"),
            ("validity_kind", "validity_months", "validity_until", "validity_renewal"),
        ),
        (_l("What follows"), ("stackability", "further")),
    )

    validity_kind = radios(_l("How long it counts"), words.VALIDITY)
    validity_months = number(
        _l("Months"),
        _l("Only when it expires some months after issue. For example: 36."),
        most=600,
        digits=0,
    )
    validity_until = day(_l("Last day"), _l("Only when it expires on a fixed day."))
    validity_renewal = prose(
        _l("Renewal"), _l("For example: A short test in the third year."), limit=2_000
    )
    stackability = prose(
        _l("Counts towards"),
        _l("What it may be combined with. For example: 2 of the 8 credits of our nano-degree."),
        limit=2_000,
    )
    further = prose(_l("Further information"), _l("Anything that has no place elsewhere."))

    def clean(self) -> dict[str, Any]:
        """The number or day its kind asks for."""
        found = super().clean() or {}
        if self.translating:
            return found
        kind = found.get("validity_kind")
        if kind == "months" and not found.get("validity_months"):
            self.add_error("validity_months", _("After how many months does it expire?"))
        if kind == "fixed" and not found.get("validity_until"):
            self.add_error("validity_until", _("On which day does it expire?"))
        if not kind and any(found.get(n) for n in ("validity_months", "validity_until")):
            self.add_error("validity_kind", _("Choose which of these holds."))
        return found

    def merged(self) -> Content:
        """With only what the chosen kind goes with; renewal needs a kind."""
        content = super().merged()
        kind = json.get(content, "validity/kind")
        if kind != "months":
            json.put(content, "validity/months", None)
        if kind != "fixed":
            json.put(content, "validity/until", None)
        if not kind and "validity" in content:
            json.put(content, "validity/kind", "unlimited")
        return content
