"""Records for tests: plain keyword arguments, each as small as the rules allow."""

import datetime as dt
from typing import Any

import factory
from auditlog.context import disable_auditlog
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils import timezone

from drugs import models
from drugs.furniture import furniture_of
from drugs.publishing.publish import publish as publish_edition
from drugs.registry_numbers import parse_number


class QuietFactory(factory.django.DjangoModelFactory):
    """What is there when a test begins was nobody's doing: it has no line in the log of who did what."""

    class Meta:
        abstract = True

    @classmethod
    @disable_auditlog()
    def _create(cls, model_class: type[Model], *args: Any, **kwargs: Any) -> Model:
        return super()._create(model_class, *args, **kwargs)


class TherapyFactory(QuietFactory):
    class Meta:
        model = models.Therapy
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"therapy-{n}")


class EditionFactory(QuietFactory):
    class Meta:
        model = models.Edition

    therapy = factory.SubFactory(TherapyFactory)
    number = factory.LazyAttribute(lambda edition: edition.therapy.next_number())
    name = factory.LazyAttribute(lambda edition: edition.therapy.slug)
    display_name = factory.LazyAttribute(lambda edition: edition.therapy.slug.title())
    modality = "small_molecule"
    as_of_on = "2026-08"
    summary = "<p>A plain summary.</p>"
    background = "<p>What it is (Oh et al., 2018).</p>"


class OrganisationFactory(QuietFactory):
    class Meta:
        model = models.Organisation
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"organisation-{n}")
    name = factory.LazyAttribute(lambda organisation: organisation.slug.title())


class OutcomeMeasureFactory(QuietFactory):
    class Meta:
        model = models.OutcomeMeasure
        django_get_or_create = ("slug",)

    slug = "alsfrs-r"
    name = "ALS Functional Rating Scale, revised"
    abbreviation = "ALSFRS-R"
    domain = "function"
    unit = "points"
    higher_is_better = True


class RowFactory(QuietFactory):
    class Meta:
        abstract = True

    edition = factory.SubFactory(EditionFactory)
    is_verified = True


class SourceFactory(RowFactory):
    class Meta:
        model = models.Source

    label = factory.Sequence(lambda n: f"Author et al., {1900 + n}")
    kind = "journal_article"
    title = "A title"


class AliasFactory(RowFactory):
    class Meta:
        model = models.Alias

    kind = "synonym"
    text = "another name"


class SponsorFactory(RowFactory):
    class Meta:
        model = models.Sponsor

    organisation = factory.SubFactory(OrganisationFactory)


class SeeAlsoFactory(RowFactory):
    class Meta:
        model = models.SeeAlso

    therapy = factory.SubFactory(TherapyFactory)


class StatusEventFactory(RowFactory):
    class Meta:
        model = models.StatusEvent

    stage = "in_development"
    region = "WW"


class ApprovalFactory(RowFactory):
    class Meta:
        model = models.Approval

    region = "KR"
    regulator = "MFDS"
    kind = "conditional"
    commercial_name = "NeuroNata-R"


class DosingFactory(RowFactory):
    class Meta:
        model = models.Dosing

    setting = "trial"
    route = "oral"
    amount = "50"
    unit = "mg"
    schedule = "twice a day"


class SideEffectFactory(RowFactory):
    class Meta:
        model = models.SideEffect

    term = "headache"


