"""The person of ``tools/chaos.py``, who uploads files, has them issued and revokes now and then."""

from __future__ import annotations

import http.client
import re
import threading
import time
from typing import Any
from urllib.parse import urlencode

SLUG = "northfield"
TOKEN = "c" * 32


class Person(threading.Thread):
    """Works through the pages until ``over`` is set; what was answered wrongly goes to ``wrong``."""

    def __init__(self, world: Any, told: dict[str, str], rows: int, wrong: list[str]) -> None:
        super().__init__(daemon=True)
        self.world, self.told, self.rows, self.wrong = world, told, rows, wrong
        self.files = 0
        self.over = threading.Event()

    def run(self) -> None:
        """One file after the other, from upload to confirmation; a lost answer is asked again."""
        while not self.over.is_set():
            if self.world.open_chunks():
                time.sleep(0.1)
                continue
            self.files += 1
            try:
                self._issue(self.files)
                self._revoke_one()
            except Exception as error:  # noqa: BLE001 - a wrong answer is what we look for
                self.wrong.append(f"file {self.files}: {type(error).__name__}: {error}")
                print("wrong:", self.wrong[-1], flush=True)

    def _issue(self, number: int) -> None:
        lines = [f"p{number}-{n}@mail.example,Person {n}" for n in range(self.rows)]
        lines[7::40] = ["nobody,Nobody"] * len(lines[7::40])
        data = "email,name\n" + "\n".join(lines) + "\n"
        base = f"/manage/{SLUG}/awards/sheets"
        sheet = ""
        while not sheet:
            place = self._post(f"{base}/new", {"version": self.told["version"]}, data)
            sheet = place.rsplit("/", 1)[0]
        self._post(
            f"{sheet}/columns", {"column-0": "recipient_email", "column-1": "recipient_name"}
        )
        self._post(
            f"{sheet}/choices", {"known": "leave", "scope": "good", "name_in_credential": "on"}
        )
        status, where, page = self._ask("GET", f"{sheet}/confirm")
        agreed = re.search(r'name="agreed" value="([^"]*)"', page)
        if agreed is None:
            raise RuntimeError(f"nothing to confirm: {status} {where}")
        self._post(f"{sheet}/confirm", {"agreed": agreed[1]})

    def _revoke_one(self) -> None:
        found = self.world.ask("SELECT id FROM awarding_award WHERE state = 'offered' LIMIT 1")
        if found:
            place = f"/manage/{SLUG}/awards/{found[0][0]}/revoke"
            if not self.world.database:  # SQLite keeps the hexadecimal digits alone
                place = re.sub(r"(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})", r"\1-\2-\3-\4-\5", place)
            self._post(place, {"reason": "misconduct"})

    def _post(self, place: str, form: dict[str, str], file: str = "") -> str:
        """Where the answer leads; a page with errors is one too many."""
        status, where, page = self._ask("POST", place, form, file)
        if status != 302:
            told = re.findall(r'class="[^"]*error[^"]*"[^>]*>([^<]+)', page)
            raise RuntimeError(f"{place} answers {status} {told[:3]}")
        return where

    def _ask(
        self, method: str, place: str, form: dict[str, str] | None = None, file: str = ""
    ) -> tuple[int, str, str]:
        """An answer, asked for again as long as the server is away."""
        body, kind = _body(form or {}, file)
        head = {
            "Cookie": f"sessionid={self.told['session']}; csrftoken={TOKEN}",
            "Content-Type": kind,
        }
        last = time.monotonic() + 600
        while True:
            try:
                line = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=60)
                line.request(method, place, body if form is not None else None, head)
                answer = line.getresponse()
                page = answer.read().decode("utf-8", "replace")
                if answer.status != 503:
                    return answer.status, answer.headers.get("Location", ""), page
            except (OSError, http.client.HTTPException):
                if time.monotonic() > last:
                    raise
            finally:
                line.close()
            time.sleep(0.1)


def _body(form: dict[str, str], file: str) -> tuple[bytes, str]:
    fields = {"csrfmiddlewaretoken": TOKEN, **form}
    if not file:
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    mark = "-----------------chaos"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="all.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{file}\r\n--{mark}--\r\n"
    )
    return "".join(parts).encode(), f"multipart/form-data; boundary={mark}"
