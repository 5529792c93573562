"""A trial as a minimal ResearchStudy of HL7 FHIR R5: https://hl7.org/fhir/R5/researchstudy.html.

Only what the registries state, in the codes of R5 where R5 has one for it: a value without a code is given in words or
left out. The shape follows HL7's own example of a record of ClinicalTrials.gov (ResearchStudy/example-ctgov-study-record).
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django_countries import countries

from drugs.models import Trial, TrialIdentifier
from drugs.partial_dates import PartialDate
from drugs.registry_numbers import public_address
from drugs.vocabulary import Allocation, DateType, OverallStatus, Phase, PrimaryPurpose, StudyType

MEDIA_TYPE = "application/fhir+json"

#: ClinicalTrials.gov's values in https://hl7.org/fhir/R5/codesystem-research-study-status.html. SUSPENDED has none: whether
#: treatment stopped too is not known of it. Nor have the statuses of expanded access.
STATES = {
    OverallStatus.NOT_YET_RECRUITING: "not-yet-recruiting",
    OverallStatus.RECRUITING: "recruiting",
    OverallStatus.ENROLLING_BY_INVITATION: "enrolling-by-invitation",
    OverallStatus.ACTIVE_NOT_RECRUITING: "active-but-not-recruiting",
    OverallStatus.COMPLETED: "completed",
    OverallStatus.TERMINATED: "terminated",
    OverallStatus.WITHDRAWN: "withdrawn",
}
#: https://hl7.org/fhir/R5/codesystem-research-study-phase.html
PHASES = {
    Phase.NA: "n-a",
    Phase.EARLY_PHASE1: "early-phase-1",
    Phase.PHASE1: "phase-1",
    Phase.PHASE1_PHASE2: "phase-1-phase-2",
    Phase.PHASE2: "phase-2",
    Phase.PHASE2_PHASE3: "phase-2-phase-3",
    Phase.PHASE3: "phase-3",
    Phase.PHASE4: "phase-4",
}
#: https://hl7.org/fhir/R5/codesystem-research-study-prim-purp-type.html
PURPOSES = {
    PrimaryPurpose.TREATMENT: "treatment",
    PrimaryPurpose.PREVENTION: "prevention",
    PrimaryPurpose.DIAGNOSTIC: "diagnostic",
    PrimaryPurpose.SUPPORTIVE_CARE: "supportive-care",
    PrimaryPurpose.SCREENING: "screening",
    PrimaryPurpose.HEALTH_SERVICES_RESEARCH: "health-services-research",
    PrimaryPurpose.BASIC_SCIENCE: "basic-science",
    PrimaryPurpose.DEVICE_FEASIBILITY: "device-feasibility",
}
#: https://hl7.org/fhir/R5/codesystem-study-design.html
DESIGNS = {
    StudyType.INTERVENTIONAL: "SEVCO:01001",
    StudyType.OBSERVATIONAL: "SEVCO:01002",
    Allocation.RANDOMIZED: "SEVCO:01003",
    Allocation.NON_RANDOMIZED: "SEVCO:01005",
}


def fhir_address(trial: Trial) -> str:
    return reverse("api-trial-fhir", args=[trial.home_number.replace("/", "-")])


def research_study(trial: Trial, identifiers: Iterable[TrialIdentifier]) -> dict[str, Any]:
    """The trial as FHIR's JSON. `status` is that of this resource, which is public; the trial's own is `progressStatus`."""
    study = {
        "resourceType": "ResearchStudy",
        "id": trial.home_number.replace("/", "-"),
        "meta": {"lastUpdated": trial.changed_at.isoformat(timespec="seconds")},
        "url": settings.SITE_URL + fhir_address(trial),
        "identifier": [_identifier(row) for row in identifiers],
        "title": trial.brief_title,
        "label": [_label("official", trial.official_title), _label("acronym", trial.acronym)],
        "status": "active",
        "primaryPurposeType": _coded("research-study-prim-purp-type", PURPOSES, trial.primary_purpose),
        "phase": _coded("research-study-phase", PHASES, trial.phases),
        "studyDesign": [
            _coded("study-design", DESIGNS, trial.study_type),
            _coded("study-design", DESIGNS, trial.allocation),
        ],
        "condition": [{"text": name} for name in _pieces(trial.conditions)],
        "region": [_country(code) for code in _pieces(trial.countries)],
        "period": _period(trial.start_date, trial.completion_date),
        "associatedParty": [_sponsor(trial.lead_sponsor)],
        "progressStatus": _progress(trial),
        "whyStopped": {"text": trial.why_stopped} if trial.why_stopped else {},
        "recruitment": _recruitment(trial),
    }
    return _stated(study)


def _stated(study: dict[str, Any]) -> dict[str, Any]:
    """Without what is not stated: FHIR has no empty values."""
    lists = {name: [one for one in value if one] for name, value in study.items() if isinstance(value, list)}
    return {name: value for name, value in {**study, **lists}.items() if value}


def _pieces(text: str) -> list[str]:
    return [piece.strip() for piece in text.split("|") if piece.strip()]


def _identifier(row: TrialIdentifier) -> dict[str, Any]:
    return {
        "use": "official" if row.is_home else "secondary",
        "system": number_system(row.registry, row.number),
        "value": row.number,
        "assigner": {"display": str(row.get_registry_display())},
    }


def number_system(registry: str, number: str) -> str:
    """Whose number it is, as FHIR's URI of a namespace: the registry's own host, as HL7's example has it for ClinicalTrials.gov;
    of a registry to whose records we know no address our list of its trials."""
    address = urlsplit(public_address(registry, number))
    if address.netloc:
        return f"{address.scheme}://{address.netloc}"
    return f"{settings.SITE_URL}{reverse('trial-list')}?registry={registry}"


def _label(kind: str, text: str) -> dict[str, Any]:
    return {"type": _code("title-type", kind), "value": text} if text else {}


def _code(system: str, code: str, **more: str) -> dict[str, Any]:
    return {"coding": [{"system": f"http://hl7.org/fhir/{system}", "code": code}], **more}


def _coded(system: str, codes: dict[Any, str], value: str) -> dict[str, Any]:
    return _code(system, codes[value]) if value in codes else {}


def _country(code: str) -> dict[str, Any]:
    coding = {"system": "urn:iso:std:iso:3166", "code": code}
    if name := countries.name(code):
        coding["display"] = str(name)
    return {"coding": [coding]}


def _sponsor(name: str) -> dict[str, Any]:
    return {"name": name, "role": _code("research-study-party-role", "lead-sponsor")} if name else {}


def _period(start: PartialDate | str, end: PartialDate | str) -> dict[str, str]:
    """As precise as the registry. Nothing where it says that the end came first: FHIR refuses that (per-1)."""
    if start and end and PartialDate(end).latest < PartialDate(start).earliest:
        return {}
    return {name: str(date) for name, date in (("start", start), ("end", end)) if date}


def _progress(trial: Trial) -> list[dict[str, Any]]:
    """Where the trial stands today, then its dates, those that are actual apart from those that are estimated."""
    states: list[dict[str, Any]] = []
    if trial.overall_status:
        words = {"text": str(trial.get_overall_status_display())}
        code = STATES.get(OverallStatus(trial.overall_status))
        states.append({"state": _code("research-study-status", code, **words) if code else words})
    for kind, actual in ((DateType.ACTUAL, True), (DateType.ESTIMATED, False)):
        start = trial.start_date if trial.start_date_type == kind else ""
        end = trial.completion_date if trial.completion_date_type == kind else ""
        if period := _period(start, end):
            overall = _code("research-study-status", "overall-study")
            states.append({"state": overall, "actual": actual, "period": period})
    return states


def _recruitment(trial: Trial) -> dict[str, int]:
    """Nothing where the registry does not say whether it is a plan or a count."""
    names = {DateType.ESTIMATED: "targetNumber", DateType.ACTUAL: "actualNumber"}
    if trial.enrollment is None or trial.enrollment_type not in names:
        return {}
    return {names[DateType(trial.enrollment_type)]: trial.enrollment}
