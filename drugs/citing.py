"""How to cite an edition: RIS, BibTeX, CSL-JSON and plain words, each with the permanent address.

RIS: https://en.wikipedia.org/wiki/RIS_(file_format), type ELEC. CSL-JSON: https://github.com/citation-style-language/schema.
"""

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from drugs.models import Publication


@dataclass(frozen=True)
class Citation:
    """What every format says of one published edition."""

    key: str
    title: str
    publisher: str
    version: str
    published_on: dt.date
    address: str
    note: str

    @classmethod
    def of(cls, publication: Publication) -> "Citation":
        edition = publication.edition
        note = ""
        if publication.withdrawn_at:
            note = _("Withdrawn on %(date)s: %(why)s") % {
                "date": timezone.localdate(publication.withdrawn_at).isoformat(),
                "why": publication.withdrawn_reason,
            }
        return cls(
            key=f"{edition.therapy.slug}-{edition.number}",
            title=_("%(name)s: what is known about this therapy for ALS/MND") % {"name": edition.display_name},
            publisher=settings.PUBLISHER,
            version=_("Edition %(number)s") % {"number": edition.number},
            published_on=timezone.localdate(publication.goes_live_at),
            address=settings.SITE_URL + edition.get_absolute_url(),
            note=note,
        )

    def as_ris(self) -> str:
        lines = [
            ("TY", "ELEC"),
            ("ID", self.key),
            ("TI", self.title),
            ("AU", self.publisher),
            ("PB", self.publisher),
            ("ET", self.version),
            ("PY", f"{self.published_on:%Y}"),
            ("DA", f"{self.published_on:%Y/%m/%d}"),
            ("UR", self.address),
            ("N1", self.note),
            ("ER", ""),
        ]
        return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in lines if value or tag == "ER")

    def as_bibtex(self) -> str:
        fields = {
            "title": self.title,
            "author": self.publisher,
            "organization": self.publisher,
            "edition": self.version,
            "year": f"{self.published_on:%Y}",
            "month": str(self.published_on.month),
            "url": self.address,
            "note": self.note,
        }
        body = ",\n".join(f"  {name} = {{{_braces_kept(value)}}}" for name, value in fields.items() if value)
        return f"@online{{{self.key},\n{body}\n}}\n"

    def as_csl_json(self) -> str:
        item = {
            "id": self.key,
            "type": "webpage",
            "title": self.title,
            "author": [{"literal": self.publisher}],
            "publisher": self.publisher,
            "version": self.version,
            "issued": {"date-parts": [[self.published_on.year, self.published_on.month, self.published_on.day]]},
            "URL": self.address,
        }
        return json.dumps([item | ({"note": self.note} if self.note else {})], ensure_ascii=False, indent=2) + "\n"

    def as_text(self) -> str:
        text = f"{self.publisher}. {self.title}. {self.version}, {self.published_on.isoformat()}. {self.address}"
        return f"{text} ({self.note})\n" if self.note else f"{text}\n"


def _braces_kept(value: str) -> str:
    """A BibTeX value in which nothing ends its braces or starts a command."""
    return re.sub(r"([\\{}%#$&_])", lambda match: "\\textbackslash{}" if match[0] == "\\" else f"\\{match[0]}", value)


#: ending of the address -> (media type, writer)
FORMATS: dict[str, tuple[str, Callable[[Citation], str]]] = {
    "ris": ("application/x-research-info-systems", Citation.as_ris),
    "bib": ("application/x-bibtex", Citation.as_bibtex),
    "json": ("application/vnd.citationstyles.csl+json", Citation.as_csl_json),
    "txt": ("text/plain", Citation.as_text),
}
