"""Duties of the catalogue. That a review is overdue needs none: the date itself says so."""

from __future__ import annotations

from stackmark_web.catalogue import reminding
from stackmark_web.jobs.duties import duty

duty("remind of reviews", seconds=3_600)(reminding.remind)
