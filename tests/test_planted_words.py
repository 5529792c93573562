"""One walk over every public address: no word of a draft, of staff or of a reader who wrote to us stands anywhere."""

import datetime as dt
import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.urls import Resolver404, resolve
from django.utils import timezone

from drugs.models import ContentVersion, FormerSlug, MenuEntry
from drugs.publishing import pages
from drugs.publishing.copying import start_draft
from drugs.publishing.portraits import take_down
from drugs.publishing.publish import publish, withdraw
from drugs.urls import urlpatterns
from drugs.vocabulary import StepKind
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

#: Every planted word holds this.
WORD = "xylorimba"
#: Where the walk begins: what links lead to is found from here.
STARTS = (
    "/ /pipeline/ /situation/ /compare/ /compare/?drug=abc&drug=gone /visit/?drug=abc "
    "/drugs/ /trials/ /updates/ /glossary/ /search/ /pages/ /portraits/ /corrections/ /corrections/new/ /alerts/ /alerts/asked/ "
    "/data/ "
    "/sitemap.xml /robots.txt /healthz /readyz /api/v1/ /api/v1/schema/ /api/v1/docs/ /api/v1/therapies/ "
    "/drugs/approved/feed/ /drugs/in-development/feed/ /drugs/no-longer-in-development/feed/ "
    "/api/v1/trials/ /api/v1/updates/ /api/v1/editions/ /data/datapackage.json /updates/feed/ /trials/feed/ "
    f"/search/?q={WORD} /drugs/?q={WORD} /trials/?q={WORD} /api/v1/trials/?q={WORD}"
).split()
_LINK = re.compile(r"""(?:href|src|action)="([^"]+)"|<loc>([^<]+)</loc>|"(https?://[^"\\]+|/[a-z][^"\\\s]*)\"""")
MOST = 1500


@pytest.fixture
def planted(settings):
    """A site on which every kind of hidden record holds the word."""
    settings.ALERTS_BY_MAIL = True
    person = factories.UserFactory(
        username=f"{WORD}-name", email=f"{WORD}@staff.example", first_name=f"{WORD}-first", last_name=f"{WORD}-last"
    )
    edition = factories.whole_edition("abc", display_name="Abc-drug", plain_words="<p>In plain words.</p>")
    factories.SideEffectFactory(edition=edition, term=f"{WORD} unverified", is_verified=False)
    link = factories.TherapyTrialFactory(therapy=edition.therapy, decided_by=person)
    publish(edition, note="First.", by=person)
    draft = start_draft(edition)
    draft.background = f"<p>{WORD} draft</p>"
    draft.save()
    second = factories.EditionFactory(therapy__slug="scheduled", display_name=f"{WORD} scheduled")
    factories.publish(second, at=timezone.now() + dt.timedelta(days=1))
    gone = factories.live_edition("gone", background=f"<p>{WORD}</p>")
    withdraw(gone.publication, reason="A number was wrong.", by=person)
    hidden_trial = factories.TrialFactory(
        home_number="NCT55555555", brief_title=f"{WORD} unverified trial", acronym=WORD, is_verified=False
    )

    live = factories.live_page("about", title="About us")
    pages.record(live, StepKind.SAVED, by=person, comment=f"{WORD} comment")
    page_draft = factories.PageVersionFactory(page=live.page, title=f"{WORD} title", body=f"<p>{WORD} page</p>")
    hidden = factories.PageVersionFactory(page__slug="hidden", title=f"{WORD} hidden")
    MenuEntry.objects.create(place="foot", heading="Us", label=f"{WORD} entry", page=hidden.page)
    withdrawn = factories.live_page("withdrawn", title=f"{WORD} withdrawn", body=f"<p>{WORD}</p>")
    pages.withdraw(withdrawn, by=person, reason="It was wrong.")
    shown = factories.PortraitFactory(person=f"{WORD} person", consent_kept_by=f"{WORD} office")
    taken = factories.PortraitFactory(caption=f"{WORD} caption", alt_text=f"{WORD} alt")
    take_down(taken.pk, by=person)

    asked = {"text": f"{WORD} said", "email": f"{WORD}@reader.example", "therapy": edition.therapy, "edition": edition}
    waiting = factories.CorrectionFactory(**asked)
    answered = factories.CorrectionFactory(
        **asked,
        outcome="corrected",
        outcome_text="Mended.",
        fixed_in=draft,
        answered_at=timezone.now(),
        answered_by=person,
    )
    alerts = [factories.AlertFactory(email=f"{WORD}@reader.example", therapy=edition.therapy)]
    alerts.append(factories.AlertFactory(email=f"{WORD}@reader.example", confirmed=True))
    Group.objects.create(name=f"{WORD} group")
    hidden_ones = _named_by_live_pages(hidden_trial, draft)
    ContentVersion.bump()
    assert page_draft.is_draft
    return [
        f"/trials/{link.trial.home_number}/",
        "/trials/NCT55555555/",
        "/api/v1/trials/NCT55555555/fhir/",
        "/drugs/abc/editions/2/",
        "/drugs/abc/editions/1/2/",
        "/drugs/scheduled/",
        "/drugs/gone/",
        "/drugs/gone/editions/1/",
        "/drugs/gone/editions/1/cite.txt",
        "/pages/hidden/",
        "/pages/withdrawn/",
        shown.get_absolute_url(),
        taken.get_absolute_url(),
        waiting.get_absolute_url(),
        answered.get_absolute_url(),
        *(alert.get_absolute_url() for alert in alerts),
        "/alerts/?drug=scheduled",
        "/corrections/new/?drug=abc&section=background",
        "/corrections/new/?drug=scheduled",
        "/corrections/new/?page=hidden",
        *hidden_ones,
        "/nothing-here/",
    ]


