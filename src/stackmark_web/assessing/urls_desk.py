"""Addresses of the marking desk."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.assessing import (
    appeal_views,
    case_views,
    decision_views,
    desk_views,
    marking_views,
    moderation_views,
)

_DESK = "manage/<slug:slug>/assessing"
_MARK = f"{_DESK}/scripts/<uuid:pk>"
_ATTEMPT = f"{_DESK}/attempts/<uuid:pk>"
_MEETING = f"{_DESK}/moderation/<uuid:pk>"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_DESK, desk_views.desk, name="desk"),
    # one marking
    path(_MARK, marking_views.marking, name="marking"),
    path(f"{_MARK}/take", marking_views.take, name="take"),
    path(f"{_MARK}/give-back", marking_views.give_back, name="give_back"),
    path(f"{_MARK}/conflict", marking_views.conflict, name="marking_conflict"),
    path(f"{_MARK}/files/<uuid:piece>", marking_views.file, name="marking_file"),
    path(f"{_MARK}/files/<uuid:piece>/answer", marking_views.quarantine, name="quarantine"),
    # one attempt and its decision
    path(f"{_DESK}/decisions", decision_views.decisions, name="decisions"),
    path(f"{_DESK}/decisions/confirm", decision_views.confirm_many, name="confirm_many"),
    path(_ATTEMPT, decision_views.attempt, name="decision"),
    path(f"{_ATTEMPT}/second", decision_views.second, name="ask_second"),
    path(f"{_ATTEMPT}/conflict", decision_views.conflict, name="attempt_conflict"),
    path(f"{_ATTEMPT}/keep", decision_views.keep, name="script_keep"),
    path(f"{_ATTEMPT}/files/<uuid:piece>", decision_views.file, name="attempt_file"),
    path(f"{_ATTEMPT}/misconduct", case_views.raise_case, name="misconduct_raise"),
    # people's matters
    path(f"{_DESK}/applications", desk_views.applications, name="applications"),
    path(f"{_DESK}/applications/<uuid:pk>", desk_views.application, name="application_answer"),
    path(f"{_DESK}/cases", case_views.cases, name="cases"),
    path(f"{_DESK}/circumstances/<uuid:pk>", case_views.circumstance, name="circumstance"),
    path(f"{_DESK}/misconduct/<uuid:pk>", case_views.misconduct, name="misconduct"),
    path(f"{_DESK}/adjustments/<uuid:pk>", case_views.adjustment, name="adjustment"),
    path(f"{_DESK}/appeals", appeal_views.appeals, name="mark_appeals"),
    path(f"{_DESK}/appeals/<uuid:pk>", appeal_views.appeal, name="mark_appeal"),
    path(f"{_DESK}/appeals/<uuid:pk>/mark-again", appeal_views.again, name="mark_again"),
    # moderation
    path(f"{_DESK}/moderation", moderation_views.meetings, name="moderations"),
    path(_MEETING, moderation_views.meeting, name="moderation"),
    path(f"{_MEETING}/scripts/<uuid:script>", moderation_views.script, name="moderation_script"),
    path(f"{_MEETING}/close", moderation_views.close, name="moderation_close"),
    path(f"{_DESK}/kept-scripts", moderation_views.kept, name="kept_scripts"),
    path(f"{_DESK}/kept-scripts/<uuid:pk>/cycle", moderation_views.cycle, name="script_cycle"),
]
