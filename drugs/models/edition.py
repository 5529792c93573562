"""An edition: what the page of one therapy says, as of one date; and the publication that makes it public."""

import calendar
import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.gate import EditionQuerySet, FrozenEditionError, PublicationQuerySet, refuse_if_published
from drugs.models.therapy import Therapy
from drugs.partial_dates import PartialDateField, partial_date_check
from drugs.rich_text import RichTextField
from drugs.vocabulary import Modality

#: The rich text of an edition in the order of the page: (field, heading).
SECTIONS = (
    ("background", _("Background")),
    ("mechanism_of_action", _("Proposed mechanism of action")),
    ("clinical_trials", _("Clinical trials")),
    ("dose_and_administration", _("Dose and administration")),
    ("side_effects_text", _("Reported side effects")),
    ("current_status", _("Current status")),
)


class EditionManager(models.Manager.from_queryset(EditionQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str, number: int) -> "Edition":
        return self.get(therapy__slug=slug, number=number)


class Edition(models.Model):
    """What one therapy's page says, as of one date. Without a publication it is a draft."""

    therapy = models.ForeignKey(Therapy, models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("1, 2, 3 ...: given when the draft is started."))
    version = models.PositiveIntegerField(
        _("version of the draft"),
        default=1,
        editable=False,
        help_text=_("Counts the saves of a draft, so that two people do not overwrite each other."),
    )

    # Names

    name = models.CharField(
        _("name"), max_length=120, help_text=_("The therapy's generic name, such as lenzumestrocel.")
    )
    display_name = models.CharField(
        _("name in lists"),
        max_length=160,
        help_text=_("As lists and the page's heading show it, such as NeuroNata-R/Lenzumestrocel."),
    )
    modality = models.CharField(_("kind of therapy"), max_length=20, choices=Modality)

    # In short

    summary = RichTextField(
        _("plain-language summary"),
        help_text=_("At most 120 words: what it is, whether it works, where it can be had."),
    )
    plain_words = RichTextField(
        _("in plain words"), help_text=_("The page in 300 to 500 plain words, for whoever cannot read all of it.")
    )

    # In full

    background = RichTextField(_("background"))
    mechanism_of_action = RichTextField(_("proposed mechanism of action"))
    clinical_trials = RichTextField(
        _("clinical trials"),
        help_text=_("Name each registered trial by its number or acronym. Cite as (Oh et al., 2018)."),
    )
    dose_and_administration = RichTextField(_("dose and administration"))
    side_effects_text = RichTextField(_("reported side effects"))
    current_status = RichTextField(_("current status"))

    # As of

    as_of_on = PartialDateField(
        _("as of"), help_text=_("The month or day that the facts of this page were gathered up to.")
    )

    objects = EditionManager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["therapy__slug", "-number"]
        permissions = [
            ("review_edition", "Can return, publish, schedule and take back editions"),
            ("withdraw_edition", "Can withdraw a published edition"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["therapy", "number"],
                name="edition_number_unique",
                violation_error_message=_("This therapy already has an edition with this number."),
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="edition_number_from_1",
                violation_error_message=_("Editions are numbered from 1."),
            ),
            models.CheckConstraint(
                condition=Q(modality__in=Modality.values),
                name="edition_modality_known",
                violation_error_message=_("Choose a kind of therapy from the list."),
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(display_name=""),
                name="edition_named",
                violation_error_message=_("An edition needs a name and a name in lists."),
            ),
            partial_date_check("as_of_on", name="edition_as_of_is_a_date"),
        ]

    def __str__(self) -> str:
        return _t("%(name)s, edition %(number)s") % {"name": self.display_name, "number": self.number}

    def natural_key(self) -> tuple[str, int]:
        return (self.therapy.slug, self.number)

    natural_key.dependencies = ["drugs.therapy"]  # type: ignore[attr-defined]

    def get_absolute_url(self) -> str:
        return reverse("edition-detail", args=[self.therapy.slug, self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_if_published([self.pk])
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_if_published([self.pk])
        return super().delete(*args, **kwargs)

    @property
    def is_draft(self) -> bool:
        return not hasattr(self, "publication")

    @property
    def review_due_on(self) -> dt.date:
        """The day on which a published edition's page is due for review; `due_for_review` asks the same of many."""
        day = timezone.localdate(self.publication.goes_live_at)
        years, month = divmod(day.month - 1 + self.therapy.review_every_months, 12)
        year, month = day.year + years, month + 1
        return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


class PublicationManager(models.Manager.from_queryset(PublicationQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str, number: int) -> "Publication":
        return self.get(edition__therapy__slug=slug, edition__number=number)


class Publication(models.Model):
    """The one row that makes an edition public, from a moment on. From then on the edition never changes."""

    edition = models.OneToOneField(Edition, models.PROTECT)
    therapy = models.ForeignKey(Therapy, models.PROTECT, db_index=False, related_name="publications")

    # Published

    goes_live_at = models.DateTimeField(_("goes live at"))
    published_at = models.DateTimeField(_("decided at"), auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty for the editions that came with the site."),
    )
    note = models.TextField(
        _("what changed and what it means"), help_text=_("One or two sentences that readers see with the edition.")
    )
    digest = models.CharField(
        _("digest"),
        max_length=64,
        editable=False,
        help_text=_("SHA-256 of the edition's content at that moment: proves that it never changed."),
    )

    # Withdrawn

    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_reason = models.TextField(_("why it was withdrawn"), blank=True)

    objects = PublicationManager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-goes_live_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["therapy", "goes_live_at"],
                name="one_publication_at_a_time",
                violation_error_message=_(
                    "Another edition of this therapy goes live at this moment. Choose another time."
                ),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="withdrawn_with_a_reason",
                violation_error_message=_("Say why the edition is withdrawn: readers see it."),
            ),
            models.CheckConstraint(
                condition=~Q(note=""),
                name="publication_has_a_note",
                violation_error_message=_("Say in a sentence what changed and what it means."),
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="publication_has_a_digest",
                violation_error_message=_("A publication keeps the digest of its edition."),
            ),
        ]
        # Covering: the gate reads this index alone.
        indexes = [models.Index(fields=["therapy", "goes_live_at", "withdrawn_at", "edition"], name="gate")]

    def __str__(self) -> str:
        return _t("Publication of %(edition)s") % {"edition": self.edition}

    def natural_key(self) -> tuple[str, int]:
        return self.edition.natural_key()

    natural_key.dependencies = ["drugs.edition"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        if self.edition_id and self.therapy_id and self.edition.therapy_id != self.therapy_id:
            raise ValidationError(_t("A publication belongs to its edition's therapy."))
        others = Publication.objects.filter(therapy=self.therapy_id).exclude(pk=self.pk)
        if self.goes_live_at and (
            others.filter(edition__number__lt=self.edition.number, goes_live_at__gte=self.goes_live_at).exists()
            or others.filter(edition__number__gt=self.edition.number, goes_live_at__lte=self.goes_live_at).exists()
        ):
            raise ValidationError(
                {"goes_live_at": _t("A later edition goes live later than an earlier one. Choose another time.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Written once; afterwards only a withdrawal is added. `drugs/publishing/` is the way in."""
        if self.pk:
            before = Publication.objects.get(pk=self.pk)
            kept = ("edition_id", "therapy_id", "goes_live_at", "published_by_id", "note", "digest")
            if any(getattr(before, name) != getattr(self, name) for name in kept) or (
                before.withdrawn_at and before.withdrawn_at != self.withdrawn_at
            ):
                raise FrozenEditionError(
                    _t("A publication keeps its moment, its note and its digest; it can only be withdrawn.")
                )
        self.clean()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise FrozenEditionError(_t("A publication is not deleted: withdraw it, or take a scheduled one back."))

    def is_live_by(self, at: dt.datetime) -> bool:
        """Whether its time has come and nobody withdrew it."""
        return self.goes_live_at <= at and self.withdrawn_at is None
