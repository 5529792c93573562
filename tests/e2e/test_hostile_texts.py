"""A few hostile texts in every field, read on the main pages. All of them everywhere: `make xss`."""

import pytest
from django.urls import reverse

from drugs import models
from tests.admin.people import staff
from tests.xss import planting, world
from tests.xss.conftest import reader  # noqa: F401 (a fixture)
from tests.xss.payloads import PAYLOADS

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_that_a_record_holds_runs_on_the_main_pages(reader, settings):  # noqa: F811
    settings.ALERTS_BY_MAIL = True
    edition, chief = world.make(4), staff("superuser")
    planting.plant(PAYLOADS[::12])
    draft = models.Edition.objects.drafts().filter(therapy=edition.therapy).get()
    run, page = models.ImportRun.objects.latest("pk"), models.PageVersion.objects.drafts().first()
    one = reader(chief)

    one.read([
        "/", edition.get_absolute_url(), edition.therapy.get_absolute_url(), "/drugs/planted/editions/1/2/", "/trials/", "/pipeline/",
        "/search/?q=planted", "/compare/?drug=planted&drug=riluzole", "/visit/?drug=planted", "/cards/?drug=planted", "/glossary/",
        "/pages/planted-page/", "/portraits/", "/admin/", reverse("admin:drugs_edition_change", args=[draft.pk]),
        reverse("admin:drugs_edition_review", args=[draft.pk]), reverse("admin:drugs_pageversion_change", args=[page.pk]),
        reverse("admin:drugs_importrun_change", args=[run.pk]), "/admin/drugs/correction/", "/admin/auditlog/logentry/",
    ])  # fmt: skip

    assert not one.found, "\n".join(dict.fromkeys(one.found))
    assert one.read_pages == 20


@pytest.mark.parametrize("policy", [True, False])
def test_a_page_that_lets_texts_in_is_found_out(reader, live_server, policy):  # noqa: F811
    """Else the test above could not fail."""
    one = reader(policy=policy)
    one.page.route("**/broken/", lambda route: route.fulfill(
        body=f"<!doctype html><p>{PAYLOADS[1]}</p>", content_type="text/html",
        headers={"Content-Security-Policy": "script-src 'self'"},
    ))  # fmt: skip

    one.read(["/broken/"])

    found = " ".join(one.found)
    assert "an attribute that runs" in found
    assert ("ran: policy: script-src-attr" in found) == policy
    assert ("ran: 1" in found) != policy


def test_the_texts_are_many_and_each_its_own():
    assert len(PAYLOADS) >= 300
    assert len(set(PAYLOADS)) == len(PAYLOADS)
