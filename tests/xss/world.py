"""A site with records of every kind and state, some of each, and all the addresses where they are shown."""

import datetime as dt
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from drugs import models
from drugs.publishing.copying import start_draft
from drugs.publishing.pages import record as record_page
from drugs.publishing.pages import withdraw as withdraw_page
from drugs.publishing.previews import token_for
from drugs.publishing.publish import publish, withdraw
from drugs.vocabulary import StepKind
from tests import factories
from tests.access.world import make_world, public_values, values_for
from tests.addresses import addresses

#: Not pages: the way out, and what a browser does not draw.
NOT_PAGES = {"admin:logout", "account_logout", "admin:jsi18n", "admin:autocomplete", "account_set_password"}
#: Where a reader's own words come back: each parameter of each.
ASKED = {
    "/drugs/": "q stage phase modality route sponsor country sort page",
    "/drugs/approved/": "q sponsor",
    "/trials/": "q status phase study_type country sponsor therapy registry year sort page",
    "/search/": "q kind page",
    "/compare/": "drug q only more",
    "/visit/": "drug trial q choose",
    "/pipeline/": "modality q",
    "/approvals/": "therapy kind country",
    "/cards/": "drug country",
    "/drugs/planted/card/": "country",
    "/situation/": "gene q",
    "/corrections/": "reference",
    "/corrections/new/": "drug section page",
    "/alerts/": "drug",
    "/glossary/": "q",
    "/updates/": "page since",
    "/oembed/": "url maxwidth format",
    "/api/v1/trials/": "q status fields page",
    "/api/v1/therapies/": "q stage fields",
    "/updates/feed/": "q",
    "/trials/feed/": "q status",
    "/admin/": "q",
    "/admin/login/": "next",
    "/admin/account/login/": "next",
    "/admin/drugs/trial/": "q overall_status__exact o p",
    "/admin/drugs/edition/": "q o",
    "/admin/drugs/importrun/": "q state__exact format",
    "/admin/drugs/trial/import/": "next",
    "/admin/auditlog/logentry/": "q",
}


def _picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (320, 400)).save(file, "WEBP")
    return file.getvalue()


def make(count: int) -> models.Edition:
    """The world of the access matrix, and an edition that is live with `count` rows of every kind around it."""
    make_world()
    models.Portrait.objects.update(picture=_picture())
    edition = factories.whole_edition("planted")
    for row in range(count):
        for model, factory in factories.ROW_FACTORIES.items():
            values = {"region": _PLACES[row % len(_PLACES)]} if model is models.Approval else {}
            if model is models.StatusEvent:
                values = {"is_current": False, "region": _PLACES[row % len(_PLACES)]}
            if model is models.Source and row % 3:
                values = {"url": "https://example.org/"}
            elif model is models.Source:
                values = {"doi": "10.1000/1", "title": "T"}
            if model is models.ReportedResult and row % 2:
                values = {"trial": None, "study_name": "S", "time_point": "T", "population": "P", "comparator": "C"}
            factory(edition=edition, **values)
    trials = factories.TrialFactory.create_batch(count, countries="KR|US", conditions="ALS", locations="A, KR")
    for trial in trials:
        factories.TherapyTrialFactory(therapy=edition.therapy, trial=trial)
    _around(trials[0], count)
    publish(edition, note="First.")
    second = start_draft(edition)
    publish(second, note="Second.", goes_live_at=timezone.now())
    start_draft(second)
    scheduled = factories.whole_edition("scheduled")
    factories.publish(scheduled, at=timezone.now() + dt.timedelta(days=1))
    gone = factories.live_edition("gone")
    withdraw(gone.publication, reason="A number was wrong.")
    return second


_PLACES = ("JP", "US", "CA", "CN", "AU", "CH", "GB", "BR", "IN", "ZA")


