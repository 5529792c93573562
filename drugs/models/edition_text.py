"""The words of a published edition, as the search reads them."""

from django.db import models

from drugs.full_text import FullTextQuerySet
from drugs.models.edition import Edition


class EditionText(models.Model):
    """What one published edition says, without markup: written with its publication, and as unchanging.

    Scheduled and withdrawn editions have one too: whoever searches starts from `Edition.objects.live(at)`.
    """

    edition = models.OneToOneField(Edition, models.CASCADE, related_name="text")
    names = models.TextField()
    summary = models.TextField()
    body = models.TextField()

    objects = models.Manager.from_queryset(FullTextQuerySet)()

    class Meta:
        verbose_name = "words of an edition"
        verbose_name_plural = "words of editions"
        ordering = ["edition"]

    def __str__(self) -> str:
        return f"{self.edition}"
