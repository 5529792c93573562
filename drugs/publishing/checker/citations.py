"""Claims without a citation, citations without a source, sources that nothing cites."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from drugs.models import Source, row_models
from drugs.publishing.checker.draft import Draft, brackets
from drugs.publishing.checker.finding import Finding
from drugs.registry_numbers import numbers_in

#: A number of its own: the digits of AMX0035, SOD1 or COVID-19 are part of a name.
_NUMBER = re.compile(r"(?<![\w-])\d")
_APPROVAL = re.compile(r"\b(?:approv(?:al|als|ed|es)|licen[sc]ed|authori[sz]ed|authori[sz]ation)\b", re.IGNORECASE)
#: What a citation looks like: 'Oh et al., 2018', 'Smith and Jones, 2020b', 'Corestem website'.
_LOOKS_CITED = re.compile(
    r"^(?:see )?[A-ZÀ-Þ][\w'’.-]*(?: (?:et al\.?|and|&|[A-ZÀ-Þ][\w'’.-]*)){0,5},? (?:19|20)\d\d[a-z]?$|\bet al\b"
)


def claims_without_citation(draft: Draft) -> Iterator[Finding]:
    """A paragraph or list item with a number, an approval or a trial, and no citation."""
    for where, block, text in draft.passages:
        if not block.is_prose or draft.cited_in(text):
            continue
        named = [trial for trial in draft.trials if draft._has_acronym(trial, text)]
        if _NUMBER.search(text) or _APPROVAL.search(text) or named or numbers_in(text):
            yield Finding(
                "claim_without_citation",
                where,
                text,
                _("A number, an approval or a trial needs a citation, such as (Oh et al., 2018)."),
            )


def citations_without_source(draft: Draft) -> Iterator[Finding]:
    labels = [source.label for source in draft.sources]
    for where, _block, text in draft.passages:
        for bracket in brackets(text):
            rest = bracket
            for label in sorted(labels, key=len, reverse=True):
                rest = rest.replace(label, "")
            for part in re.split(r";|, (?=[A-ZÀ-Þ])", rest):
                if _LOOKS_CITED.search(part.strip(" ,")):
                    why = _("“%(citation)s” is no source of this edition. Add it, or choose one of the labels.") % {
                        "citation": part.strip(" ,")
                    }
                    yield Finding("citation_without_source", where, text, why)


def sources_never_cited(draft: Draft) -> Iterator[Finding]:
    in_text = {source.pk for _where, _block, text in draft.passages for source in draft.cited_in(text)}
    in_rows: set[int] = set()
    for model in row_models():
        if any(field.name == "source" for field in model._meta.fields):
            in_rows.update(
                model.objects.filter(edition=draft.edition).exclude(source=None).values_list("source", flat=True)
            )
    for source in draft.sources:
        if source.pk not in in_text | in_rows:
            yield Finding(
                "source_never_cited",
                str(Source._meta.verbose_name),
                source.label,
                _("Nothing cites this source: cite it, or remove it."),
            )
