"""The closed lists of the field, each with the words that people read.

Trial values are ClinicalTrials.gov's data elements in the spelling of its API v2
(https://clinicaltrials.gov/data-api/about-api/study-data-structure).
"""

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def label_of(choices: type[TextChoices], value: str) -> str:
    """The words for a value; the value itself where the list does not have it."""
    return str(choices(value).label) if value in choices._value2member_map_ else value


# Therapies


class TherapyKind(TextChoices):
    DRUG = "drug", _("drug")
    CELL_THERAPY = "cell_therapy", _("cell therapy")
    DEVICE = "device", _("device")
    TOPIC = "topic", _("topic page covering several therapies")


class Modality(TextChoices):
    SMALL_MOLECULE = "small_molecule", _("Small molecule")
    VITAMIN = "vitamin", _("Vitamin")
    OLIGONUCLEOTIDE = "oligonucleotide", _("Antisense or RNA interference")
    GENE_THERAPY = "gene_therapy", _("Gene therapy")
    CELL_THERAPY = "cell_therapy", _("Cell therapy")
    ANTIBODY = "antibody", _("Antibody")
    POLYSACCHARIDE = "polysaccharide", _("Polysaccharide")
    NANOMEDICINE = "nanomedicine", _("Nanomedicine")
    DEVICE = "device", _("Device")
    SEVERAL = "several", _("Several kinds")


class AliasKind(TextChoices):
    BRAND = "brand", _("brand name")
    CODE = "code", _("development code")
    SYNONYM = "synonym", _("other name")


class SponsorRole(TextChoices):
    DEVELOPER = "developer", _("develops it")
    MARKETER = "marketer", _("sells it")
    TRIAL_SPONSOR = "trial_sponsor", _("sponsors a trial")
    PARTNER = "partner", _("partner")
    FORMER = "former", _("developed it formerly")


class Stage(TextChoices):
    IN_DEVELOPMENT = "in_development", _("In development")
    APPROVED = "approved", _("Approved")
    NO_LONGER_IN_DEVELOPMENT = "no_longer_in_development", _("No longer in development")


class StopReason(TextChoices):
    FUTILITY = "futility", _("it did not work in its trial")
    SAFETY = "safety", _("safety")
    FUNDING = "funding", _("funding")
    BUSINESS = "business", _("business decision")
    REGULATOR = "regulator", _("regulator's decision")
    UNKNOWN = "unknown", _("no reason published")


class ApprovalKind(TextChoices):
    FULL = "full", _("full")
    CONDITIONAL = "conditional", _("conditional")
    ACCELERATED = "accelerated", _("accelerated")
    EXCEPTIONAL = "exceptional", _("under exceptional circumstances")
    NOT_STATED = "not_stated", _("kind not stated by the sources")


class DosingSetting(TextChoices):
    LABEL = "label", _("approved label")
    TRIAL = "trial", _("used in a trial")


class Route(TextChoices):
    ORAL = "oral", _("By mouth")
    FEEDING_TUBE = "feeding_tube", _("Through a feeding tube")
    INTRAVENOUS = "intravenous", _("Into a vein")
    INTRAMUSCULAR = "intramuscular", _("Into a muscle")
    SUBCUTANEOUS = "subcutaneous", _("Under the skin")
    INTRATHECAL = "intrathecal", _("Into the spinal fluid")
    OTHER = "other", _("Another way")


class OutcomeDomain(TextChoices):
    FUNCTION = "function", _("Daily function")
    SURVIVAL = "survival", _("Deaths and survival")
    BREATHING = "breathing", _("Breathing")
    STRENGTH = "strength", _("Muscle strength")
    SPEECH_SWALLOWING = "speech_swallowing", _("Speech and swallowing")
    BIOMARKER = "biomarker", _("Markers in blood or spinal fluid")
    SAFETY = "safety", _("Safety")
    QUALITY_OF_LIFE = "quality_of_life", _("Quality of life")
    OTHER = "other", _("Other measures")


class Analysis(TextChoices):
    PLANNED = "planned", _("planned before the trial's data were seen")
    POST_HOC = "post_hoc", _("post hoc: chosen after the data were seen")
    OPEN_LABEL = "open_label", _("open-label: everybody knew what they took")
    EXTERNAL_CONTROL = "external_control", _("compared with people outside the trial")
    NOT_STATED = "not_stated", _("not stated")


class Evidence(TextChoices):
    TOPLINE = "topline", _("topline: announced, not peer reviewed")
    PEER_REVIEWED = "peer_reviewed", _("peer reviewed")
    REGISTRY = "registry", _("posted on the registry")
    REGULATOR = "regulator", _("regulator's assessment or label")


