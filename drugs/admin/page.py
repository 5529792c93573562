"""Information pages: their addresses, and the text of a draft; published text is read there, never changed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.admin.base import ReadOnly, StaffAdmin
from drugs.admin.merging import base_of, merge
from drugs.admin.page_steps import PageSteps
from drugs.admin.shown_text import readable
from drugs.models import Page, PageStep, PageVersion
from drugs.publishing import pages
from drugs.publishing.states import State
from drugs.vocabulary import StepKind


class NewPageForm(forms.ModelForm):
    """A page starts with its title: its first draft takes it."""

    title = forms.CharField(label=_("Title"), max_length=120, help_text=_("The heading of the page."))

    class Meta:
        model = Page
        fields = ("slug", "group", "position")


class VersionInline(ReadOnly, admin.TabularInline):
    model = PageVersion
    extra = 0
    fields = ("number", "title", "state_shown", "published_at", "note")
    readonly_fields = fields
    show_change_link = True
    verbose_name_plural = _("versions: open one to read it, to change a draft, or to start one")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return pages.with_state(super().get_queryset(request)).order_by("-number")

    @admin.display(description=_("where it stands"))
    def state_shown(self, version: PageVersion) -> str:
        return _state(version)


def _state(version: Any) -> str:
    return format_html('<span class="state state-{}">{}</span>', version.state, State(version.state).label)


@admin.register(Page)
class PageAdmin(StaffAdmin):
    list_display = ("title_shown", "slug", "group", "live_shown", "draft_shown", "position")
    list_filter = ("group",)
    search_fields = ("slug", "versions__title")
    search_help_text = _("A title or an address.")
    when_empty = _("No information pages. Add one: it starts as a draft that only staff see.")
    inlines = (VersionInline,)
    fieldsets = ((_("Page"), {"fields": ("slug", ("group", "position"))}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        own = PageVersion.objects.filter(page=OuterRef("pk"))
        live = PageVersion.objects.live(timezone.now()).filter(page=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                newest_title=Subquery(own.order_by("-number").values("title")[:1]),
                is_live=Exists(live),
                has_draft=Exists(own.drafts()),
            )
        )

    @admin.display(description=_("page"), ordering="newest_title")
    def title_shown(self, page: Any) -> str:
        return page.newest_title or page.slug

    @admin.display(description=_("published"), boolean=True, ordering="is_live")
    def live_shown(self, page: Any) -> bool:
        return page.is_live

    @admin.display(description=_("draft"), boolean=True, ordering="has_draft")
    def draft_shown(self, page: Any) -> bool:
        return page.has_draft

    def get_form(self, request: HttpRequest, obj: Page | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **(kwargs if obj else {**kwargs, "form": NewPageForm}))

    def get_fieldsets(self, request: HttpRequest, obj: Page | None = None) -> Any:
        return self.fieldsets if obj else ((_("Page"), {"fields": ("title", "slug", ("group", "position"))}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Page | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Page | None) -> Any:
        return self.inlines if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        """A page is withdrawn, not deleted; only one that nobody wrote about goes."""
        if obj is not None and (obj.versions.exists() or obj.steps.exists()):
            return False
        return super().has_delete_permission(request, obj)

    def get_view_on_site_url(self, obj: Page | None = None) -> str | None:
        live = obj is not None and PageVersion.objects.live(timezone.now()).filter(page=obj).exists()
        return obj.get_absolute_url() if obj and live else None

    def save_model(self, request: HttpRequest, obj: Page, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            draft = PageVersion.objects.create(page=obj, number=1, title=form.cleaned_data["title"])
            pages.record(draft, StepKind.STARTED, by=request.user)
            pages.record(draft, StepKind.SAVED, by=request.user)

    def response_add(self, request: HttpRequest, obj: Page, post_url_continue: str | None = None) -> HttpResponse:
        super().response_add(request, obj, post_url_continue)
        return redirect("admin:drugs_pageversion_change", obj.versions.get().pk)


class VersionForm(forms.ModelForm):
    """A draft with the save that it was opened at: two people never overwrite each other."""

    opened_at_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PageVersion
        fields = ("title", "summary", "body")
        widgets = {"summary": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["opened_at_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.instance.pk:
            stored = PageVersion.objects.select_for_update(of=("self",)).get(pk=self.instance.pk)
            seen = {str(self.data.get(name, "")) for name in ("opened_at_version", "merged_version")}
            if str(stored.version) not in seen:
                raise ValidationError(_stale_message(stored), code="stale")
            self.instance.version = stored.version + 1
        return self.cleaned_data


def _stale_message(version: PageVersion) -> str:
    step = pages.last_save(version)
    if step is None:
        return _t("Someone else saved this draft meanwhile. Your text is still here, and nothing was overwritten.")
    return _t(
        "%(who)s saved this draft at %(when)s, after you opened it. Your text is still here, and nothing was overwritten."
    ) % {"who": step.by or _t("Someone"), "when": date_format(timezone.localtime(step.at), "H:i")}


class StateFilter(admin.SimpleListFilter):
    title = _("where it stands")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, label) for value, label in State.choices if value != State.SCHEDULED]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset


@admin.register(PageVersion)
class PageVersionAdmin(PageSteps, StaffAdmin):
    form = VersionForm
    is_public_content = False  # a draft is not public; publishing counts itself
    change_form_template = "admin/drugs/pageversion/change_form.html"
    list_display = ("title", "page", "number", "state_shown", "published_at", "published_by")
    list_filter = (StateFilter, "page__group")
    list_select_related = ("page", "published_by")
    search_fields = ("title", "page__slug", "words")
    search_help_text = _("A title, an address, or words of the text.")
    when_empty = _("No versions match. A page starts under 'Information pages'.")
    export_leaves_out = ("words",)
    fieldsets = (
        (_("Heading"), {"fields": ("title", "summary")}),
        (
            _("Text"),
            {
                "fields": ("body", "opened_at_version"),
                "description": _("Only what a source supports, in plain words, with a link to the source."),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return pages.with_state(super().get_queryset(request))

    @admin.display(description=_("where it stands"), ordering="state")
    def state_shown(self, version: PageVersion) -> str:
        return _state(version)

    def get_fieldsets(self, request: HttpRequest, obj: PageVersion | None = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return readable(PageVersion, ((_("Page"), {"fields": ("title", "summary", "body")}),))
        return self.fieldsets

    # Who may

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A version starts with its page, or as a copy of another."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: PageVersion | None = None) -> bool:
        return (obj is None or obj.is_draft) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PageVersion | None = None) -> bool:
        """Drafts are discarded on a page of their own; published versions stay."""
        return False

    def get_view_on_site_url(self, obj: PageVersion | None = None) -> str | None:
        live = obj is not None and PageVersion.objects.live(timezone.now()).filter(pk=obj.pk).exists()
        return obj.get_absolute_url() if obj and live else None

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
        stored = self.get_object(request, object_id)
        if stored is None or not self.has_change_permission(request, stored):
            return
        if str(stored.version) in (request.POST.get("opened_at_version"), request.POST.get("merged_version")):
            return
        data = request.POST.copy()
        form = self.get_form(request, stored, change=True)(instance=stored)
        request.conflict = merge(data, stored, form, [])  # type: ignore[attr-defined]
        request.POST = data  # type: ignore[assignment]

    def save_model(self, request: HttpRequest, obj: PageVersion, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        pages.record(obj, StepKind.SAVED, by=request.user)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        version = kwargs.get("obj")
        if version is not None:
            may_change = self.has_change_permission(request, version)
            context |= {
                "state": State(version.state),
                "returned": pages.comment_of_return(version) if version.is_draft else None,
                "conflict": getattr(request, "conflict", None),
                "base": request.POST.get("base") or (base_of(context["adminform"].form, []) if may_change else ""),
            }
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(PageStep)
class PageStepAdmin(ReadOnly, StaffAdmin):
    is_public_content = False
    list_display = ("at", "page", "number", "kind", "by", "comment")
    list_filter = ("kind", "by")
    list_select_related = ("page", "by")
    search_fields = ("page__slug", "comment", "by__username")
    search_help_text = _("A page, a person, or words of a comment.")
    when_empty = _("No steps match.")
