"""Alerts by e-mail: the form, and the page of one alert, where it is confirmed and left. No cookie.

Opening an address changes nothing: programs that look into mails open every link. What changes is sent by POST, and the
key in the address stands for it: mail servers that unsubscribe (RFC 8058) have neither session nor token.
"""

from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from drugs.alerts import are_on, asking
from drugs.alerts.mails import name_of
from drugs.models import Edition
from drugs.reader_forms import is_too_quick, signed, told_by
from drugs.views.reader_forms import ReaderForm, drain, refusal_of, see_other, uncached

_FORM = "alerts"
MOST_BYTES = 4_000


class AlertForm(ReaderForm):
    drug = forms.ChoiceField(label=_("Tell me of"), required=False)
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Write the address that the mails shall go to.")},
    )

    def __init__(self, *args: Any, editions: dict[str, Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(slug, edition.display_name) for slug, edition in editions.items()]
        self.fields["drug"].choices = [("", _t("all therapies")), *names]  # type: ignore[attr-defined]


@csrf_exempt  # no session to protect: the token and the browser's own word stand for it (SECURITY.md)
@require_http_methods(["GET", "HEAD", "POST"])
@uncached
def alert_form(request: HttpRequest) -> HttpResponse:
    """Ask for alerts. Where no mail is configured the page says so, and has no form."""
    if not are_on():
        drain(request)
        return render(request, "drugs/alert_form.html", {"form": None})
    at = timezone.now()
    live = Edition.objects.live(at).select_related("therapy").order_by("name", "pk")
    editions = {edition.therapy.slug: edition for edition in live}
    if request.method != "POST":
        return _page(request, AlertForm(initial=_new(request.GET.get("drug", "")), editions=editions))
    if refusal := refusal_of(request, MOST_BYTES):
        return refusal
    form = AlertForm(request.POST, editions=editions)
    valid = form.is_valid()
    told = told_by(_FORM, form.data.get("token", ""))
    if told is None:
        form.add_error(None, _t("This form was open for more than a day. Nothing is lost: press the button again."))
        form.data = {**form.data.dict(), **_new()}  # type: ignore[attr-defined]
    elif valid and is_too_quick(told.made_at):
        form.add_error(None, _t("That was very quick. If you are a person, press the button again."))
    elif valid and not asking.may_ask(request, at):
        form.add_error(None, _t("Many people from your network, or from everywhere, asked just now. Try again later."))
        return _page(request, form, status=HTTPStatus.TOO_MANY_REQUESTS)
    elif valid:
        edition = editions.get(form.cleaned_data["drug"])
        asking.ask(form.cleaned_data["email"], edition.therapy if edition else None, at)
        return see_other("alert-asked")
    return _page(request, form)


@require_safe
@uncached
def alert_asked(request: HttpRequest) -> HttpResponse:
    """The same for every address: only the mail says more."""
    return render(request, "drugs/alert_asked.html", {"days": settings.ALERT_CONFIRM_DAYS})


@csrf_exempt  # the key in the address stands for it; it opens nothing but this alert
@require_http_methods(["GET", "HEAD", "POST"])
@uncached
def alert_detail(request: HttpRequest, key: str) -> HttpResponse:
    """GET: the alert and what can be done. POST, by its button or by a mail program: leave."""
    if request.method == "POST":
        drain(request)
        asking.leave(key)
        return _alert_page(request, None, has_left=True)  # the same when it is sent again
    alert = asking.find(key, timezone.now())
    return _alert_page(request, alert, status=HTTPStatus.OK if alert else HTTPStatus.NOT_FOUND)


@csrf_exempt  # the same
@require_POST
@uncached
def alert_confirm(request: HttpRequest, key: str) -> HttpResponse:
    drain(request)
    alert = asking.confirm(key, timezone.now())
    return see_other(alert) if alert else _alert_page(request, None, status=HTTPStatus.NOT_FOUND)


def _alert_page(
    request: HttpRequest, alert: Any, *, has_left: bool = False, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {"alert": alert, "of": name_of(alert) if alert else "", "has_left": has_left}
    response = render(request, "drugs/alert_detail.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"  # its address is its key
    return response


def _new(drug: str = "") -> dict[str, str]:
    return {"token": signed(_FORM), **({"drug": drug} if drug else {})}


def _page(request: HttpRequest, form: AlertForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "drugs/alert_form.html", {"form": form, "days": settings.ALERT_CONFIRM_DAYS}, status=status)
