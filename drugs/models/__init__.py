"""The model, one idea a file. docs/model.md draws how they hang together."""

from drugs.models.alert import Alert, AlertRound
from drugs.models.content_version import ContentVersion
from drugs.models.correction import Correction
from drugs.models.cutoff import TrialCutoff
from drugs.models.edition import SECTIONS, Edition, Publication
from drugs.models.edition_text import EditionText
from drugs.models.finding import FindingAnswer
from drugs.models.flag import ReviewFlag
from drugs.models.imports import ColumnMapping, ImportRecord, ImportRow, ImportRun
from drugs.models.link import TherapyTrial, TrialSnapshot
from drugs.models.link_check import LinkCheck
from drugs.models.menu import Announcement, Disclaimer, MenuEntry
from drugs.models.page import Page, PageStep, PageVersion
from drugs.models.portrait import Portrait
from drugs.models.record import RegistryRecord, StaffOverride, TrialChange
from drugs.models.reference import GlossaryTerm, Organisation, OutcomeMeasure
from drugs.models.rows import (
    Alias,
    Approval,
    Dosing,
    ReportedResult,
    Row,
    SeeAlso,
    SideEffect,
    Source,
    Sponsor,
    StatusEvent,
    row_models,
)
from drugs.models.step import EditionStep
from drugs.models.therapy import FormerSlug, Therapy
from drugs.models.trial import Trial, TrialCountry, TrialIdentifier
from drugs.models.unfinished import UnfinishedPart

__all__ = [
    "SECTIONS",
    "Alert",
    "AlertRound",
    "Alias",
    "Announcement",
    "Approval",
    "ColumnMapping",
    "ContentVersion",
    "Correction",
    "Disclaimer",
    "Dosing",
    "Edition",
    "EditionStep",
    "EditionText",
    "FindingAnswer",
    "FormerSlug",
    "GlossaryTerm",
    "ImportRecord",
    "ImportRow",
    "ImportRun",
    "LinkCheck",
    "MenuEntry",
    "Organisation",
    "OutcomeMeasure",
    "Page",
    "PageStep",
    "PageVersion",
    "Portrait",
    "Publication",
    "RegistryRecord",
    "ReportedResult",
    "ReviewFlag",
    "Row",
    "SeeAlso",
    "SideEffect",
    "Source",
    "Sponsor",
    "StaffOverride",
    "StatusEvent",
    "Therapy",
    "TherapyTrial",
    "Trial",
    "TrialChange",
    "TrialCountry",
    "TrialCutoff",
    "TrialIdentifier",
    "TrialSnapshot",
    "UnfinishedPart",
    "row_models",
]
