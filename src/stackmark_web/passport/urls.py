"""Addresses of this capability."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from stackmark_web.passport import (
    claim_views,
    folder_views,
    import_views,
    profile_views,
    report_views,
    share_views,
    show_views,
    views,
)

app_name = "passport"
urlpatterns: list[URLPattern | URLResolver] = [
    path("passport", views.home, name="home"),
    path("passport/timeline", views.timeline, name="timeline"),
    path("passport/skills", views.skills, name="skills"),
    path("passport/all.zip", views.download_all, name="download_all"),
    path("passport/import", import_views.bring, name="import"),
    path("passport/import/<uuid:pk>", import_views.import_run, name="import_run"),
    path("passport/folders", folder_views.folders, name="folders"),
    path("passport/folders/<uuid:pk>", folder_views.folder, name="folder"),
    path("passport/folders/<uuid:pk>/delete", folder_views.delete, name="folder_delete"),
    path("passport/shares", share_views.shares, name="shares"),
    path("passport/shares/new", share_views.new, name="share_new"),
    path("passport/shares/<uuid:pk>", share_views.detail, name="share_detail"),
    path("passport/shares/<uuid:pk>/withdraw", share_views.withdraw, name="share_withdraw"),
    path("passport/profile", profile_views.settings_page, name="profile"),
    path("passport/waiting/<uuid:pk>/accept", views.accept, name="accept"),
    path("passport/waiting/<uuid:pk>/decline", views.turn_down, name="turn_down"),
    path("passport/<uuid:pk>", views.holding, name="holding"),
    path("passport/<uuid:pk>/picture", views.picture, name="picture"),
    path("passport/<uuid:pk>/download/<slug:form>", views.download, name="download"),
    path("passport/<uuid:pk>/check", views.check, name="check"),
    path("passport/<uuid:pk>/publish", views.publish, name="publish"),
    path("passport/<uuid:pk>/unpublish", views.unpublish, name="unpublish"),
    path("passport/<uuid:pk>/folders", views.file, name="file"),
    path("passport/<uuid:pk>/remove", views.remove, name="remove"),
    path("passport/<uuid:pk>/print-code", views.print_code, name="print_code"),
    path("passport/<uuid:pk>/linkedin", views.linkedin_page, name="linkedin"),
    path("claim", claim_views.ask, name="claim_ask"),
    path("claim/<str:token>", claim_views.claim, name="claim"),
    path("claim/<str:token>/keep", claim_views.keep, name="claim_keep"),
    path("claim/<str:token>/download/<slug:form>", claim_views.download, name="claim_download"),
    path("claim/<str:token>/decline", claim_views.decline, name="claim_decline"),
    path("claim/<str:token>/not-me", claim_views.not_me, name="claim_not_me"),
    path("claim/<str:token>/again", claim_views.again, name="claim_again"),
    path("s/<str:token>", show_views.share, name="share"),
    path("s/<str:token>/card.png", show_views.card, name="card"),
    path("s/<str:token>/pin", show_views.pin, name="share_pin"),
    path("s/<str:token>/send-code", show_views.send_code, name="share_send_code"),
    path("s/<str:token>/code", show_views.code, name="share_code"),
    path("s/<str:token>/linkedin", show_views.to_linkedin, name="share_linkedin"),
    path("s/<str:token>/<uuid:pk>", show_views.shared_one, name="shared_one"),
    path("s/<str:token>/<uuid:pk>/picture", show_views.shared_picture, name="shared_picture"),
    path("s/<str:token>/<uuid:pk>/check", show_views.shared_check, name="shared_check"),
    path(
        "s/<str:token>/<uuid:pk>/download/<slug:form>",
        show_views.shared_download,
        name="shared_download",
    ),
    path(
        "s/<str:token>/<uuid:pk>/evidence/<uuid:piece>",
        show_views.shared_evidence,
        name="shared_evidence",
    ),
    path("people/<slug:handle>", profile_views.person, name="person"),
    path("people/<slug:handle>/<uuid:pk>", profile_views.person_holding, name="person_holding"),
    path(
        "people/<slug:handle>/<uuid:pk>/picture",
        profile_views.person_picture,
        name="person_picture",
    ),
    path(
        "manage/<slug:slug>/awards/addresses",
        report_views.reports,
        name="address_reports",
    ),
    path(
        "manage/<slug:slug>/awards/addresses/<uuid:pk>/send",
        report_views.send,
        name="address_send",
    ),
    path(
        "manage/<slug:slug>/awards/addresses/<uuid:pk>/close",
        report_views.close,
        name="address_close",
    ),
]
