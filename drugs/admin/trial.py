"""Trials: what the registry says, and what staff set by hand above it, with a reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.admin.base import ReadOnly, StaffAdmin
from drugs.admin.imports import TrialImportMixin, TrialResource
from drugs.admin.links import LinkInline
from drugs.admin.rows import RowFormSet
from drugs.models import (
    RegistryRecord,
    StaffOverride,
    TherapyTrial,
    Trial,
    TrialChange,
    TrialIdentifier,
)
from drugs.registry_numbers import parse_number
from drugs.resolution import store_registries, store_resolutions


class TrialForm(forms.ModelForm):
    """The facts as they stand; one that is changed here is set by hand, above the registry, until it is lifted."""

    reason = forms.CharField(
        label=_("Why, and where you read it"),
        max_length=300,
        required=False,
        help_text=_(
            "Needed when you change a fact: it then stands above the registry until it is lifted. Readers see your words."
        ),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    lift = forms.MultipleChoiceField(
        label=_("Give back to the registry"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick a value to take it back: the trial then says again what its registry says."),
    )

    class Meta:
        model = Trial
        fields = "__all__"  # noqa: DJ007 (the admin's fieldsets are the list)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        overrides = self.instance.overrides.select_related("set_by") if self.instance.pk else []
        if "lift" in self.fields:
            self.fields["lift"].choices = [(override.field, _described(override)) for override in overrides]

    def changed_facts(self) -> list[str]:
        """Facts that the editor changed; one that is ticked to be lifted is not set again."""
        lifted = set(self.cleaned_data.get("lift") or [])
        return [name for name in self.changed_data if name in Trial.FACTS and name not in lifted]

    def clean_home_number(self) -> str:
        number = parse_number(self.cleaned_data["home_number"])
        if number is None:
            raise ValidationError(_t("This is no registry number that is known. Write it as the registry does."))
        if TrialIdentifier.objects.filter(number=number.number).exists():
            raise ValidationError(_t("A trial with this number is on the site already: find it in the list."))
        self.instance.home_registry = number.registry
        return number.number

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.changed_facts() and not (self.cleaned_data.get("reason") or "").strip():
            self.add_error("reason", _t("Say why this fact is set by hand, and where you read it."))
        return self.cleaned_data


def _described(override: StaffOverride) -> str:
    field = Trial._meta.get_field(override.field)
    value = dict(field.flatchoices).get(override.value, override.value)
    return _t("%(field)s: %(value)s. Set by %(who)s: %(reason)s") % {
        "field": str(field.verbose_name).capitalize(),
        "value": value if value not in ("", None) else _t("nothing"),
        "who": override.set_by or "–",
        "reason": override.reason,
    }


class IdentifierForm(forms.ModelForm):
    class Meta:
        model = TrialIdentifier
        fields = ("number",)

    def clean_number(self) -> str:
        number = parse_number(self.cleaned_data["number"])
        if number is None:
            raise ValidationError(_t("This is no registry number that is known. Write it as the registry does."))
        self.instance.registry = number.registry
        return number.number


class IdentifierFormSet(RowFormSet):
    def clean(self) -> None:
        super().clean()
        taken = [form.instance.registry for form in self.forms if form.instance.number and form.is_valid()]
        if len(set(taken)) < len(taken):
            raise ValidationError(_t("A second number of the same registry is another study: related, never joined."))


class IdentifierInline(admin.TabularInline):
    model = TrialIdentifier
    form = IdentifierForm
    formset = IdentifierFormSet
    extra = 0
    fields = ("number", "registry", "is_home")
    readonly_fields = ("registry", "is_home")
    verbose_name_plural = _("numbers in registries: the same study registered again elsewhere")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RecordInline(ReadOnly, admin.TabularInline):
    model = RegistryRecord
    extra = 0
    fields = readonly_fields = ("said_by", "registry", "number", "last_update", "format", "run", "recorded_at")
    classes = ("collapse",)
    verbose_name_plural = _("what each source said")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("facts", "raw").select_related("run")


class ChangeInline(ReadOnly, admin.TabularInline):
    model = TrialChange
    extra = 0
    fields = readonly_fields = ("changed_at", "field", "old", "new", "run", "changed_by")
    classes = ("collapse",)
    verbose_name_plural = _("what changed, newest first")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("run", "changed_by")


class LinkedFilter(admin.SimpleListFilter):
    title = _("therapy")
    parameter_name = "linked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("linked to no therapy")), ("suggested", _("a link waits for a decision"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        links = TherapyTrial.objects.filter(trial=OuterRef("pk"))
        if self.value() == "none":
            return queryset.filter(~Exists(links.exclude(decision="dismissed")))
        if self.value() == "suggested":
            return queryset.filter(Exists(links.filter(decision="suggested")))
        return queryset


class ByHandFilter(admin.SimpleListFilter):
    title = _("set by hand")
    parameter_name = "by_hand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("some facts are"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "yes":
            return queryset
        return queryset.filter(Exists(StaffOverride.objects.filter(trial=OuterRef("pk"))))


@admin.register(Trial)
class TrialAdmin(TrialImportMixin, StaffAdmin):
    """Facts are read here; an edit of one is kept as a value set by staff. Imports bring everything else."""

    form = TrialForm
    resource_classes = (TrialResource,)
    inlines = (IdentifierInline, LinkInline, RecordInline, ChangeInline)
    list_display = ("home_number", "acronym", "brief_title", "overall_status", "phases", "last_update", "is_verified")
    list_filter = (LinkedFilter, ByHandFilter, "is_verified", "overall_status", "phases", "study_type", "home_registry")
    search_fields = ("home_number", "identifiers__number", "acronym", "brief_title", "secondary_ids", "lead_sponsor")
    search_help_text = _("A registry number, an acronym, words of the title, a sponsor.")
    when_empty = _("No trials match. Trials come from a registry's file: Import, above.")
    fieldsets = (
        (
            _("Identification"),
            {"fields": ("home_number", "brief_title", "official_title", "acronym", "secondary_ids", "is_verified")},
        ),
        (_("Set by hand"), {"fields": ("reason", "lift")}),
        (
            _("Status"),
            {
                "fields": (
                    ("overall_status", "why_stopped"),
                    ("start_date", "start_date_type"),
                    ("primary_completion_date", "primary_completion_date_type"),
                    ("completion_date", "completion_date_type"),
                    ("first_posted", "results_first_posted", "last_update_posted"),
                    "has_results",
                )
            },
        ),
        (
            _("Design"),
            {
                "fields": (
                    ("study_type", "phases"),
                    ("allocation", "intervention_model"),
                    ("masking", "primary_purpose"),
                    ("observational_model", "time_perspective"),
                    ("enrollment", "enrollment_type"),
                )
            },
        ),
        (
            _("What is studied"),
            {
                "classes": ("collapse",),
                "fields": (
                    "conditions",
                    "interventions",
                    "primary_outcomes",
                    "secondary_outcomes",
                    "other_outcomes",
                    "outcome_measures",
                    "brief_summary",
                    "eligibility_criteria",
                    ("sex", "age"),
                    ("minimum_age", "maximum_age"),
                ),
            },
        ),
        (
            _("Who and where"),
            {
                "classes": ("collapse",),
                "fields": (
                    "lead_sponsor",
                    "collaborators",
                    "funder_type",
                    "countries",
                    "locations",
                    "study_documents",
                ),
            },
        ),
    )

    @admin.display(description=_("last update"), ordering="last_update_posted")
    def last_update(self, trial: Trial) -> str:
        return trial.last_update_posted.display if trial.last_update_posted else ""

    def get_readonly_fields(self, request: HttpRequest, obj: Trial | None = None) -> tuple[str, ...]:
        return ("home_number",) if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Trial | None) -> Any:
        return self.inlines if obj else ()

    def get_view_on_site_url(self, obj: Trial | None = None) -> str | None:
        return obj.get_absolute_url() if obj and obj.is_verified else None

    def has_delete_permission(self, request: HttpRequest, obj: Trial | None = None) -> bool:
        """A trial never disappears: untick 'verified' to keep one from the public."""
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Trial, form: TrialForm, change: bool) -> None:
        """Keep each changed fact as a value set by staff, lift what was ticked, and resolve: the columns follow."""
        now = timezone.now()
        if change:
            trial = Trial.objects.select_for_update().get(pk=obj.pk)
            if trial.is_verified != form.cleaned_data.get("is_verified", trial.is_verified):
                Trial.objects.filter(pk=obj.pk).update(is_verified=form.cleaned_data["is_verified"], changed_at=now)
        else:
            trial = Trial.objects.create(
                home_number=obj.home_number, home_registry=obj.home_registry, is_verified=obj.is_verified
            )
            obj.pk = trial.pk
            TrialIdentifier.objects.create(
                trial=trial, registry=trial.home_registry, number=trial.home_number, is_home=True
            )
            TrialChange.objects.create(trial=trial, changed_at=now, changed_by=request.user, new=trial.home_number)
        StaffOverride.objects.filter(trial=trial, field__in=form.cleaned_data.get("lift") or []).delete()
        for name in form.changed_facts():
            value = form.cleaned_data[name]
            StaffOverride.objects.update_or_create(
                trial=trial,
                field=name,
                defaults={"value": value, "reason": form.cleaned_data["reason"].strip(), "set_by": request.user},
            )
        store_resolutions([trial], by=request.user, at=now)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        LinkInline.decided_by(formset, request.user)
        super().save_formset(request, form, formset, change)
        if formset.model is TrialIdentifier:
            store_registries([form.instance.pk])
