"""Reasons for leaving what the fact checker found."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction

from drugs.models import Edition, FindingAnswer
from drugs.publishing.checker import findings


@transaction.atomic
def answer_findings(edition: Edition, reasons: Mapping[str, str], *, by: User) -> int:
    """Keep a reason for each finding of `edition` that `reasons` names by its key; returns how many are new or other.

    A key that is no finding of this edition is passed over: the passage was mended meanwhile.
    """
    kept = 0
    for finding in findings(edition):
        reason = " ".join(reasons.get(finding.key, "").split())[:400]
        if reason and reason != finding.reason:
            FindingAnswer.objects.update_or_create(
                therapy_id=edition.therapy_id,
                key=finding.key,
                defaults={"rule": finding.rule, "passage": finding.passage, "reason": reason, "answered_by": by},
            )
            kept += 1
    return kept
