"""Where an edition stands, computed from its publication, its steps and the clock: never stored."""

import datetime as dt

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from drugs.models import Edition, EditionStep, Publication
from drugs.vocabulary import StepKind


class State(TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("waits for review")
    SCHEDULED = "scheduled", _("scheduled")
    LIVE = "live", _("live")
    SUPERSEDED = "superseded", _("replaced by a newer one")
    WITHDRAWN = "withdrawn", _("withdrawn")


#: Steps that say whose turn it is; a save changes nothing about that.
_TURNS = (StepKind.STARTED, StepKind.SENT, StepKind.RETURNED, StepKind.TAKEN_BACK)


def with_state(editions: QuerySet[Edition], at: dt.datetime) -> QuerySet[Edition]:
    """Each edition with `state`, one of `State`, as it stands at that moment."""
    newer = Publication.objects.filter(
        therapy=OuterRef("therapy"),
        goes_live_at__gt=OuterRef("publication__goes_live_at"),
        goes_live_at__lte=at,
        withdrawn_at=None,
    )
    turn = EditionStep.objects.filter(edition=OuterRef("pk"), kind__in=_TURNS).order_by("-at", "-pk")
    return editions.annotate(turn=Subquery(turn.values("kind")[:1])).annotate(
        state=Case(
            When(publication__withdrawn_at__isnull=False, then=Value(State.WITHDRAWN)),
            When(publication__goes_live_at__gt=at, then=Value(State.SCHEDULED)),
            When(Exists(newer), then=Value(State.SUPERSEDED)),
            When(publication__isnull=False, then=Value(State.LIVE)),
            When(turn=StepKind.SENT, then=Value(State.IN_REVIEW)),
            default=Value(State.DRAFT),
        )
    )


def state_of(edition: Edition, at: dt.datetime) -> State:
    return State(with_state(Edition.objects.filter(pk=edition.pk), at).values_list("state", flat=True).get())  # type: ignore[misc]
