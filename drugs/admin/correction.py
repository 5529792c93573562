"""What readers say is wrong: the queue, and the answer that they can look up."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.admin.base import StaffAdmin
from drugs.models import Correction, Edition


class AnswerForm(forms.ModelForm):
    class Meta:
        model = Correction
        fields = ("outcome", "outcome_text", "fixed_in", "public_summary")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "fixed_in" in self.fields:
            self.fields["fixed_in"].queryset = Edition.objects.filter(
                therapy=self.instance.therapy_id, therapy__isnull=False
            ).order_by("-number")
            self.fields["fixed_in"].widget.can_add_related = False

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        outcome, text = said.get("outcome"), (said.get("outcome_text") or "").strip()
        if outcome and not text:
            raise ValidationError({"outcome_text": _t("Write a sentence: the reader sees it with the outcome.")})
        if text and not outcome:
            raise ValidationError({"outcome": _t("Choose the outcome that goes with your answer.")})
        return said


class OpenFilter(admin.SimpleListFilter):
    title = _("open")
    parameter_name = "is_open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("open")), ("no", _("answered"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(answered_at__isnull=self.value() == "yes")


@admin.register(Correction)
class CorrectionAdmin(StaffAdmin):
    """What the reader wrote is read only; the answer is public as soon as it is saved."""

    form = AnswerForm
    is_public_content = False  # its page is kept by nobody
    list_display = ("reference", "received_at", "about", "section_shown", "excerpt", "outcome", "answered_by")
    list_filter = (OpenFilter, "outcome", "therapy")
    list_select_related = ("therapy", "page", "answered_by")
    search_fields = ("reference", "text", "therapy__slug", "outcome_text")
    search_help_text = _("A reference, a therapy, or words of the correction.")
    when_empty = _("No corrections match. Readers send them by 'Something wrong here?' on each section.")
    export_leaves_out = ("text", "email", "form_id")
    fieldsets = (
        (
            _("What the reader says: never public"),
            {"fields": ("received_at", "therapy", "section_shown", "edition", "page", "text", "email")},
        ),
        (
            _("Our answer: public at once, by the reference"),
            {
                "fields": ("outcome", "outcome_text", "fixed_in", "public_summary"),
                "description": _("Name nobody, neither the reader nor yourself."),
            },
        ),
        (_("Answered"), {"fields": ("answered_at", "answered_by")}),
    )
    readonly_fields = (
        "received_at",
        "therapy",
        "section_shown",
        "edition",
        "page",
        "text",
        "email",
        "answered_at",
        "answered_by",
    )

    @admin.display(description=_("about"), ordering="therapy")
    def about(self, correction: Correction) -> str:
        return str(correction.therapy or correction.page or _t("the site"))

    @admin.display(description=_("section"))
    def section_shown(self, correction: Correction) -> str:
        return str(correction.section_heading) or _t("the whole of it")

    @admin.display(description=_("what is wrong"))
    def excerpt(self, correction: Correction) -> str:
        return Truncator(correction.text).chars(120)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_view_on_site_url(self, obj: Correction | None = None) -> str | None:
        return obj.get_absolute_url() if obj else None

    def save_model(self, request: HttpRequest, obj: Correction, form: Any, change: bool) -> None:
        """Answered when an outcome is chosen; opened again when it is taken away."""
        if not obj.outcome:
            obj.answered_at = obj.answered_by = None
        elif obj.answered_at is None:
            obj.answered_at, obj.answered_by = timezone.now(), request.user
        super().save_model(request, obj, form, change)
