"""Tags every template may use without loading them."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.middleware.csrf import get_token
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from stackmark_web.ui import text as texts
from stackmark_web.ui.icons import PATHS, WAYS, stack
from stackmark_web.ui.site import Frame, Link, navigation

register = template.Library()

_CHECK_ICONS: Final = {
    "passed": "check",
    "failed": "cross",
    "could-not-tell": "question",
    "not-applicable": "minus",
}
_CHECK_TONES: Final = {"passed": "good", "failed": "bad", "could-not-tell": "warn"}


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """An inline picture, hidden from screen readers: the words beside it say what it means."""
    if name not in PATHS:
        raise template.TemplateSyntaxError(f"no icon is called {name!r}")
    return format_html(
        '<svg class="icon{}" width="{}" height="{}" viewBox="0 0 24 24" aria-hidden="true"'
        ' focusable="false"><path d="{}"/></svg>',
        " icon--way" if name in WAYS else "",
        size,
        size,
        PATHS[name],
    )


@register.simple_tag
def icon_names() -> list[str]:
    """Every icon, for the living page."""
    return list(PATHS)


@register.simple_tag
def stack_mark(layers: int) -> SafeString:
    """Our mark with one to five layers: how far a credential's life has come."""
    first, *under = stack(max(1, min(5, layers))).split("Z")[:-1]
    return format_html(
        '<svg class="stack-mark" viewBox="0 0 48 50" width="64" height="66" aria-hidden="true"'
        ' focusable="false"><path class="stack-mark__under" d="{}"/><path class="stack-mark__top"'
        ' d="{}Z"/></svg>',
        "".join(f"{part}Z" for part in under),
        first,
    )


@register.simple_tag
def markdown(text: object) -> SafeString:
    """A person's Markdown, made safe: no raw HTML, no pictures, links rel=nofollow ugc."""
    return texts.markdown_html(str(text or ""))


@register.filter
def isolate(value: object) -> SafeString:
    """A foreign word in its own direction (``<bdi>``)."""
    return texts.isolated(value)


@register.filter
def address(value: object) -> SafeString:
    """A DID or an address in its own direction, which breaks between its parts."""
    return texts.address_html(value)


@register.simple_tag
def comma() -> str:
    """What stands between the parts of a list, with its space."""
    return texts.comma()


@register.simple_tag
def localised(texts_by_language: object) -> str:
    """The text of a language map that suits the reader, as plain text."""
    return texts.best_text(texts_by_language)


@register.filter(name="localised")
def localised_filter(texts_by_language: object) -> str:
    """The same as a filter, for use inside other tags."""
    return texts.best_text(texts_by_language)


@register.simple_tag
def localised_html(texts_by_language: object) -> SafeString:
    """The same, marked with its language when that is not the page's."""
    return texts.best_html(texts_by_language)


@register.simple_tag
def lang_of(texts_by_language: object) -> SafeString:
    """The attributes of an element whose text is not in the page's language."""
    return texts.language_attribute(texts_by_language)


@register.simple_tag
def time(value: object, show: str = "auto") -> SafeString:
    """A ``<time>`` people can read; ``show`` is auto, date or datetime."""
    return texts.moment_html(value, show)


@register.simple_tag(takes_context=True)
def csrf_field(context: Context) -> SafeString:
    """The hidden CSRF input, also inside ``{% include … only %}`` where Django's own is lost."""
    request = getattr(context, "request", None) or context.get("request")
    if request is None:
        return mark_safe("")
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request)
    )


@register.simple_tag(takes_context=True)
def page_frame(context: Context) -> Frame:
    """The frame of the page, even where no request reached the template (some error pages)."""
    frame = context.get("site")
    return frame if isinstance(frame, Frame) else Frame(context.get("request"))


@register.simple_tag(takes_context=True)
def manage_nav(context: Context) -> list[Link]:
    """The links of an organisation's work area that this person may use."""
    user, organisation = context.get("user"), context.get("organisation")
    return navigation(user, organisation, str(context.get("section", "")))


@register.filter
def here(links: list[Link]) -> str:
    """The label of the page one is on; of one that is not among them, what to do."""
    return next((str(link.label) for link in links if link.current), gettext("Choose one"))


@register.filter
def check_icon(outcome: str) -> str:
    """The icon of a check's outcome."""
    return _CHECK_ICONS.get(outcome, "question")


@register.filter
def check_tone(outcome: str) -> str:
    """The tone of a check's outcome."""
    return _CHECK_TONES.get(outcome, "neutral")


@register.filter
def plural_of(value: Any) -> int:
    """The whole number whose plural form a number takes."""
    return texts.plural_of(value)


@register.filter
def percent(done: Any, total: Any) -> int:
    """How much of a whole is done, in whole percent, never above 100."""
    return min(100, int(done) * 100 // int(total)) if total else 0


@register.filter
def anchor(field: Any) -> str:
    """The id an error summary's link goes to: the control, or the first of its choices."""
    if field.use_fieldset:
        return next((option.id_for_label for option in field.subwidgets), "") or field.auto_id
    return str(field.id_for_label or field.auto_id)
