"""What each resource says. Rows carry their `uid`, the same in later editions; references lead by address."""

from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from drugs.models import (
    Alias,
    Approval,
    Dosing,
    Edition,
    GlossaryTerm,
    Publication,
    ReportedResult,
    SeeAlso,
    SideEffect,
    Source,
    Sponsor,
    StatusEvent,
    Trial,
    TrialChange,
    TrialIdentifier,
)
from drugs.registry_numbers import public_address
from drugs.rich_text import clean_html
from drugs.standings import standing_of
from drugs.vocabulary import ApprovalKind


class SparseSerializer(serializers.ModelSerializer):
    """`?fields=a,b` leaves out all other members; a name that is none is refused."""

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        wanted = self.context.get("fields")
        if wanted is None or (self.parent is not None and not isinstance(self.parent, serializers.ListSerializer)):
            return fields
        if isinstance(self.parent, serializers.ListSerializer) and self.parent.parent is not None:
            return fields
        unknown = sorted(wanted - fields.keys())
        if unknown:
            raise serializers.ValidationError(
                {"fields": [f"There is no member {', '.join(unknown)}; there are {', '.join(fields)}."]}
            )
        return {name: field for name, field in fields.items() if name in wanted}


class ProblemSerializer(serializers.Serializer):
    """An error in the words of RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The address that was asked for")
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong with each parameter",
    )


class HtmlField(serializers.CharField):
    """Rich text, cleaned again on its way out."""

    def to_representation(self, value: str) -> str:
        return clean_html(value)


class RowSerializer(serializers.ModelSerializer):
    """A row of an edition with the label of its source, where that is public."""

    source_label = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.STR)
    def get_source_label(self, row: Any) -> str:
        source = getattr(row, "source", None)
        return source.label if source is not None and source.is_verified else ""


class SourceSerializer(serializers.ModelSerializer):
    link = serializers.CharField(read_only=True)

    class Meta:
        model = Source
        fields = ("uid", "label", "kind", "title", "year", "doi", "pmid", "pmcid", "link", "retracted_on")


class AliasSerializer(serializers.ModelSerializer):
    class Meta:
        model = Alias
        fields = ("uid", "kind", "text")


class SponsorSerializer(RowSerializer):
    organisation = serializers.SlugRelatedField("name", read_only=True)
    country = serializers.CharField(source="organisation.country.code", read_only=True)

    class Meta:
        model = Sponsor
        fields = ("uid", "organisation", "country", "role", "source_label")


class SeeAlsoSerializer(serializers.ModelSerializer):
    therapy = serializers.SlugRelatedField("slug", read_only=True)

    class Meta:
        model = SeeAlso
        fields = ("uid", "therapy", "why")


class StatusEventSerializer(RowSerializer):
    approval_kind = serializers.SerializerMethodField(
        help_text="Of a stage 'approved': the kind of the fullest approval that it rests on."
    )

    class Meta:
        model = StatusEvent
        fields = (
            "uid",
            "stage",
            "approval_kind",
            "region",
            "is_current",
            "happened_on",
            "reason",
            "learned",
            "source_label",
        )

    @extend_schema_field(serializers.ChoiceField([*ApprovalKind.values, ""]))
    def get_approval_kind(self, event: StatusEvent) -> str:
        return standing_of(event, event.edition.approval_set.all()).approval  # both were read with the edition


class ApprovalSerializer(RowSerializer):
    class Meta:
        model = Approval
        fields = (
            "uid",
            "region",
            "regulator",
            "commercial_name",
            "kind",
            "approved_on",
            "withdrawn_on",
            "indication",
            "source_label",
        )


class DosingSerializer(RowSerializer):
    class Meta:
        model = Dosing
        fields = "uid setting region route amount unit schedule visits_per_year injections_per_year storage note source_label".split()


class SideEffectSerializer(RowSerializer):
    class Meta:
        model = SideEffect
        fields = ("uid", "term", "frequency", "is_serious", "source_label")


class ResultSerializer(RowSerializer):
    trial = serializers.SerializerMethodField()
    outcome = serializers.SlugRelatedField("name", read_only=True)
    unit = serializers.CharField(
        read_only=True, help_text="What the estimate is counted in: empty for a ratio, % for a difference in per cent."
    )

    class Meta:
        model = ReportedResult
        fields = (
            "uid trial study_name outcome unit time_point population comparator analysis evidence effect_measure estimate interval_low "
            "interval_high interval_level p_relation p_value treated_count comparator_count favours finding source_label"
        ).split()

    @extend_schema_field(OpenApiTypes.STR)
    def get_trial(self, row: ReportedResult) -> str:
        return row.trial.home_number if row.trial and row.trial.is_verified else ""


class OfTherapySerializer(serializers.Serializer):
    """Which therapy and edition a row listed on its own belongs to."""

    therapy = serializers.CharField(source="edition.therapy.slug", read_only=True)
    edition = serializers.IntegerField(source="edition.number", read_only=True)


class ApprovalListSerializer(OfTherapySerializer, ApprovalSerializer, SparseSerializer):
    class Meta(ApprovalSerializer.Meta):
        fields = ("therapy", "edition", *ApprovalSerializer.Meta.fields)  # type: ignore[assignment]


class ResultListSerializer(OfTherapySerializer, ResultSerializer, SparseSerializer):
    class Meta(ResultSerializer.Meta):
        fields = ("therapy", "edition", *ResultSerializer.Meta.fields)  # type: ignore[assignment]


class SourceListSerializer(OfTherapySerializer, SourceSerializer, SparseSerializer):
    class Meta(SourceSerializer.Meta):
        fields = ("therapy", "edition", *SourceSerializer.Meta.fields)  # type: ignore[assignment]


class EditionSerializer(SparseSerializer):
    """An edition with all its public rows."""

    therapy = serializers.CharField(source="therapy.slug", read_only=True)
    kind = serializers.CharField(source="therapy.kind", read_only=True)
    address = serializers.SerializerMethodField()
    published_at = serializers.DateTimeField(source="publication.goes_live_at", read_only=True)
    note = serializers.CharField(source="publication.note", read_only=True)
    summary = HtmlField(read_only=True)
    plain_words = HtmlField(read_only=True)
    background = HtmlField(read_only=True)
    mechanism_of_action = HtmlField(read_only=True)
    clinical_trials = HtmlField(read_only=True)
    dose_and_administration = HtmlField(read_only=True)
    side_effects_text = HtmlField(read_only=True)
    current_status = HtmlField(read_only=True)
    aliases = AliasSerializer(source="alias_set", many=True, read_only=True)
    sponsors = SponsorSerializer(source="sponsor_set", many=True, read_only=True)
    stages = StatusEventSerializer(source="statusevent_set", many=True, read_only=True)
    approvals = ApprovalSerializer(source="approval_set", many=True, read_only=True)
    dosings = DosingSerializer(source="dosing_set", many=True, read_only=True)
    side_effects = SideEffectSerializer(source="sideeffect_set", many=True, read_only=True)
    results = ResultSerializer(source="reportedresult_set", many=True, read_only=True)
    see_also = SeeAlsoSerializer(source="seealso_set", many=True, read_only=True)
    sources = SourceSerializer(source="source_set", many=True, read_only=True)

    class Meta:
        model = Edition
        fields = (
            "therapy kind number name display_name modality as_of_on published_at note address summary plain_words background "
            "mechanism_of_action clinical_trials dose_and_administration side_effects_text current_status aliases sponsors stages "
            "approvals dosings side_effects results see_also sources"
        ).split()

    @extend_schema_field(OpenApiTypes.URI)
    def get_address(self, edition: Edition) -> str:
        return settings.SITE_URL + edition.get_absolute_url()


class IdentifierSerializer(serializers.ModelSerializer):
    address = serializers.SerializerMethodField()

    class Meta:
        model = TrialIdentifier
        fields = ("registry", "number", "is_home", "address")

    @extend_schema_field(OpenApiTypes.STR)
    def get_address(self, row: TrialIdentifier) -> str:
        return public_address(row.registry, row.number)


class TrialSerializer(SparseSerializer):
    """Today's registry facts of a study, in ClinicalTrials.gov's data elements."""

    number = serializers.CharField(source="home_number", read_only=True)
    registry = serializers.CharField(source="home_registry", read_only=True)
    identifiers = IdentifierSerializer(many=True, read_only=True)
    therapies = serializers.SerializerMethodField()
    address = serializers.SerializerMethodField()

    class Meta:
        model = Trial
        fields = ("number", "registry", "identifiers", "therapies", "address", *Trial.FACTS, "changed_at")

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_therapies(self, trial: Trial) -> list[str]:
        return list(self.context["therapies"].get(trial.pk, []))

    @extend_schema_field(OpenApiTypes.URI)
    def get_address(self, trial: Trial) -> str:
        return settings.SITE_URL + trial.get_absolute_url()


class ChangeSerializer(serializers.ModelSerializer):
    class Meta:
        model = TrialChange
        fields = ("field", "old", "new", "changed_at")


class TrialDetailSerializer(TrialSerializer):
    history = serializers.SerializerMethodField()

    class Meta(TrialSerializer.Meta):
        fields = (*TrialSerializer.Meta.fields, "history")

    @extend_schema_field(ChangeSerializer(many=True))
    def get_history(self, trial: Trial) -> list[dict[str, Any]]:
        return list(ChangeSerializer(trial.changes.order_by("-changed_at", "-pk"), many=True).data)


class UpdateSerializer(SparseSerializer):
    """One edition as it went live, with the editor's sentence."""

    therapy = serializers.CharField(source="therapy.slug", read_only=True)
    edition = serializers.IntegerField(source="edition.number", read_only=True)
    display_name = serializers.CharField(source="edition.display_name", read_only=True)
    published_at = serializers.DateTimeField(source="goes_live_at", read_only=True)

    class Meta:
        model = Publication
        fields = ("therapy", "edition", "display_name", "published_at", "note")


class GlossarySerializer(SparseSerializer):
    class Meta:
        model = GlossaryTerm
        fields = ("slug", "term", "variants", "meaning", "source_url")
