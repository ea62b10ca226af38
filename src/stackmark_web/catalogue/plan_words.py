"""The controlled words of the assessment plan for translators, under the codes of the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TABLES: Final[Mapping[str, Mapping[str, Promise | str]]] = {
    "COMPONENT_KINDS": {
        "rubric": _("marked by a rubric"),
        "items": _("marked by items"),
        "score": _("one score"),
    },
    "IDENTITY_PROOFING": {
        "none": _("identity not proofed"),
        "self-asserted": _("identity as the learner states it"),
        "document": _("identity proofed by a document"),
        "eid": _("identity proofed by an electronic identity"),
    },
    "IDENTITY_BINDING": {
        "none": _("nobody compared who sat it"),
        "photo-match": _("photo compared at the assessment"),
        "live": _("a person compared the learner with the document at the assessment"),
    },
    "PROCTORING": {
        "none": _("not supervised"),
        "remote-recorded": _("supervised remotely by recording"),
        "remote-live": _("supervised remotely by a person"),
        "onsite": _("supervised on site"),
    },
    "AUTHORSHIP": {
        "none": _("authorship not checked"),
        "statement": _("statement of authorship"),
        "similarity": _("compared with other texts"),
        "oral-defence": _("defended orally"),
        "process-log": _("process of the work looked at"),
    },
    "AI_POLICY": {
        "prohibited": _("AI tools prohibited"),
        "limited": _("AI tools permitted within limits"),
        "permitted-and-assessed": _("AI tools permitted, their use assessed"),
    },
    "INDEPENDENCE": {
        "same-people": _("assessed by those who teach it"),
        "same-organisation": _("assessed by others of the same organisation"),
        "independent": _("assessed independently of who teaches it"),
    },
}
"""As the library names its tables (``stackmark.model.achievement_words``)."""
