"""Every parameter of every address, the places in paths, and every form once through the browser."""

from urllib.parse import quote

import pytest

from tests.admin.people import staff
from tests.xss import world
from tests.xss.payloads import ROUNDS, of_round

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = (
    "/drugs/{}/", "/drugs/planted/editions/{}/", "/drugs/planted/editions/1/cite.{}", "/trials/{}/", "/pages/{}/", "/corrections/{}/",
    "/alerts/{}/", "/data/{}.csv", "/data/{}/", "/data/2026-11-01/{}", "/preview/{}/", "/api/v1/trials/{}/", "/{}",
    "/admin/{}", "/admin/drugs/edition/{}/change/", "/admin/drugs/importrun/{}/change/", "/admin/drugs/trial/{}/history/",
    "/drugs/#{}", "/situation/#{}", "/drugs/planted/#{}", "/admin/#{}",
)  # fmt: skip


@pytest.mark.parametrize("number", range(ROUNDS))
def test_nothing_that_an_address_asks_for_runs(reader, settings, number):
    settings.ALERTS_BY_MAIL = True
    texts = of_round(number)
    world.make(1)
    one = reader(staff("superuser"))

    one.read(world.asked(texts))
    one.read(
        place.format(quote(texts[(turn + 3 * at) % len(texts)], safe=""))
        for at, place in enumerate(PLACES)
        for turn in range(3)
    )

    assert not one.found, "\n".join(dict.fromkeys(one.found))
    assert one.read_pages > 200