class TrialFactory(QuietFactory):
    """A trial with its home number, resolved from no record: its columns are as given."""

    class Meta:
        model = models.Trial
        skip_postgeneration_save = True

    home_number = factory.Sequence(lambda n: f"NCT{10_000_000 + n}")
    home_registry = "CTGOV"
    brief_title = "A trial in ALS"
    study_type = "INTERVENTIONAL"
    overall_status = "RECRUITING"
    phases = "PHASE2"

    @factory.post_generation
    def identifiers(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        parsed = parse_number(self.home_number)
        models.TrialIdentifier.objects.create(
            trial=self,
            registry=parsed.registry if parsed else self.home_registry,
            number=self.home_number,
            is_home=True,
        )


class ReportedResultFactory(RowFactory):
    class Meta:
        model = models.ReportedResult

    trial = factory.SubFactory(TrialFactory)
    outcome = factory.SubFactory(OutcomeMeasureFactory)
    analysis = "planned"
    evidence = "peer_reviewed"
    finding = "no difference"


class TherapyTrialFactory(QuietFactory):
    class Meta:
        model = models.TherapyTrial

    therapy = factory.SubFactory(TherapyFactory)
    trial = factory.SubFactory(TrialFactory)
    decision = "confirmed"


class TrialCutoffFactory(QuietFactory):
    """A limit that one person saved; `confirmed` gives it a second one."""

    class Meta:
        model = models.TrialCutoff
        skip_postgeneration_save = True

    trial = factory.SubFactory(TrialFactory)
    kind = "onset_max"
    number = factory.LazyAttribute(
        lambda cutoff: 24 if cutoff.kind not in ("gene", "gene_excluded", "ventilation") else None
    )
    source_text = "Onset within 24 months."
    as_of_on = "2026-11-03"
    saved_by = factory.SubFactory("tests.factories.UserFactory")

    @factory.post_generation
    def confirmed(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.confirm(UserFactory(), self.saved_at, timezone.now())


class GlossaryTermFactory(QuietFactory):
    class Meta:
        model = models.GlossaryTerm

    slug = factory.Sequence(lambda n: f"term-{n}")
    term = factory.LazyAttribute(lambda term: term.slug)
    meaning = "What it means."


class UserFactory(QuietFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda n: f"person{n}")
    is_staff = True


ROW_FACTORIES = {
    factory_class._meta.model: factory_class
    for factory_class in (
        SourceFactory,
        AliasFactory,
        SponsorFactory,
        SeeAlsoFactory,
        StatusEventFactory,
        ApprovalFactory,
        DosingFactory,
        SideEffectFactory,
        ReportedResultFactory,
    )
}


def publish(
    edition: models.Edition, *, at: dt.datetime | None = None, note: str = "First edition."
) -> models.Publication:
    """Publish `edition`; `at` may lie in the past or the future."""
    with disable_auditlog():
        return publish_edition(edition, note=note, goes_live_at=at or timezone.now())


def live_edition(slug: str = "", **fields: Any) -> models.Edition:
    """A published edition that is live now, of a therapy that is made when needed."""
    edition = EditionFactory(therapy=TherapyFactory(slug=slug) if slug else TherapyFactory(), **fields)
    publish(edition, at=timezone.now() - dt.timedelta(minutes=1))
    return edition


def whole_edition(slug: str = "", **fields: Any) -> models.Edition:
    """A draft with one row of every model, each pointing to one source."""
    edition = EditionFactory(therapy=TherapyFactory(slug=slug) if slug else TherapyFactory(), **fields)
    source = SourceFactory(edition=edition, label="Oh et al., 2018")
    for model, row_factory in ROW_FACTORIES.items():
        if model is not models.Source:
            extra = {"source": source} if any(field.name == "source" for field in model._meta.fields) else {}
            row_factory(edition=edition, **extra)
    return edition


# What stands around the pages


class PageFactory(QuietFactory):
    class Meta:
        model = models.Page
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"page-{n}")
    group = "about"


class PageVersionFactory(QuietFactory):
    """A draft; with `published_at` and a `note` it is public."""

    class Meta:
        model = models.PageVersion

    page = factory.SubFactory(PageFactory)
    number = factory.LazyAttribute(lambda version: version.page.next_number())
    title = factory.LazyAttribute(lambda version: version.page.slug.title())
    summary = "What it is about."
    body = "<p>What it says.</p>"


class PortraitFactory(QuietFactory):
    class Meta:
        model = models.Portrait

    person = "A Person"
    alt_text = "A person in a garden."
    caption = "A person, 2026"
    consent_on = "2026-05-03"
    consent_kept_by = "The office"
    picture = b"RIFF picture"
    width = 320
    height = 400


class CorrectionFactory(QuietFactory):
    class Meta:
        model = models.Correction

    text = "A number is wrong."
    received_at = factory.LazyFunction(timezone.now)


class AlertFactory(QuietFactory):
    """Asked for long ago; `confirmed=True`: and confirmed."""

    class Meta:
        model = models.Alert

    class Params:
        confirmed = factory.Trait(confirmed_at=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=100)))

    email = factory.Sequence(lambda n: f"reader{n}@example.org")
    asked_at = factory.LazyFunction(timezone.now)


def live_page(slug: str = "", **fields: Any) -> models.PageVersion:
    """A published version of an information page, counted as a public change."""
    page = PageFactory(slug=slug) if slug else PageFactory()
    values = {"published_at": timezone.now() - dt.timedelta(minutes=1), "note": "First version."} | fields
    version = PageVersionFactory(page=page, **values)
    models.ContentVersion.bump()
    return version


def keep_furniture() -> None:
    """As after the first page that somebody read: menus and the like are kept until something public changes."""
    furniture_of(models.ContentVersion.current())
