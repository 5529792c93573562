"""Cut-offs of trials: recorded by one person beside the registry's text, public once another has confirmed them."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from drugs.admin.base import StaffAdmin
from drugs.models import TrialCutoff
from drugs.vocabulary import OverallStatus


class StateFilter(admin.SimpleListFilter):
    """What an editor or a reviewer has to do."""

    title = _("what waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("confirm", _("waits for a second person")),
            ("overtaken", _("the registry changed its text since")),
            ("closed", _("the trial does not look for people")),
            ("public", _("public")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "confirm":
            return queryset.filter(confirmed_at=None)
        if self.value() == "overtaken":
            return queryset.filter(confirmed_at__isnull=False, is_overtaken=True)
        if self.value() == "closed":
            return queryset.exclude(trial__overall_status=OverallStatus.RECRUITING)
        if self.value() == "public":
            return queryset.filter(pk__in=TrialCutoff.objects.public().values("pk"))
        return queryset


@admin.register(TrialCutoff)
class TrialCutoffAdmin(StaffAdmin):
    list_display = ("trial", "limit", "as_of", "saved_by", "state")
    list_display_links = ("trial", "limit")
    list_filter = (StateFilter, "kind")
    list_select_related = ("trial", "saved_by", "confirmed_by")
    search_fields = ("trial__home_number", "trial__acronym", "trial__brief_title", "genes")
    search_help_text = _("A trial's registry number, acronym or title; a gene.")
    autocomplete_fields = ("trial",)
    when_empty = _(
        "No cut-offs. Add one for a trial that looks for people: readers see it on 'Trials and my situation' once somebody "
        "else has confirmed it."
    )
    readonly_fields = ("registry_says", "saved_by", "saved_at", "confirmed_by", "confirmed_at", "state")
    fieldsets = (
        (_("The limit"), {"fields": ("trial", "kind", "number", "genes", "ventilation")}),
        (_("Where it was read"), {"fields": ("source_text", "source_url", "as_of_on", "registry_says")}),
        (
            _("Two persons"),
            {
                "fields": ("state", ("saved_by", "saved_at"), ("confirmed_by", "confirmed_at")),
                "description": _(
                    "One person records a limit, another one reads it against the source and confirms it. Any change needs a "
                    "new confirmation. It leaves the public page by itself when the trial no longer recruits, and when the "
                    "registry changes what it says of who can take part."
                ),
            },
        ),
    )
    change_form_template = "admin/drugs/trialcutoff/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).with_overtaken()

    @admin.display(description=_("limit"), ordering="kind")
    def limit(self, cutoff: TrialCutoff) -> str:
        return str(capfirst(cutoff.in_words()))

    @admin.display(description=_("as of"), ordering="as_of_on")
    def as_of(self, cutoff: TrialCutoff) -> str:
        return cutoff.as_of_on.display

    @admin.display(description=_("state"))
    def state(self, cutoff: TrialCutoff) -> str:
        if not cutoff.pk:
            return ""
        if cutoff.confirmed_at is None:
            return _t("waits for a second person")
        if getattr(cutoff, "is_overtaken", False):
            return _t("not public: the registry changed its text since; read it again and save")
        if cutoff.trial.overall_status != OverallStatus.RECRUITING or not cutoff.trial.is_verified:
            return _t("not public: the trial does not look for people")
        return _t("public")

    @admin.display(description=_("the registry's text today"))
    def registry_says(self, cutoff: TrialCutoff) -> str:
        """What to read the limit against."""
        if not cutoff.trial_id:
            return _t("Choose the trial and save: its text is then shown here.")
        trial = cutoff.trial
        ages = _t("Ages: %(least)s to %(most)s.") % {
            "least": trial.minimum_age or _t("not stated"),
            "most": trial.maximum_age or _t("not stated"),
        }
        text = trial.eligibility_criteria or _t(
            "This site has no text of who can take part: read the record at the registry."
        )
        return f"{ages}\n\n{text}"

    def save_model(self, request: HttpRequest, obj: TrialCutoff, form: Any, change: bool) -> None:
        if form.changed_data or not change:
            obj.saved_by = request.user  # type: ignore[assignment]  # staff have signed in
            obj.confirmed_by = obj.confirmed_at = None
        super().save_model(request, obj, form, change)

    # Confirming

    def get_urls(self) -> list[URLPattern]:
        confirm = self.admin_site.admin_view(require_POST(self.confirm_view))
        return [path("<int:pk>/confirm/", confirm, name="drugs_trialcutoff_confirm"), *super().get_urls()]

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("drugs.confirm_trialcutoff"):
            raise PermissionDenied
        cutoff = self.get_object(request, str(pk))
        if cutoff is None:
            raise Http404
        try:
            seen = parse_datetime(request.POST.get("seen_at", ""))
        except ValueError:
            seen = None
        try:
            if seen is None:
                raise ValidationError(_t("Open the page again, read it, then confirm."))
            cutoff.confirm(request.user, seen, timezone.now())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            self.public_change()
            messages.success(request, _t("Confirmed: %(cutoff)s.") % {"cutoff": cutoff})
        return redirect("admin:drugs_trialcutoff_change", pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        cutoff = self.get_object(request, object_id)
        may = cutoff is not None and cutoff.confirmed_at is None and request.user.has_perm("drugs.confirm_trialcutoff")
        context = {
            "may_confirm": may and cutoff.saved_by_id not in (None, request.user.pk),
            "waits_for_another": may and cutoff.saved_by_id == request.user.pk,
        }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})
