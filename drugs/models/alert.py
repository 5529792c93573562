"""Who asked for a mail when an edition goes live, and how far each edition's mails have come."""

import secrets

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.models.edition import Publication
from drugs.models.therapy import Therapy

#: Letters of a key: 256 bits, as `secrets.token_urlsafe` writes them.
KEY_LENGTH = 43


def new_key() -> str:
    return secrets.token_urlsafe(32)


class AlertQuerySet(QuerySet["Alert"]):
    def of(self, email: str) -> "AlertQuerySet":
        return self.filter(email__iexact=email)

    def confirmed(self) -> "AlertQuerySet":
        return self.exclude(confirmed_at=None)

    def waiting(self) -> "AlertQuerySet":
        return self.filter(confirmed_at=None)

    def to_be_told_of(self, publication: Publication) -> "AlertQuerySet":
        """Those confirmed before it went live, each mail address once; in a fixed order."""
        told_of_all = Alert.objects.filter(
            therapy=None, email__iexact=OuterRef("email"), confirmed_at__lte=publication.goes_live_at
        )
        return (
            self.filter(confirmed_at__lte=publication.goes_live_at)
            .filter(Q(therapy=None) | Q(therapy=publication.therapy_id) & ~Exists(told_of_all))
            .order_by("pk")
        )


class Alert(models.Model):
    """One mail address that is told of new editions, of one therapy or of all. Deleted when its owner leaves."""

    key = models.CharField(
        max_length=KEY_LENGTH,
        unique=True,
        default=new_key,
        editable=False,
        help_text=_("What its mails lead to: whoever has it may confirm and leave."),
    )
    email = models.EmailField(_("e-mail"), max_length=200, editable=False)
    therapy = models.ForeignKey(
        Therapy,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=_("Empty: all therapies."),
    )
    asked_at = models.DateTimeField(_("asked at"), editable=False, db_index=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True, editable=False)

    objects = models.Manager.from_queryset(AlertQuerySet)()

    class Meta:
        verbose_name = _("e-mail alert")
        verbose_name_plural = _("e-mail alerts")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "therapy",
                name="alert_once_for_a_therapy",
                violation_error_message=_("This address is told of this therapy already."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(therapy=None),
                name="alert_once_for_all",
                violation_error_message=_("This address is told of all therapies already."),
            ),
            models.CheckConstraint(
                condition=Q(key__regex=rf"^[A-Za-z0-9_-]{{{KEY_LENGTH}}}$"),
                name="alert_key_is_long",
                violation_error_message=_("A key has 43 letters: nobody may guess it."),
            ),
            models.CheckConstraint(
                condition=~Q(email=""),
                name="alert_has_an_address",
                violation_error_message=_("An alert has an address that it goes to."),
            ),
        ]

    def __str__(self) -> str:
        return _t("E-mail alert %(number)s") % {"number": self.pk}  # never the address

    def get_absolute_url(self) -> str:
        return reverse("alert-detail", args=[self.key])


class AlertRoundQuerySet(QuerySet["AlertRound"]):
    def take(self, number: int, *, before: int, alert: int) -> bool:
        """Mark that `alert` is the next one told, unless another worker did or the edition was withdrawn meanwhile."""
        stands = Publication.objects.filter(pk=OuterRef("publication"), withdrawn_at=None)
        return bool(self.filter(Exists(stands), pk=number, reached=before).update(reached=alert))


class AlertRound(models.Model):
    """How far the mails about one edition have come: whom it tells stands in the order of the alerts' keys.

    It holds no address. An alert is passed before its mail is handed over, so nobody is told twice.
    """

    publication = models.OneToOneField(Publication, models.PROTECT, related_name="+")
    reached = models.PositiveBigIntegerField(default=0, help_text=_("The last alert that was passed."))
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(AlertRoundQuerySet)()

    class Meta:
        verbose_name = _("round of e-mail alerts")
        verbose_name_plural = _("rounds of e-mail alerts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=models.F("begun_at")),
                name="alert_round_ends_after_it_begins",
                violation_error_message=_("A round ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return _t("E-mail alerts about %(publication)s") % {"publication": self.publication}
