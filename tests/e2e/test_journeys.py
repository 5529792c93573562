"""How far it is from the home page to what readers come for."""

import re

MOST_ACTIVATIONS = 3


def links(page, address):
    page.goto(address)
    found = page.evaluate(
        "[...document.querySelectorAll('a[href]')].filter(a => a.checkVisibility()).map(a => a.pathname)"
    )
    return set(found)


def test_every_therapy_is_at_most_three_activations_from_home(page, site):
    """Through what is visible without opening anything."""
    therapies = page.request.get(f"{site}/api/v1/therapies/?limit=100").json()["results"]
    wanted = {f"/drugs/{therapy['therapy']}/" for therapy in therapies}
    reached, seen, edge = {}, set(), {"/"}
    for step in range(1, MOST_ACTIVATIONS + 1):
        found = set()
        for path in sorted(edge - seen):
            found |= links(page, site + path)
            seen.add(path)
        reached |= {path: step for path in found & wanted if path not in reached}
        if wanted <= set(reached):
            break
        edge = {path for path in found if re.fullmatch(r"/drugs/([a-z-]+/)?", path) and path not in wanted}

    assert set(reached) == wanted
    assert len(wanted) > 20
