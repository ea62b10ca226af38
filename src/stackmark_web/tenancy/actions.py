"""Everything that changes an organisation, by name. The modules in ``changes`` hold the code."""

from __future__ import annotations

from stackmark_web.tenancy.changes.compromise import declare_lost
from stackmark_web.tenancy.changes.domains import (
    add_domain,
    check_domain,
    recheck_domains,
    remove_domain,
)
from stackmark_web.tenancy.changes.handover import (
    accept_handover,
    decline_handover,
    offer_handover,
    take_statement,
    withdraw_handover,
)
from stackmark_web.tenancy.changes.keys import (
    check_published,
    make_key,
    on_key_change,
    revoke_key,
    rotate_key,
    want_did_host,
)
from stackmark_web.tenancy.changes.organisations import (
    create_organisation,
    create_unit,
    edit_organisation,
    set_brand,
    set_logo,
    set_signature,
)
from stackmark_web.tenancy.changes.people import (
    accept_invitation,
    end_role,
    find_invitation,
    give_role,
    invite,
    withdraw_invitation,
)
from stackmark_web.tenancy.changes.retention import set_register_rule
from stackmark_web.tenancy.images import keep_drawing, keep_picture, store_image

__all__ = [
    "accept_handover",
    "accept_invitation",
    "add_domain",
    "check_domain",
    "check_published",
    "create_organisation",
    "create_unit",
    "declare_lost",
    "decline_handover",
    "edit_organisation",
    "end_role",
    "find_invitation",
    "give_role",
    "invite",
    "keep_drawing",
    "keep_picture",
    "make_key",
    "offer_handover",
    "on_key_change",
    "recheck_domains",
    "remove_domain",
    "revoke_key",
    "rotate_key",
    "set_brand",
    "set_logo",
    "set_register_rule",
    "set_signature",
    "store_image",
    "take_statement",
    "want_did_host",
    "withdraw_handover",
    "withdraw_invitation",
]
