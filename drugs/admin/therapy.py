"""Therapies: who they are, where their page stands, and the way to a new draft."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drugs.admin.base import ReadOnly, StaffAdmin
from drugs.admin.links import LinkInline
from drugs.models import Edition, FormerSlug, Therapy
from drugs.publishing.states import State, with_state


class PageFilter(admin.SimpleListFilter):
    title = _("its page")
    parameter_name = "page_is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("live", _("is live")), ("none", _("is not live")), ("draft", _("has a draft"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        conditions = {"live": {"is_live": True}, "none": {"is_live": False}, "draft": {"has_draft": True}}
        return queryset.filter(**conditions.get(self.value() or "", {}))


class FormerSlugInline(ReadOnly, admin.TabularInline):
    model = FormerSlug
    extra = 0
    fields = ("slug",)
    verbose_name_plural = _("former addresses: they redirect here")


@admin.register(Therapy)
class TherapyAdmin(StaffAdmin):
    list_display = ("page_name", "slug", "kind", "live_number", "draft_shown", "review_every_months")
    list_filter = (PageFilter, "kind")
    search_fields = ("slug", "editions__display_name", "editions__alias_set__text", "former_slugs__slug")
    search_help_text = _("A name of the therapy: generic, brand, code, or its address.")
    when_empty = _("No therapies. Add one, then write its first edition.")
    change_form_template = "admin/drugs/therapy/change_form.html"
    inlines = (LinkInline, FormerSlugInline)
    fieldsets = (
        (_("Identity"), {"fields": ("slug", "kind")}),
        (_("Review"), {"fields": ("review_every_months",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        now = timezone.now()
        own = Edition.objects.filter(therapy=OuterRef("pk"))
        live, drafts = Edition.objects.live(now).filter(therapy=OuterRef("pk")), own.drafts()
        return (
            super()
            .get_queryset(request)
            .annotate(
                newest_name=Subquery(own.order_by("-number").values("display_name")[:1]),
                is_live=Exists(live),
                live_edition=Subquery(live.values("number")[:1]),
                has_draft=Exists(drafts),
            )
        )

    @admin.display(description=_("therapy"), ordering="newest_name")
    def page_name(self, therapy: Therapy) -> str:
        return therapy.newest_name or therapy.slug

    @admin.display(description=_("live edition"), ordering="live_edition")
    def live_number(self, therapy: Therapy) -> Any:
        return therapy.live_edition

    @admin.display(description=_("draft"), boolean=True, ordering="has_draft")
    def draft_shown(self, therapy: Therapy) -> bool:
        return therapy.has_draft

    def get_inlines(self, request: HttpRequest, obj: Therapy | None) -> Any:
        return self.inlines if obj else ()

    def get_view_on_site_url(self, obj: Therapy | None = None) -> str | None:
        live = obj is not None and Edition.objects.live(timezone.now()).filter(therapy=obj).exists()
        return obj.get_absolute_url() if obj and live else None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The therapy's editions, newest first, each one click from a draft."""
        therapy = kwargs.get("obj")
        if therapy is not None and request.user.has_perm("drugs.view_edition"):
            found = Edition.objects.filter(therapy=therapy).select_related("therapy", "publication")
            editions = list(with_state(found, timezone.now()).order_by("-number"))
            for edition in editions:
                edition.state_label = State(edition.state).label
            has_draft = any(edition.is_draft for edition in editions)
            context |= {
                "editions": editions,
                "can_start": request.user.has_perm("drugs.add_edition") and not has_draft,
                "can_edit": request.user.has_perm("drugs.change_edition"),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Therapy | None = None) -> bool:
        """Only a therapy that nobody wrote about can go: addresses and editions stay."""
        if obj is not None and obj.editions.exists():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        LinkInline.decided_by(formset, request.user)
        super().save_formset(request, form, formset, change)
