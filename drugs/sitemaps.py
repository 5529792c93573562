"""What search engines are shown: live pages, the editions' own addresses left out, and the trials that our pages show."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone

from drugs.models import Edition, PageVersion, TherapyTrial, Trial


class SiteSitemap(Sitemap):
    """Addresses are the site's own, whatever host was asked."""

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme


class TherapySitemap(SiteSitemap):
    changefreq = "monthly"

    def items(self) -> Any:
        return Edition.objects.live(timezone.now()).select_related("therapy", "publication").order_by("therapy__slug")

    def location(self, item: Edition) -> str:
        return item.therapy.get_absolute_url()

    def lastmod(self, item: Edition) -> dt.datetime:
        return item.publication.goes_live_at


class TrialSitemap(SiteSitemap):
    changefreq = "monthly"

    def items(self) -> Any:
        live = Edition.objects.live(timezone.now()).values("therapy")
        shown = TherapyTrial.objects.public().filter(therapy__in=live).values("trial")
        return Trial.objects.public().filter(pk__in=shown).order_by("home_number")

    def lastmod(self, item: Trial) -> dt.datetime:
        return item.changed_at


class InformationSitemap(SiteSitemap):
    def items(self) -> Any:
        return PageVersion.objects.live(timezone.now()).select_related("page").order_by("page__slug")

    def lastmod(self, item: PageVersion) -> dt.datetime | None:
        return item.published_at


class PageSitemap(SiteSitemap):
    def items(self) -> list[str]:
        lists = [f"therapy-list-{stage}" for stage in ("in-development", "approved", "no-longer-in-development")]
        return [
            "home",
            "therapy-list",
            *lists,
            "pipeline",
            "approval-list",
            "trial-list",
            "glossary",
            "update-list",
            "compare",
            "visit",
            "situation",
            "page-list",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


SITEMAPS = {
    "therapies": TherapySitemap,
    "trials": TrialSitemap,
    "information": InformationSitemap,
    "pages": PageSitemap,
}
