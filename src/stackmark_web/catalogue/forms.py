"""The base of the editor's forms: fields that know their place in the descriptor.

A step is edited in one language at a time. In the achievement's own language every field is
there; in another only the texts are, each beside the text it translates.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark.errors import UsageError
from stackmark_web.catalogue import content as json
from stackmark_web.catalogue import vocabulary as words

Content = dict[str, Any]
_later = lazy(format_html, SafeString)  # in the reader's language, not in that of the start


def line(label: Any, help_text: Any = "", *, limit: int = 300, **more: Any) -> forms.CharField:
    """A field for one line of text."""
    return forms.CharField(
        label=label, help_text=help_text, max_length=limit, required=False, **more
    )


def prose(label: Any, help_text: Any = "", *, limit: int = 4_000, rows: int = 3) -> forms.CharField:
    """A field for several lines."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, help_text=help_text, max_length=limit, required=False, widget=widget
    )


def address(label: Any, help_text: Any = "") -> forms.URLField:
    """A field for a web address; without a scheme, https is meant."""
    return forms.URLField(
        label=label,
        help_text=help_text,
        max_length=2_000,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"inputmode": "url"}),
    )


def day(label: Any, help_text: Any = "") -> forms.DateField:
    """A field for a calendar day."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, help_text=help_text, required=False, widget=widget)


def number(label: Any, help_text: Any = "", *, most: int, digits: int = 2) -> forms.Field:
    """A field for a number from 0; whole when ``digits`` is 0."""
    more = {"label": label, "help_text": help_text, "required": False, "min_value": 0}
    if not digits:
        return forms.IntegerField(max_value=most, **more)
    return forms.DecimalField(max_value=most, decimal_places=digits, max_digits=9, **more)


def pick(label: Any, vocabulary: words.Words, help_text: Any = "") -> forms.ChoiceField:
    """A field for one word of a list, or none."""
    choices = [("", gettext_lazy("Not said yet")), *vocabulary.items()]
    return forms.ChoiceField(label=label, help_text=help_text, choices=choices, required=False)


def radios(
    label: Any, vocabulary: words.Words, help_text: Any = "", notes: words.Words | None = None
) -> forms.ChoiceField:
    """The same, with every word in sight."""
    said = [(code, _with_note(text, (notes or {}).get(code))) for code, text in vocabulary.items()]
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        choices=[("", gettext_lazy("Not said yet")), *said],
        required=False,
        widget=forms.RadioSelect,
    )


def checks(label: Any, vocabulary: words.Words, help_text: Any = "") -> forms.MultipleChoiceField:
    """A field for several words of a list."""
    return forms.MultipleChoiceField(
        label=label,
        help_text=help_text,
        choices=list(vocabulary.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class LanguagesField(forms.CharField):
    """Languages by name or tag, separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        """Tags as names."""
        if isinstance(value, list | tuple):
            return ", ".join(words.language_name(one) for one in value)
        return value

    def clean(self, value: Any) -> list[str]:
        """Names as tags."""
        named = [part.strip() for part in (super().clean(value) or "").split(",")]
        return [words.language_tag(one) or self._unknown(one) for one in named if one]

    def _unknown(self, name: str) -> str:
        raise forms.ValidationError(
            _("“%(name)s” is no language we know. Write names such as English, or tags such as de.")
            % {"name": name[:40]}
        )


