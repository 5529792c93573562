"""One counter that says whether anything public changed: the key of ETags, kept bytes and cached counts."""

from django.db import models
from django.db.models import F


class ContentVersion(models.Model):
    """The single row with the number of public changes so far."""

    value = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_content_version")]

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def bump(cls) -> None:
        """Count one public change. The last statement of its transaction."""
        if not cls.objects.filter(pk=1).update(value=F("value") + 1):
            cls.objects.get_or_create(pk=1, defaults={"value": 1})

    @classmethod
    def current(cls) -> int:
        return cls.objects.filter(pk=1).values_list("value", flat=True).first() or 0
