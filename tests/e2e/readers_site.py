"""The site that browser tests only read: as it is deployed, with the content that ships and what that does not show.

`conftest.py` starts one for all processes of a run: `scripts/with-site python -m tests.e2e.readers_site FILE` fills it, writes
its address to the file and waits until its standard input ends, as it does when the run has ended in whatever way.
"""

import datetime as dt
import os
import sys
from io import BytesIO
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
django.setup()

from django.db import transaction  # noqa: E402 (models need the apps)
from django.utils import timezone  # noqa: E402
from PIL import Image  # noqa: E402

from drugs.models import Announcement, Edition, Page, Trial  # noqa: E402
from drugs.publishing.copying import copy_edition  # noqa: E402
from drugs.publishing.pages import withdraw as withdraw_page  # noqa: E402
from drugs.publishing.publish import withdraw  # noqa: E402
from tests import factories  # noqa: E402


@transaction.atomic
def fill() -> None:
    """Beside the shipped content a second edition of one page, one that was withdrawn, cut-offs, and what is around pages."""
    first = Edition.objects.get(therapy__slug="lenzumestrocel")
    second = copy_edition(first, number=2, background="<p>A changed background, in 123 people (Oh et al., 2018).</p>")
    factories.publish(second, at=timezone.now() - dt.timedelta(minutes=1), note="The background was shortened.")
    for values in ({"number": 24}, {"kind": "gene", "genes": "SOD1"}, {"kind": "age_max", "number": 80}):
        factories.TrialCutoffFactory(trial=Trial.objects.get(home_number="NCT07322003"), confirmed=True, **values)
    gone = factories.live_edition("withdrawn")
    withdraw(gone.publication, reason="It named a wrong trial.")
    _around_the_pages(first)


def _around_the_pages(edition: Edition) -> None:
    """An announcement with a link, two portraits, a page that was withdrawn, corrections open and answered."""
    day = timezone.localdate()
    page = Page.objects.get(slug="accessibility")
    Announcement.objects.create(
        text="This site is new. Please tell us what does not work for you.",
        link_label="Accessibility",
        page=page,
        from_on=day,
        until_on=day,
    )
    picture = BytesIO()
    Image.effect_noise((480, 600), 40).convert("RGB").save(picture, "WEBP", quality=10)
    for caption in ("A person, 2026", ""):
        factories.PortraitFactory(picture=picture.getvalue(), width=480, height=600, caption=caption)
    withdraw_page(factories.live_page("gone"), by=None, reason="It named a wrong address.")
    factories.AlertFactory(key="w" * 43, therapy=edition.therapy)
    factories.AlertFactory(key="c" * 43, confirmed=True)
    factories.CorrectionFactory(reference="C-7K3F-92")
    factories.CorrectionFactory(
        reference="C-7K3F-94",
        outcome="corrected",
        outcome_text="The number was mended.",
        public_summary="A wrong number of people.",
        fixed_in=edition,
        answered_at=timezone.now(),
    )


if __name__ == "__main__":
    fill()
    Path(sys.argv[1]).write_text(os.environ["SITE"])
    sys.stdin.read()
