"""Person x step x state of the object, and what a reader gets of it in each state: states.txt.

Who comes in at all is in matrix.txt; here a step counts when it changed something. A form that is not sent whole (change, answer)
counts when it was not refused.
"""

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.access.objects import MAKE, STATES, print_of
from tests.access.test_matrix import client_of
from tests.addresses import addresses
from tests.savepoints import taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TABLE = [
    line.split()
    for line in Path(__file__).with_name("states.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
MAY = {(kind, state, step): set(who) for kind, state, step, *rest in TABLE if not step.isdecimal() for who in rest}
GETS = [
    (kind, state, int(status), name) for kind, state, status, *names in TABLE if status.isdecimal() for name in names
]
PEOPLE = "NERIAS"
#: What a step that is taken in earnest says with it, under the names of all forms.
SAID = {"again": "yes", "large": "yes"} | {
    f"{step}-{name}": "Because."
    for step in "send return publish take_back withdraw discard".split()
    for name in ("comment", "note")
}
#: Forms that this test does not send whole.
NOT_WHOLE = ("change", "answer")
CHANGED = [kind for kind in STATES if kind not in ("trial", "correction", "alert")]


def steps_of(kind):
    """Every address of staff that has one object of this kind in it and takes something."""
    prefix, left_out = (
        f"admin:drugs_{kind}_",
        {"delete", "history", "decide", "columns", "preview", "review", "compare"},
    )
    left_out -= {"compare"} if kind == "importrun" else set()
    names = {
        address.name.removeprefix(prefix)
        for address in addresses()
        if address.name.startswith(prefix) and address.places
    }
    return sorted(name for name in names - left_out if "." not in name)


@pytest.mark.parametrize("state", [(kind, state) for kind in CHANGED for state in STATES[kind].split()], ids=":".join)
def test_a_step_is_taken_by_whom_and_when_the_table_says(state, unrendered):
    kind, name = state
    obj, wrong = MAKE[kind](name), []
    said = SAID | {"seen_at": getattr(obj, "saved_at", timezone.now()).isoformat(), "claim": getattr(obj, "claim", "")}
    before, clients = print_of(kind, obj.pk), {initial: client_of(initial) for initial in PEOPLE}

    for step in steps_of(kind):
        may = MAY.get((kind, name, step), set())
        for initial, client in clients.items():
            with taken_back():
                response = client.post(reverse(f"admin:drugs_{kind}_{step}", args=[obj.pk]), said)
                changed = print_of(kind, obj.pk) != before
            did = response.status_code not in (403, 404, 405) if step in NOT_WHOLE else changed
            if did != (initial in may):
                wrong.append(f"{kind} {name} {step} {initial}: {'did' if did else 'did not'} ({response.status_code})")

    assert not wrong, "\n".join(wrong)


def path_of(name, obj):
    values = {
        "slug": getattr(getattr(obj, "therapy", None) or getattr(obj, "page", None), "slug", ""),
        "number": getattr(obj, "home_number", None) or getattr(obj, "number", 1),
        "ending": "json", "uid": getattr(obj, "uid", ""), "reference": getattr(obj, "reference", ""), "key": getattr(obj, "key", ""),
    }  # fmt: skip
    return next(address.path(values) for address in addresses() if address.name == name)


@pytest.mark.parametrize("state", sorted({(kind, state) for kind, state, _status, _name in GETS}), ids=":".join)
def test_a_reader_gets_what_the_table_says(client, state, unrendered, settings):
    settings.ALERTS_BY_MAIL = True
    obj = MAKE[state[0]](state[1])

    got = {
        name: client.get(path_of(name, obj)).status_code for kind, one, _status, name in GETS if (kind, one) == state
    }

    assert got == {name: status for kind, one, status, name in GETS if (kind, one) == state}


def test_the_table_names_states_and_steps_that_there_are():
    assert {(kind, state) for kind, state, *_rest in TABLE} <= {(k, s) for k in STATES for s in STATES[k].split()}
    assert {(kind, step) for kind, _state, step in MAY} <= {(kind, step) for kind in CHANGED for step in steps_of(kind)}
