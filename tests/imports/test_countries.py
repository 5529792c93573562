"""The countries of a trial's sites, under every name that registries give them."""

import csv

import pytest

from drugs.imports.countries import countries_of_sites, country_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United States", "US"),
        ("United Kingdom", "GB"),
        ("Korea, Republic of", "KR"),
        ("Iran, Islamic Republic of", "IR"),
        ("Russian Federation", "RU"),
        ("Taiwan", "TW"),
        ("Turkey (Türkiye)", "TR"),
        ("Czechia", "CZ"),
        ("Atlantis", ""),
    ],
)
def test_a_country_is_known_by_the_names_of_registries(name, code):
    assert country_code(name) == code


def test_every_site_of_the_registry_s_own_files_is_in_a_known_country(registry_folder):
    """But one, which names no place: 'Pfizer Investigational Site'."""
    unknown = set()
    for path in sorted(registry_folder.glob("ctgov_*/*.?sv")):
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        for row in csv.DictReader(text.splitlines(keepends=True), delimiter="\t" if path.suffix == ".tsv" else ","):
            unknown |= {
                site.strip()
                for site in (row.get("Locations") or "").split("|")
                if site.strip() and not countries_of_sites(site.strip())
            }

    assert unknown <= {"Pfizer Investigational Site"}
