"""What search engines read of a page: schema.org's health vocabulary as JSON-LD.

Types: https://schema.org/MedicalWebPage, /Drug, /MedicalTrial. Only what the page itself says is repeated.
"""

from typing import Any

from django.conf import settings
from django.utils import timezone

from drugs.models import Trial
from drugs.therapy_page import TherapyPage
from drugs.trial_page import TrialPage
from drugs.vocabulary import OverallStatus, StudyType

#: ClinicalTrials.gov's status in schema.org's https://schema.org/MedicalStudyStatus.
STATUSES = {
    OverallStatus.ACTIVE_NOT_RECRUITING: "ActiveNotRecruiting",
    OverallStatus.COMPLETED: "Completed",
    OverallStatus.ENROLLING_BY_INVITATION: "EnrollingByInvitation",
    OverallStatus.NOT_YET_RECRUITING: "NotYetRecruiting",
    OverallStatus.RECRUITING: "Recruiting",
    OverallStatus.SUSPENDED: "Suspended",
    OverallStatus.TERMINATED: "Terminated",
    OverallStatus.WITHDRAWN: "Withdrawn",
}


def _publisher() -> dict[str, str]:
    return {"@type": "Organization", "name": settings.PUBLISHER, "url": settings.SITE_URL}


def therapy_data(page: TherapyPage) -> dict[str, Any]:
    """The page as a MedicalWebPage about a Drug, with its trials."""
    edition = page.edition
    names = [alias.text for alias in page.rows.aliases]
    drug: dict[str, Any] = {"@type": "Drug", "name": edition.name, "description": page.description}
    if names:
        drug["alternateName"] = names
    if page.routes:
        drug["administrationRoute"] = page.routes
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "url": settings.SITE_URL + edition.therapy.get_absolute_url(),
        "name": edition.display_name,
        "description": page.description,
        "inLanguage": "en",
        "audience": {"@type": "PeopleAudience", "name": "People with ALS/MND, carers and clinicians"},
        "publisher": _publisher(),
        "about": drug,
        "mentions": [{"@type": "MedicalTrial", **_trial(trial)} for trial in page.trials],
    }
    if not edition.is_draft:
        moment = timezone.localdate(edition.publication.goes_live_at).isoformat()
        data["datePublished"] = moment
        if edition.publication.published_by_id is not None:  # what came with the site was reviewed by nobody yet
            data["lastReviewed"] = moment
        data["version"] = str(edition.number)
    return data


def trial_data(page: TrialPage) -> dict[str, Any]:
    """A trial as a MedicalTrial, or a MedicalObservationalStudy, under all its numbers."""
    trial = page.trial
    kind = "MedicalObservationalStudy" if trial.study_type == StudyType.OBSERVATIONAL else "MedicalTrial"
    identifiers = [{"@type": "PropertyValue", "propertyID": row.registry, "value": row.number} for row in page.numbers]
    data: dict[str, Any] = {"@context": "https://schema.org", "@type": kind, **_trial(trial), "identifier": identifiers}
    if trial.lead_sponsor:
        data["sponsor"] = {"@type": "Organization", "name": trial.lead_sponsor}
    if page.countries:
        data["studyLocation"] = [{"@type": "AdministrativeArea", "name": country} for country in page.countries]
    if trial.conditions:
        data["healthCondition"] = [{"@type": "MedicalCondition", "name": name} for name in trial.conditions.split("|")]
    return data


def _trial(trial: Trial) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": trial.brief_title or trial.home_number,
        "url": settings.SITE_URL + trial.get_absolute_url(),
        "identifier": trial.home_number,
    }
    if status := STATUSES.get(OverallStatus(trial.overall_status) if trial.overall_status else OverallStatus.UNKNOWN):
        data["status"] = f"https://schema.org/{status}"
    if trial.phases:
        data["phase"] = str(trial.get_phases_display())
    return data
