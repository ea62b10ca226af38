"""Work that comes again: facts that were published once stay up to date."""

from __future__ import annotations

from stackmark_web.assessing import renewing
from stackmark_web.jobs.duties import duty

duty("renew assessment facts", seconds=6 * 3_600)(renewing.renew_due)
