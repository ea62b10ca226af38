"""Duties of mail."""

from __future__ import annotations

from stackmark_web.integrations import erasing, mailer
from stackmark_web.jobs.duties import duty

duty("forget old letters", seconds=3_600)(erasing.forget_old)
duty("send mail", seconds=5)(mailer.send_due)
