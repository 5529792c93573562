"""Why an editor should look at a page again, and what came of it."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.models.edition import SECTIONS, Edition
from drugs.models.link import TherapyTrial
from drugs.models.therapy import Therapy
from drugs.models.trial import Trial
from drugs.partial_dates import PartialDate, PartialDateField, partial_date_check
from drugs.vocabulary import FlagAnswer, FlagKind

#: Answers after which a flag is still open: readers are told until a newer edition is live or the text is found true.
OPEN_ANSWERS = ("", FlagAnswer.DRAFT, FlagAnswer.LATER)


class ReviewFlagQuerySet(QuerySet):
    def open(self) -> Self:
        """Flags that nobody answered for good: put off or being worked on counts as open."""
        return self.filter(answer__in=OPEN_ANSWERS)

    def of_pages(self, at: dt.datetime) -> Self:
        """Open flags on what readers see, or will see at a set time. A newer edition leaves those of the older behind."""
        return self.open().filter(edition__in=Edition.objects.live_or_scheduled(at).values("pk"))

    def waiting(self, at: dt.datetime, today: dt.date) -> Self:
        """Flags that wait for an editor: not put off to a later day, and no draft is under way for them."""
        draft = Edition.objects.drafts().filter(therapy=OuterRef("edition__therapy"))
        return (
            self.of_pages(at)
            .exclude(answer=FlagAnswer.LATER, later_until__gt=today)
            .exclude(Q(answer=FlagAnswer.DRAFT) & Exists(draft))
        )

    def shown(self, at: dt.datetime) -> Self:
        """What live pages tell readers: the trial that they show changed, and nobody has judged the text yet."""
        link = TherapyTrial.objects.public().filter(therapy=OuterRef("edition__therapy"), trial=OuterRef("trial"))
        return self.open().filter(
            Exists(link),
            kind=FlagKind.TRIAL_CHANGED,
            opened_at__lte=at,
            edition__in=Edition.objects.live(at).values("pk"),
        )


class ReviewFlag(models.Model):
    """One reason to look at one edition of a page again, and the answer to it.

    It watches the edition that it names: once a newer one is live, it is of no more concern, without being closed.
    """

    # Why

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="flags")
    kind = models.CharField(_("why"), max_length=16, choices=FlagKind)
    trial = models.ForeignKey(Trial, models.CASCADE, null=True, blank=True, related_name="flags")
    run = models.ForeignKey(
        "drugs.ImportRun",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="flags",
        help_text=_("The import that brought it; empty where staff, an undo or a closed gap changed our own record."),
    )
    field = models.CharField(_("field"), max_length=40, blank=True, help_text=_("A column of Trial."))
    old = models.TextField(_("when the page was published"), blank=True)
    new = models.TextField(_("now"), blank=True)
    detail = models.TextField(_("detail"), blank=True, help_text=_("The address of a dead link; why a row was held."))
    sentences = models.JSONField(
        _("sentences that name it"), default=list, blank=True, help_text=_("{section, text} for each.")
    )
    opened_at = models.DateTimeField(_("open since"))
    changed_on = PartialDateField(
        _("changed on"), help_text=_("The registry's own date where it gives one, else the day it came to this site.")
    )

    # Answer

    answer = models.CharField(_("answer"), max_length=10, choices=FlagAnswer, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(_("reason"), blank=True)
    later_until = models.DateField(_("comes back on"), null=True, blank=True)

    objects = models.Manager.from_queryset(ReviewFlagQuerySet)()

    class Meta:
        verbose_name = _("review flag")
        verbose_name_plural = _("review flags")
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "kind", "trial", "field"],
                condition=Q(answer__in=OPEN_ANSWERS, trial__isnull=False),
                name="one_open_flag_per_fact",
                violation_error_message=_("This change is flagged already."),
            ),
            models.UniqueConstraint(
                fields=["edition", "detail"],
                condition=Q(answer__in=OPEN_ANSWERS, kind=FlagKind.DEAD_LINK),
                name="one_open_flag_per_link",
                violation_error_message=_("This link is flagged already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=FlagKind.values),
                name="flag_kind_known",
                violation_error_message=_("Choose a kind of flag from the list."),
            ),
            models.CheckConstraint(
                condition=Q(kind=FlagKind.DEAD_LINK, trial=None) | (~Q(kind=FlagKind.DEAD_LINK) & ~Q(trial=None)),
                name="flag_is_about_something",
                violation_error_message=_("A flag is about a trial or about a link."),
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (Q(answer__in=FlagAnswer.values) & ~Q(answered_at=None)),
                name="flag_answer_known",
                violation_error_message=_("Choose an answer from the list."),
            ),
            models.CheckConstraint(
                condition=Q(later_until=None) | Q(answer=FlagAnswer.LATER),
                name="only_later_comes_back",
                violation_error_message=_("Only a flag that is put off comes back on a day."),
            ),
            models.CheckConstraint(
                condition=~Q(answer=FlagAnswer.LATER) | (Q(later_until__isnull=False) & ~Q(reason="")),
                name="later_has_day_and_reason",
                violation_error_message=_("Say until when it is put off, and why."),
            ),
            partial_date_check("changed_on", name="flag_changed_is_a_date"),
        ]
        indexes = [models.Index(fields=["answer", "opened_at"], name="flags_by_age")]

    def __str__(self) -> str:
        subject = f"{self.trial}, {self.field_label()}".rstrip(", ") if self.trial_id else self.detail
        return f"{self.edition.therapy}: {subject}"

    def get_absolute_url(self) -> str:
        """Where staff answer it."""
        return reverse("admin:drugs_reviewflag_change", args=[self.pk])

    @property
    def therapy(self) -> Therapy:
        return self.edition.therapy

    @property
    def is_open(self) -> bool:
        return self.answer in OPEN_ANSWERS

    def field_label(self) -> str:
        """The fact that changed, as people call it."""
        return str(Trial._meta.get_field(self.field).verbose_name) if self.field else ""  # type: ignore[union-attr]

    def old_shown(self) -> str:
        return self._in_words(self.old)

    def new_shown(self) -> str:
        return self._in_words(self.new)

    def _in_words(self, text: str) -> str:
        """'Completed' for COMPLETED, '3 May 2026' for 2026-05-03."""
        if not text:
            return _t("not stated")
        field = Trial._meta.get_field(self.field) if self.field else None
        if isinstance(field, PartialDateField):
            return PartialDate(text).display
        if isinstance(field, models.BooleanField):
            return _t("yes") if text == "true" else _t("no")
        return str(dict(field.flatchoices).get(text, text)) if field else text  # type: ignore[union-attr]

    def sections(self) -> list[str]:
        """The headings under which sentences name the trial, in the order of the page."""
        return list(dict.fromkeys(heading for heading, _text in self.passages()))

    def passages(self) -> list[tuple[str, str]]:
        """(heading of the section, sentence) for each sentence that names the trial, as it stood."""
        return [(section_heading(passage["section"]), passage["text"]) for passage in self.sentences]

    def notice(self) -> str:
        """What readers are told."""
        words = (
            _t("The registry changed this trial on %(date)s; we are checking our text.")
            if self.run_id
            else _t("Our record of this trial changed on %(date)s; we are checking our text.")
        )
        return words % {"date": PartialDate(self.changed_on).display}


def section_heading(name: str) -> str:
    """The heading of an edition's text field on the page."""
    return str(dict(SECTIONS).get(name) or Edition._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]
