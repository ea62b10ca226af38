"""What the passport does beside the pages: check imports, answer requests for links, adopt."""

from __future__ import annotations

from stackmark_web.jobs.duties import duty
from stackmark_web.jobs.handlers import Heartbeat, Outcome, handler
from stackmark_web.jobs.models import Run
from stackmark_web.passport import claiming, erasing_proofs, proving
from stackmark_web.passport.actions import RUN_KIND
from stackmark_web.passport.checking import check_many
from stackmark_web.passport.models import Holding

duty("answer requests for claim links", seconds=5)(claiming.answer_link_requests)
duty("put corrected credentials into passports", seconds=5)(claiming.adopt)
duty("forget requests for proof that ended", seconds=3600)(proving.clear_old)

__all__ = ["check_imports", "erasing_proofs"]  # importing it is what registers the eraser


@handler(RUN_KIND)
def check_imports(run: Run, first: int, last: int, heartbeat: Heartbeat) -> Outcome:
    """Check the imported credentials of a chunk; those removed meanwhile are left out."""
    wanted = run.params["holdings"][first:last]
    rows = Holding.objects.filter(pk__in=wanted, user_id=run.actor_id).select_related("user")
    check_many(rows, heartbeat)
    return Outcome(done=last - first)
