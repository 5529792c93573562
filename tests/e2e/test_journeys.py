"""How far it is from the home page to what readers come for."""

import re

import pytest
from django.core.management import call_command

from drugs.models import Therapy

pytestmark = pytest.mark.django_db(transaction=True)
MOST_ACTIVATIONS = 3


def links(page, address):
    page.goto(address)
    found = page.evaluate(
        "[...document.querySelectorAll('a[href]')].filter(a => a.checkVisibility()).map(a => a.pathname)"
    )
    return set(found)


def test_every_therapy_is_at_most_three_activations_from_home(page, live_server):
    """Through what is visible without opening anything."""
    call_command("load_content", verbosity=0)
    wanted = {f"/drugs/{slug}/" for slug in Therapy.objects.values_list("slug", flat=True)}
    reached, seen, edge = {}, set(), {"/"}
    for step in range(1, MOST_ACTIVATIONS + 1):
        found = set()
        for path in sorted(edge - seen):
            found |= links(page, live_server.url + path)
            seen.add(path)
        reached |= {path: step for path in found & wanted if path not in reached}
        if wanted <= set(reached):
            break
        edge = {path for path in found if re.fullmatch(r"/drugs/([a-z-]+/)?", path) and path not in wanted}

    assert set(reached) == wanted
    assert len(wanted) > 20
