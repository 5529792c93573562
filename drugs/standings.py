"""How a therapy stands in a region: its stage, the kind of approval this rests on, and why it ended.

Whatever shows a stage shows a `Standing`, so that 'Approved' nowhere stands alone where the approval is conditional.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from drugs.models import Approval, Edition, StatusEvent
from drugs.regions import EU, WORLD, is_in_eu, region_name
from drugs.vocabulary import ApprovalKind, Stage, StopReason

#: In which order the stages of one therapy are shown.
ORDER = (Stage.APPROVED, Stage.IN_DEVELOPMENT, Stage.NO_LONGER_IN_DEVELOPMENT)
#: Of several approvals in a region the fullest counts; one whose kind no source states counts last.
FULLEST_FIRST = (
    ApprovalKind.FULL,
    ApprovalKind.EXCEPTIONAL,
    ApprovalKind.CONDITIONAL,
    ApprovalKind.ACCELERATED,
    ApprovalKind.NOT_STATED,
)
#: Kinds that grant less than a full approval.
LIMITED = (ApprovalKind.EXCEPTIONAL, ApprovalKind.CONDITIONAL, ApprovalKind.ACCELERATED)


class ApprovalRead(NamedTuple):
    """As much of an approval as a standing needs."""

    edition: int
    region: str
    kind: str


@dataclass(frozen=True)
class Standing:
    """A stage in a region. `approval`: the kind of the fullest approval there; empty where none is known."""

    stage: str
    region: str
    approval: str = ""
    reason: str = ""

    @property
    def words(self) -> str:
        """'Approved, conditional': the stage, and the kind of an approval that is less than full."""
        label = str(Stage(self.stage).label)
        return f"{label}, {self.limit}" if self.limit else label

    @property
    def limit(self) -> str:
        """'conditional', 'accelerated' and the like; empty for a full approval and where no source states the kind."""
        return str(ApprovalKind(self.approval).label) if self.approval in LIMITED else ""

    @property
    def rank(self) -> int:
        """Fuller approvals first, among standings of one stage."""
        return FULLEST_FIRST.index(ApprovalKind(self.approval)) if self.limit else -1

    @property
    def region_label(self) -> str:
        return region_name(self.region)

    @property
    def reason_label(self) -> str:
        return str(StopReason(self.reason).label) if self.reason else ""


def fullest_kind(approvals: Iterable[Approval | ApprovalRead], region: str) -> str:
    """The kind of the fullest approval in a region, for a member of the European Union else of the Union's; or nothing."""
    approvals = list(approvals)
    kinds = [ApprovalKind(approval.kind) for approval in approvals if approval.region == region]
    if not kinds and is_in_eu(region, timezone.localdate()):
        return fullest_kind(approvals, EU)
    return min(kinds, key=FULLEST_FIRST.index) if kinds else ""


def standing_of(event: StatusEvent, approvals: Iterable[Approval]) -> Standing:
    """How an event's therapy stands, or stood: an earlier stage rests on approvals that were withdrawn since, too."""
    in_time = [approval for approval in approvals if not (event.is_current and approval.withdrawn_on)]
    approval = fullest_kind(in_time, event.region) if event.stage == Stage.APPROVED else ""
    return Standing(event.stage, event.region, approval, event.reason)


Editions = QuerySet[Edition] | Iterable[int]


def standings(editions: Editions, approvals: Iterable[ApprovalRead] | None = None) -> dict[int, list[Standing]]:
    """The stages that hold today, by edition, approvals first, everywhere else last; two queries, or one beside `approvals`."""
    events = StatusEvent.objects.public().filter(edition__in=editions, is_current=True).order_by("position", "pk")
    known = defaultdict(list)
    for read in approvals_in_force(editions) if approvals is None else approvals:
        known[read.edition].append(read)
    found: dict[int, list[Standing]] = defaultdict(list)
    for edition, stage, region, reason in events.values_list("edition", "stage", "region", "reason"):
        approval = fullest_kind(known[edition], region) if stage == Stage.APPROVED else ""
        found[edition].append(Standing(stage, region, approval, reason))
    return {edition: in_order(its) for edition, its in found.items()}


def in_order(standings: Iterable[Standing]) -> list[Standing]:
    """As they are shown everywhere: approvals first, everywhere else last."""
    return sorted(standings, key=lambda standing: (ORDER.index(standing.stage), standing.region == WORLD))


def by_words(standings: Iterable[Standing]) -> list[tuple[str, list[Standing]]]:
    """Those of the same words together, fuller approvals first."""
    grouped: dict[str, list[Standing]] = defaultdict(list)
    for standing in sorted(in_order(standings), key=lambda standing: (ORDER.index(standing.stage), standing.rank)):
        grouped[standing.words].append(standing)
    return list(grouped.items())


def is_limited(standings: Iterable[Standing]) -> bool:
    """Whether approvals are limited where a source states their kind, and none is full."""
    kinds = {standing.approval for standing in standings}
    return bool(kinds & set(LIMITED)) and ApprovalKind.FULL not in kinds


def approvals_in_force(editions: Editions) -> list[ApprovalRead]:
    """The verified approvals of editions that came through the gate, without those that were withdrawn."""
    found = in_force().filter(edition__in=editions).order_by("pk")
    return [ApprovalRead(*values) for values in found.values_list("edition", "region", "kind")]


def in_force() -> QuerySet[Approval]:
    return Approval.objects.public().filter(withdrawn_on="")


def has_limited_approval(edition: str) -> Q:
    """Whether `edition` (a lookup) has a limited approval and none that a source calls full."""
    approvals = in_force().filter(edition=OuterRef(edition))
    return Q(Exists(approvals.filter(kind__in=LIMITED))) & ~Q(Exists(approvals.filter(kind=ApprovalKind.FULL)))
