"""The one gate: which records the public may see at a moment, and why a published edition never changes.

Every public surface (page, list, feed, API, download, search) starts from one of

- `Edition.objects.live(at)`: the newest published edition of each therapy,
- `Edition.objects.published(at)`: every edition whose time has come and that is not withdrawn,
- `<Row>.objects.public()`: verified rows, asked of an edition that came through one of the above,
- `Trial.objects.public()` and `TherapyTrial.objects.public()`,
- `FormerSlug.objects.public(at)`: addresses that lead to another one,
- `PageVersion.objects.live(at)`: what the information pages say; `Portrait.objects.public()`: people who agreed.

`at` is an aware `datetime`, taken once per request and passed down.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Self

from django.apps import apps
from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.full_text import FullTextQuerySet, Query
from drugs.registry_numbers import beginning_of_number, numbers_meant


class FrozenEditionError(Exception):
    """A published edition, scheduled ones included, or one of its rows would have been changed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("A published edition never changes: start a new draft and publish that."))


def refuse_if_published(edition_ids: Iterable[int | None]) -> None:
    """Raise `FrozenEditionError` when one of these editions has a publication."""
    wanted = {pk for pk in edition_ids if pk is not None}
    if wanted and apps.get_model("drugs", "Publication").objects.filter(edition__in=wanted).exists():
        raise FrozenEditionError


class FrozenQuerySet(QuerySet):
    """Refuses bulk writes to published editions; `edition_lookup` leads from the model to its edition."""

    edition_lookup = "edition"

    def _refuse_frozen(self) -> None:
        if self.order_by().filter(**{f"{self._publication_lookup}__isnull": False}).exists():
            raise FrozenEditionError

    @property
    def _publication_lookup(self) -> str:
        return f"{self.edition_lookup}__publication" if self.edition_lookup else "publication"

    def update(self, **kwargs: Any) -> int:
        if self.edition_lookup and {self.edition_lookup, f"{self.edition_lookup}_id"} & kwargs.keys():
            raise FrozenEditionError(_("A row stays with its edition: copy it instead."))
        self._refuse_frozen()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_frozen()
        return super().delete()

    def _raw_delete(self, using: Any) -> int:
        self._refuse_frozen()
        return super()._raw_delete(using)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        objs = list(objs)
        refuse_if_published(obj.edition_id if self.edition_lookup else obj.pk for obj in objs)
        return super().bulk_create(objs, *args, **kwargs)


def _replaced(at: dt.datetime) -> Exists:
    """Whether a newer edition of the same therapy is public at that moment."""
    return Exists(
        apps.get_model("drugs", "Publication").objects.filter(
            therapy=OuterRef("publication__therapy"),
            goes_live_at__gt=OuterRef("publication__goes_live_at"),
            goes_live_at__lte=at,
            withdrawn_at=None,
        )
    )


class EditionQuerySet(FrozenQuerySet):
    edition_lookup = ""

    def published(self, at: dt.datetime) -> Self:
        """Editions whose time has come and that nobody withdrew: what has an address of its own."""
        return self.filter(publication__goes_live_at__lte=at, publication__withdrawn_at=None)

    def live(self, at: dt.datetime) -> Self:
        """The newest published edition of each therapy: what the therapy's page shows."""
        return self.published(at).filter(~_replaced(at))

    def with_review(self) -> Self:
        """Each with `is_checked_by_another`: whether somebody other than its publisher saved it."""
        saved = apps.get_model("drugs", "EditionStep").objects.filter(edition=OuterRef("pk"), kind="saved")
        return self.annotate(
            is_checked_by_another=Exists(saved.filter(~Q(by=OuterRef("publication__published_by")), by__isnull=False))
        )

    def drafts(self) -> Self:
        """Editions that nobody published yet: staff only."""
        return self.filter(publication=None)

    def scheduled(self, at: dt.datetime) -> Self:
        """Published for a later moment: frozen, and not public yet."""
        return self.filter(publication__goes_live_at__gt=at, publication__withdrawn_at=None)

    def live_or_scheduled(self, at: dt.datetime) -> Self:
        """What readers see now, and what they will see without anybody's doing: what flags watch over. Staff only."""
        return self.filter(~_replaced(at), publication__isnull=False, publication__withdrawn_at=None)

    def due_for_review(self, today: dt.date) -> Self:
        """Live editions whose therapy's review interval is over on that day: `Edition.review_due_on` has come.

        An edition that says 'reviewed, nothing changed' is an edition like any other; an answer to a flag is none.
        """
        end_of_day = timezone.make_aware(dt.datetime.combine(today, dt.time.max))
        went_live = "publication__goes_live_at"
        months = (
            Value(today.year * 12 + today.month)
            - ExtractYear(went_live, output_field=IntegerField()) * 12
            - ExtractMonth(went_live, output_field=IntegerField())
        )
        # On the 30th of June a page of the 31st of December is due: that month has no later day.
        is_last_day = (today + dt.timedelta(days=1)).month != today.month
        day_has_come = Q() if is_last_day else Q(publication__goes_live_at__day__lte=today.day)
        return (
            self.live(end_of_day)
            .annotate(months_live=months)
            .filter(
                Q(months_live__gt=F("therapy__review_every_months"))
                | (Q(months_live=F("therapy__review_every_months")) & day_has_come)
            )
        )


class RowQuerySet(FrozenQuerySet):
    def public(self) -> Self:
        """Rows that a person verified. Ask this only of an edition that came through the gate."""
        return self.filter(is_verified=True)