class EffectMeasure(TextChoices):
    MEAN_DIFFERENCE = "mean_difference", _("difference in means")
    SLOPE_DIFFERENCE = "slope_difference", _("difference in rate of change")
    HAZARD_RATIO = "hazard_ratio", _("hazard ratio")
    ODDS_RATIO = "odds_ratio", _("odds ratio")
    RISK_RATIO = "risk_ratio", _("risk ratio")
    RATE_RATIO = "rate_ratio", _("rate ratio")
    RATIO_OF_MEANS = "ratio_of_means", _("ratio of means")
    WIN_RATIO = "win_ratio", _("win ratio")
    PERCENT_DIFFERENCE = "percent_difference", _("difference in per cent")
    MEDIAN_DIFFERENCE = "median_difference", _("difference in medians")
    MEAN_CHANGE = "mean_change", _("change from the start of the trial")


#: Ratios have no effect at 1; every other measure has none at 0.
RATIOS = frozenset(
    {
        EffectMeasure.HAZARD_RATIO,
        EffectMeasure.ODDS_RATIO,
        EffectMeasure.RISK_RATIO,
        EffectMeasure.RATE_RATIO,
        EffectMeasure.RATIO_OF_MEANS,
        EffectMeasure.WIN_RATIO,
    }
)


def unit_of_effect(effect: str, unit: str) -> str:
    """What an estimate is counted in: nothing for a ratio, % for a difference in per cent, else the outcome's own unit."""
    if effect in RATIOS:
        return ""
    return "%" if effect == EffectMeasure.PERCENT_DIFFERENCE else unit


class Relation(TextChoices):
    EQUAL = "=", "="
    LESS = "<", "<"
    LESS_OR_EQUAL = "<=", "≤"
    GREATER = ">", ">"


class Favours(TextChoices):
    TREATMENT = "treatment", _("the treatment")
    COMPARATOR = "comparator", _("the comparator")
    NEITHER = "neither", _("neither: no difference was shown")


class SourceKind(TextChoices):
    JOURNAL_ARTICLE = "journal_article", _("journal article")
    REGISTRY_RECORD = "registry_record", _("registry record")
    REGULATOR = "regulator", _("regulator")
    PRESS_RELEASE = "press_release", _("press release")
    COMPANY_SITE = "company_site", _("website of an organisation")
    CONFERENCE = "conference", _("conference report")
    NEWS = "news", _("news report")


# Trials


class Registry(TextChoices):
    """Registries of the WHO network, by the code that their numbers start with or are known by."""

    CTGOV = "CTGOV", "ClinicalTrials.gov"
    EUCTR = "EUCTR", "EU Clinical Trials Register"
    CTIS = "CTIS", "EU Clinical Trials (CTIS)"
    ISRCTN = "ISRCTN", "ISRCTN"
    ANZCTR = "ANZCTR", "ANZCTR (Australia, New Zealand)"
    CHICTR = "CHICTR", "ChiCTR (China)"
    CRIS = "CRIS", "CRIS (South Korea)"
    CTRI = "CTRI", "CTRI (India)"
    DRKS = "DRKS", "DRKS (Germany)"
    IRCT = "IRCT", "IRCT (Iran)"
    JRCT = "JRCT", "jRCT (Japan)"
    UMIN = "UMIN", "UMIN-CTR (Japan)"
    JAPICCTI = "JAPICCTI", "JapicCTI (Japan)"
    NTR = "NTR", "Dutch trial register"
    PACTR = "PACTR", "PACTR (Africa)"
    REBEC = "REBEC", "ReBEC (Brazil)"
    RPCEC = "RPCEC", "RPCEC (Cuba)"
    REPEC = "REPEC", "REPEC (Peru)"
    SLCTR = "SLCTR", "SLCTR (Sri Lanka)"
    TCTR = "TCTR", "TCTR (Thailand)"
    LBCTR = "LBCTR", "LBCTR (Lebanon)"
    ITMCTR = "ITMCTR", "ITMCTR (traditional medicine)"


class RecordSource(TextChoices):
    """Who says what a RegistryRecord says: the trial's own registry, or a copy of it."""

    REGISTRY = "registry", _("the registry")
    ICTRP = "ictrp", _("WHO ICTRP's copy")
    SHEET = "sheet", _("a partner's sheet")


#: A record's word for an age limit that there is not, told from one that it does not state.
NO_AGE_LIMIT = "No limit"


