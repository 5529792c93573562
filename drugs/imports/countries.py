"""The countries in a trial's list of sites, as ISO 3166-1 codes."""

import re
from functools import cache, lru_cache

from django.utils.translation import gettext as _
from django_countries import countries

from drugs.imports.clean import NOT_AVAILABLE, key, line
from drugs.imports.problems import PartlyKnownError, shown

#: Names that registries write and the ISO list does not.
_OTHER_NAMES = {
    "Iran": "IR",
    "Iran, Islamic Republic of": "IR",
    "Korea, Republic of": "KR",
    "Republic of Korea": "KR",
    "South Korea": "KR",
    "Korea": "KR",
    "Korea, Democratic People's Republic of": "KP",
    "Taiwan": "TW",
    "Taiwan, Province of China": "TW",
    "Taiwan, China": "TW",
    "Hong Kong, China": "HK",
    "Macao, China": "MO",
    "Turkey": "TR",
    "Turkey (Türkiye)": "TR",
    "Russia": "RU",
    "Russian Federation": "RU",
    "Vietnam": "VN",
    "Viet Nam": "VN",
    "Czech Republic": "CZ",
    "Macedonia, The Former Yugoslav Republic of": "MK",
    "Moldova, Republic of": "MD",
    "Tanzania": "TZ",
    "Bolivia": "BO",
    "Venezuela": "VE",
    "Brunei": "BN",
    "Laos": "LA",
    "Lao People's Democratic Republic": "LA",
    "Syria": "SY",
    "Palestine": "PS",
    "Palestinian Territories, Occupied": "PS",
    "Palestinian Territory, occupied": "PS",
    "Congo, The Democratic Republic of the": "CD",
    "Democratic Republic of the Congo": "CD",
    "Côte D'Ivoire": "CI",
    "Ivory Coast": "CI",
    "Swaziland": "SZ",
    "Libyan Arab Jamahiriya": "LY",
    "Holy See (Vatican City State)": "VA",
    "Virgin Islands (U.S.)": "VI",
    "The Gambia": "GM",
    "Burma": "MM",
    "Myanmar (Burma)": "MM",
    "Cape Verde": "CV",
    "Kosovo": "XK",
    "XK": "XK",
    "Reunion": "RE",
    "USA": "US",
    "United States": "US",
    "Macau": "MO",
    "Bahamas": "BS",
    "East Timor": "TL",
    "Macedonia": "MK",
    "Slovak Republic": "SK",
    "Kyrgyz Republic": "KG",
    "Republic of Moldova": "MD",
    "Islamic Republic of Iran": "IR",
    "Tanzania, United Republic of": "TZ",
    "United Republic of Tanzania": "TZ",
    "Bolivia, Plurinational State of": "BO",
    "Venezuela, Bolivarian Republic of": "VE",
    "Micronesia, Federated States of": "FM",
    "Congo, Democratic Republic of the": "CD",
    "Hong Kong SAR": "HK",
    "Hong Kong SAR, China": "HK",
    "United States of America": "US",
    "UK": "GB",
    "England": "GB",
    "Scotland": "GB",
    "Wales": "GB",
    "Northern Ireland": "GB",
    "The Netherlands": "NL",
    "Great Britain": "GB",
    "Mainland China": "CN",
    "P.R. China": "CN",
}


@cache
def _codes() -> dict[str, str]:
    names = {key(str(name)): code for code, name in countries}
    names |= {key(code): code for code, _name in countries}
    return names | {key(name): code for name, code in _OTHER_NAMES.items()}


@lru_cache(maxsize=8192)
def country_code(name: str) -> str:
    """The code of a country in any of its usual names; empty when it is none.

    'NA' is what programs write for nothing, and 'No' an answer: Namibia goes by its name, Norway by its name or NO.
    """
    if len(name) < 2 or name in NOT_AVAILABLE or name in ("No", "no"):
        return ""
    return _codes().get(key(name), "")


@lru_cache(maxsize=65536)
def _at_the_end(tail: tuple[str, ...]) -> str:
    for start in range(len(tail)):  # the longest name first: 'Korea, Republic of' before 'Republic of'
        name = ", ".join(tail[start:])
        if len(name) > 2 and (code := country_code(name)):
            return code
    return ""


#: What stands in lists of countries and names none, by key.
_NO_COUNTRY = frozenset(
    "na nocountrygiven notapplicable notstated notspecified unknown other others outsideeueea outsidetheeueea".split()
)


def countries_of_sites(locations: str) -> str:
    """Codes joined by |, in the order of the sites; a site whose country is not a known name counts nowhere."""
    return "|".join(dict.fromkeys(filter(None, _codes_of_sites(locations))))


def _codes_of_sites(locations: str) -> list[str]:
    return [_at_the_end(tuple(site.rsplit(", ", 2)[-2:])) for site in locations.split("|")]


def locations(value: str) -> dict[str, str]:
    """The sites as they are, and their countries. Raises `PartlyKnownError` where a site is in none that is known."""
    sites = line(value)
    found = _codes_of_sites(sites)
    codes = "|".join(dict.fromkeys(filter(None, found)))
    facts = {"locations": sites} | ({"countries": codes} if codes else {})
    if "" in found:
        strange = [site for site, code in zip(sites.split("|"), found, strict=True) if not code and site.strip()]
        if strange:
            raise PartlyKnownError(_unknown(strange), facts)
    return facts


def country_list(value: str) -> str:
    """Codes of a list of countries by name or code, parted by | ; or commas (a comma may stand in a name).

    Raises `PartlyKnownError`, with those that are known, where one is not.
    """
    codes: list[str] = []
    strange: list[str] = []
    for part in re.split(r"[|;\n]", line(value) if "\n" not in value else value):
        if code := country_code(part.strip()):
            codes.append(code)
        else:
            _read_named(part, codes, strange)
    joined = "|".join(dict.fromkeys(codes))
    if strange:
        raise PartlyKnownError(_unknown(strange), joined)
    return joined


def country_codes(value: str) -> str:
    """Codes joined by |, as our own data has them, where NA is Namibia; else as `country_list`."""
    return value if all(part in countries.countries for part in value.split("|")) else country_list(value)


def _read_named(part: str, codes: list[str], strange: list[str]) -> None:
    """Sort the names of one part, some of which have a comma in them, into those that are known and those that are not."""
    pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
    while pieces:
        pair = ", ".join(pieces[:2])
        if len(pieces) > 1 and (code := country_code(pair)):
            codes.append(code)
            pieces = pieces[2:]
            continue
        if code := country_code(pieces[0]):
            codes.append(code)
        elif key(pieces[0]) not in _NO_COUNTRY:
            strange.append(pieces[0])
        pieces = pieces[1:]


def _unknown(names: list[str]) -> str:
    return _("No country that is known: %(names)s. It is in none of the lists by country.") % {
        "names": "; ".join(shown(name, 60) for name in list(dict.fromkeys(names))[:5])
    }