class TagsField(forms.CharField):
    """Short words separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        """The list as one line."""
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """The line as a list, each word once."""
        parts = (super().clean(value) or "").split(",")
        return list(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))


def need_to_publish(field: forms.Field) -> None:
    """Say at a field that a draft can do without it and a publication cannot."""
    field.need = gettext_lazy("needed to publish")  # type: ignore[attr-defined]  # for field.html


class PlacedForm(forms.Form):
    """A form whose fields stand at paths of some JSON: texts by language, values as they are."""

    TEXTS: ClassVar[tuple[str, ...]] = ()
    VALUES: ClassVar[tuple[str, ...]] = ()
    NEEDED_TO_PUBLISH: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, *args: Any, content: Mapping[str, Any], language: str, main: str, **kw: Any
    ) -> None:
        self.content = dict(content)
        self.language, self.main = language, main
        kw["initial"] = self.shown(self.content)
        super().__init__(*args, **kw)
        if self.translating:
            self._keep_texts_only()
        self._mark_needed()
        for path in self.TEXTS:
            self.fields[json.field_name(path)].widget.attrs |= {"lang": language, "dir": "auto"}

    @property
    def translating(self) -> bool:
        """Whether this is another language than the achievement's own."""
        return self.language != self.main

    def shown(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The values a person sees first."""
        found = {json.field_name(path): json.get(content, path) for path in self.VALUES}
        for path in self.TEXTS:
            found[json.field_name(path)] = (json.get(content, path) or {}).get(self.language, "")
        return found

    def merged(self) -> Content:
        """The content with what was entered; everything else stays."""
        content = copy.deepcopy(self.content)
        for path in self.TEXTS:
            text = self.cleaned_data[json.field_name(path)]
            json.put_text(content, path, self.language, text)
        for path in () if self.translating else self.VALUES:
            json.put(content, path, self.cleaned_data[json.field_name(path)])
        return content

    def blame(self, error: UsageError) -> None:
        """Show what the descriptor refused beside the field it is about, if that is here."""
        place, _colon, sentence = error.detail.partition(": ")
        fits = [
            name
            for path in (*self.TEXTS, *self.VALUES)
            if (name := json.field_name(path)) in self.fields and f"{place}/".startswith(f"{path}/")
        ]
        self.add_error(fits[0] if fits else None, sentence if fits else error.detail)

    def _mark_needed(self) -> None:
        for path in self.NEEDED_TO_PUBLISH if not self.translating else ():
            need_to_publish(self.fields[json.field_name(path)])

    def _keep_texts_only(self) -> None:
        texts = {json.field_name(path): path for path in self.TEXTS}
        for name in [name for name in self.fields if name not in texts]:
            del self.fields[name]
        for name, path in texts.items():
            source = (json.get(self.content, path) or {}).get(self.main, "")
            self.fields[name].help_text = _to_translate(source, self.main)


class RowForm(PlacedForm):
    """One row of a list; an empty row is no row."""

    NEEDED: ClassVar[str] = ""  # the field that makes a row one

    def clean(self) -> dict[str, Any]:
        """A row that was begun has its needed field."""
        found = super().clean() or {}
        leaves = found.get("DELETE")
        if self.NEEDED and not self.translating and self.has_changed() and not leaves:
            value = found.get(self.NEEDED)
            if json.says_nothing(value) and self.NEEDED not in self.errors:
                self.add_error(self.NEEDED, _("Fill this in, or empty the whole row."))
        return found


class Rows(BaseFormSet):
    """The rows of one list of the descriptor."""

    deletion_widget = forms.CheckboxInput

    def __init__(
        self, *args: Any, rows: list[Content], language: str, main: str, **kw: Any
    ) -> None:
        self.rows, self.language, self.main = rows, language, main
        if language != main:
            self.extra = 0
            self.can_delete = False
        super().__init__(*args, initial=[{} for _row in rows], **kw)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Each row form gets its row."""
        row = self.rows[index] if index is not None and index < len(self.rows) else {}
        return {"content": row, "language": self.language, "main": self.main}

    def merged(self) -> list[Content]:
        """The rows as entered, without empty and removed ones."""
        filled = [form for form in self.forms if form.cleaned_data]
        kept = [form for form in filled if not form.cleaned_data.get("DELETE")]
        return [row for form in kept if (row := form.merged())]


def rows_of(
    form: type[RowForm], *, most: int, extra: int = 1, base: type[Rows] = Rows
) -> type[Rows]:
    """A formset of such rows."""
    return formset_factory(
        form, formset=base, extra=extra, can_delete=True, max_num=most, absolute_max=most + 5
    )


def _with_note(text: Any, note: Any) -> Any:
    if not note:
        return text
    return _later('{} <span class="option__note">{}</span>', text, note)


def _to_translate(source: str, language: str) -> SafeString | str:
    if not source:
        return _("There is no text to translate yet.")
    name = words.language_name(language)
    return format_html(
        '<span class="translate__from">{}</span> '
        '<span class="translate__text" lang="{}" dir="auto">{}</span>',
        _("%(language)s:") % {"language": name},
        language,
        source,
    )
