"""Rows that did not change are not cleaned again, until the version says that a cleaner reads cells otherwise."""

import hashlib
import json

from drugs.imports.formats.table import TableFormat
from drugs.imports.problems import BadValueError
from tests.imports.test_properties import CLEANERS

CELLS = (
    "NA|Phase 1|PHASE2|Phase II/III|Phase 2a|Early Phase 1|Phase 3/Phase 4|Therapeutic use (Phase IV): yes|0|5|1,234|12.0|12.7|-3|"
    "Recruiting|Not recruiting|Active, not recruiting|Completed|Ended|Unknown status|Perhaps|Interventional|Non-interventional|"
    "Observational [Patient Registry]|Basic science|Both|Female: yes Male: no|men|18 Years|18|18Y|18 Years and older (Adult)|"
    "France|Korea, Republic of|Atlantis|Site, Paris, France|Site, City, Atlantis|yes|no|maybe|Drug: Riluzole|Riluzole; placebo|"
    "Allocation: Randomized. Masking: Double|Double (Participant, Investigator)|Industry|2020|2020-05|2020-02-31|18/03/2020|3/4/2020|"
    "March 5, 2018|20200318|20200318.0|44251|Feb-21|May 3, 2024 12:00 AM|A title\u00a0with  spaces|<b>a</b> &amp; b|2011-000001-12"
).split("|")
#: What the cleaners of each version make of these cells. When that is no longer so, raise `TableFormat.version`, and add a line.
MADE = {6: "2db7644cbe0899dd", 7: "07496ece87c7bdae"}


def made() -> str:
    """Every value, and the kind of every refusal: reasons may be worded anew."""
    told = []
    for name, cleaner in sorted(CLEANERS.items()):
        for cell in CELLS:
            try:
                value = cleaner(cell)
            except BadValueError as error:
                value = [type(error).__name__, getattr(error, "known", None)]
            told.append([name, cell, value])
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def test_cleaners_that_read_cells_otherwise_have_another_version():
    assert MADE[TableFormat.version] == made()
    assert max(MADE) == TableFormat.version
