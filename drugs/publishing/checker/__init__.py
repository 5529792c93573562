"""The fact checker: what an edition says that its own rows, its trials or its sources do not bear out.

`findings(edition)` runs every rule. Each finding says where and why; at review it needs a fix or a reason.
"""

from collections.abc import Callable, Iterable

from drugs.models import Edition, FindingAnswer
from drugs.publishing.checker import citations, reading, rows, trial_claims, trial_numbers
from drugs.publishing.checker.draft import Draft
from drugs.publishing.checker.finding import Finding

Rule = Callable[[Draft], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    trial_numbers.unknown_numbers,
    trial_numbers.numbers_of_other_therapies,
    trial_numbers.one_number_for_two_studies,
    trial_claims.phases,
    trial_claims.years,
    trial_claims.comparators,
    trial_claims.sizes,
    citations.claims_without_citation,
    citations.citations_without_source,
    citations.sources_never_cited,
    rows.approvals_without_stage,
    rows.unverified_rows,
    rows.retracted_sources,
    rows.dead_and_moved_links,
    reading.hard_summary,
)

__all__ = ["RULES", "Finding", "findings", "unanswered"]


def findings(edition: Edition) -> list[Finding]:
    """Everything the rules find, in the order of the rules, each once, with the reason that an editor gave for it."""
    draft = Draft.of(edition)
    answers = dict(FindingAnswer.objects.filter(therapy=edition.therapy_id).values_list("key", "reason"))
    unique = {finding.key: finding for rule in RULES for finding in rule(draft)}
    return [finding.answered(answers.get(key, "")) for key, finding in unique.items()]


def unanswered(edition: Edition) -> list[Finding]:
    """The findings that still need a fix or a reason."""
    return [finding for finding in findings(edition) if not finding.reason]
