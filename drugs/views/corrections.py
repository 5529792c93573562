"""'Something wrong here?': the form, and what came of a correction. No cookie, nothing kept by anyone."""

from http import HTTPStatus

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from drugs import corrections
from drugs.models import Correction, Edition
from drugs.models.correction import LONGEST_TEXT, read_reference
from drugs.reader_forms import is_too_quick
from drugs.views.reader_forms import ReaderForm, refusal_of, see_other, uncached

#: The largest form that is read: the text in the longest encoding, and the rest.
MOST_BYTES = 40_000


class CorrectionForm(ReaderForm):
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
    if refusal := refusal_of(request, MOST_BYTES):
        return refusal
    form = CorrectionForm(request.POST)
    valid = form.is_valid()  # the first look at what was sent
    told = corrections.form_of(form.data.get("token", ""))
    subject = corrections.subject_of(told, at)
    if told is None:
        form.add_error(None, _t("This form was open for more than a day. Nothing is lost: press Send again."))
        return _page(request, form, subject, fresh=True)
    if valid and is_too_quick(told.made_at):
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
        return see_other(correction)
    return _page(request, form, subject)


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
