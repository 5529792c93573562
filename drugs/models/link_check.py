"""What a source's address answered when it was last asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LinkCheck(models.Model):
    """One address that an edition cites: alive, moved or dead."""

    #: A site that is down for a night is not dead: so many checks in a row say so.
    DEAD_AFTER = 2

    url = models.CharField(_("address"), max_length=600, unique=True)
    checked_at = models.DateTimeField(_("checked at"))
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    moved_to = models.CharField(_("moved to"), max_length=600, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)

    class Meta:
        verbose_name = _("check of a link")
        verbose_name_plural = _("checks of links")
        ordering = ["url"]

    def __str__(self) -> str:
        return self.url

    @property
    def is_dead(self) -> bool:
        return self.failures >= self.DEAD_AFTER
