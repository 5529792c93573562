"""The way of an edition in the admin: its review page, and one address for each step, each with its permission."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from drugs.admin.compare import compare_page
from drugs.models import Edition
from drugs.publishing import workflow
from drugs.publishing.answering import answer_findings
from drugs.publishing.checker import findings
from drugs.publishing.copying import DraftExistsError
from drugs.publishing.previews import token_for
from drugs.publishing.states import State, state_of
from drugs.publishing.steps import authors, comment_of_return, may_not_publish, steps_of
from drugs.views.previews import preview_page


class StepForm(forms.Form):
    """What is said with a step."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class CommentForm(StepForm):
    """A step that needs a reason."""

    def __init__(self, *args: Any, label: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].required = True
        self.fields["comment"].label = label


class PublishForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(
        label=_("What changed and what it means"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One or two sentences that readers see with the edition. 'Reviewed, nothing changed' is a good one too."
        ),
    )
    goes_live_at = forms.DateTimeField(
        label=_("Goes live at"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goes_live_at"].help_text = _t(
            "Leave empty to publish now. Time zone: %(zone)s. It goes live by the clock alone."
        ) % {"zone": settings.TIME_ZONE}


#: step: permission, states in which it can be taken.
STEPS = {
    "start": ("add_edition", (State.LIVE, State.SUPERSEDED, State.SCHEDULED, State.WITHDRAWN)),
    "send": ("change_edition", (State.DRAFT,)),
    "return": ("review_edition", (State.IN_REVIEW,)),
    "publish": ("review_edition", (State.IN_REVIEW,)),
    "take_back": ("review_edition", (State.SCHEDULED,)),
    "withdraw": ("withdraw_edition", (State.LIVE, State.SUPERSEDED)),
    "discard": ("change_edition", (State.DRAFT, State.IN_REVIEW)),
    "answer": ("add_findinganswer", (State.DRAFT, State.IN_REVIEW)),
}
_REASONS = {
    "return": _("What should be mended"),
    "withdraw": _("Why it is withdrawn: readers see this"),
    "discard": _("Why it is discarded"),
}
_DONE = {
    "send": _("%(edition)s was sent to review."),
    "return": _("%(edition)s was returned to its editors."),
    "publish": _("%(edition)s is published."),
    "take_back": _("%(edition)s was taken back: it is a draft again."),
    "withdraw": _("%(edition)s was withdrawn."),
    "discard": _("%(edition)s was discarded."),
}


def form_for(step: str, edition: Edition, data: Any = None) -> forms.Form:
    """The form of a step; its fields are named apart, since several stand on the page."""
    options: dict[str, Any] = {"prefix": step, "initial": {"version": edition.version}}
    if step == "publish":
        return PublishForm(data, **options)
    if step in _REASONS:
        return CommentForm(data, label=_REASONS[step], **options)
    return StepForm(data, **options)


class EditionSteps:
    """Mixed into EditionAdmin: the review page and the steps."""

    def get_urls(self) -> list[URLPattern]:
        def page(name: str, view: Any) -> URLPattern:
            return path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"drugs_edition_{name}")  # type: ignore[attr-defined]

        steps = [page(step, self._step_view(step)) for step in STEPS]
        return [
            page("review", require_safe(self.review)),
            page("preview", require_safe(self.preview)),
            page("compare", require_safe(self.compare)),
            *steps,
            *super().get_urls(),
        ]  # type: ignore[misc]

    def _edition(self, request: HttpRequest, pk: int) -> Edition:
        if not request.user.has_perm("drugs.view_edition"):
            raise PermissionDenied
        edition = Edition.objects.select_related("therapy", "publication").filter(pk=pk).first()
        if edition is None:
            raise Http404
        return edition

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        return preview_page(request, self._edition(request, pk), timezone.now())

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._edition(request, pk)
        return compare_page(self, request, str(pk))  # type: ignore[arg-type]

    # The review page

    def review(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._review_page(request, self._edition(request, pk))

    def _review_page(
        self, request: HttpRequest, edition: Edition, failed: str = "", form: forms.Form | None = None
    ) -> HttpResponse:
        state = state_of(edition, timezone.now())
        open_steps = _open_steps(request, state)
        unpublished = state in (State.DRAFT, State.IN_REVIEW)
        found = findings(edition) if unpublished else []
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _t("Review: %(edition)s") % {"edition": edition},
            "opts": self.opts,  # type: ignore[attr-defined]
            "edition": edition,
            "original": edition,
            "state": state,
            "findings": found,
            "open_findings": [finding for finding in found if not finding.reason],
            "missing": workflow.missing(edition) if unpublished else [],
            "authors": authors(edition),
            "steps": steps_of(edition),
            "returned": comment_of_return(edition) if state == State.DRAFT else None,
            "may": open_steps,
            "why_not_publish": may_not_publish(edition, request.user) if "publish" in open_steps else "",
            "forms": {step: form if step == failed else form_for(step, edition) for step in open_steps},
            "failed": failed,
            "preview_link": self._preview_link(request, edition, state),
            "preview_days": settings.PREVIEW_DAYS,
            "live": Edition.objects.live(timezone.now()).filter(therapy=edition.therapy_id).first(),
        }
        return TemplateResponse(request, "admin/drugs/edition/review.html", context)

    def _preview_link(self, request: HttpRequest, edition: Edition, state: State) -> str:
        """For whoever works on the edition: others see the preview, and cannot pass it on."""
        allowed = request.user.has_perm("drugs.change_edition") or request.user.has_perm("drugs.review_edition")
        if not allowed or state not in (State.DRAFT, State.IN_REVIEW, State.SCHEDULED):
            return ""
        return request.build_absolute_uri(reverse("preview", args=[token_for(edition)]))

    # The steps

    def _step_view(self, step: str) -> Any:
        @require_POST
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            edition = self._edition(request, pk)
            if not request.user.has_perm(f"drugs.{STEPS[step][0]}"):
                raise PermissionDenied
            if step == "start":
                return self._start(request, edition)
            if step == "answer":
                return self._answer(request, edition)
            form = form_for(step, edition, request.POST)
            if form.is_valid():
                try:
                    return self._take(request, step, edition, form.cleaned_data)
                except ValidationError as error:
                    _add_errors(form, error)
            if not Edition.objects.filter(pk=edition.pk).exists():
                messages.error(request, _t("This draft was discarded meanwhile."))
                return redirect("admin:drugs_edition_changelist")
            return self._review_page(request, self._edition(request, pk), step, form)

        return view

    def _take(self, request: HttpRequest, step: str, edition: Edition, said: dict[str, Any]) -> HttpResponse:
        person, name = request.user, str(edition)
        if step == "publish":
            publication = workflow.approve(
                edition, by=person, note=said["note"], goes_live_at=said["goes_live_at"], version=said["version"]
            )
            if said["goes_live_at"]:
                moment = date_format(timezone.localtime(publication.goes_live_at), "DATETIME_FORMAT")
                messages.success(
                    request, _t("%(edition)s goes live on %(moment)s.") % {"edition": name, "moment": moment}
                )
                return redirect("admin:drugs_edition_review", edition.pk)
        elif step == "discard":
            workflow.discard(edition, by=person, comment=said["comment"], version=said["version"])
        elif step == "send":
            workflow.send_to_review(edition, by=person, comment=said["comment"], version=said["version"])
        elif step == "return":
            workflow.return_with_comment(edition, by=person, comment=said["comment"])
        elif step == "take_back":
            workflow.take_back(edition, by=person, comment=said["comment"])
        else:
            workflow.withdraw(edition, by=person, reason=said["comment"])
        messages.success(request, _DONE[step] % {"edition": name})
        if step == "discard":
            return redirect("admin:drugs_therapy_change", edition.therapy_id)
        return redirect("admin:drugs_edition_review", edition.pk)

    def _start(self, request: HttpRequest, edition: Edition) -> HttpResponse:
        try:
            draft = workflow.start(edition, by=request.user)
        except DraftExistsError as error:
            draft = error.draft
            messages.warning(
                request,
                format_html(
                    _t("{} has a draft already: here it is. Discard it to start from another edition."), edition.therapy
                ),
            )
        return redirect("admin:drugs_edition_change", draft.pk)

    def _answer(self, request: HttpRequest, edition: Edition) -> HttpResponse:
        if not edition.is_draft:
            raise PermissionDenied
        kept = answer_findings(edition, reasons_in(request.POST), by=request.user)
        messages.success(request, _t("Reasons kept: %(count)s.") % {"count": kept})
        return redirect(f"{reverse('admin:drugs_edition_review', args=[edition.pk])}#findings")


def _open_steps(request: HttpRequest, state: State) -> set[str]:
    """The steps that this person may take now. Where one person is enough, a draft is published without a review."""
    alone = {"publish"} if state == State.DRAFT and not settings.REQUIRE_SECOND_PERSON else set()
    return {
        step
        for step, (code, states) in STEPS.items()
        if request.user.has_perm(f"drugs.{code}") and (state in states or step in alone)
    }


def reasons_in(data: Any) -> dict[str, str]:
    """The reasons that a form brings, by the key of their finding."""
    return {name.removeprefix("reason-"): value for name, value in data.items() if name.startswith("reason-")}


def _add_errors(form: forms.Form, error: ValidationError) -> None:
    if hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, error)
