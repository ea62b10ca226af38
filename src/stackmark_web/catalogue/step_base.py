"""One step of the editor: fields in sections, and lists of rows below them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from stackmark.errors import UsageError
from stackmark_web.catalogue import content as json
from stackmark_web.catalogue.forms import Content, PlacedForm, Rows

Section = tuple[Any, tuple[str, ...]]  # heading, field names


_LISTS: Final = {
    "outcomes": {
        "title": _l("Learning outcomes"),
        "lead": _l(
            "At least one is needed to publish; three to six are usual. "
            "One sentence each, one verb each."
        ),
        "add": _l("Add an outcome"),
    },
    "quality": {
        "title": _l("Quality assurance"),
        "lead": _l("Who looked at it, and when. Readers see the last review and the next one."),
        "add": _l("Add a statement"),
    },
    "parties": {
        "title": _l("Others who take part"),
        "lead": _l("Your organisation is named anyway."),
        "add": _l("Add an organisation"),
    },
    "plan/components": {
        "title": _l("Parts of the assessment"),
        "lead": _l(
            "Each thing that is marked by itself. The weights say how much each counts; they need "
            "not add up to 100."
        ),
        "add": _l("Add a part"),
    },
}


class StepForm(PlacedForm):
    """One step: fields in sections, and lists of rows below them."""

    SECTIONS: ClassVar[tuple[Section, ...]] = ()
    ROWS: ClassVar[Mapping[str, type[Rows]]] = {}
    TRANSLATED_ROWS: ClassVar[tuple[str, ...]] = ()
    TEMPLATE: ClassVar[str] = "catalogue/parts/rows.html"  # how a list is shown
    IS_WIDE: ClassVar[bool] = False  # the page gives it all the room there is

    def __init__(self, *args: Any, asked: str = "", **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.asked = asked  # the list an empty row was asked for
        self.lists = {
            name: rows(
                self.data if self.is_bound else None,
                prefix=json.field_name(name),
                rows=json.get(self.content, name) or [],
                language=self.language,
                main=self.main,
                **self.for_rows(),
            )
            for name, rows in self.ROWS.items()
            if not self.translating or name in self.TRANSLATED_ROWS
        }

    def for_rows(self) -> dict[str, Any]:
        """What the lists need beyond their content."""
        return {}

    def is_valid(self) -> bool:
        """The fields and every row."""
        return all([super().is_valid(), *(rows.is_valid() for rows in self.lists.values())])

    def merged(self) -> Content:
        """The content with fields and rows as entered."""
        content = super().merged()
        for name, rows in self.lists.items():
            json.put(content, name, rows.merged())
        return content

    def sections(self) -> list[dict[str, Any]]:
        """The fields under their headings, as far as they are shown."""
        found = [
            {"title": title, "fields": [self[name] for name in names if name in self.fields]}
            for title, names in self.SECTIONS
        ]
        return [one for one in found if one["fields"]]

    def row_parts(self) -> list[dict[str, Any]]:
        """The lists with their words, and how many of their rows are at fault."""
        return [
            {
                "name": json.field_name(name),
                "rows": rows,
                "faults": sum(not form.is_valid() for form in rows) if self.is_bound else 0,
                **_LISTS[name],
            }
            for name, rows in self.lists.items()
        ]

    def has_nothing(self) -> bool:
        """Whether there is nothing to translate in this step."""
        return not self.fields and not self.lists

    def blame(self, error: UsageError) -> None:
        """Faults in rows are named by the number a person sees."""
        place, _colon, sentence = error.detail.partition(": ")
        name, _slash, rest = place.partition("/")
        index = rest.partition("/")[0]
        if name in self.lists and index.isdigit():
            self.add_error(
                None, _("Row %(row)s: %(why)s") % {"row": int(index) + 1, "why": sentence}
            )
        else:
            super().blame(error)
