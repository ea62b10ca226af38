"""A field's name becomes a member of its form in the browser and hides what scripts call there."""

from __future__ import annotations

import importlib
import pkgutil

from django import forms

import stackmark_web

# What htmx and our own scripts call on a form.
CALLED = {
    *("matches", "closest", "contains", "submit", "reset", "requestSubmit", "elements", "action"),
    *("querySelector", "querySelectorAll", "getAttribute", "setAttribute", "hasAttribute"),
    *("addEventListener", "dispatchEvent", "children", "parentNode", "parentElement", "tagName"),
    *("attributes", "classList", "dataset", "hidden", "remove", "append", "focus", "getRootNode"),
}


def fields():
    for found in pkgutil.walk_packages(stackmark_web.__path__, "stackmark_web."):
        if "form" not in found.name.rpartition(".")[2]:
            continue
        for name, kind in vars(importlib.import_module(found.name)).items():
            if isinstance(kind, type) and issubclass(kind, forms.BaseForm):
                yield from ((name, field) for field in getattr(kind, "base_fields", ()))


def test_no_field_hides_what_scripts_call_on_its_form():
    found = list(fields())
    assert len(found) > 100
    assert [pair for pair in found if pair[1] in CALLED] == []
