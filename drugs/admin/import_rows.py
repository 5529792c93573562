"""What the rows of an import say, in words: what changes, and what a trial that is not there yet would be."""

from typing import Any

from django.utils.translation import gettext as _t

from drugs.bulk import read_json
from drugs.models import ImportRow, ImportRun, Trial, TrialIdentifier
from drugs.regions import region_name
from drugs.vocabulary import RunState

#: What a decision on a trial that is not there yet goes by.
_TOLD_OF_NEW = ("overall_status", "phases", "enrollment", "start_date", "lead_sponsor", "conditions", "countries")


def tell(run: ImportRun, rows: list[Any]) -> None:
    """Give each row its title, its changes, the facts of a trial that is not there yet, and the key of the one that it became."""
    facts, became = _facts_of_new(run, rows), _became(run, rows)
    for row in rows:
        said = facts.get(row.row, {})
        row.title = row.trial.brief_title if row.trial else said.get("brief_title") or said.get("official_title", "")
        row.opens = row.trial_id or became.get(row.number)
        row.shown_changes = [_change(row, change) for change in row.changes]
        told = [(name, str(said.get(name, ""))) for name in _TOLD_OF_NEW]
        row.shown_facts = [(label(name), _in_words(name, value)) for name, value in told if value]


def label(name: str) -> str:
    """What a field is called."""
    if name == "identifiers":
        return _t("registry number")
    return str(Trial._meta.get_field(name).verbose_name)


def _facts_of_new(run: ImportRun, rows: list[ImportRow]) -> dict[int, dict[str, Any]]:
    """By row what the file says of a trial that is not there yet."""
    waiting = run.records_waiting.filter(row__in=[row.row for row in rows if row.trial_id is None])
    return {row: read_json(text)["facts"] for row, text in waiting.values_list("row", "said")}


def _became(run: ImportRun, rows: list[ImportRow]) -> dict[str, int]:
    """By number the trials that a written run made, or joined."""
    if run.state != RunState.APPLIED:
        return {}
    numbers = [row.number for row in rows if row.trial_id is None and row.number]
    return dict(TrialIdentifier.objects.filter(number__in=numbers).values_list("number", "trial")) if numbers else {}


def _change(row: ImportRow, change: list[str]) -> dict[str, Any]:
    name, old, new = change
    return {
        "name": name,
        "label": label(name),
        "old": _in_words(name, old),
        "new": _in_words(name, new),
        "is_taken": name not in row.left_out,
    }


def _in_words(name: str, value: str) -> str:
    """A value of a closed list, a yes or no, and countries as people read them."""
    if name == "has_results":
        return {"true": _t("yes"), "false": _t("no")}.get(value.lower(), value)
    if name == "countries":
        return ", ".join(region_name(code) for code in value.split("|") if code)
    words = dict(Trial._meta.get_field(name).flatchoices) if name in Trial.FACTS else {}
    return str(words.get(value, value))
