"""Portraits of people with ALS/MND, shown while their consent stands."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drugs.gate import PortraitQuerySet


class Portrait(models.Model):
    """One picture of a person who agreed to be shown. Taken down, the picture and its words are gone for good.

    The picture stands in the database (docs/adr/): one statement takes it away, wherever the site runs.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    # What readers see

    alt_text = models.CharField(
        _("what the picture shows"),
        max_length=250,
        blank=True,
        help_text=_("For readers who hear the page: who, and what they look like there, in a sentence."),
    )
    caption = models.CharField(
        _("caption"), max_length=250, blank=True, help_text=_("Below the picture, as the person agreed to be named.")
    )
    position = models.PositiveSmallIntegerField(_("place"), default=0, help_text=_("Smaller numbers first."))

    # Consent: never public

    person = models.CharField(_("person"), max_length=120, help_text=_("Their name in our files. Never shown."))
    consent_on = models.DateField(_("consent given on"), help_text=_("The day on the signed consent."))
    consent_kept_by = models.CharField(
        _("who keeps the consent"), max_length=120, help_text=_("The person or office that has the signed paper.")
    )

    # The picture: WebP, at most drugs.pictures.MOST_BYTES, without metadata

    picture = models.BinaryField(_("picture"), null=True, editable=False)
    width = models.PositiveSmallIntegerField(_("width in pixels"), default=0, editable=False)
    height = models.PositiveSmallIntegerField(_("height in pixels"), default=0, editable=False)

    # Taken down

    taken_down_at = models.DateTimeField(_("taken down at"), null=True, blank=True, editable=False)
    taken_down_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = models.Manager.from_queryset(PortraitQuerySet)()

    class Meta:
        verbose_name = _("portrait")
        verbose_name_plural = _("portraits")
        ordering = ["position", "pk"]
        permissions = [("take_down_portrait", "Can take a portrait down")]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_down_at__isnull=False) | (Q(picture__isnull=False) & ~Q(alt_text="")),
                name="portrait_shown_is_whole",
                violation_error_message=_("A portrait needs its picture and a sentence on what it shows."),
            ),
            models.CheckConstraint(
                condition=Q(taken_down_at=None) | Q(picture=None, alt_text="", caption=""),
                name="portrait_taken_down_is_gone",
                violation_error_message=_("A portrait that was taken down keeps neither its picture nor its words."),
            ),
            models.CheckConstraint(
                condition=~Q(person="") & ~Q(consent_kept_by=""),
                name="portrait_consent_can_be_found",
                violation_error_message=_("Say who the person is and who keeps the signed consent."),
            ),
        ]

    def __str__(self) -> str:
        return self.person

    def get_absolute_url(self) -> str:
        return reverse("portrait-picture", args=[self.uid])
