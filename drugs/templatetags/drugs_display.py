"""Values in the words and forms that readers see."""

import json
import re
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from drugs.comparison.sections import where_given
from drugs.filters.base import RecordFilterSet
from drugs.linked_data import therapy_data, trial_data
from drugs.models import ReportedResult, Source, Trial
from drugs.partial_dates import PartialDate
from drugs.qr import qr_svg
from drugs.regions import region_name
from drugs.registry_numbers import public_address
from drugs.rendering import marked_html
from drugs.therapy_page import TherapyPage
from drugs.trial_page import TrialPage
from drugs.vocabulary import REGISTRY_WORDS, expected

register = template.Library()

register.filter("region", region_name)
register.filter("marked_html", marked_html)
register.filter("date_kind", expected)


@register.filter
def partial_date(value: str | None) -> str:
    """'2025-05' as 'May 2025'; nothing for nothing."""
    return PartialDate(value).display if value else ""


@register.filter
def breakable(name: str) -> SafeString:
    """A name that breaks after a slash and before no dash: 'Rozebalamin/', then 'Methylcobalamin'."""
    shown = escape(name).replace("/", "/<wbr>").replace(" – ", "\u00a0– ")
    return mark_safe(shown)  # noqa: S308 (escaped above; what was added is our own)


@register.filter
def date_certainty(dated: Any) -> str:
    """' (expected)' after a date that is only estimated, and a word where the registry says neither; nothing after an actual one."""
    return " " + _("(not stated whether it has happened)") if not dated.type else expected(dated.type)


@register.filter
def full_stop(sentence: str) -> str:
    """The sentence with one full stop at its end."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


@register.filter
def number(value: Decimal | int | None) -> str:
    """A number without the zeros that storing added: 2.98, 115, -0.5 with a true minus."""
    if value is None:
        return ""
    text = formats.localize_input(value) if isinstance(value, int) else format(value.normalize(), "f")
    return text.replace("-", "−")


@register.filter
def pieces(value: str) -> list[str]:
    """The parts of a registry's list, which separates them by |."""
    return [part.strip() for part in value.split("|") if part.strip()]


@register.filter
def in_words(value: str) -> str:
    """A registry's own codes as people read them: 'ADULT, OLDER_ADULT' as 'adults (18 to 64), older adults (65 and over)'."""
    codes = [code.strip() for code in re.split(r"[|,]", value) if code.strip()]
    return ", ".join(str(REGISTRY_WORDS.get(code, code)) for code in codes)


@register.filter
def study_details(result: ReportedResult) -> str:
    """When, in whom and compared with what: '28 weeks; all who were randomised; compared with placebo; 72 treated, 36 compared'."""
    parts = [result.time_point, result.population]
    if result.comparator:
        parts.append(_("compared with %(comparator)s") % {"comparator": result.comparator})
    if result.treated_count is not None:
        compared = "?" if result.comparator_count is None else result.comparator_count
        parts.append(
            _("%(treated)s treated, %(compared)s compared") % {"treated": result.treated_count, "compared": compared}
        )
    return "; ".join(filter(None, parts))


@register.filter
def registry_link(trial: Trial) -> str:
    """Where the trial's home registry shows its record; empty where its addresses are not by number."""
    return public_address(trial.home_registry, trial.home_number)


@register.filter
def list_address(stage: str) -> str:
    """The list of therapies at a stage."""
    return reverse(f"therapy-list-{stage.replace('_', '-')}")


@register.simple_tag
def citation(page: TherapyPage, source: Source | None) -> SafeString | str:
    """A source in a row: its label, which leads to it, and whether it was retracted. Nothing without a source."""
    if source is None:
        return ""
    link = format_html('<a class="cite" href="{}">{}</a>', page.anchor_of(source), source.label)
    return format_html('{} <strong class="warn">{}</strong>', link, _("retracted")) if source.retracted_on else link


@register.simple_tag
def toggled(filterset: RecordFilterSet, name: str, value: str) -> str:
    """The address of a list with one value of a facet chosen, or taken off."""
    return filterset.toggled(name, value)


@register.simple_tag
def next_anchor(page: Any, position: int) -> str:
    """The anchor of the section after the one at `position`, which counts from 1."""
    return str(page.places[position].anchor)


@register.filter
def has_one(values: list[Any]) -> bool:
    return len(values) == 1


@register.filter
def linked_data(page: TherapyPage | TrialPage) -> SafeString:
    """The page's JSON-LD as a data block: no character in it can end the block."""
    data = therapy_data(page) if isinstance(page, TherapyPage) else trial_data(page)
    text = json.dumps(data, ensure_ascii=False).translate({ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 (<, > and & are escaped above)


@register.simple_tag
def absolute(path: str) -> str:
    """An address of this site with its host, for machines."""
    return str(settings.SITE_URL) + path


@register.filter
def genes(symbols: str) -> str:
    """'SOD1|FUS' as 'SOD1 or FUS'."""
    return _(" or ").join(symbols.split("|"))


@register.filter
def names(columns: list[Any]) -> str:
    """'A, B and C' for what has a name."""
    *most, last = [column.name for column in columns]
    return _("%(names)s and %(last)s") % {"names": ", ".join(most), "last": last} if most else last


@register.filter
def names_in_heading(columns: list[Any]) -> SafeString:
    """The same for a heading: a name breaks after a slash, and not after its hyphens as long as it fits a line."""
    *most, last = [breakable(column.name).replace("-", "-\u2060") for column in columns]
    shown = _("%(names)s and %(last)s") % {"names": ", ".join(most), "last": last} if most else last
    return mark_safe(shown)  # noqa: S308 (each name is escaped by `breakable`)


@register.filter
def beside(columns: list[Any], cells: list[Any]) -> list[tuple[Any, Any]]:
    """Each column with its cell."""
    return list(zip(columns, cells, strict=True))


@register.filter
def following(values: list[Any], position: int) -> Any:
    """What comes after the one at `position`, which counts from 1; None after the last."""
    return values[position] if position < len(values) else None


register.filter("where_given", where_given)
register.filter("qr", qr_svg)
