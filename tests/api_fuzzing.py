"""Requests drawn from the description of the API by schemathesis, half of them wrong on purpose.

Ids in addresses and bodies are often those of things that exist, else nothing beyond 404 would be
seen. Each request is rolled back: the world stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter

import hypothesis
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi import checks

from stackmark_web.api import limits

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
RIGHT, WRONG = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


def description():
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def operations(schema):
    return [found.ok() for found in schema.get_all_operations()]


class Campaign:
    """Sends requests and counts the answers by operation and status."""

    def __init__(self, world, ids, *, seed=None):
        self.world, self.ids, self.seed = world, ids, seed
        self.sent = Counter()

    def run(self, operation, examples, modes=(RIGHT, WRONG)):
        """So many examples of right and as many of wrong requests."""
        for mode in modes:
            self._run(operation, examples, mode)

    def _run(self, operation, examples, mode):
        def ask(case, pick):
            with transaction.atomic():
                self._ask(operation, self._real(case, pick), mode)
                transaction.set_rollback(True)

        given = hypothesis.given(
            case=operation.as_strategy(generation_mode=mode), pick=st.integers(0, 7)
        )
        quiet = hypothesis.settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=self.seed is None,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )
        test = quiet(given(ask))
        if self.seed is not None:
            test = hypothesis.seed(self.seed)(test)
        try:
            test()
        except hypothesis.errors.Unsatisfiable:  # nothing can be wrong with this one
            assert mode is WRONG

    def _real(self, case, pick):
        """Put things that are there where ids stand, in most requests."""
        if pick:
            drafts = re.search("/(draft|submit|publish)$", case.path)
            known = self.ids | ({"achievement_id": self.ids["draft"]} if drafts else {})
            for name in case.path_parameters or {}:
                if name in known:
                    case.path_parameters[name] = known[name]
            if isinstance(case.body, dict) and "achievement" in case.body:
                case.body = {**case.body, "achievement": self.ids["achievement_id"]}
        return case

    def _ask(self, operation, case, mode):
        headers = {"Authorization": f"Bearer {self.world.text}"}
        response = case.call(headers=headers)
        self.sent[f"{operation.label} {response.status_code}"] += 1
        case.validate_response(response, checks=CHECKS)


def unlimited(patch):
    """As many requests as it takes."""
    for name in ("READS", "WRITES", "CHECKS", "WRONG"):
        patch.setattr(limits, name, 0)
    patch.setattr(limits, "anonymous", lambda: 0)
