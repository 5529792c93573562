"""The countries in a trial's list of sites, as ISO 3166-1 codes."""

import re
from functools import cache, lru_cache

from django_countries import countries

from drugs.imports.clean import key, line

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
    """The code of a country in any of its usual names; empty when it is none."""
    return _codes().get(key(name), "") if len(name) > 1 else ""


@lru_cache(maxsize=65536)
def _at_the_end(tail: tuple[str, ...]) -> str:
    for start in range(len(tail)):  # the longest name first: 'Korea, Republic of' before 'Republic of'
        name = ", ".join(tail[start:])
        if len(name) > 2 and (code := country_code(name)):
            return code
    return ""


def countries_of_sites(locations: str) -> str:
    """Codes joined by |, in the order of the sites; a site whose country is not a known name counts nowhere."""
    found = (_at_the_end(tuple(site.rsplit(", ", 2)[-2:])) for site in locations.split("|"))
    return "|".join(dict.fromkeys(code for code in found if code))


def locations(value: str) -> dict[str, str]:
    sites = line(value)
    codes = countries_of_sites(sites)
    return {"locations": sites} | ({"countries": codes} if codes else {})


def country_list(value: str) -> str:
    """Codes of a list of countries by name or code, parted by | ; or commas (a comma may stand in a name)."""
    codes: list[str] = []
    for part in re.split(r"[|;\n]", line(value) if "\n" not in value else value):
        codes += [code] if (code := country_code(part.strip())) else _named(part)
    return "|".join(dict.fromkeys(codes))


def _named(part: str) -> list[str]:
    pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
    codes = []
    while pieces:
        pair = ", ".join(pieces[:2])
        if len(pieces) > 1 and (code := country_code(pair)):
            codes.append(code)
            pieces = pieces[2:]
        else:
            if code := country_code(pieces[0]):
                codes.append(code)
            pieces = pieces[1:]
    return codes
