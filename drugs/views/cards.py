"""Live cards for other sites: the card itself, oEmbed, and the page that makes what is pasted."""

import datetime as dt
from xml.etree.ElementTree import Element, SubElement, tostring  # safe: (XML is written here, none is read)

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt

from drugs.cards import card_at, card_of, oembed
from drugs.models import Edition
from drugs.regions import country_choices
from drugs.views.caching import public_page


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@public_page
def therapy_card(request: HttpRequest, slug: str, *, at: dt.datetime) -> HttpResponse:
    """The one page that other sites may frame: no form, no script, no cookie, nothing to be tricked into."""
    card = card_of(slug, at, request.GET.get("country", ""))
    if card is None:
        raise Http404
    response = render(request, "drugs/card.html", {"card": card, "page": card.page, "edition": card.page.edition})
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@public_page
def oembed_view(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """What `<link rel="alternate" type="application/json+oembed">` of a therapy's page leads to."""
    card = card_at(request.GET.get("url", ""), at)
    if card is None:
        raise Http404
    answer = oembed(card, _size(request, "maxwidth"), _size(request, "maxheight"))
    asked = request.GET.get("format", "json")
    if asked == "json":
        response: HttpResponse = JsonResponse(answer)
    elif asked == "xml":
        root = Element("oembed")
        for name, value in answer.items():
            SubElement(root, name).text = str(value)
        response = HttpResponse(tostring(root, "utf-8", xml_declaration=True), content_type="text/xml; charset=utf-8")
    else:
        return HttpResponse("json, xml\n", status=501, content_type="text/plain; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _size(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return max(200, int(text)) if text.isdecimal() and text.isascii() and len(text) < 6 else None


@public_page
def card_maker(request: HttpRequest, *, at: dt.datetime) -> HttpResponse:
    """Choose a therapy and a country; copy what is to be pasted."""
    slug = request.GET.get("drug", "")
    card = card_of(slug, at, request.GET.get("country", "")) if slug else None
    live = Edition.objects.live(at).order_by("display_name", "pk").values_list("therapy__slug", "display_name")
    context = {
        "card": card,
        "frame_path": reverse("therapy-card", args=[card.page.edition.therapy.slug]) if card else "",
        "is_unknown": bool(slug) and card is None,
        "therapies": list(live),
        "countries": sorted(country_choices(), key=lambda choice: choice[1]),
    }
    return render(request, "drugs/card_maker.html", context)
