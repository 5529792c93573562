"""Review flags: why a page should be looked at again, with every sentence concerned, and the three answers."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from drugs.admin.base import ReadOnly, StaffAdmin
from drugs.models import ReviewFlag
from drugs.publishing.answers import answer_later, answer_still_true, answer_with_draft
from drugs.publishing.steps import record
from drugs.vocabulary import StepKind


class LaterForm(forms.Form):
    until = forms.DateField(label=_("Comes back on"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Why it can wait"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class OpenFilter(admin.SimpleListFilter):
    title = _("open")
    parameter_name = "is_open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("open")), ("no", _("answered"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in ("yes", "no"):
            return queryset
        is_open = ReviewFlag.objects.open().values("pk")
        return queryset.filter(pk__in=is_open) if self.value() == "yes" else queryset.exclude(pk__in=is_open)


@admin.register(ReviewFlag)
class ReviewFlagAdmin(ReadOnly, StaffAdmin):
    is_public_content = False
    list_display = ("__str__", "kind", "old_value", "new_value", "opened_at", "answer")
    list_filter = (OpenFilter, "kind", "answer")
    list_select_related = ("edition__therapy", "trial")
    search_fields = (
        "edition__therapy__slug",
        "edition__display_name",
        "trial__home_number",
        "trial__acronym",
        "detail",
    )
    search_help_text = _("A therapy, a trial's number or acronym, an address.")
    when_empty = _("No flags match. A flag opens by itself when a trial, a link or an import moves on.")

    @admin.display(description=_("when the page was published"))
    def old_value(self, flag: ReviewFlag) -> str:
        return flag.old_shown()

    @admin.display(description=_("now"))
    def new_value(self, flag: ReviewFlag) -> str:
        return flag.new_shown()

    def get_urls(self) -> list[URLPattern]:
        answers = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(require_POST(self._answer_view(name))),
                name=f"drugs_reviewflag_{name}",
            )
            for name in ("draft", "still_true", "later")
        ]
        return [*answers, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied  # each answer has an address of its own
        flag = self.get_object(request, object_id)
        if not self.has_view_permission(request, flag):
            raise PermissionDenied
        if flag is None:
            raise Http404
        return self._page(request, flag, LaterForm())

    def _page(self, request: HttpRequest, flag: ReviewFlag, later: forms.Form) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": str(flag),
            "opts": self.opts,
            "flag": flag,
            "draft": flag.edition.therapy.editions.drafts().first(),
            "later": later,
            "may_answer": flag.is_open and request.user.has_perm("drugs.change_reviewflag"),
            "may_start": flag.is_open and request.user.has_perm("drugs.add_edition"),
        }
        return TemplateResponse(request, "admin/drugs/reviewflag/flag.html", context)

    def _answer_view(self, name: str) -> Any:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            needed = ["drugs.change_reviewflag", *(["drugs.add_edition"] if name == "draft" else [])]
            if not request.user.has_perms(needed):
                raise PermissionDenied
            flag = self.get_object(request, str(pk))
            if flag is None:
                raise Http404
            later = LaterForm(request.POST if name == "later" else None)
            try:
                if name == "draft":
                    return self._start(request, flag)
                if name == "still_true":
                    answer_still_true([flag], by=request.user)
                elif later.is_valid():
                    answer_later([flag], by=request.user, **later.cleaned_data)
                else:
                    return self._page(request, flag, later)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
                return redirect("admin:drugs_reviewflag_change", pk)
            messages.success(request, _t("Answered: %(flag)s.") % {"flag": flag})
            return redirect("admin:index")

        return view

    def _start(self, request: HttpRequest, flag: ReviewFlag) -> HttpResponse:
        draft = answer_with_draft([flag], by=request.user)
        if not draft.steps.exists():
            record(draft, StepKind.STARTED, by=request.user, comment=str(flag))
        messages.info(request, _t("This is the draft in which the text is put right."))
        return redirect("admin:drugs_edition_change", draft.pk)
