"""Editions: a draft with all its rows on one page; a published one to read."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.admin.base import StaffAdmin
from drugs.admin.edition_filters import DueFilter, MineFilter, StateFilter, UnverifiedFilter
from drugs.admin.merging import base_of, merge
from drugs.admin.rows import INLINES, park, put_in_order
from drugs.admin.shown_text import readable
from drugs.admin.steps import EditionSteps, reasons_in
from drugs.admin.unfinished import DraftForm, keep
from drugs.models import SECTIONS, Edition, Source, Therapy, UnfinishedPart
from drugs.publishing.answering import answer_findings
from drugs.publishing.checker import findings
from drugs.publishing.states import State, with_state
from drugs.publishing.steps import comment_of_return, last_save, record
from drugs.vocabulary import StepKind


class VersionedDraftForm(DraftForm):
    """A draft with the version that it was opened at: two people never overwrite each other."""

    opened_at_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Edition
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "as_of_on" in self.fields:
            self.fields["as_of_on"].required = False
        self.initial["opened_at_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        """The change page is one transaction: the row is locked until the draft and its rows are saved."""
        super().clean()
        if self.instance.pk:
            now = Edition.objects.select_for_update().values_list("version", flat=True).get(pk=self.instance.pk)
            if now not in (self.cleaned_data.get("opened_at_version"), self.merged_version()):
                raise ValidationError(_stale_message(self.instance), code="stale")
            self.instance.version = now + 1
        return self.cleaned_data

    def merged_version(self) -> int | None:
        """The version that the person chose to save over, having seen what differs."""
        value = self.data.get("merged_version", "")
        return int(value) if value.isdecimal() and len(value) < 10 else None


def _stale_message(edition: Edition) -> str:
    step = last_save(edition)
    if step is None:
        return _t("Someone else saved this draft meanwhile. Your text is still here, and nothing was overwritten.")
    return _t(
        "%(who)s saved this draft at %(when)s, after you opened it. Your text is still here, and nothing was overwritten."
    ) % {"who": step.by or _t("Someone"), "when": date_format(timezone.localtime(step.at), "H:i")}


@admin.register(Edition)
class EditionAdmin(EditionSteps, StaffAdmin):
    """The editors' main page. Published editions are read there, never changed."""

    form = VersionedDraftForm
    inlines = INLINES
    is_public_content = False  # a draft is not public; publishing counts itself
    change_form_template = "admin/drugs/edition/change_form.html"
    list_display = ("display_name", "number", "state_shown", "modality", "as_of_shown", "goes_live")
    list_filter = (StateFilter, MineFilter, DueFilter, UnverifiedFilter, "modality", "therapy__kind")
    list_select_related = ("therapy", "publication")
    search_fields = ("display_name", "name", "therapy__slug", "alias_set__text")
    search_help_text = _("A name of the therapy: generic, brand, code.")
    date_hierarchy = None
    when_empty = _("No editions match. A draft is started from its therapy's page.")
    fieldsets = (
        (_("Names"), {"fields": (("name", "display_name"), "modality")}),
        (
            _("In short"),
            {
                "fields": ("summary", "plain_words"),
                "description": _("Plain calm English for a tired reader. No figure without its source."),
            },
        ),
        (
            _("In full"),
            {
                "fields": (
                    "background",
                    "mechanism_of_action",
                    "clinical_trials",
                    "dose_and_administration",
                    "side_effects_text",
                    "current_status",
                ),
                "description": _(
                    "Cite as (Oh et al., 2018): the label of a source below. Name each registered trial by its "
                    "number or acronym."
                ),
            },
        ),
        (_("As of"), {"fields": ("as_of_on", "opened_at_version")}),
    )

    # What is shown

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_state(super().get_queryset(request), timezone.now())

    @admin.display(description=_("where it stands"), ordering="state")
    def state_shown(self, edition: Edition) -> str:
        return format_html('<span class="state state-{}">{}</span>', edition.state, State(edition.state).label)

    @admin.display(description=_("as of"), ordering="as_of_on")
    def as_of_shown(self, edition: Edition) -> str:
        return edition.as_of_on.display if edition.as_of_on else ""

    @admin.display(description=_("goes live"), ordering="publication__goes_live_at")
    def goes_live(self, edition: Edition) -> Any:
        return edition.publication.goes_live_at if not edition.is_draft else None

    def get_fieldsets(self, request: HttpRequest, obj: Edition | None = None) -> Any:
        if obj is None:
            return (
                (
                    _("The first edition of a therapy"),
                    {"fields": ("therapy", ("name", "display_name"), "modality", "as_of_on")},
                ),
            )
        if not self.has_change_permission(request, obj):
            return readable(Edition, (*self.fieldsets[:-1], (_("As of"), {"fields": ("as_of_on",)})))
        return self.fieldsets

    def get_inlines(self, request: HttpRequest, obj: Edition | None) -> Any:
        return self.inlines if obj else ()

    def get_form(self, request: HttpRequest, obj: Edition | None = None, **kwargs: Any) -> Any:
        request.own_sources = (  # type: ignore[attr-defined]
            list(Source.objects.filter(edition=obj).order_by("label")) if obj else []
        )
        return super().get_form(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "therapy":
            kwargs["queryset"] = Therapy.objects.filter(editions=None)
            kwargs["help_text"] = _(
                "Therapies without an edition. For the others, start a draft from the therapy's page: it is a copy."
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # Who may

    def has_change_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        if obj is not None and not obj.is_draft:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        """Drafts are discarded with all their rows on a page of its own; published editions stay."""
        return False

    def get_view_on_site_url(self, obj: Edition | None = None) -> str | None:
        now = timezone.now()
        if obj is None or not Edition.objects.published(now).filter(pk=obj.pk).exists():
            return None
        return obj.get_absolute_url()

    # What is half done

    def _parts(self, request: HttpRequest, edition: Edition, model: type[Model]) -> list[UnfinishedPart]:
        """The unfinished parts of one kind: rows of `model`, or for Edition the cells of the page. Read once."""
        kind = "" if model is Edition else model._meta.model_name
        return [part for part in self._all_parts(request, edition) if part.kind == kind]

    def _all_parts(self, request: HttpRequest, edition: Edition) -> list[UnfinishedPart]:
        if not hasattr(request, "unfinished_parts"):
            request.unfinished_parts = list(edition.unfinished_parts.all())  # type: ignore[attr-defined]
        return request.unfinished_parts  # type: ignore[attr-defined]

    def get_formset_kwargs(self, request: HttpRequest, obj: Edition, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        return kwargs if "data" in kwargs else kwargs | {"parts": self._parts(request, obj, inline.model)}

    def _show_parts(self, request: HttpRequest, form: DraftForm) -> None:
        for part in self._parts(request, form.instance, Edition):
            form.show(part)

    def _say_what_is_unfinished(self, request: HttpRequest, parts: list[UnfinishedPart]) -> None:
        if parts:
            said = "; ".join(f"{part.name} ({' '.join(part.sentences)})" for part in parts)
            messages.warning(request, _t("Kept with the draft, but not finished: %(what)s") % {"what": said})

    # Two people

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST" and object_id:
            with transaction.atomic():
                self._merge_if_stale(request, object_id)
                return super().changeform_view(request, object_id, form_url, extra_context)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _merge_if_stale(self, request: HttpRequest, object_id: str) -> None:
        """Where somebody saved since the page was opened, bring both texts together in what is shown again."""
        if not object_id.isdecimal() or len(object_id) > 18:
            return
        edition = Edition.objects.select_for_update().filter(pk=object_id).first()
        if edition is None or not self.has_change_permission(request, edition):
            return
        if str(edition.version) in (request.POST.get("opened_at_version"), request.POST.get("merged_version")):
            return
        stored = self.get_object(request, object_id)
        form = self.get_form(request, stored, change=True)(instance=stored)
        self._show_parts(request, form)
        formsets = [
            formset_class(
                instance=stored,
                prefix=formset_class.get_default_prefix(),
                queryset=inline.get_queryset(request),
                parts=self._parts(request, stored, formset_class.model),
            )
            for formset_class, inline in self.get_formsets_with_inlines(request, stored)
        ]
        data = request.POST.copy()
        request.conflict = merge(data, stored, form, formsets)  # type: ignore[attr-defined]
        request.POST = data  # type: ignore[assignment]

    # Saving

    def save_model(self, request: HttpRequest, obj: Edition, form: Any, change: bool) -> None:
        if not change:
            obj.number = obj.therapy.next_number()
        super().save_model(request, obj, form, change)
        if not change:
            record(obj, StepKind.STARTED, by=request.user)
        record(obj, StepKind.SAVED, by=request.user)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            self._say_what_is_unfinished(request, keep(form.instance, form, formsets))
        if request.user.has_perm("drugs.add_findinganswer"):
            answer_findings(form.instance, reasons_in(request.POST), by=request.user)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page of a draft says where it stands and what the fact checker finds in it as it is stored."""
        edition = kwargs.get("obj")
        if edition is not None:
            if edition.is_draft and not context["adminform"].form.is_bound:
                self._show_parts(request, context["adminform"].form)
            context |= {
                "state": State(edition.state),
                "unfinished": self._all_parts(request, edition) if edition.is_draft else [],
                "findings": findings(edition) if edition.is_draft else [],
                "returned": comment_of_return(edition) if edition.is_draft else None,
                "conflict": getattr(request, "conflict", None),
                "show_save_and_add_another": False,
                "base": request.POST.get("base") or self._base(request, context),
                "field_of": {str(edition._meta.get_field(name).verbose_name).lower(): name for name, _h in SECTIONS},
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def _base(self, request: HttpRequest, context: dict[str, Any]) -> str:
        """For a page that can be saved: what its cells hold as it is opened."""
        form = context["adminform"].form
        if not self.has_change_permission(request, form.instance):
            return ""
        return base_of(form, [inline.formset for inline in context["inline_admin_formsets"]])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.keep_needed()
        park(formset)
        put_in_order(formset)
        super().save_formset(request, form, formset, change)

    def response_change(self, request: HttpRequest, obj: Edition) -> HttpResponse:
        """Tell the page that its text is saved: until then the browser keeps a copy (static/js/draft.js)."""
        response = super().response_change(request, obj)
        response.set_cookie(
            "saved-draft", str(obj.pk), max_age=600, path="/admin/", samesite="Lax", secure=request.is_secure()
        )
        return response

    def response_add(self, request: HttpRequest, obj: Edition, post_url_continue: str | None = None) -> HttpResponse:
        """The first edition starts with its names: its page with all rows comes next."""
        super().response_add(request, obj, post_url_continue)
        return redirect("admin:drugs_edition_change", obj.pk)
