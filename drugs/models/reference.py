"""Short lists that editions and results point to: organisations, outcome measures, terms explained."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from drugs.full_text import FullTextQuerySet
from drugs.vocabulary import OutcomeDomain


class SlugManager(models.Manager):
    def get_by_natural_key(self, slug: str) -> models.Model:
        return self.get(slug=slug)


class Organisation(models.Model):
    """A company, university, hospital or charity that develops, sells or tests therapies."""

    slug = models.SlugField(
        _("short name"),
        max_length=100,
        unique=True,
        help_text=_("In small letters with hyphens; used in addresses and fixtures."),
    )
    name = models.CharField(_("name"), max_length=200, unique=True)
    country = CountryField(
        _("country"), blank=True, help_text=_("Where its head office is; leave empty when not known.")
    )
    website = models.URLField(_("website"), blank=True)

    objects = SlugManager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class OutcomeMeasure(models.Model):
    """What a trial measures to see whether a therapy works, such as ALSFRS-R."""

    slug = models.SlugField(_("short name"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200, unique=True)
    abbreviation = models.CharField(_("abbreviation"), max_length=40, blank=True)
    domain = models.CharField(
        _("about"),
        max_length=20,
        choices=OutcomeDomain,
        help_text=_(
            "Figures on deaths and survival stand under a heading that says so, so that a reader may pass them by."
        ),
    )
    unit = models.CharField(
        _("unit"), max_length=60, blank=True, help_text=_("Such as points, % predicted, pg/mL; empty for a ratio.")
    )
    higher_is_better = models.BooleanField(
        _("higher is better"), null=True, blank=True, help_text=_("Leave unknown where neither direction is better.")
    )
    explanation = models.TextField(_("in plain words"), blank=True)

    # Meaningful difference

    meaningful_difference = models.DecimalField(
        _("meaningful difference"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("The smallest difference that matters to a person, where a source gives one."),
    )
    meaningful_difference_source = models.CharField(
        _("source of the meaningful difference"), max_length=300, blank=True
    )

    objects = SlugManager()

    class Meta:
        verbose_name = _("outcome measure")
        verbose_name_plural = _("outcome measures")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(domain__in=OutcomeDomain.values),
                name="outcome_domain_known",
                violation_error_message=_("Choose what the measure is about from the list."),
            ),
            models.CheckConstraint(
                condition=Q(meaningful_difference=None) | ~Q(meaningful_difference_source=""),
                name="meaningful_difference_has_source",
                violation_error_message=_("Give the source of the meaningful difference."),
            ),
        ]

    def __str__(self) -> str:
        return self.abbreviation or self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class GlossaryTerm(models.Model):
    """A term of the field and what it means in plain words."""

    slug = models.SlugField(_("short name"), max_length=100, unique=True)
    term = models.CharField(_("term"), max_length=100, unique=True)
    variants = models.CharField(
        _("other spellings"),
        max_length=300,
        blank=True,
        help_text=_("Separated by |, such as: placebo-controlled|placebo"),
    )
    meaning = models.TextField(
        _("meaning"), help_text=_("One to three short sentences that a tired person understands.")
    )
    source_url = models.URLField(_("source"), blank=True)

    objects = SlugManager.from_queryset(FullTextQuerySet)()

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary")
        ordering = ["term", "pk"]

    def __str__(self) -> str:
        return self.term

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def spellings(self) -> list[str]:
        return [self.term, *(variant.strip() for variant in self.variants.split("|") if variant.strip())]
