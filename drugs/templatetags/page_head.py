"""What a page's head says to machines: title, description and canonical address, each once, also as Open Graph (https://ogp.me).

`templates/base.html` wraps its blocks in these tags, so that a page writes its title and description once, as text.
"""

from html import unescape

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

#: Search engines and previews show no more of a description.
LONGEST = 300


def _text(content: str) -> str:
    """What a block rendered, as plain text: it stands in attributes too, where it is escaped anew."""
    return " ".join(unescape(content).split())


@register.simple_block_tag
def titled(content: str) -> SafeString:
    title, site = _text(content), str(settings.SITE_NAME)
    whole = title if title == site else f"{title} · {site}"
    return format_html('<title>{}</title>\n<meta property="og:title" content="{}">', whole, title)


@register.simple_block_tag
def described(content: str) -> SafeString | str:
    text = _text(content)
    if not text:
        return ""
    if len(text) > LONGEST:
        text = text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
    return format_html('<meta name="description" content="{0}">\n<meta property="og:description" content="{0}">', text)


@register.simple_tag
def stands_at(path: str, kind: str = "website") -> SafeString:
    """The one address of this page for search engines: without filters, page numbers and former spellings.

    `kind` is 'article' for what editors write. A page that none should show says `noindex` instead.
    """
    form = (
        '<link rel="canonical" href="{address}">\n<meta property="og:url" content="{address}">'
        '<meta property="og:type" content="{kind}">'
        '<meta property="og:site_name" content="{site}">'
    )
    return format_html(form, address=settings.SITE_URL + path, kind=kind, site=settings.SITE_NAME)