def _around(trial: models.Trial, count: int) -> None:
    """Records beside the editions, with something in each field that is shown."""
    person = User.objects.exclude(is_superuser=True).first() or factories.UserFactory()
    factories.TrialCutoffFactory(trial=trial, confirmed=True)
    factories.TrialCutoffFactory(trial=trial, confirmed=True, kind="gene", genes="SOD1")
    models.ColumnMapping.objects.create(header_digest="0" * 64, headers=["a"], facts=["brief_title"])
    models.StaffOverride.objects.create(trial=trial, field="brief_title", value="x", reason="It was wrong.")
    models.TrialChange.objects.create(trial=trial, field="brief_title", old="a", new="b", changed_at=timezone.now())
    for number in range(count):
        factories.GlossaryTermFactory(variants="v")
        factories.OrganisationFactory(website="https://example.org/")
        factories.CorrectionFactory(
            email=f"a{number}@example.org", section="background",
            **({"outcome": "corrected", "outcome_text": "M.", "public_summary": "S.", "answered_at": timezone.now(), "answered_by": person}
               if number % 2 else {}),
        )  # fmt: skip
        factories.PortraitFactory(picture=_picture())
        models.MenuEntry.objects.create(place="foot", heading="H", label=f"L{number}", url="/trials/")
        models.Disclaimer.objects.create(lead="No advice.", text="T")
        factories.AlertFactory(confirmed=True)
    day = timezone.localdate()
    models.Announcement.objects.create(
        text="News.", link_label="L", url="https://example.org/", from_on=day, until_on=day + dt.timedelta(days=1)
    )
    live = factories.live_page("planted-page", body="<h3>One</h3><p>Two</p>")
    record_page(live, StepKind.SAVED, by=person, comment="c")
    factories.PageVersionFactory(page=live.page)
    withdraw_page(factories.live_page("gone-page"), by=person, reason="It was wrong.")
    for state in ("uploaded", "compared", "applied", "failed"):
        run = models.ImportRun.objects.create(
            original_name="file.csv", sha256="0" * 64, size=1, state=state, error="e" if state == "failed" else "",
            detection={"encoding": "utf-8", "banner": ["b"], "delimiter": "comma"}, counts={"rows": 2, "new": 1, "refused": 1},
        )  # fmt: skip
        run.rows.create(row=2, number="NCT1", decision="changed", trial=trial, changes=[["brief_title", "a", "b"]])
        run.rows.create(row=3, number="x", decision="refused", problems=[{"column": "c", "value": "v", "reason": "r"}])
    draft = models.Edition.objects.filter(publication=None).first()
    models.UnfinishedPart.objects.create(
        edition=draft, kind="source", cells={"label": "D", "year": "soon"}, problems={"label": ["p"], "__all__": ["q"]}
    )
    flag = models.ReviewFlag.objects.first()
    flag.sentences, flag.detail, flag.old, flag.new = [{"section": "background", "text": "t"}], "d", "o", "n"
    flag.save()


def public_pages(edition: models.Edition) -> Iterator[str]:
    values = public_values(edition) | {"token": token_for(models.Edition.objects.filter(publication=None).first())}
    for address in addresses():
        if not address.is_staff:
            yield address.path(values)
    slug = edition.therapy.slug
    trial = models.TherapyTrial.objects.filter(therapy=edition.therapy).first().trial
    yield from (
        "/drugs/?q=planted", "/trials/?q=planted", "/search/?q=planted", "/trials/?page=2", "/search/?q=Oh+et+al",
        f"/compare/?drug={slug}&drug=riluzole", f"/visit/?drug={slug}&trial={trial.home_number}", "/visit/?choose=1&q=planted",
        f"/drugs/{slug}/card/?country=JP", f"/cards/?drug={slug}&country=JP", f"/trials/{trial.home_number}/",
        "/drugs/gone/", "/drugs/gone/editions/1/", "/pages/gone-page/", "/pages/planted-page/",
        f"/corrections/new/?drug={slug}&section=background",
        f"/alerts/?drug={slug}", f"/api/v1/therapies/{slug}/", "/api/v1/docs/",
    )  # fmt: skip
    yield from (one.get_absolute_url() for one in models.Correction.objects.order_by("pk")[:4])


def staff_pages(person: User) -> Iterator[str]:
    for address in addresses():
        if address.is_staff and address.name not in NOT_PAGES:
            yield address.path(values_for(address, person))
    yield from (
        f"/admin/drugs/{name}/?q=planted" for name in ("edition", "trial", "correction", "organisation", "importrun")
    )
    for model, views in {
        models.Edition: "change review compare preview history",
        models.PageVersion: "change review preview history",
        models.ImportRun: "change history",
        models.Publication: "change",
        models.ReviewFlag: "change",
        models.Trial: "history",
    }.items():
        for pk in model._base_manager.order_by("pk").values_list("pk", flat=True)[:8]:
            yield from (reverse(f"admin:drugs_{model._meta.model_name}_{view}", args=[pk]) for view in views.split())


def asked(texts: list[str]) -> Iterator[str]:
    """Each parameter of each address with all of them, and with one alone; places in paths with one alone."""
    for place, (path, names) in enumerate(ASKED.items()):
        for turn, name in enumerate(names.split()):
            yield f"{path}?{urlencode({name: ' '.join(texts)})}"
            yield f"{path}?{urlencode({name: texts[(place + turn) % len(texts)]})}"
        yield f"{path}?{urlencode({texts[place % len(texts)]: 'x'})}"
        yield f"{path}?{urlencode({name: texts[(place + 7) % len(texts)] for name in names.split()})}"
