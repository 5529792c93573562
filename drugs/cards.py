"""A live card of a therapy for other charities' sites: its stages, where it is approved, its edition, always with its date.

It comes as a page to be framed, as what oEmbed asks for (https://oembed.com/), and as HTML without a script.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.validators import slug_re
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from drugs.models import Approval
from drugs.regions import approved_regions, country_choices, region_name
from drugs.standings import Standing
from drugs.therapy_page import Depth, TherapyPage, live_page

WIDTH, HEIGHT = 480, 600
#: The addresses whose card an address stands for, as oEmbed asks.
_OF_A_THERAPY = ("therapy-detail", "therapy-minute", "therapy-plain", "therapy-card", "edition-list")


@dataclass(frozen=True)
class Card:
    """The card of a live page, for the readers of one country or of all."""

    page: TherapyPage
    #: ISO 3166-1 alpha-2; empty for all.
    country: str = ""

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.page.at)

    @property
    def country_name(self) -> str:
        return region_name(self.country) if self.country else ""

    @property
    def standings(self) -> list[Standing]:
        return self.page.rows.standings

    @cached_property
    def approvals(self) -> list[Approval]:
        """Approvals in force in the country, those of the European Union for its members; without a country, everywhere."""
        in_force = self.page.approvals_in_force
        if not self.country:
            return in_force
        regions = approved_regions([self.country], self.today)
        return [approval for approval in in_force if approval.region in regions]

    @property
    def address(self) -> str:
        return f"{settings.SITE_URL}{self.page.edition.therapy.get_absolute_url()}"

    @property
    def frame_address(self) -> str:
        query = f"?{urlencode({'country': self.country})}" if self.country else ""
        return f"{settings.SITE_URL}{reverse('therapy-card', args=[self.page.edition.therapy.slug])}{query}"

    @property
    def title(self) -> str:
        return _("%(name)s: how it stands") % {"name": self.page.edition.display_name}

    def frame(self, width: int = WIDTH, height: int = HEIGHT) -> SafeString:
        """The `<iframe>` to paste. Nothing is told about the reader or the page that they are on."""
        return format_html(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" referrerpolicy="no-referrer"></iframe>',
            self.frame_address,
            self.title,
            width,
            height,
        )

    def html(self) -> str:
        """The same as plain HTML to paste, as of today: it does not change by itself, and says so."""
        return render_to_string("drugs/_card_text.html", {"card": self}).strip()


def card_of(slug: str, at: dt.datetime, country: str = "") -> Card | None:
    """The card of a therapy's live page; a country that is none counts as all."""
    if not slug_re.fullmatch(slug):  # PostgreSQL takes no NUL
        return None
    page = live_page(slug, at, Depth.MINUTE)
    known = country.upper() if country.upper() in dict(country_choices()) else ""
    return Card(page, known) if page else None


def card_at(address: str, at: dt.datetime) -> Card | None:
    """The card of the therapy whose page stands at an address of this site."""
    try:
        parts, site = urlsplit(address.strip()), urlsplit(settings.SITE_URL)
    except ValueError:  # brackets that are no network address
        return None
    if parts.netloc.lower() != site.netloc.lower() or parts.scheme not in ("http", "https"):
        return None
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    if match.url_name not in _OF_A_THERAPY:
        return None
    asked = dict(part.partition("=")[::2] for part in parts.query.split("&"))
    return card_of(match.kwargs["slug"], at, asked.get("country", ""))


def oembed(card: Card, most_wide: int | None = None, most_high: int | None = None) -> dict[str, Any]:
    """The answer of type 'rich' for a card, no larger than asked for."""
    width, height = min(WIDTH, most_wide or WIDTH), min(HEIGHT, most_high or HEIGHT)
    return {
        "version": "1.0",
        "type": "rich",
        "title": card.title,
        "provider_name": settings.PUBLISHER,
        "provider_url": settings.SITE_URL,
        "cache_age": 3600,
        "html": card.frame(width, height),
        "width": width,
        "height": height,
    }
