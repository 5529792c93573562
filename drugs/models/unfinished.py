"""What somebody typed into a draft that cannot be stored yet."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.gate import refuse_if_published
from drugs.models.edition import Edition


class UnfinishedPart(models.Model):
    """A half-filled row of a draft, or a cell of its page, as it was typed: kept until it is finished or taken off.

    The rules of the rows stand in the database, so what breaks one waits here. Only the draft's page in the admin
    reads it; a draft is not sent to review while it has one. Each save of the draft writes its parts anew.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="unfinished_parts")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    kind = models.CharField(
        _("kind of row"), max_length=24, blank=True, help_text=_("The row's model; empty for cells of the page itself.")
    )
    row = models.PositiveBigIntegerField(
        _("changes row"),
        null=True,
        blank=True,
        help_text=_("The stored row that it would change; empty for a new one."),
    )
    cells = models.JSONField(_("cells"), help_text=_("Field: the text typed into it."))
    problems = models.JSONField(_("problems"), help_text=_("Field: the sentences that say what is missing or wrong."))

    class Meta:
        verbose_name = _("unfinished part")
        verbose_name_plural = _("unfinished parts")
        ordering = ["edition", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "key"],
                name="unfinished_key_unique",
                violation_error_message=_("This unfinished row is kept already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition}: {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_if_published([self.edition_id])
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        """Of what kind it is and, where it says so, which one."""
        if not self.kind:
            return _t("the page itself")
        kind = str(self._meta.apps.get_model("drugs", self.kind)._meta.verbose_name)
        told = next(
            (self.cells[cell] for cell in ("label", "text", "term", "commercial_name") if self.cells.get(cell)), ""
        )
        return f"{kind} '{told}'" if told else kind

    @property
    def sentences(self) -> list[str]:
        """What is in the way, each with the field that it is about."""
        model = self._meta.apps.get_model("drugs", self.kind) if self.kind else Edition
        said = []
        for field, problems in self.problems.items():
            name = "" if field == "__all__" else str(getattr(model._meta.get_field(field), "verbose_name", field))
            label = f"{name.capitalize()}: " if name else ""
            said += [f"{label}{problem}" for problem in problems]
        return said
