"""'Something wrong here?': the form, and what came of a correction. No cookie, nothing kept by anyone."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from drugs import corrections
from drugs.models import Correction, Edition
from drugs.models.correction import LONGEST_TEXT, read_reference
from drugs.views.errors import csrf_failure, error_page

#: The largest form that is read: the text in the longest encoding, and the rest.
MOST_BYTES = 40_000
_DRAINED = 3_000_000


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label=_("What is wrong, and how do you know?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_(
            "A wrong number, an old status, a link that leads nowhere. Please write nothing about your health."
        ),
        error_messages={"required": _("Write a few words about what is wrong.")},
    )
    email = forms.EmailField(
        label=_("Your e-mail address, if you like"),
        required=False,
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Only for a question about this. You need none: you can look up the answer by a reference."),
    )
    reply_line = forms.CharField(
        label=_("Leave this line empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)

    def clean_reply_line(self) -> str:
        if self.cleaned_data["reply_line"]:
            raise forms.ValidationError(_t("A hidden line of the form was filled in. Send it again with that empty."))
        return ""


def uncached(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Nothing of these pages is kept: a form is for one use, an answer may come at any moment. Not for search engines."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped


@require_safe
@uncached
def correction_list(request: HttpRequest) -> HttpResponse:
    """How corrections work, and the way to the answer for whoever has a reference."""
    asked = request.GET.get("reference", "").strip()[:40]
    reference = read_reference(asked)
    if reference and Correction.objects.filter(reference=reference).exists():
        return redirect("correction-detail", reference)
    return render(request, "drugs/correction_list.html", {"asked": asked, "reference": reference})


@require_safe
@uncached
def correction_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Status, outcome and the edition that puts it right: nothing of what the reader wrote."""
    read = read_reference(reference)
    if read and read != reference:
        return redirect("correction-detail", read)
    correction = get_object_or_404(Correction.objects.defer("text", "email"), reference=read)
    at = timezone.now()
    edition = (
        Edition.objects.published(at).filter(pk=correction.fixed_in_id).select_related("therapy").first()
        if correction.fixed_in_id
        else None
    )
    return render(request, "drugs/correction_detail.html", {"correction": correction, "edition": edition, "at": at})


@csrf_exempt  # no session to protect: the token and the browser's own word stand for it (SECURITY.md)
@require_http_methods(["GET", "HEAD", "POST"])
@uncached
def correction_new(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    if request.method != "POST":
        named = {name: request.GET.get(name, "") for name in ("drug", "section", "page")}
        subject = corrections.subject_named(at, **named)
        form = CorrectionForm(initial={"token": corrections.token_for(subject)})
        return _page(request, form, subject)
    if refusal := _refusal(request):
        return refusal
    form = CorrectionForm(request.POST)
    valid = form.is_valid()  # the first look at what was sent
    told = corrections.form_of(form.data.get("token", ""))
    subject = corrections.subject_of(told, at)
    if told is None:
        form.add_error(None, _t("This form was open for more than a day. Nothing is lost: press Send again."))
        return _page(request, form, subject, fresh=True)
    if valid and corrections.is_too_quick(told):
        form.add_error(None, _t("That was very quick. If you are a person, press Send again."))
    elif valid and not corrections.may_send(request, at):
        form.add_error(
            None,
            _t(
                "Many corrections came from your network, or to us, just now. Your text is still here: try again later."
            ),
        )
        return _page(request, form, subject, status=HTTPStatus.TOO_MANY_REQUESTS)
    elif valid:
        said = form.cleaned_data
        correction = corrections.receive(told, text=said["text"], email=said["email"], at=at)
        response = redirect(correction)
        response.status_code = HTTPStatus.SEE_OTHER
        return response
    return _page(request, form, subject)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """What is no form of ours: too large, another encoding, or sent by another site. Read to its end all the same."""
    length = int(length) if (length := request.META.get("CONTENT_LENGTH") or "0").isdecimal() else 0
    if length > MOST_BYTES or request.content_type != "application/x-www-form-urlencoded":
        left = min(length, _DRAINED)
        while left > 0 and (chunk := request.read(min(left, 65_536))):
            left -= len(chunk)
        too_large = length > MOST_BYTES
        return error_page(
            request,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            _t("This cannot be taken"),
            _t("Nothing was saved. Go back, shorten the text and send it again."),
        )
    if not corrections.is_from_here(request):
        return csrf_failure(request)
    return None


def _page(
    request: HttpRequest,
    form: CorrectionForm,
    subject: corrections.Subject,
    *,
    status: int = HTTPStatus.OK,
    fresh: bool = False,
) -> HttpResponse:
    if fresh:
        form.data = {**form.data.dict(), "token": corrections.token_for(subject)}  # type: ignore[attr-defined]
    context = {"form": form, "subject": subject, "email_days": settings.CORRECTION_EMAIL_DAYS}
    return render(request, "drugs/correction_form.html", context, status=status)
