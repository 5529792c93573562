"""Publish an edition, take a scheduled one back, withdraw a public one: the only writers of Publication."""

import datetime as dt

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.alerts.telling import queue as queue_alerts
from drugs.models import ContentVersion, Edition, EditionText, Publication, TherapyTrial, TrialSnapshot
from drugs.publishing.digest import edition_digest
from drugs.publishing.flags import flag_therapy
from drugs.publishing.steps import may_not_publish
from drugs.publishing.text import keep_text


@transaction.atomic
def publish(
    edition: Edition, *, note: str, by: User | None = None, goes_live_at: dt.datetime | None = None
) -> Publication:
    """Make `edition` public from `goes_live_at` on, by default now. Raises ValidationError with what is in the way."""
    now = timezone.now()
    edition = Edition.objects.select_for_update().select_related("therapy").get(pk=edition.pk)
    if Publication.objects.filter(edition=edition).exists():
        raise ValidationError(_("This edition is published already."))
    if by is not None and (why := may_not_publish(edition, by)):
        raise ValidationError(why)
    publication = Publication(
        edition=edition,
        therapy=edition.therapy,
        goes_live_at=goes_live_at or now,
        published_by=by,
        note=note.strip(),
        digest=edition_digest(edition),
    )
    publication.full_clean()
    publication.save()
    take_snapshots(edition, by=by, at=now)
    keep_text(edition)
    queue_alerts(publication.goes_live_at)
    ContentVersion.bump()
    return publication


@transaction.atomic
def withdraw(publication: Publication, *, reason: str, by: User | None = None) -> None:
    """Take a public edition away, with a reason that readers see: the edition before it is live again."""
    publication = Publication.objects.select_for_update().get(pk=publication.pk)
    if publication.withdrawn_at:
        raise ValidationError(_("This edition is withdrawn already."))
    if not reason.strip():
        raise ValidationError(_("Say why the edition is withdrawn: readers see it."))
    publication.withdrawn_at, publication.withdrawn_by, publication.withdrawn_reason = (
        timezone.now(),
        by,
        reason.strip(),
    )
    publication.save()
    flag_therapy(publication.therapy, at=publication.withdrawn_at)
    ContentVersion.bump()


@transaction.atomic
def take_back(publication: Publication) -> None:
    """Make a scheduled edition a draft again, as long as its time has not come."""
    publication = Publication.objects.select_for_update().get(pk=publication.pk)
    if publication.goes_live_at <= timezone.now():
        raise ValidationError(_("This edition is public already: withdraw it instead, with a reason."))
    QuerySet(Publication).filter(pk=publication.pk).delete()
    TrialSnapshot.objects.filter(edition=publication.edition_id).delete()
    EditionText.objects.filter(edition=publication.edition_id).delete()
    ContentVersion.bump()


def take_snapshots(
    edition: Edition, *, by: User | None, at: dt.datetime, is_still_true: bool = False
) -> list[TrialSnapshot]:
    """Keep the facts of the trials that the edition's page shows, as they are at that moment."""
    links = TherapyTrial.objects.public().filter(therapy=edition.therapy_id).select_related("trial")
    return TrialSnapshot.objects.bulk_create(
        [
            TrialSnapshot(
                edition=edition,
                trial=link.trial,
                facts=link.trial.facts(),
                taken_at=at,
                taken_by=by,
                is_still_true=is_still_true,
            )
            for link in links
        ]
    )
