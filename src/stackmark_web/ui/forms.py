"""How forms look: Django's renderer with our fields, errors and widgets in front."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import django.forms
from django.forms.renderers import TemplatesSetting
from django.template.backends.django import DjangoTemplates


class Renderer(TemplatesSetting):
    """Fields, errors and help after the design; widgets we do not draw are Django's own."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"
    formset_template_name = "django/forms/formsets/div.html"

    @cached_property
    def engine(self) -> DjangoTemplates:
        """Our templates first, then Django's, then every capability's."""
        ours = Path(__file__).parent / "templates"
        django_own = Path(django.forms.__file__).parent / "templates"
        return DjangoTemplates(
            {
                "NAME": "stackmark-forms",
                "APP_DIRS": True,
                "DIRS": [ours, django_own],
                "OPTIONS": {"builtins": ["stackmark_web.ui.templatetags.ui"]},
            }
        )

    def get_template(self, template_name: str) -> Any:
        """A template by name."""
        return self.engine.get_template(template_name)
