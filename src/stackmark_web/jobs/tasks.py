"""Duties of the rooms below, which know of no duties, and of the runs themselves."""

from __future__ import annotations

from stackmark_web.accounts import erasure, keeping
from stackmark_web.approvals import actions as approvals
from stackmark_web.audit import checking, heads
from stackmark_web.jobs import erasing, presence
from stackmark_web.jobs.duties import duty
from stackmark_web.tenancy.changes import domains

duty("sign the heads of the audit log", seconds=60)(heads.sign_due)
duty("walk the audit log", seconds=60)(checking.walk_on)
duty("let go of old heads of the audit log", seconds=24 * 3_600)(heads.let_go_of_old)
duty("look at proven domains again", seconds=3_600)(domains.recheck_daily)
duty("end changes that nobody decided", seconds=600)(approvals.expire_due)
duty("finish erasures", seconds=60)(erasure.finish_all)
duty("forget what accounts no longer need", seconds=3_600)(keeping.forget_old)
duty("forget old runs", seconds=3_600)(erasing.forget_old)
duty("forget workers that are gone", seconds=600)(presence.tidy)
