"""One record of each kind, and what stands in the places of each address."""

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from drugs import models
from drugs.publishing.pages import record as record_page
from drugs.publishing.previews import token_for
from drugs.publishing.steps import record
from tests import factories


def make_world():
    live = factories.live_edition("riluzole")
    edition = factories.whole_edition("lenzumestrocel")
    link = factories.TherapyTrialFactory(therapy=edition.therapy)
    models.ReviewFlag.objects.create(
        edition=live,
        trial=link.trial,
        kind="trial_changed",
        field="phases",
        opened_at=timezone.now(),
        changed_on="2026-05",
    )
    record(edition, "saved", by=None)
    factories.OrganisationFactory()
    models.FindingAnswer.objects.create(therapy=edition.therapy, key="k", rule="r", passage="p", reason="True.")
    models.ImportRun.objects.create(original_name="file.csv", sha256="0" * 64, size=1, state="undone")
    models.LinkCheck.objects.create(url="https://example.org/", checked_at=timezone.now())
    factories.GlossaryTermFactory()
    factories.TrialCutoffFactory(trial=link.trial)
    record_page(factories.PageVersionFactory(), "saved", by=None)
    models.MenuEntry.objects.create(place="foot", label="Trials", url="/trials/")
    models.Announcement.objects.create(text="News.", from_on="2026-11-01", until_on="2026-11-30")
    models.Disclaimer.objects.create(lead="No advice.")
    factories.PortraitFactory()
    factories.CorrectionFactory()
    factories.AlertFactory()
    return edition


def values_for(address, person):
    """What stands in the places of an address of staff: a record of its model where it names one."""
    parts = address.route.split("/")
    first = None
    if len(parts) > 3 and parts[1] in ("drugs", "auth", "auditlog", "django_tasks_database"):
        model = apps.get_model(parts[1], parts[2])
        first = {User: person, Group: Group.objects.first()}.get(model) or model._default_manager.first()
    if address.name == "admin:view_on_site":
        first = models.Therapy.objects.get(slug="riluzole")  # it has a live page
    pk = first.pk if first else 1
    return {
        "pk": pk,
        "id": pk,
        "object_id": pk,
        "content_type_id": ContentType.objects.get_for_model(models.Therapy).pk,
        "app_label": "drugs",
        "url": "nothing/here/",
        "uidb36": "1",
        "key": "abc-123",
    }


def public_values(edition):
    return {
        "slug": edition.therapy.slug,
        "number": 1,
        "first": 1,
        "second": 2,
        "ending": "json",
        "uid": models.Portrait.objects.first().uid,
        "reference": models.Correction.objects.first().reference,
        "key": models.Alert.objects.first().key if models.Alert.objects.exists() else "x" * 43,  # the walk leaves it
        "table": "therapies",
        "date": "2026-11-01",
        "name": "therapies.csv",
        "token": token_for(edition),
    }
