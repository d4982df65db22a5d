"""Tags of the account page."""

from typing import Any

from django import template
from django.template.loader import get_template

register = template.Library()


@register.simple_tag(takes_context=True)
def render_panel(context: template.Context, name: str, values: dict[str, Any]) -> str:
    """A panel's template with its own values over the page's context (an {% include %} cannot unpack them)."""
    with context.push(**values):
        return get_template(name).template.render(context)  # type: ignore[attr-defined]
