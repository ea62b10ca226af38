"""The form of an award and its rows of evidence, as one thing that makes or changes a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.forms import BaseForm

from stackmark_web.awarding import actions, checks
from stackmark_web.awarding.forms import AwardForm, CorrectForm, EvidenceSet
from stackmark_web.awarding.models import Award
from stackmark_web.awarding.states import UNSIGNED, Duplicate, UsedBefore
from stackmark_web.ui.text import day_text


class Draft:
    """A form sent in (``data``) or to be filled in; ``refused`` when something was wrong."""

    form_class: type[BaseForm] = AwardForm

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
        evidence: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.more = data is not None and "more" in data
        given = _with_more(data) if self.more and data is not None else data
        self.form: Any = self.form_class(given, initial=dict(initial or {}))
        self.evidence: Any = EvidenceSet(
            given, prefix="evidence", initial=[dict(one) for one in evidence]
        )
        self.refused = False
        self.duplicate: Award | None = None

    @property
    def since(self) -> str:
        """When the award that is there already was made."""
        return "" if self.duplicate is None else day_text(self.duplicate.created_at)

    def fields(self) -> dict[str, Any] | None:
        """What was filled in, or None when the form itself finds a fault."""
        good = self.form.is_valid()
        if not self.evidence.is_valid() or not good:
            self.refused = True
            return None
        rows = [one for one in self.evidence.cleaned_data if one]
        found: dict[str, Any] = self.form.fields_for_award()
        return found | {"evidence": rows}

    def create(self, version: Any, *, organisation: Any, actor: Any) -> Award | None:
        """The draft, or None with the faults in the form."""
        found = self.fields()
        if found is None:
            return None
        nonce = self.form.cleaned_data["nonce"]
        try:
            return actions.create_award(
                version, actor=actor, organisation=organisation, draft=True, nonce=nonce, **found
            )
        except UsedBefore as used:
            # Back, and once more with other words: the draft is meant, not a second award.
            if used.existing.state in UNSIGNED and self.change(used.existing, actor=actor):
                return used.existing
            self._say(None, used.detail)
        except Duplicate as error:
            self._ask(error)
        except checks.Problem as problem:
            self._say(problem.field, problem.detail)
        return None

    def change(self, award: Award, *, actor: Any) -> bool:
        """Change a draft; whether it could be done."""
        found = self.fields()
        if found is None:
            return False
        try:
            actions.edit_draft(award, actor=actor, **found)
        except Duplicate as error:
            self._ask(error)
        except checks.Problem as problem:
            self._say(problem.field, problem.detail)
        except actions.WrongState as error:
            self._say(None, error.detail)
        else:
            return True
        return False

    def _ask(self, error: Duplicate) -> None:
        """The same was given already: show it, and ask whether once more is meant."""
        self.duplicate, self.refused = error.existing, True

    def _say(self, field: str | None, detail: str) -> None:
        self.refused = True
        self.form.add_error(field if field in self.form.fields else None, detail)


class Correction(Draft):
    """The form that puts an issued credential right."""

    form_class = CorrectForm

    def apply(self, award: Award, *, actor: Any) -> Award | None:
        """The new credential, or None with the faults in the form."""
        found = self.fields()
        if found is None:
            return None
        note = found.pop("note")
        try:
            return actions.correct(award, actor=actor, changes=_kept(award, found), note=note)
        except checks.Problem as problem:
            self._say(problem.field, problem.detail)
        return None


def _kept(award: Award, found: dict[str, Any]) -> dict[str, Any]:
    """A day left as it is keeps its hour."""
    for name in ("valid_from", "valid_until"):
        before = getattr(award, name)
        given = found[name]
        if given is not None and before is not None and given.date() == before.date():
            found[name] = before
    if found["valid_from"] is None:
        found["valid_from"] = award.valid_from
    return found


def _with_more(data: Any) -> Any:
    """The same form with one more row for evidence."""
    copy = data.copy()
    count = copy.get("evidence-TOTAL_FORMS", "0")
    rows = int(count) if count.isdecimal() and len(count) < 4 else 0
    copy["evidence-TOTAL_FORMS"] = str(min(rows + 1, checks.MAX_EVIDENCE))
    return copy
