"""Every field of every record: what is planted there is text on every page, in mails, feeds and cards of others."""

import json

import pytest
from defusedxml.ElementTree import fromstring
from django.conf import settings as site
from django.test import Client
from django.utils import timezone

from drugs.publishing.digest_mail import digest_mail
from tests.admin.people import staff
from tests.xss import planting, world
from tests.xss.payloads import ROUNDS, of_round

pytestmark = pytest.mark.django_db(transaction=True)


#: Read once more in a browser that lets everything run: the pages have to hold without their second line.
WITHOUT_POLICY = (ROUNDS, ROUNDS + 3)


@pytest.mark.parametrize("number", [*range(ROUNDS), *WITHOUT_POLICY])
def test_nothing_that_a_record_holds_runs_on_any_page(reader, settings, number):
    settings.ALERTS_BY_MAIL = True
    texts, chief = of_round(number % ROUNDS), staff("superuser")
    edition = world.make(len(texts))
    someone = staff("Editor")
    taken, _refused = planting.plant(texts)
    one = reader(chief, policy=number not in WITHOUT_POLICY)

    one.remember(texts)
    one.read(world.public_pages(edition))
    one.read(world.staff_pages(someone))

    assert not one.found, "\n".join(dict.fromkeys(one.found))
    assert one.read_pages > 350
    assert len(taken) > 90


@pytest.mark.parametrize("number", range(ROUNDS))
def test_nothing_that_a_record_holds_runs_elsewhere(reader, settings, number):
    """In the mail of the day, in a feed reader that draws an entry's HTML, in the page that takes in a card."""
    texts = of_round(number)
    edition = world.make(3)
    planting.plant(texts)
    client, shown = Client(), []
    for address in ("/updates/feed/", "/trials/feed/", f"/drugs/{edition.therapy.slug}/feed/"):
        entries = fromstring(client.get(address).content).iter()

        shown += [element.text or "" for element in entries if element.get("type") in ("html", "xhtml")]
    card = f"{site.SITE_URL}/drugs/{edition.therapy.slug}/card/"
    told = json.loads(client.get("/oembed/", {"url": card}).content)
    shown.append(told["html"])  # its title is text
    mail = digest_mail("a@example.org", staff("superuser"), timezone.now())
    one = reader(policy=False)

    for html in shown:
        one.show(html.replace("<iframe", "<p data-iframe"))  # the card's own frame
    one.show(mail.alternatives[0][0])

    assert len(shown) == 1  # the card: what a feed says is text, so none of it is drawn
    assert not one.found, "\n".join(dict.fromkeys(one.found))
