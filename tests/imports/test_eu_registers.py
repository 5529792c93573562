"""The EU's registers: the old one's download as text, the new one's CSV."""

import pytest

from drugs.imports.formats import ctis
from drugs.models import Trial
from tests.imports.conftest import counts

pytestmark = pytest.mark.django_db

DUMP = """
EudraCT Number:          2011-000001-12
Sponsor Protocol Number: ALS-1
Sponsor Name:            University of
 Ulm
Full Title:              A trial in ALS: the first
Start Date:              2011-05-03
Medical condition:       Amyotrophic lateral sclerosis
Disease:                 Version: 19.0, SOC Term: 10029205, Level: PT
Population Age:          Adults, Elderly
Gender:                  Male, Female
Trial protocol:          DE(Completed) FR(Completed)
Link:                    https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:2011-000001-12


EudraCT Number:          2012-000001-12
Sponsor Protocol Number: ALS-2
Sponsor Name:            B
Full Title:              Another trial
Start Date:              2012-05-03
Gender:                  Female
Trial protocol:          DE(Completed) FR(Ongoing)
"""
CTIS = (
    "Trial number,Title of the trial,Overall trial status,Location(s) and recruitment status,Trial phase,"
    "Number of participants enrolled,Sponsor/Co-Sponsors,Start date,Last updated,Trial results\n"
    '2024-515766-13-00,A,"Ongoing, recruiting","Germany:Ongoing, recruiting, Austria:Authorised, recruitment pending",'
    "Therapeutic exploratory (Phase II),120,Corestem,03/05/2024,09/09/2025,No\n"
    "2023-508305-24-00,B,Under evaluation,,Nonsense,about 30,B,,,\n"
)


def test_the_text_download_of_the_old_register(imported):
    run = imported(DUMP, "trials.txt")

    assert (run.format, counts(run)) == ("euctr_list", {"new": 2})
    first, second = Trial.objects.order_by("home_number")
    assert (first.lead_sponsor, first.official_title) == ("University of Ulm", "A trial in ALS: the first")
    assert (first.start_date, first.countries, first.overall_status) == ("2011-05-03", "DE|FR", "COMPLETED")
    assert (second.countries, second.overall_status) == ("DE|FR", "")
    assert counts(imported(DUMP)) == {"unchanged": 2}


def test_the_csv_of_the_new_register_is_read_day_first(imported):
    run = imported(CTIS)

    assert run.format == "ctis"
    one = Trial.objects.get(home_number="2024-515766-13")
    assert (one.overall_status, one.countries, one.phases) == ("RECRUITING", "DE|AT", "PHASE2")
    assert (one.start_date, one.last_update_posted, one.enrollment) == ("2024-05-03", "2025-09-09", 120)
    refused = run.rows.get(number="2023-508305-24")
    assert {problem["column"] for problem in refused.problems} == {"Trial phase", "Number of participants enrolled"}


def test_a_list_with_a_million_wide_spaces_is_split():
    """One look a space would take hours."""
    assert ctis.sponsors(f"A ; B{chr(0x2003) * 1_000_000}C")["lead_sponsor"] == "A"
