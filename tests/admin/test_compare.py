"""Staff see what a draft changes against the live edition."""

import pytest
from django.urls import reverse

from drugs.publishing.copying import start_draft
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_a_draft_against_the_live_edition(client):
    live = factories.live_edition("abc", background="<p>It was tried in 115 people.</p>")
    draft = start_draft(live)
    draft.background = "<p>It was tried in 123 people.</p>"
    draft.save()
    client.force_login(factories.UserFactory(is_superuser=True))

    html = client.get(reverse("admin:drugs_edition_compare", args=[draft.pk])).content.decode()

    assert "<del" in html
    assert "115" in html
    assert "123" in html


def test_nobody_compares_who_may_not_see_editions(client):
    draft = factories.EditionFactory()
    client.force_login(factories.UserFactory())

    assert client.get(reverse("admin:drugs_edition_compare", args=[draft.pk])).status_code == 403
