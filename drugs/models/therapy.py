"""A therapy's identity. What the public reads about it stands on its editions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.gate import FormerSlugQuerySet
from drugs.vocabulary import TherapyKind

#: Words that are addresses below /drugs/ themselves.
RESERVED_SLUGS = ("in-development", "approved", "no-longer-in-development", "feed", "search", "compare")


class TherapyManager(models.Manager["Therapy"]):
    def get_by_natural_key(self, slug: str) -> "Therapy":
        return self.get(slug=slug)


class Therapy(models.Model):
    """One therapy that the charity has a page for: a drug, a device, or a topic that covers several."""

    slug = models.SlugField(
        _("address"),
        max_length=100,
        unique=True,
        help_text=_(
            "The last part of the page's address: /drugs/<address>/. Changing it keeps the old one as a redirect."
        ),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=TherapyKind, default=TherapyKind.DRUG)
    review_every_months = models.PositiveSmallIntegerField(
        _("review every (months)"),
        default=6,
        help_text=_("How long after its last edition the page is due for review."),
    )

    objects = TherapyManager()

    class Meta:
        verbose_name = _("therapy")
        verbose_name_plural = _("therapies")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(slug__in=RESERVED_SLUGS),
                name="therapy_slug_not_reserved",
                violation_error_message=_(
                    "This word is an address of the site itself. Choose another, such as the drug's name."
                ),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TherapyKind.values),
                name="therapy_kind_known",
                violation_error_message=_("Choose a kind from the list."),
            ),
            models.CheckConstraint(
                condition=Q(review_every_months__gte=1),
                name="therapy_review_interval_positive",
                violation_error_message=_("A page is reviewed after one month or more."),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return reverse("therapy-detail", args=[self.slug])

    def clean(self) -> None:
        if FormerSlug.objects.filter(slug=self.slug).exclude(therapy=self.pk).exists():
            raise ValidationError({"slug": _t("Another therapy's page stood at this address and redirects from it.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the address that a page had before as a redirect."""
        before = type(self).objects.filter(pk=self.pk).values_list("slug", flat=True).first() if self.pk else None
        super().save(*args, **kwargs)
        FormerSlug.objects.filter(therapy=self, slug=self.slug).delete()
        if before and before != self.slug:
            FormerSlug.objects.get_or_create(slug=before, defaults={"therapy": self})

    def next_number(self) -> int:
        """The number that this therapy's next edition takes."""
        return (self.editions.aggregate(last=models.Max("number"))["last"] or 0) + 1


class FormerSlug(models.Model):
    """An address that a therapy's page had before: it redirects."""

    therapy = models.ForeignKey(Therapy, models.CASCADE, related_name="former_slugs")
    slug = models.SlugField(_("former address"), max_length=100, unique=True)

    objects = models.Manager.from_queryset(FormerSlugQuerySet)()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def get_additional_data(self) -> dict[str, int]:
        """Kept with each log entry: the therapy's history shows it."""
        return {"therapy": self.therapy_id}

    def clean(self) -> None:
        if Therapy.objects.filter(slug=self.slug).exists():
            raise ValidationError({"slug": _t("A therapy's page stands at this address now.")})
