"""The whole URL map on one screen."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("stackmark_web.ui.urls")),  # /  /ui  /accessibility …
    path("account/", include("stackmark_web.accounts.urls")),  # sign-in and everything of a person
    path("", include("stackmark_web.accounts.urls_public")),  # /privacy/retention
    path("", include("stackmark_web.tenancy.urls")),  # /manage…  /organisations
    path("", include("stackmark_web.approvals.urls")),  # /manage/<org>/approvals
    path("", include("stackmark_web.catalogue.urls")),  # /catalogue  /manage/<org>/achievements
    path("", include("stackmark_web.awarding.urls")),  # /manage/<org>/awards  /appeals
    path("", include("stackmark_web.accrediting.urls")),  # /manage/<org>/accreditation
    path("", include("stackmark_web.assessing.urls")),  # /assessments  /manage/<org>/assessing
    path("", include("stackmark_web.integrations.urls")),  # /manage/<org>/mail
    path("", include("stackmark_web.jobs.urls")),  # /manage/<org>/runs
    path("", include("stackmark_web.verifying.urls")),  # /verify
    path("", include("stackmark_web.passport.urls")),  # /passport  /claim  /s/<token>  /people
    path("", include("stackmark_web.recognising.urls")),  # /recognition  /manage/<org>/recognition
    path("", include("stackmark_web.pathways.urls")),  # /pathways  /plan  /manage/<org>/pathways
    path("", include("stackmark_web.registry.urls")),  # /o/<org>  /achievements  /credentials …
    path("", include("stackmark_web.api.urls")),  # /api/v1  /vc-api
    path("", include("stackmark_web.operations.urls")),  # /health  /ready  /metrics
    path("", include("stackmark_web.demo.urls")),  # /demo
]

handler500 = "stackmark_web.operations.views.server_error"
