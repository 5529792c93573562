"""Which trials a therapy's page shows: suggestions to decide, decisions to see again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from drugs.admin.base import StaffAdmin
from drugs.admin.choosing import ChoosesByTyping
from drugs.admin.rows import RowFormSet
from drugs.models import TherapyTrial
from drugs.vocabulary import LinkDecision


class LinkInline(ChoosesByTyping, admin.TabularInline):
    model = TherapyTrial
    formset = RowFormSet
    extra = 0
    fields = ("trial", "decision", "why", "decided_by", "decided_at")
    readonly_fields = ("decided_by", "decided_at")
    autocomplete_fields = ("trial",)
    ordering = ("decision", "trial")
    classes = ("collapse",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("trial", "therapy", "decided_by")

    @staticmethod
    def decided_by(formset: Any, person: Any) -> None:
        """Who decided, and when, for each link whose decision changed."""
        if formset.model is TherapyTrial:
            for form in formset.forms:
                if "decision" in form.changed_data and form.instance.decision != LinkDecision.SUGGESTED:
                    form.instance.decided_by, form.instance.decided_at = person, timezone.now()


@admin.register(TherapyTrial)
class TherapyTrialAdmin(StaffAdmin):
    list_display = ("trial", "trial_title", "therapy", "decision", "why", "decided_by")
    list_filter = ("decision", "therapy")
    list_select_related = ("trial", "therapy", "decided_by")
    search_fields = ("trial__home_number", "trial__acronym", "trial__brief_title", "therapy__slug", "why")
    search_help_text = _("A registry number, words of the trial's title, or a therapy.")
    autocomplete_fields = ("therapy", "trial")
    readonly_fields = ("decided_by", "decided_at")
    actions = ("confirm", "dismiss")
    fieldsets = (
        (_("Link"), {"fields": ("therapy", "trial")}),
        (_("Decision"), {"fields": ("decision", "why", "decided_by", "decided_at")}),
    )
    when_empty = _("No links match. An import suggests links when a trial names a therapy.")

    @admin.display(description=_("title"))
    def trial_title(self, link: TherapyTrial) -> str:
        return link.trial.brief_title

    def save_model(self, request: HttpRequest, obj: TherapyTrial, form: Any, change: bool) -> None:
        if "decision" in form.changed_data or not change:
            obj.decided_by, obj.decided_at = request.user, timezone.now()
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Confirm: the therapy's page shows this trial"), permissions=["change"])
    def confirm(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._decide(request, queryset, LinkDecision.CONFIRMED)

    @admin.action(description=_("Dismiss: the trial is about something else"), permissions=["change"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._decide(request, queryset, LinkDecision.DISMISSED)

    def _decide(self, request: HttpRequest, queryset: QuerySet, decision: LinkDecision) -> None:
        """One by one, so that the audit log sees each."""
        links = list(queryset.exclude(decision=decision))
        for link in links:
            link.decision, link.decided_by, link.decided_at = decision, request.user, timezone.now()
            link.save()
        self.public_change()
        text = ngettext("%(count)s link decided.", "%(count)s links decided.", len(links)) % {"count": len(links)}
        self.message_user(request, text, messages.SUCCESS)
