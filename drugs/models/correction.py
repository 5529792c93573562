"""What readers say is wrong on a page, and what came of it."""

import re
import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drugs.models.edition import SECTIONS, Edition
from drugs.models.page import Page
from drugs.models.therapy import Therapy
from drugs.vocabulary import CorrectionOutcome

#: Letters and digits that nobody takes for another, read aloud or from paper.
LETTERS = "2346789ACDEFGHJKMNPQRTVWXY"
LONGEST_TEXT = 2000
_REFERENCE = re.compile(rf"C([{LETTERS}]{{4}})([{LETTERS}]{{2}})")


def new_reference() -> str:
    """'C-7K3F-92': four and two letters, one of 300 million."""
    letters = "".join(secrets.choice(LETTERS) for _number in range(6))
    return f"C-{letters[:4]}-{letters[4:]}"


def read_reference(text: str) -> str:
    """A reference as somebody typed it, in the form in which it is kept; empty when it is none."""
    match = _REFERENCE.fullmatch(re.sub(r"[\s\-–—.]", "", text[:40]).upper())
    return f"C-{match[1]}-{match[2]}" if match else ""


class CorrectionQuerySet(QuerySet["Correction"]):
    def open(self) -> "CorrectionQuerySet":
        return self.filter(answered_at=None)

    def with_address(self) -> "CorrectionQuerySet":
        return self.exclude(email="")


class Correction(models.Model):
    """One reader's note that something is wrong, and how it was answered."""

    reference = models.CharField(_("reference"), max_length=12, unique=True, default=new_reference, editable=False)
    form_id = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text=_("Of the form that was sent: twice is once.")
    )

    # About what

    therapy = models.ForeignKey(
        Therapy, models.PROTECT, null=True, blank=True, editable=False, related_name="corrections"
    )
    page = models.ForeignKey(Page, models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    section = models.CharField(_("section"), max_length=40, blank=True, editable=False)
    edition = models.ForeignKey(
        Edition,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("edition that was read"),
    )

    # What the reader wrote: never public

    text = models.TextField(_("what is wrong"), max_length=LONGEST_TEXT, editable=False)
    email = models.EmailField(_("e-mail"), blank=True, editable=False)
    received_at = models.DateTimeField(_("received at"), editable=False, db_index=True)

    # What came of it: public

    outcome = models.CharField(_("outcome"), max_length=20, choices=CorrectionOutcome, blank=True)
    outcome_text = models.TextField(
        _("our answer"),
        max_length=1000,
        blank=True,
        help_text=_("Public: in a few sentences what was found and done. Name nobody."),
    )
    fixed_in = models.ForeignKey(
        Edition,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("edition that puts it right"),
        help_text=_("The status page links to it once it is public."),
    )
    public_summary = models.TextField(
        _("what it was about, in our words"),
        max_length=500,
        blank=True,
        help_text=_("Public, if you write it. Leave it empty to show nothing of what the reader wrote. Name nobody."),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = models.Manager.from_queryset(CorrectionQuerySet)()

    class Meta:
        verbose_name = _("correction from a reader")
        verbose_name_plural = _("corrections from readers")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reference__regex=rf"^C-[{LETTERS}]{{4}}-[{LETTERS}]{{2}}$"),
                name="correction_reference_can_be_read",
                violation_error_message=_("A reference looks like C-7K3F-92."),
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="correction_says_something",
                violation_error_message=_("Say what is wrong."),
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *CorrectionOutcome.values]),
                name="correction_outcome_known",
                violation_error_message=_("Choose an outcome from the list."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at=None)
                | (~Q(outcome="") & Q(answered_at__isnull=False) & ~Q(outcome_text="")),
                name="correction_answered_in_words",
                violation_error_message=_("An answer has an outcome and a sentence: the reader sees both."),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("correction-detail", args=[self.reference])

    @property
    def section_heading(self) -> Any:
        """The heading of the section that it is about; empty for the whole page."""
        return dict(SECTIONS).get(self.section.replace("-", "_"), "")

    @property
    def is_open(self) -> bool:
        return self.answered_at is None
