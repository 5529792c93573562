"""One FilterSet per kind of record, shared by page, API, download and feed. docs/design.md lists the parameters."""

from drugs.filters.approvals import ApprovalFilterSet
from drugs.filters.editions import EditionFilterSet
from drugs.filters.trials import TrialFilterSet

__all__ = ["ApprovalFilterSet", "EditionFilterSet", "TrialFilterSet"]
