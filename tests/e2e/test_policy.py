"""Every page of the admin in the browser: nothing that the policy blocks, no script that fails."""

import pytest

from tests.access.doors import with_password
from tests.access.world import make_world, values_for
from tests.addresses import addresses
from tests.admin.people import ROLES, staff
from tests.e2e.pages import Watched, sign_in

pytestmark = [pytest.mark.django_db(transaction=True)]

#: Not pages: files, what answers to a script, and the way out.
NOT_PAGES = {"admin:logout", "account_logout", "admin:jsi18n", "admin:autocomplete", "account_set_password"}


@pytest.mark.parametrize(
    "role",
    [
        pytest.param(role, marks=[] if role == "superuser" else pytest.mark.long_walk)
        for role in ROLES
        if role != "nobody"
    ],
)
def test_no_page_of_the_admin_breaks_the_policy(page, live_server, role):
    make_world()
    chief = with_password(staff(role))
    watched = Watched(page)
    sign_in(page, live_server.url, chief)
    visited = 0
    for address in addresses():
        wanted = (
            address.is_staff
            and address.name not in NOT_PAGES
            and ".csv" not in address.route
            and ".json" not in address.route
        )
        if not wanted:
            continue
        path = address.path(values_for(address, staff("Editor") if "auth/user" in address.route else chief))
        response = page.request.get(live_server.url + path, max_redirects=0)
        if response.status != 200 or "text/html" not in response.headers.get("content-type", ""):
            continue
        page.goto(live_server.url + path)
        visited += 1

    assert visited > (150 if role == "superuser" else 60)
    assert not watched.complaints, "\n".join(watched.complaints)
