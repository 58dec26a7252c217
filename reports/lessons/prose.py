"""Prose with `code` and **bold** in it, as HTML and as Markdown."""

import re

from markupsafe import Markup, escape


def html(text: str) -> Markup:
    """A paragraph's content. Everything else in it is escaped."""
    safe = str(escape(text))
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    return Markup(re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", safe))