class OverallStatus(TextChoices):
    NOT_YET_RECRUITING = "NOT_YET_RECRUITING", _("Not yet recruiting")
    RECRUITING = "RECRUITING", _("Recruiting")
    ENROLLING_BY_INVITATION = "ENROLLING_BY_INVITATION", _("Enrolling by invitation")
    ACTIVE_NOT_RECRUITING = "ACTIVE_NOT_RECRUITING", _("Active, not recruiting")
    SUSPENDED = "SUSPENDED", _("Suspended")
    COMPLETED = "COMPLETED", _("Completed")
    TERMINATED = "TERMINATED", _("Terminated")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn before anybody took part")
    UNKNOWN = "UNKNOWN", _("Unknown status")
    AVAILABLE = "AVAILABLE", _("Available")
    NO_LONGER_AVAILABLE = "NO_LONGER_AVAILABLE", _("No longer available")
    TEMPORARILY_NOT_AVAILABLE = "TEMPORARILY_NOT_AVAILABLE", _("Temporarily not available")
    APPROVED_FOR_MARKETING = "APPROVED_FOR_MARKETING", _("Approved for marketing")
    WITHHELD = "WITHHELD", _("Withheld")


class Phase(TextChoices):
    """A trial's phases, joined by `|` as the registry's CSV does; combinations that exist are listed."""

    NA = "NA", _("Not applicable")
    EARLY_PHASE1 = "EARLY_PHASE1", _("Early phase 1")
    PHASE1 = "PHASE1", _("Phase 1")
    PHASE1_PHASE2 = "PHASE1|PHASE2", _("Phase 1 and 2")
    PHASE2 = "PHASE2", _("Phase 2")
    PHASE2_PHASE3 = "PHASE2|PHASE3", _("Phase 2 and 3")
    PHASE3 = "PHASE3", _("Phase 3")
    PHASE4 = "PHASE4", _("Phase 4")


#: How far along a phase is. NA and an empty phase say nothing about that: no rank.
PHASE_RANKS = {
    Phase.EARLY_PHASE1: 5,
    Phase.PHASE1: 10,
    Phase.PHASE1_PHASE2: 15,
    Phase.PHASE2: 20,
    Phase.PHASE2_PHASE3: 25,
    Phase.PHASE3: 30,
    Phase.PHASE4: 40,
}


def phase_rank(phases: str) -> int:
    """How far along a trial's phases are; 0 where they do not say."""
    return PHASE_RANKS[Phase(phases)] if phases in PHASE_RANKS else 0


class StudyType(TextChoices):
    INTERVENTIONAL = "INTERVENTIONAL", _("Interventional")
    OBSERVATIONAL = "OBSERVATIONAL", _("Observational")
    EXPANDED_ACCESS = "EXPANDED_ACCESS", _("Expanded access")


class DateType(TextChoices):
    ACTUAL = "ACTUAL", _("actual")
    ESTIMATED = "ESTIMATED", _("estimated")


def expected(kind: str) -> str:
    """' (expected)' after a date or a number of people that the registry only estimates."""
    return " " + gettext("(expected)") if kind == DateType.ESTIMATED else ""


class Allocation(TextChoices):
    RANDOMIZED = "RANDOMIZED", _("Randomised")
    NON_RANDOMIZED = "NON_RANDOMIZED", _("Not randomised")
    NA = "NA", _("Not applicable")


class InterventionModel(TextChoices):
    SINGLE_GROUP = "SINGLE_GROUP", _("Single group")
    PARALLEL = "PARALLEL", _("Parallel groups")
    CROSSOVER = "CROSSOVER", _("Crossover")
    FACTORIAL = "FACTORIAL", _("Factorial")
    SEQUENTIAL = "SEQUENTIAL", _("Sequential")


class Masking(TextChoices):
    NONE = "NONE", _("None (open label)")
    SINGLE = "SINGLE", _("Single")
    DOUBLE = "DOUBLE", _("Double")
    TRIPLE = "TRIPLE", _("Triple")
    QUADRUPLE = "QUADRUPLE", _("Quadruple")


class PrimaryPurpose(TextChoices):
    TREATMENT = "TREATMENT", _("Treatment")
    PREVENTION = "PREVENTION", _("Prevention")
    DIAGNOSTIC = "DIAGNOSTIC", _("Diagnosis")
    ECT = "ECT", _("Educational, counselling or training")
    SUPPORTIVE_CARE = "SUPPORTIVE_CARE", _("Supportive care")
    SCREENING = "SCREENING", _("Screening")
    HEALTH_SERVICES_RESEARCH = "HEALTH_SERVICES_RESEARCH", _("Health services research")
    BASIC_SCIENCE = "BASIC_SCIENCE", _("Basic science")
    DEVICE_FEASIBILITY = "DEVICE_FEASIBILITY", _("Device feasibility")
    OTHER = "OTHER", _("Other")


class Sex(TextChoices):
    ALL = "ALL", _("All")
    FEMALE = "FEMALE", _("Female")
    MALE = "MALE", _("Male")


