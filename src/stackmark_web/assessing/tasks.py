"""What time brings: evidence whose time is over."""

from __future__ import annotations

from stackmark_web.assessing import retention
from stackmark_web.jobs.duties import duty

duty("erase evidence", seconds=3_600)(retention.erase_due)
