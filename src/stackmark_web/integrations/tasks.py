"""Duties of mail."""

from __future__ import annotations

from stackmark_web.integrations import mailer
from stackmark_web.jobs.duties import duty

duty("send mail", seconds=5)(mailer.send_due)
