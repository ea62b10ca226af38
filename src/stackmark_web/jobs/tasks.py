"""Duties of the rooms below, which know of no duties: accounts, and the runs themselves."""

from __future__ import annotations

from stackmark_web.accounts import erasure, keeping
from stackmark_web.jobs import erasing
from stackmark_web.jobs.duties import duty

duty("finish erasures", seconds=60)(erasure.finish_all)
duty("forget what accounts no longer need", seconds=3_600)(keeping.forget_old)
duty("forget old runs", seconds=3_600)(erasing.forget_old)
