"""The rows of an edition: inlines of its page, and a read-only list of each kind across all editions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import CharField, ForeignKey, Model, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.forms.models import BaseInlineFormSet, ModelChoiceField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs import models
from drugs.admin.base import HTTPS_FIRST, ReadOnly, StaffAdmin
from drugs.admin.choosing import ChoosesByTyping
from drugs.admin.unfinished import DraftRows, RowForm
from drugs.models import Edition, Row, Source, StatusEvent, row_models

#: Values that changed rows take for a moment while they are saved one by one, so that two may swap a unique value.
PARKED: dict[type[Row], dict[str, Any]] = {
    Source: {"label": Concat(Value("~"), Cast("pk", CharField()))},
    StatusEvent: {"is_current": False},
}


class OwnSourceField(ModelChoiceField):
    """The edition's own sources, read once for all rows of the page."""

    def __init__(self, sources: Iterable[Source], **kwargs: Any) -> None:
        self.by_pk = {str(source.pk): source for source in sources}
        super().__init__(Source.objects.none(), **kwargs)
        self.choices = [("", "---------"), *((pk, source.label) for pk, source in self.by_pk.items())]

    def to_python(self, value: Any) -> Source | None:
        if value in self.empty_values:
            return None
        try:
            return self.by_pk[str(getattr(value, "pk", value))]
        except KeyError:
            raise ValidationError(_t("Choose a source of this edition.")) from None

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)


