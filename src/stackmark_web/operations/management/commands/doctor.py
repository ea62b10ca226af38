"""``stackmark-web doctor``: everything that can be looked at, as a table or as JSON."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from stackmark_web.operations import probes, schema
from stackmark_web.operations import probing as _probing  # noqa: F401 - registers the probes

_SIGN = {"ok": "ok  ", "warning": "look", "error": "BAD "}


class Command(BaseCommand):
    """Look at everything. Exit code 0: all is well; 1: look at something; 2: something is bad."""

    help = "Check settings, database, keys, lists, worker, letters, disk. Exit code 0, 1 or 2."
    requires_system_checks: list[str] = []  # a probe of its own tells of them

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For people or machines."""
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        """Run all probes."""
        found = list(probes.run())
        code = probes.worst(found)
        if json:
            tree = {
                "version": schema.product_version(),
                "exit_code": code,
                "probes": [one.told() for one in found],
            }
            self.stdout.write(orjson.dumps(tree, option=orjson.OPT_INDENT_2).decode())
        else:
            width = max(len(one.name) for one in found)
            for one in found:
                self.stdout.write(self._line(one, width))
        if code:
            sys.exit(code)

    def _line(self, one: probes.Result, width: int) -> str:
        text = f"{_SIGN[one.finding.level]} {one.name:<{width}}  {one.finding.text}"
        return f"{text}\n     {'':<{width}}  → {one.finding.hint}" if one.finding.hint else text