def _named_by_live_pages(trial, draft):
    """Live pages that name a therapy with a draft alone and a trial for staff; an address and a sponsor that lead to drafts."""
    therapy = factories.EditionFactory(therapy__slug=f"{WORD}-draft").therapy
    FormerSlug.objects.create(therapy=therapy, slug="formerly")
    organisation = factories.OrganisationFactory(slug="of-a-draft", name=f"{WORD} Pharma")
    factories.SponsorFactory(edition=draft, organisation=organisation)
    for slug in ("one", "two"):
        edition = factories.EditionFactory(therapy__slug=slug)
        factories.SeeAlsoFactory(edition=edition, therapy=therapy, why=f"As {WORD}.")
        factories.ReportedResultFactory(edition=edition, trial=trial, effect_measure="mean_difference", estimate=1)
        factories.publish(edition, at=timezone.now() - dt.timedelta(minutes=1))
    newer = start_draft(edition)
    newer.reportedresult_set.update(population="all")
    newer.seealso_set.update(position=2)
    factories.publish(newer)
    return [
        "/compare/?drug=one&drug=two",
        "/visit/?drug=one&drug=two",
        "/drugs/two/editions/1/2/",
        *(f"/drugs/formerly/{path}" for path in ("", "one-minute/", "editions/", "editions/1/", "editions/1/2/")),
        "/drugs/?sponsor=of-a-draft",
        "/api/v1/therapies/?sponsor=of-a-draft",
    ]


def walk(client, starts):
    """(address, text) of all that links lead to on this site, each once."""
    waiting, seen = list(starts), set()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        response = client.get(address)
        body = (response.getvalue() if response.streaming else response.content).decode(errors="replace")
        yield address, f"{response.headers} {body}"
        if response.status_code in (301, 302):
            waiting.append(urljoin(address, response["Location"]))
        for found in _LINK.findall(body):
            parts = urlsplit(urljoin(address, unescape("".join(found))))
            own = parts.netloc in ("", "testserver", "127.0.0.1:8000")
            if own and parts.scheme in ("", "http") and not parts.path.startswith(("/static/", "/admin/", "/preview/")):
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))


def name_of(path):
    try:
        return resolve(path).url_name
    except Resolver404:
        return None


def test_no_planted_word_stands_at_any_public_address(client, planted):
    """Nor does an address stand outside the walk: a new one that no link leads to is named here."""
    unlinked = {
        "preview", "correction-detail", "portrait-picture", "data-release", "data-release-file", "robots", "sitemap",
        "healthz", "readyz", "metrics", "favicon", "styleguide",
    }  # fmt: skip
    visited, leaks = set(), []
    for address, text in walk(client, [*STARTS, *planted]):
        visited.add(urlsplit(address).path)
        echoed = text.replace(f"q={WORD}", "").replace(f"“{WORD}”", "").replace(f'value="{WORD}"', "")
        echoed = (
            re.sub(rf"(Search: |\"q\": \")?{WORD}(?=( · |</title>|\"|<))", "", echoed) if "?q=" in address else echoed
        )
        if WORD in echoed.lower():
            leaks.append((address, echoed[max(0, echoed.lower().index(WORD) - 80) :][:200]))

    assert not leaks
    assert len(visited) > 60
    assert any(path.endswith("/fhir/") and "NCT5555" not in path for path in visited)
    names = {pattern.name for pattern in urlpatterns if getattr(pattern, "name", None)}
    assert names - {name_of(path) for path in visited} - unlinked == set()
