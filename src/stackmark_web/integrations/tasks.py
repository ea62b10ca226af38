"""Duties of mail and webhooks."""

from __future__ import annotations

from stackmark_web.integrations import erasing, mailer, webhook_sending
from stackmark_web.jobs.duties import duty

duty("forget old letters", seconds=3_600)(erasing.forget_old)
duty("send mail", seconds=5)(mailer.send_due)
duty("send webhooks", seconds=3)(webhook_sending.send_due)
duty("forget old webhook messages", seconds=3_600)(webhook_sending.forget_old)