class RowFormSet(BaseInlineFormSet):
    """Names every cell for screen readers, with the row that it stands in."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if "position" in form.fields:
            form.fields["position"].required = False  # a new row stands last
        row = _t("row %(number)s") % {"number": index + 1} if index is not None else _t("new row")
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)
            if not widget.is_hidden:
                widget.attrs.setdefault("aria-label", f"{str(field.label or '').capitalize()}, {row}")

    def get_unique_error_message(self, unique_check: Iterable[str]) -> str:
        return _t("Two rows have the same %(fields)s.") % {
            "fields": ", ".join(str(self.model._meta.get_field(name).verbose_name) for name in unique_check)
        }


class DraftRowFormSet(DraftRows, RowFormSet):
    """The rows of one kind on the page of a draft."""


class RowInline(ChoosesByTyping, admin.StackedInline):
    """One kind of row on the edition's page; each row is opened by its name."""

    template = "admin/edit_inline/rows.html"
    form = RowForm
    formset = DraftRowFormSet
    formfield_overrides = HTTPS_FIRST
    extra = 0
    classes = ("collapse",)
    ordering = ("position", "pk")
    #: What the section says above its rows.
    description: Any = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        references = [field.name for field in self.model._meta.concrete_fields if isinstance(field, ForeignKey)]
        return super().get_queryset(request).select_related(*references)

    def get_fields(self, request: HttpRequest, obj: Edition | None = None) -> Any:
        """With the key of an unfinished row, where the page can be saved."""
        may_save = obj is not None and obj.is_draft and self.has_change_permission(request, obj)
        return (*self.fields, "unfinished") if may_save else self.fields

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "source":
            return OwnSourceField(
                request.own_sources,  # type: ignore[attr-defined]
                required=False,
                label=db_field.verbose_name,
                help_text=_("Only sources of this edition. A new one is listed here once it was saved."),
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class FlatRowInline(RowInline):
    """A kind of row with few cells: a table."""

    template = "admin/edit_inline/tabular.html"


class SourceInline(RowInline):
    model = Source
    description = _("What the page rests on. The label is what the text cites in brackets.")
    fields = (
        ("label", "kind", "year"),
        ("title", "url"),
        ("doi", "pmid", "pmcid"),
        ("retracted_on", "position", "is_verified"),
    )


class AliasInline(FlatRowInline):
    model = models.Alias
    fields = ("kind", "text", "position", "is_verified")


class SponsorInline(FlatRowInline):
    model = models.Sponsor
    fields = ("organisation", "role", "source", "position", "is_verified")
    autocomplete_fields = ("organisation",)


class SeeAlsoInline(FlatRowInline):
    model = models.SeeAlso
    fields = ("therapy", "why", "position", "is_verified")
    autocomplete_fields = ("therapy",)


class StatusEventInline(RowInline):
    model = StatusEvent
    description = _("Which stage holds where. The lists of the site are made of the current ones.")
    fields = (
        ("stage", "region", "is_current"),
        ("happened_on", "reason", "source"),
        "learned",
        ("position", "is_verified"),
    )


class ApprovalInline(RowInline):
    model = models.Approval
    fields = (
        ("region", "regulator", "commercial_name"),
        ("kind", "approved_on", "withdrawn_on"),
        "indication",
        ("source", "position", "is_verified"),
    )


class DosingInline(RowInline):
    model = models.Dosing
    fields = (
        ("setting", "region", "route"),
        ("amount", "unit", "schedule"),
        ("visits_per_year", "injections_per_year"),
        ("storage", "note"),
        ("source", "position", "is_verified"),
    )


class SideEffectInline(FlatRowInline):
    model = models.SideEffect
    fields = ("term", "frequency", "is_serious", "source", "position", "is_verified")


class ReportedResultInline(RowInline):
    model = models.ReportedResult
    autocomplete_fields = ("trial", "outcome")
    fields = (
        ("trial", "study_name"),
        ("outcome", "time_point"),
        ("population", "comparator"),
        ("analysis", "evidence"),
        ("effect_measure", "estimate"),
        ("interval_low", "interval_high", "interval_level"),
        ("p_relation", "p_value"),
        ("treated_count", "comparator_count"),
        ("favours", "finding"),
        ("source", "position", "is_verified"),
    )


#: In the order of the edition's page. tests/admin proves that no row model is missing.
INLINES = (
    AliasInline,
    SponsorInline,
    StatusEventInline,
    ApprovalInline,
    DosingInline,
    SideEffectInline,
    ReportedResultInline,
    SourceInline,
    SeeAlsoInline,
)


class RowAdmin(ReadOnly, StaffAdmin):
    """All rows of one kind, across editions: to find and to export. They are edited on their edition's page."""

    is_public_content = False
    list_filter = ("is_verified",)
    list_select_related = ("edition__therapy",)
    search_help_text = _("Words of the row, or the address of its therapy.")
    when_empty = _("No rows match. Rows are added on the page of a draft edition.")

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return ("__str__", "on_edition", "is_verified", *self._own_columns())

    def _own_columns(self) -> list[str]:
        skipped = {"id", "edition", "uid", "position", "is_verified"}
        return [
            field.name
            for field in self.model._meta.concrete_fields
            if field.name not in skipped and (field.choices or isinstance(field, ForeignKey))
        ][:4]

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return (
            "edition__therapy",
            *(f.name for f in self.model._meta.concrete_fields if isinstance(f, ForeignKey) and f.name != "edition"),
        )

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        texts = [
            field.name
            for field in self.model._meta.concrete_fields
            if field.get_internal_type() in ("CharField", "TextField") and not field.choices
        ]
        return ("edition__therapy__slug", "edition__display_name", *texts)

    @admin.display(description=_("edition"), ordering="edition")
    def on_edition(self, row: Row) -> str:
        address = reverse("admin:drugs_edition_change", args=[row.edition_id])
        return format_html('<a href="{}#{}_set-group">{}</a>', address, row._meta.model_name, row.edition)


for model in row_models():
    admin.site.register(model, RowAdmin)


def park(formset: forms.BaseModelFormSet) -> None:
    """Free the unique values of rows that are about to change, so that two rows may swap them."""
    model: type[Model] = formset.model
    values = PARKED.get(model)  # type: ignore[arg-type]
    changed = [form.instance.pk for form in formset.initial_forms if form.has_changed()]
    if values and changed:
        model._default_manager.filter(pk__in=changed).update(**values)


def put_in_order(formset: forms.BaseModelFormSet) -> None:
    """A row without a position stands last."""
    rows = [form.instance for form in formset.forms if form.has_changed() or form.instance.pk]
    last = max((row.position or 0 for row in rows), default=0)
    for row in rows:
        if not row.position:
            last += 1
            row.position = last
