"""Duties of awarding; runs of sheets are in ``tasks_sheets``."""

from __future__ import annotations

from stackmark_web.awarding import (
    duties,
    erasing,
    key_age,
    key_run,  # noqa: F401 - registers the handler of its runs
    patrolling,
    publishing,
    tasks_sheets,  # noqa: F401 - registers the handler of its runs
)
from stackmark_web.jobs.duties import duty
from stackmark_web.tenancy.actions import on_key_change

duty("publish status lists", seconds=2, urgent=True)(publishing.publish_dirty)
duty("look over status lists", seconds=60)(publishing.look_over)
duty("send scheduled awards", seconds=15)(duties.send_scheduled)
duty("finish interrupted awards", seconds=30)(duties.finish_intents)
duty("end unclaimed awards", seconds=60)(duties.lapse_overdue)
duty("remind to claim", seconds=600)(duties.remind_to_claim)
duty("forget old awards", seconds=3_600)(erasing.forget_old)
duty("remind of expiry", seconds=600)(duties.remind_of_expiry)
duty("look through credentials and lists", seconds=60)(patrolling.look_through)
duty("remind of old keys", seconds=3600)(key_age.remind)
on_key_change(publishing.publish_all_of)
