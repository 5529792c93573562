"""The way of an information page in the admin: its review page, and one address for each step."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from drugs.admin.steps import CommentForm, StepForm
from drugs.models import PageVersion
from drugs.publishing import pages
from drugs.publishing.compare.text import TextDifference, text_difference
from drugs.publishing.states import State
from drugs.views.pages import page_context

#: step: permission, states in which it can be taken.
STEPS = {
    "start": ("add_pageversion", (State.LIVE, State.SUPERSEDED, State.WITHDRAWN)),
    "send": ("change_pageversion", (State.DRAFT,)),
    "return": ("review_pageversion", (State.IN_REVIEW,)),
    "publish": ("review_pageversion", (State.IN_REVIEW,)),
    "withdraw": ("withdraw_pageversion", (State.LIVE, State.SUPERSEDED)),
    "discard": ("change_pageversion", (State.DRAFT, State.IN_REVIEW)),
}
_REASONS = {
    "return": _("What should be mended"),
    "publish": _("What changed, in a sentence that readers see below the page"),
    "withdraw": _("Why it is withdrawn: readers see this"),
    "discard": _("Why it is discarded"),
}
_DONE = {
    "send": _("%(version)s was sent to review."),
    "return": _("%(version)s was returned to its editors."),
    "publish": _("%(version)s is published."),
    "withdraw": _("%(version)s was withdrawn."),
    "discard": _("%(version)s was discarded."),
}


def _form_for(step: str, version: PageVersion, data: Any = None) -> forms.Form:
    options: dict[str, Any] = {"prefix": step, "initial": {"version": version.version}}
    if step in _REASONS:
        return CommentForm(data, label=_REASONS[step], **options)
    return StepForm(data, **options)


class PageSteps:
    """Mixed into PageVersionAdmin: the review page, the preview and the steps."""

    def get_urls(self) -> list[URLPattern]:
        def page(name: str, view: Any) -> URLPattern:
            return path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"drugs_pageversion_{name}")  # type: ignore[attr-defined]

        steps = [page(step, self._step_view(step)) for step in STEPS]
        shown = [page("review", require_safe(self.review)), page("preview", require_safe(self.preview))]
        return [*shown, *steps, *super().get_urls()]  # type: ignore[misc]

    def _version(self, request: HttpRequest, pk: int) -> PageVersion:
        if not request.user.has_perm("drugs.view_pageversion"):
            raise PermissionDenied
        version = PageVersion.objects.select_related("page").filter(pk=pk).first()
        if version is None:
            raise Http404
        return version

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The public page of the draft, with a banner that says what it is."""
        version = self._version(request, pk)
        response = render(request, "drugs/page_preview.html", page_context(version, timezone.now()))
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    # The review page

    def review(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._review_page(request, self._version(request, pk))

    def _review_page(
        self, request: HttpRequest, version: PageVersion, failed: str = "", form: forms.Form | None = None
    ) -> HttpResponse:
        state = pages.state_of(version)
        open_steps = _open_steps(request, state)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _t("Review: %(version)s") % {"version": version},
            "opts": self.opts,  # type: ignore[attr-defined]
            "version": version,
            "original": version,
            "state": state,
            "missing": pages.missing(version) if version.is_draft else [],
            "authors": pages.authors(version),
            "steps": version.steps.select_related("by"),
            "returned": pages.comment_of_return(version) if state == State.DRAFT else None,
            "may": open_steps,
            "why_not_publish": pages.may_not_publish(version, request.user) if "publish" in open_steps else "",
            "forms": {step: form if step == failed else _form_for(step, version) for step in open_steps},
            "failed": failed,
            "differences": differences(version),
        }
        return TemplateResponse(request, "admin/drugs/pageversion/review.html", context)

    # The steps

    def _step_view(self, step: str) -> Any:
        @require_POST
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            version = self._version(request, pk)
            if not request.user.has_perm(f"drugs.{STEPS[step][0]}"):
                raise PermissionDenied
            if step == "start":
                return self._start(request, version)
            form = _form_for(step, version, request.POST)
            if form.is_valid():
                try:
                    return self._take(request, step, version, form.cleaned_data)
                except ValidationError as error:
                    for reason in error.messages:
                        form.add_error(None, reason)
            if not PageVersion.objects.filter(pk=pk).exists():
                messages.error(request, _t("This draft was discarded meanwhile."))
                return redirect("admin:drugs_page_changelist")
            return self._review_page(request, self._version(request, pk), step, form)

        return view

    def _take(self, request: HttpRequest, step: str, version: PageVersion, said: dict[str, Any]) -> HttpResponse:
        person, name, comment, opened_at = request.user, str(version), said["comment"], said["version"]
        if step == "publish":
            pages.approve(version, by=person, note=comment, opened_at=opened_at)
        elif step == "discard":
            pages.discard(version, by=person, comment=comment, opened_at=opened_at)
        elif step == "send":
            pages.send_to_review(version, by=person, comment=comment, opened_at=opened_at)
        elif step == "return":
            pages.return_with_comment(version, by=person, comment=comment)
        else:
            pages.withdraw(version, by=person, reason=comment)
        messages.success(request, _DONE[step] % {"version": name})
        if step == "discard":
            return redirect("admin:drugs_page_change", version.page_id)
        return redirect("admin:drugs_pageversion_review", version.pk)

    def _start(self, request: HttpRequest, version: PageVersion) -> HttpResponse:
        draft, is_new = pages.start(version, by=request.user)
        if not is_new:
            messages.warning(request, _t("This page has a draft already: here it is."))
        return redirect("admin:drugs_pageversion_change", draft.pk)


def _open_steps(request: HttpRequest, state: State) -> set[str]:
    """The steps that this person may take now. Where one person is enough, a draft is published without a review."""
    alone = {"publish"} if state == State.DRAFT and not settings.REQUIRE_SECOND_PERSON else set()
    return {
        step
        for step, (code, states) in STEPS.items()
        if request.user.has_perm(f"drugs.{code}") and (state in states or step in alone)
    }


def differences(version: PageVersion) -> list[tuple[str, TextDifference]]:
    """What a version says otherwise than the one that readers see, or than the one before it: (field, words marked)."""
    others = PageVersion.objects.filter(page=version.page_id).exclude(pk=version.pk)
    before = (
        others.live(timezone.now()).first() if version.is_draft else others.filter(number__lt=version.number).first()
    )
    if before is None:
        return []
    compared = [
        (_t("Title"), f"<p>{escape(before.title)}</p>", f"<p>{escape(version.title)}</p>"),
        (_t("In short"), f"<p>{escape(before.summary)}</p>", f"<p>{escape(version.summary)}</p>"),
        (_t("Text"), before.body, version.body),
    ]
    found = [(heading, text_difference(old, new)) for heading, old, new in compared]
    return [(heading, difference) for heading, difference in found if difference.is_changed]
