"""Work that comes again: published facts stay up to date, forgotten uploads go."""

from __future__ import annotations

from stackmark_web.assessing import renewing
from stackmark_web.jobs.duties import duty

duty("renew assessment facts", seconds=6 * 3_600)(renewing.renew_due)
duty("drop forgotten results", seconds=24 * 3_600)(renewing.drop_forgotten)
