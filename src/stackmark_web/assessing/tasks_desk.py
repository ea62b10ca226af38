"""What time brings at the desk."""

from __future__ import annotations

from stackmark_web.assessing import allotting, awarding_from
from stackmark_web.assessing.actions import marking
from stackmark_web.jobs.duties import duty

duty("award what was decided", seconds=30)(awarding_from.award_waiting)
duty("go on with marked attempts", seconds=60)(marking.settle_waiting)
duty("free the scripts of markers who left", seconds=300)(allotting.release_left)
