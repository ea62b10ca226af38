"""Duties of the API."""

from __future__ import annotations

from stackmark_web.api import idempotency
from stackmark_web.jobs.duties import duty

duty("forget answered requests", seconds=600)(idempotency.forget_old)
