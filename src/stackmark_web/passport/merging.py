"""Two passports that become one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from stackmark_web.accounts.merging import mover, told
from stackmark_web.passport.models import Folder, Holding, Profile, ProofAnswer, Share


@mover("passport")
def move(kept: Any, gone: Any) -> None:
    """What is there twice is there once; folders of one name become one; one public page stays."""
    for holding in Holding.objects.filter(user=gone).exclude(sha256=""):
        twin = Holding.objects.filter(user=kept, sha256=holding.sha256).first()
        if twin is not None:
            _take_over(twin, holding)
    for folder in Folder.objects.filter(user=gone):
        same = Folder.objects.filter(user=kept, name=folder.name).first()
        if same is not None:
            same.holdings.add(*folder.holdings.all())
            folder.delete()
    if Profile.objects.filter(user=kept).exists():
        Profile.objects.filter(user=gone).delete()


def _take_over(twin: Holding, holding: Holding) -> None:
    """Links, answers and folders of the one show the other; so does what points at it."""
    for folder in Folder.objects.filter(holdings=holding):
        folder.holdings.add(twin)
    for share in Share.objects.filter(holdings=holding):
        share.holdings.add(twin)
    for answer in ProofAnswer.objects.filter(holdings=holding):
        answer.holdings.add(twin)
    for relation in Holding._meta.related_objects:  # noqa: SLF001 - Django's own API
        if not relation.many_to_many and relation.related_model is not None:
            name = relation.field.name
            if relation.related_model._meta.label != "passport.HoldingSkill":  # noqa: SLF001
                rows = relation.related_model._base_manager.filter(**{name: holding})  # noqa: SLF001
                rows.update(**{name: twin})
    holding.delete()


@told("passport")
def tell(user: Any) -> list[tuple[str, int]]:
    """Credentials and links."""
    links = Share.objects.filter(user=user, kind=Share.Kind.LINK, withdrawn_at=None)
    return [
        (_("Credentials"), Holding.objects.filter(user=user).count()),
        (_("Shared links"), links.count()),
        (_("Folders"), Folder.objects.filter(user=user).count()),
    ]
