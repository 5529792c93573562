"""Atom feeds: all updates, one therapy, one list, and any filter of the trials. Entries carry the editor's sentence."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from drugs.filters import EditionFilterSet, TrialFilterSet
from drugs.models import Edition, Publication, StatusEvent, Trial
from drugs.vocabulary import Stage

MOST_ENTRIES = 50


def published(at: dt.datetime) -> Any:
    """Publications of editions that have an address now, the latest first."""
    editions = Edition.objects.published(at)
    return (
        Publication.objects.filter(edition__in=editions)
        .select_related("edition__therapy")
        .order_by("-goes_live_at", "-pk")
    )


#: Characters that XML cannot hold: a title pasted from elsewhere may, and one of them would fail the whole feed.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class PlainAtom(Atom1Feed):
    """What an entry says is plain text. Django calls it HTML: a feed reader would draw, and run, what stands in it."""

    def __init__(self, title: str, link: str, description: str, **more: Any) -> None:
        super().__init__(_NOT_IN_XML.sub("", str(title)), link, description, **more)

    def add_item(self, title: str, link: str, description: str, **more: Any) -> None:  # type: ignore[override]
        super().add_item(_NOT_IN_XML.sub("", str(title)), link, _NOT_IN_XML.sub("", str(description)), **more)

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item | {"description": None})
        if item["description"]:
            handler.addQuickElement("summary", item["description"], {"type": "text"})


class SiteFeed(Feed):
    """What all feeds share. Addresses are the site's own (SITE_URL), whatever host was asked."""

    feed_type = PlainAtom
    author_name = settings.PUBLISHER
    feed_copyright = settings.CONTENT_LICENCE

    item_guid_is_permalink = False

    def item_guid(self, item: Any) -> str:
        return self.item_link(item)

    def item_link(self, item: Any) -> str:
        return absolute(item.get_absolute_url())


def absolute(path: str) -> str:
    return settings.SITE_URL + path


class UpdatesFeed(SiteFeed):
    """Editions as they were published."""

    def title(self) -> str:
        return _("ALS/MND therapies: all updates")

    def subtitle(self) -> str:
        return _("Each new edition of a therapy's page, with what changed and what it means.")

    def link(self) -> str:
        return absolute(reverse("update-list"))

    def items(self, obj: Any = None) -> Iterable[Publication]:
        return published(timezone.now())[:MOST_ENTRIES]

    def item_title(self, item: Publication) -> str:
        return _("%(name)s, edition %(number)s") % {"name": item.edition.display_name, "number": item.edition.number}

    def item_description(self, item: Publication) -> str:
        return item.note

    def item_link(self, item: Publication) -> str:
        return absolute(item.edition.get_absolute_url())

    def item_pubdate(self, item: Publication) -> dt.datetime:
        return item.goes_live_at

    item_updateddate = item_pubdate


class TherapyFeed(UpdatesFeed):
    """The editions of one therapy."""

    def get_object(self, request: HttpRequest, slug: str) -> Edition:
        edition = Edition.objects.live(timezone.now()).filter(therapy__slug=slug).select_related("therapy").first()
        if edition is None:
            raise Http404
        return edition

    def title(self, obj: Edition) -> str:  # type: ignore[override]
        return _("%(name)s: updates") % {"name": obj.display_name}

    def link(self, obj: Edition) -> str:  # type: ignore[override]
        return absolute(obj.therapy.get_absolute_url())

    def items(self, obj: Any = None) -> Iterable[Publication]:
        return published(timezone.now()).filter(therapy=obj.therapy_id)[:MOST_ENTRIES]


class ListFeed(UpdatesFeed):
    """The live editions of one list, under any filter that the list knows."""

    def get_object(self, request: HttpRequest, stage: Stage) -> tuple[Stage, EditionFilterSet]:
        live = Edition.objects.live(timezone.now()).filter(
            pk__in=StatusEvent.objects.public().filter(stage=stage, is_current=True).values("edition")
        )
        return stage, EditionFilterSet(request.GET, queryset=live, request=request)

    def title(self, obj: tuple[Stage, EditionFilterSet]) -> str:  # type: ignore[override]
        return _("ALS/MND therapies: %(list)s") % {"list": obj[0].label}

    def link(self, obj: tuple[Stage, EditionFilterSet]) -> str:  # type: ignore[override]
        return absolute(reverse(f"therapy-list-{obj[0].replace('_', '-')}"))

    def items(self, obj: Any = None) -> Iterable[Publication]:
        return published(timezone.now()).filter(edition__in=obj[1].rows.order_by().values("pk"))[:MOST_ENTRIES]


class TrialsFeed(SiteFeed):
    """Trials under any filter of /trials/, those that changed last first."""

    def get_object(self, request: HttpRequest) -> TrialFilterSet:
        return TrialFilterSet(request.GET, queryset=Trial.objects.public(), request=request)

    def title(self, obj: TrialFilterSet) -> str:
        words = obj.in_words() if obj.is_valid() else ""
        return _("Trials: %(filter)s") % {"filter": words} if words else _("Trials: all changes")

    def subtitle(self) -> str:
        return _("Trials as their registries describe them, those that changed last first.")

    def link(self, obj: TrialFilterSet) -> str:
        query = obj.accepted().urlencode()
        return absolute(reverse("trial-list")) + (f"?{query}" if query else "")

    def items(self, obj: TrialFilterSet) -> Iterable[Trial]:
        return obj.rows.order_by("-changed_at", "home_number")[:MOST_ENTRIES]

    def item_title(self, item: Trial) -> str:
        return f"{item.home_number}: {item.acronym or item.brief_title}"

    def item_description(self, item: Trial) -> str:
        facts = [item.get_overall_status_display(), item.get_phases_display(), item.brief_title]
        return ". ".join(str(fact) for fact in facts if fact)

    def item_updateddate(self, item: Trial) -> dt.datetime:
        return item.changed_at

    def item_pubdate(self, item: Trial) -> dt.datetime:
        return item.created_at
