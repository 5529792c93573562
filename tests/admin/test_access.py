"""Every address of the admin refuses who may not: role x address x method."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from drugs import models
from tests import factories
from tests.access.world import make_world
from tests.admin.people import ROLES, staff
from tests.savepoints import taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

READERS = {"Editor", "Reviewer", "Importer", "Administrator", "superuser"}
#: model: roles that see the list, that may add, that may change.
TABLE = {
    "edition": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "therapy": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "trial": (READERS, {"Importer", "superuser"}, {"Editor", "superuser"}),
    "therapytrial": (READERS, {"Editor", "Importer", "superuser"}, {"Editor", "Importer", "superuser"}),
    "organisation": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "outcomemeasure": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "glossaryterm": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "findinganswer": (READERS, set(), {"Editor", "Reviewer", "superuser"}),
    "publication": (READERS, set(), set()),
    "editionstep": (READERS, set(), set()),
    "reviewflag": (READERS, set(), set()),
    "linkcheck": (READERS, set(), set()),
    "trialcutoff": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "importrun": (READERS, set(), set()),
    **{model._meta.model_name: (READERS, set(), set()) for model in models.row_models()},
    "page": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "pageversion": (READERS, set(), {"Editor", "superuser"}),
    "pagestep": (READERS, set(), set()),
    "menuentry": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "announcement": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "disclaimer": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "portrait": (READERS, {"Editor", "superuser"}, {"Editor", "superuser"}),
    "correction": (READERS - {"Importer"}, set(), {"Editor", "Reviewer", "superuser"}),
}
#: A limit that a registry has lifted is taken off by whoever keeps them.
MAY_DELETE = {("trialcutoff", "Editor")}
#: An answer that is not written yet is saved as it is.
MAY_BE_EMPTY = {"correction": 302}
#: Records that go when they are deleted, and who deletes them; all others stay, withdrawn or answered.
DELETED_BY = {name: {"Editor"} for name in ("menuentry", "announcement", "disclaimer")}
PEOPLE = {
    "user": ({"Administrator", "superuser"}, {"Administrator", "superuser"}, {"Administrator", "superuser"}),
    "group": ({"Administrator", "superuser"}, {"superuser"}, {"superuser"}),
}


@pytest.fixture
def records():
    return make_world()


def _expected(model, role, table):
    """(page, method) and the statuses that this role may get."""
    see, add, change = (role in roles for roles in table[model])
    deletes = (model, role) in MAY_DELETE or role in DELETED_BY.get(model, ()) or role == "superuser"
    return {
        ("changelist", "GET"): {200 if see else 403},
        ("export", "GET"): {200 if see else 403},
        ("export", "POST"): {200 if see else 403},
        ("add", "GET"): {200 if add else 403},
        ("add", "POST"): {200 if add else 403},
        ("history", "GET"): {200 if see else 403},
        ("change", "GET"): {200 if see or change else 403},
        ("change", "POST"): {MAY_BE_EMPTY.get(model, 200) if change else 403},
        ("delete", "POST"): {200, 302, 403} if deletes else {403},
    }


SENT = {"export": {"format": "0"}, "delete": {"post": "yes"}}
#: One who reads all: the pages are drawn. Everybody else is asked about here with --all, and in tests/access/test_matrix.py always.
DRAWN_FOR = "Reviewer"


@pytest.mark.parametrize("role", ROLES)
def test_access_by_role(client, records, role, request):
    if role != DRAWN_FOR and not request.config.getoption("--all"):
        pytest.skip("every address by everybody: tests/access/test_matrix.py")
    client.force_login(staff(role))
    user, wrong = factories.UserFactory(), []
    for app, model, table in [("drugs", model, TABLE) for model in TABLE] + [
        ("auth", model, PEOPLE) for model in PEOPLE
    ]:
        first = user if model == "user" else apps.get_model(app, model)._default_manager.first()
        with taken_back():
            for (page, method), expected in _expected(model, role, table).items():
                args = [first.pk] if page in ("history", "change", "delete") else []
                address = reverse(f"admin:{app}_{model}_{page}", args=args)
                response = client.post(address, SENT.get(page, {})) if method == "POST" else client.get(address)
                status = response.status_code
                if status not in expected:
                    wrong.append(f"{method} {page} of {model}: {status}, not {expected}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("model", ["organisation", "outcomemeasure", "glossaryterm"])
@pytest.mark.parametrize("role", ROLES)
def test_sheets_come_in_by_editors_only(client, role, model):
    client.force_login(staff(role))
    expected = 200 if role in ("Editor", "superuser") else 403

    assert client.get(reverse(f"admin:drugs_{model}_import")).status_code == expected
    assert client.post(reverse(f"admin:drugs_{model}_import"), {}).status_code == expected
    assert client.post(reverse(f"admin:drugs_{model}_process_import"), {}).status_code == expected


@pytest.mark.parametrize("model", [*TABLE, "user", "group", "logentry"])
def test_every_address_asks_a_stranger_to_sign_in(client, model):
    app = {"user": "auth", "group": "auth", "logentry": "auditlog"}.get(model, "drugs")
    for page in ("changelist", "add", "export"):
        response = client.get(reverse(f"admin:{app}_{model}_{page}"))
        assert response.status_code == 302
        assert "/admin/login/" in response.url


@pytest.mark.parametrize("role", ROLES)
def test_the_audit_log_is_read_by_administrators_and_changed_by_nobody(client, role):
    client.force_login(staff(role))
    allowed = role in ("Administrator", "superuser")

    assert client.get(reverse("admin:auditlog_logentry_changelist")).status_code == (200 if allowed else 403)
    assert client.get(reverse("admin:auditlog_logentry_add")).status_code == 403


def test_every_model_of_the_app_has_a_page_or_stands_on_another():
    on_others = {
        "contentversion", "trialcountry", "trialidentifier", "registryrecord", "staffoverride",
        "trialchange", "trialsnapshot", "formerslug", "importrecord",
        "importrow", "editiontext",
        "unfinishedpart",
        "alert", "alertround",  # nobody at the charity has a use for readers' addresses: Operations counts them
    }  # fmt: skip
    registered = {model._meta.model_name for model in admin.site._registry}

    missing = {m._meta.model_name for m in models.Edition._meta.apps.get_app_config("drugs").get_models()} - registered

    assert missing <= on_others


def test_an_administrator_cannot_make_a_superuser(client):
    person, chief = staff("Administrator"), staff("superuser")
    client.force_login(person)

    own = reverse("admin:auth_user_change", args=[person.pk])
    assert "is_superuser" not in client.get(own).context["adminform"].form.fields
    assert client.post(reverse("admin:auth_user_change", args=[chief.pk]), {}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[chief.pk]), {}).status_code == 403


#: Each step of an information page and of a portrait: who may take it at all.
STEPS = {
    "pageversion_start": {"superuser", "Editor"},
    "pageversion_send": {"superuser", "Editor"},
    "pageversion_return": {"superuser", "Reviewer"},
    "pageversion_publish": {"superuser", "Reviewer"},
    "pageversion_withdraw": {"superuser", "Reviewer", "Administrator"},
    "pageversion_discard": {"superuser", "Editor"},
    "portrait_take_down": {"superuser", "Editor", "Reviewer", "Administrator"},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_of_a_page_and_a_portrait_by_role(client, role, step):
    record = factories.PortraitFactory() if step.startswith("portrait") else factories.PageVersionFactory()
    client.force_login(staff(role))
    address = reverse(f"admin:drugs_{step}", args=[record.pk])

    assert client.get(address).status_code == 405
    assert (client.post(address).status_code != 403) == (role in STEPS[step])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", ["review", "preview"])
def test_a_draft_page_is_read_by_staff_who_may_see_it(client, role, page):
    address = reverse(f"admin:drugs_pageversion_{page}", args=[factories.PageVersionFactory().pk])
    assert client.get(address).status_code == 302

    client.force_login(staff(role))

    assert client.get(address).status_code == (200 if role in READERS else 403)