class PublicationQuerySet(QuerySet):
    """Publications are changed by `drugs/publishing/` alone, one at a time, never in bulk."""

    def ever_public(self, at: dt.datetime) -> Self:
        """Those whose time came before anybody withdrew them: they keep an address. Others were never seen."""
        return self.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("goes_live_at")), goes_live_at__lte=at)

    def withdrawn(self, at: dt.datetime) -> Self:
        """Those that the public saw and that were taken away: their addresses answer 410."""
        return self.ever_public(at).exclude(withdrawn_at=None)

    def update(self, **kwargs: Any) -> int:
        if not kwargs.keys() <= {"withdrawn_at", "withdrawn_by", "withdrawn_reason"}:
            raise FrozenEditionError(_("A publication keeps its moment, its edition and its digest."))
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise FrozenEditionError(_("A publication is not deleted: withdraw it, or take a scheduled one back."))

    def _raw_delete(self, using: Any) -> int:
        raise FrozenEditionError(_("A publication is not deleted: withdraw it, or take a scheduled one back."))


class FormerSlugQuerySet(QuerySet):
    def public(self, at: dt.datetime) -> Self:
        """Former addresses of therapies that the public saw: others would tell the address of a draft."""
        seen = apps.get_model("drugs", "Publication").objects.ever_public(at)
        return self.filter(therapy__in=seen.order_by().values("therapy"))


class TrialQuerySet(FullTextQuerySet):
    def public(self) -> Self:
        """Trials whose registry record was seen: what `/trials/` shows."""
        return self.filter(is_verified=True)

    def found_by(self, text: str) -> Self:
        """Trials with a registry number that `text` may mean, in any spelling, and those with all its words.

        The last word may be the beginning of one. None for a text without words.
        """
        query = Query.parse(text, is_beginning=True)
        if not query:
            return self.none()
        numbered = self.numbered(text)
        return self.filter(Q(pk__in=numbered) | Q(self.match(query))) if numbered else self.matching(query)

    def numbered(self, text: str) -> list[int]:
        """The keys of the trials whose registry numbers `text` may mean. A query of its own, and only for numbers."""
        numbers, beginning = numbers_meant(text), beginning_of_number(text)
        if not numbers and not beginning:
            return []
        wanted = Q(number__in=numbers) | Q(number__startswith=beginning) if beginning else Q(number__in=numbers)
        identifiers = apps.get_model("drugs", "TrialIdentifier").objects.filter(wanted)
        return list(identifiers.order_by("number").values_list("trial", flat=True)[:100])


class TherapyTrialQuerySet(QuerySet):
    def public(self) -> Self:
        """Links that a person confirmed, of trials that are public."""
        return self.filter(decision="confirmed", trial__is_verified=True)


class TrialCutoffQuerySet(QuerySet):
    """Limits on who may join: public when a second person confirmed them, and only while they may still hold."""

    def update(self, **kwargs: Any) -> int:
        """A change in bulk takes every confirmation back, as a saved one does."""
        if not kwargs.keys() <= {"confirmed_by", "confirmed_at"}:
            kwargs |= {"confirmed_by": None, "confirmed_at": None, "saved_at": timezone.now()}
        return super().update(**kwargs)

    def with_overtaken(self) -> Self:
        """With `is_overtaken`: whether the registry changed who can take part after the confirmation."""
        changes = apps.get_model("drugs", "TrialChange").objects.filter(
            trial=OuterRef("trial"), field__in=ELIGIBILITY, changed_at__gt=OuterRef("confirmed_at")
        )
        return self.annotate(is_overtaken=Exists(changes))

    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)

    def public(self) -> Self:
        """Confirmed ones of public trials that look for people now, unless the registry changed its text since."""
        return (
            self.confirmed()
            .with_overtaken()
            .filter(is_overtaken=False, trial__is_verified=True, trial__overall_status="RECRUITING")
        )


#: The facts of a trial that say who can take part: when one of them changes, its cut-offs are read again.
ELIGIBILITY = ("eligibility_criteria", "minimum_age", "maximum_age", "sex", "age")


class PageVersionQuerySet(FullTextQuerySet):
    """What information pages say: one version of each is live, and a published one never changes."""

    def published(self, at: dt.datetime) -> Self:
        return self.filter(published_at__lte=at, withdrawn_at=None)

    def live(self, at: dt.datetime) -> Self:
        """The newest published version of each page. Withdrawn, it leaves the one before it, as with editions."""
        newer = apps.get_model("drugs", "PageVersion").objects.published(at)
        return self.published(at).filter(~Exists(newer.filter(page=OuterRef("page"), number__gt=OuterRef("number"))))

    def withdrawn(self, at: dt.datetime) -> Self:
        """Versions that readers saw and that were taken away."""
        return self.filter(published_at__lte=at).exclude(withdrawn_at=None)

    def drafts(self) -> Self:
        """Versions that nobody published yet: staff only."""
        return self.filter(published_at=None)

    def _refuse_frozen(self) -> None:
        if self.order_by().filter(published_at__isnull=False).exists():
            raise FrozenEditionError(_("A published page never changes: start a new draft and publish that."))

    def update(self, **kwargs: Any) -> int:
        self._refuse_frozen()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_frozen()
        return super().delete()

    def _raw_delete(self, using: Any) -> int:
        self._refuse_frozen()
        return super()._raw_delete(using)


class PortraitQuerySet(QuerySet):
    def public(self) -> Self:
        """Pictures of people who agreed and that nobody took down. The picture itself is read one at a time."""
        return self.filter(taken_down_at=None, picture__isnull=False, consent_on__isnull=False)
