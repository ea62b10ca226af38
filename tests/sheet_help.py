"""Short ways along a sheet in tests."""

from __future__ import annotations

import io
from html import unescape

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from stackmark_web.awarding.models import Sheet, SheetRow


def address(name, sheet, slug="northfield"):
    return reverse(f"awarding:{name}", args=[slug, sheet.pk])


def csv_of(*people, header="email,name"):
    return header + "\n" + "".join(f"{row}\n" for row in people)


def workbook(*rows, formats=None):
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for cell, form in (formats or {}).items():
        page[cell].number_format = form
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class Way:
    """Walks the pages as a person does."""

    def __init__(self, client, version, slug="northfield"):
        self.client = client
        self.version = version
        self.slug = slug
        self.sheet = None

    def upload(self, data, name="people.csv", **more):
        body = data.encode() if isinstance(data, str) else data
        answer = self.client.post(
            reverse("awarding:sheet_new", args=[self.slug]),
            {"version": str(self.version.pk), "file": SimpleUploadedFile(name, body), **more},
        )
        if answer.status_code == 302:
            self.sheet = Sheet.everywhere.latest("uploaded_at")
        return answer

    def columns(self, **changes):
        chosen = {f"column-{place}": meaning for place, meaning in self.sheet.mapping.items()}
        chosen |= {f"column-{place.lstrip('c')}": meaning for place, meaning in changes.items()}
        return self._post("sheet_columns", chosen)

    def answer(self, **answers):
        return self._post("sheet_questions", answers)

    def choose(self, **more):
        return self._post(
            "sheet_choices", {"known": "leave", "name_in_credential": "on", "scope": "all"} | more
        )

    def confirm(self, **more):
        page = self.client.get(address("sheet_confirm", self.sheet, self.slug))
        agreed = page.context["agreed"] if page.context else ""
        return self._post("sheet_confirm", {"agreed": agreed} | more)

    def _post(self, name, data):
        answer = self.client.post(address(name, self.sheet, self.slug), data)
        self.sheet.refresh_from_db()
        return answer

    def checked(self, data, **more):
        """Uploaded and checked, as far as no question is asked."""
        first = self.upload(data, **more)
        assert first.status_code == 302, text_of(first)
        answer = self.columns()
        assert answer.status_code == 302, text_of(answer)
        return self

    def rows(self):
        return list(SheetRow.objects.filter(sheet=self.sheet).order_by("number"))

    def outcomes(self):
        return [
            (row.line, row.outcome, [one["reason"] for one in row.findings]) for row in self.rows()
        ]

    def results(self):
        return [(row.line, row.result) for row in self.rows()]


def text_of(answer):
    """What a person reads on a page."""
    import re

    body = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
