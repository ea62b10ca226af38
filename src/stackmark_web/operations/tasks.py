"""Duties of operations: what was issued is noted outside the database, and a sign of life."""

from __future__ import annotations

from stackmark_web.jobs.duties import duty
from stackmark_web.operations import journals, leftovers, living

duty("note what was issued", seconds=5)(journals.note_issued)
duty("forget processes of long ago", seconds=3600)(living.tidy)
duty("clear what dead processes left", seconds=3600)(leftovers.clear)
