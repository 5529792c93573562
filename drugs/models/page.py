"""Information pages, such as 'Right to try': an address, and the versions of what stands there."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.gate import FrozenEditionError, PageVersionQuerySet
from drugs.models.step import AppendOnlyError, EditionStepQuerySet
from drugs.rich_text import RichTextField, plain_text
from drugs.vocabulary import PageGroup, StepKind

#: The address of the page that every page of the site leads to, in its head.
HELP_SLUG = "help"


class PageManager(models.Manager["Page"]):
    def get_by_natural_key(self, slug: str) -> "Page":
        return self.get(slug=slug)


class Page(models.Model):
    """One information page: its address and its place in the list of pages. What it says stands on its versions."""

    slug = models.SlugField(
        _("address"),
        max_length=100,
        unique=True,
        help_text=_("The last part of the page's address: /pages/…/. It cannot be changed later: others link to it."),
    )
    group = models.CharField(_("heading in the list of pages"), max_length=20, choices=PageGroup)
    position = models.PositiveSmallIntegerField(
        _("place under its heading"), default=0, help_text=_("Smaller numbers first.")
    )

    objects = PageManager()

    class Meta:
        verbose_name = _("information page")
        verbose_name_plural = _("information pages")
        ordering = ["group", "position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(group__in=PageGroup.values),
                name="page_group_known",
                violation_error_message=_("Choose a heading from the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return reverse("page-detail", args=[self.slug])

    def next_number(self) -> int:
        return (self.versions.aggregate(last=models.Max("number"))["last"] or 0) + 1


class PageVersionManager(models.Manager.from_queryset(PageVersionQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str, number: int) -> "PageVersion":
        return self.get(page__slug=slug, number=number)


#: Columns that a published version may still change: it can be withdrawn.
WITHDRAWAL = ("withdrawn_at", "withdrawn_by", "withdrawn_by_id", "withdrawn_reason")


class PageVersion(models.Model):
    """What an information page says. Published, it never changes: a correction is the next version."""

    page = models.ForeignKey(Page, models.PROTECT, related_name="versions", verbose_name=_("page"))
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("1, 2, 3 ...: given when the draft is started."))
    version = models.PositiveIntegerField(_("saves of the draft"), default=1, editable=False)

    # What it says

    title = models.CharField(_("title"), max_length=120, help_text=_("The heading of the page, as menus name it too."))
    summary = models.TextField(
        _("in short"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences: they stand first on the page and in search results."),
    )
    body = RichTextField(
        _("text"),
        help_text=_(
            "Short paragraphs in plain words. Say where each statement comes from, with a link. Headings make the "
            "page's contents."
        ),
    )
    words = models.TextField(_("words of the text"), blank=True, editable=False)

    # Published

    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    note = models.TextField(_("what changed"), blank=True, editable=False)

    # Withdrawn

    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    withdrawn_reason = models.TextField(_("why it was withdrawn"), blank=True, editable=False)

    objects = PageVersionManager()

    class Meta:
        verbose_name = _("version of an information page")
        verbose_name_plural = _("versions of information pages")
        ordering = ["page__slug", "-number"]
        permissions = [
            ("review_pageversion", "Can return and publish information pages"),
            ("withdraw_pageversion", "Can withdraw an information page"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "number"],
                name="page_version_number_unique",
                violation_error_message=_("This page already has a version with this number."),
            ),
            models.UniqueConstraint(
                fields=["page"],
                condition=Q(published_at=None),
                name="one_draft_per_page",
                violation_error_message=_("This page has a draft already: go on with that one."),
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="page_version_from_1",
                violation_error_message=_("Versions are numbered from 1."),
            ),
            models.CheckConstraint(
                condition=~Q(title=""),
                name="page_version_titled",
                violation_error_message=_("A page needs a title."),
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None, note="")
                | (Q(published_at__isnull=False) & ~Q(note="")),
                name="page_published_with_a_note",
                violation_error_message=_("Say in a sentence what changed: readers see it."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False, published_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="page_withdrawn_with_a_reason",
                violation_error_message=_("Say why the page is withdrawn: readers see it."),
            ),
        ]

    def __str__(self) -> str:
        return _t("%(title)s, version %(number)s") % {"title": self.title, "number": self.number}

    def natural_key(self) -> tuple[str, int]:
        return (self.page.slug, self.number)

    natural_key.dependencies = ["drugs.page"]  # type: ignore[attr-defined]

    def get_absolute_url(self) -> str:
        return self.page.get_absolute_url()

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    def is_live_by(self, at: dt.datetime) -> bool:
        return self.published_at is not None and self.published_at <= at and self.withdrawn_at is None

    def save(self, *args: Any, **kwargs: Any) -> None:
        before = PageVersion.objects.filter(pk=self.pk).first() if self.pk else None
        if before and not before.is_draft:
            self._refuse_other_than_withdrawal(before)
        self.words = plain_text(self.body)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "words"}
        super().save(*args, **kwargs)

    def _refuse_other_than_withdrawal(self, before: "PageVersion") -> None:
        columns = [field.attname for field in self._meta.concrete_fields if field.attname not in (*WITHDRAWAL, "words")]
        changed = any(getattr(before, column) != getattr(self, column) for column in columns)
        if changed or (before.withdrawn_at and before.withdrawn_at != self.withdrawn_at):
            raise FrozenEditionError(_t("A published page never changes: start a new draft and publish that."))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if PageVersion.objects.filter(pk=self.pk).exclude(published_at=None).exists():
            raise FrozenEditionError(_t("A published page is not deleted: withdraw it."))
        return super().delete(*args, **kwargs)


class PageStep(models.Model):
    """One step of a version of a page: who took it, when, what was said. Only ever added.

    The version is empty once its draft was discarded; page and number still say which it was.
    """

    page = models.ForeignKey(Page, models.PROTECT, related_name="steps")
    version = models.ForeignKey(PageVersion, models.SET_NULL, null=True, related_name="steps")
    number = models.PositiveSmallIntegerField(_("number of the version"))
    kind = models.CharField(_("step"), max_length=12, choices=StepKind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    comment = models.TextField(_("what was said"), blank=True)

    objects = models.Manager.from_queryset(EditionStepQuerySet)()

    class Meta:
        verbose_name = _("step of an information page")
        verbose_name_plural = _("steps of information pages")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=StepKind.values),
                name="page_step_kind_known",
                violation_error_message=_("Choose a step from the list."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[StepKind.RETURNED, StepKind.WITHDRAWN]) | ~Q(comment=""),
                name="page_step_says_why",
                violation_error_message=_("Say why: the comment stays with the step."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.number}: {self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise AppendOnlyError(_t("What happened is not rewritten."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(_t("What happened is not deleted."))