#: Codes that the registry writes in columns which may hold several of them, or others that we have not met: words for those we know.
#: Age groups: https://clinicaltrials.gov/data-api/about-api/study-data-structure (Child is birth to 17).
REGISTRY_WORDS = {
    "CHILD": _("children (up to 17)"),
    "ADULT": _("adults (18 to 64)"),
    "OLDER_ADULT": _("older adults (65 and over)"),
    "INDUSTRY": _("industry"),
    "NIH": _("US National Institutes of Health"),
    "FED": _("another US federal agency"),
    "NETWORK": _("a network"),
    "INDIV": _("a person"),
    "OTHER_GOV": _("a government"),
    "OTHER": _("other"),
    "UNKNOWN": _("not known"),
    "COHORT": _("cohort"),
    "CASE_CONTROL": _("cases and controls"),
    "CASE_ONLY": _("cases only"),
    "CASE_CROSSOVER": _("case-crossover"),
    "ECOLOGIC_OR_COMMUNITY": _("ecologic or community"),
    "FAMILY_BASED": _("family-based"),
    "DEFINED_POPULATION": _("defined population"),
    "NATURAL_HISTORY": _("natural history"),
    "PROSPECTIVE": _("forward in time"),
    "RETROSPECTIVE": _("back in time"),
    "CROSS_SECTIONAL": _("at one moment"),
}


# Who may join a trial


class CutoffKind(TextChoices):
    ONSET_MAX = "onset_max", _("most months since the first symptom")
    VITAL_CAPACITY_MIN = "vital_capacity_min", _("least vital capacity (% of predicted)")
    AGE_MIN = "age_min", _("youngest age (years)")
    AGE_MAX = "age_max", _("oldest age (years)")
    GENE = "gene", _("only with a change in one of these genes")
    GENE_EXCLUDED = "gene_excluded", _("not with a change in one of these genes")
    VENTILATION = "ventilation", _("breathing support")


NUMBER_CUTOFFS = (
    CutoffKind.ONSET_MAX,
    CutoffKind.VITAL_CAPACITY_MIN,
    CutoffKind.AGE_MIN,
    CutoffKind.AGE_MAX,
)
GENE_CUTOFFS = (CutoffKind.GENE, CutoffKind.GENE_EXCLUDED)


class VentilationLimit(TextChoices):
    NONE = "none", _("no breathing support of any kind")
    NONINVASIVE = "noninvasive", _("breathing support by mask at most, none through a tube in the windpipe")


class LinkDecision(TextChoices):
    SUGGESTED = "suggested", _("suggested, waits for a person")
    CONFIRMED = "confirmed", _("confirmed")
    DISMISSED = "dismissed", _("dismissed")


# Imports


class RunState(TextChoices):
    UPLOADED = "uploaded", _("uploaded")
    COMPARED = "compared", _("compared, waits for a decision")
    CONFIRMED = "confirmed", _("confirmed, being written")
    APPLIED = "applied", _("applied")
    UNDONE = "undone", _("undone")
    FAILED = "failed", _("failed")


class RowDecision(TextChoices):
    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged: kept beside what is shown")
    HELD = "held", _("held: waits for a person's decision")
    REFUSED = "refused", _("refused")
    REPEATED = "repeated", _("repeated: the same trial again in this file")


# Editing


class FlagKind(TextChoices):
    TRIAL_CHANGED = "trial_changed", _("the facts of a trial changed")
    DEAD_LINK = "dead_link", _("a link of a source does not answer")
    IMPORT_CONFLICT = "import_conflict", _("an import held back what it says of a trial")


class FlagAnswer(TextChoices):
    DRAFT = "draft", _("a draft was started")
    LATER = "later", _("later")
    STILL_TRUE = "still_true", _("the text is still true")
    SETTLED = "settled", _("settled by itself: it is again as it was")


class StepKind(TextChoices):
    STARTED = "started", _("draft started")
    SAVED = "saved", _("draft saved")
    SENT = "sent", _("sent to review")
    RETURNED = "returned", _("returned with a comment")
    PUBLISHED = "published", _("approved and published")
    TAKEN_BACK = "taken_back", _("taken back before it went live")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DISCARDED = "discarded", _("draft discarded")


class PageGroup(TextChoices):
    """Under which heading an information page stands in the list of all pages."""

    HELP = "help", _("Help and contact")
    ACCESS = "access", _("Getting a treatment")
    RESEARCH = "research", _("Understanding research")
    CARE = "care", _("Living with ALS/MND")
    ABOUT = "about", _("About this site")


class MenuPlace(TextChoices):
    TOP = "top", _("at the top of every page")
    FOOT = "foot", _("at the foot of every page")


class CorrectionOutcome(TextChoices):
    """What came of a reader's correction."""

    CORRECTED = "corrected", _("we put it right")
    ALREADY = "already", _("it had been put right already")
    NO_CHANGE = "no_change", _("we looked into it, and the page stays as it is")
    NOT_ABOUT = "not_about", _("it is not about what this site says")
