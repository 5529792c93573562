"""What the OpenAPI description says beside each resource's members: errors, headers, `fields`, and what a filter takes."""

from typing import Any

from django_filters import filters
from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from drugs.api.serializers import ProblemSerializer, SparseSerializer
from drugs.filters.base import MAX_LENGTH, TextFilter
from drugs.filters.therapies import TherapyFilter

_PROBLEM = "application/problem+json"
#: What every operation may answer beside its resource.
ALSO: dict[Any, OpenApiResponse] = {
    304: OpenApiResponse(description="Nothing changed since the answer whose ETag was sent as If-None-Match"),
    (400, _PROBLEM): OpenApiResponse(ProblemSerializer, "A parameter cannot be used"),
    (404, _PROBLEM): OpenApiResponse(ProblemSerializer, "There is nothing public under this address"),
}

#: What the schema says of a trial as FHIR: its own specification says the rest.
FHIR_STUDY = {
    "type": "object",
    "externalDocs": {"url": "https://hl7.org/fhir/R5/researchstudy.html"},
    "required": ["resourceType", "id", "url", "identifier", "status"],
    "properties": {
        "resourceType": {"const": "ResearchStudy"},
        "id": {"type": "string"},
        "url": {"type": "string", "format": "uri"},
        "identifier": {"type": "array", "items": {"type": "object", "additionalProperties": True}, "minItems": 1},
        "status": {"const": "active"},
    },
    "additionalProperties": True,
}


def header(name: str, description: str, *codes: int) -> OpenApiParameter:
    return OpenApiParameter(name, str, "header", required=True, description=description, response=list(codes))


class Schema(AutoSchema):
    def get_response_serializers(self) -> Any:
        return {200: super().get_response_serializers(), **ALSO}

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """A single value may be empty, as a form sends what nobody filled in: it asks for nothing."""
        operation = super().get_operation(*args, **kwargs)
        for parameter in (operation or {}).get("parameters", []):
            if parameter["in"] == "query" and not parameter.get("explode"):
                parameter["allowEmptyValue"] = True
        return operation

    def get_override_parameters(self) -> list[Any]:
        also = [
            header("ETag", "Which state of the site this answer is of", 200, 304),
            header("Cache-Control", "How long the answer may be kept", 200, 304),
            header("Access-Control-Allow-Origin", "Always *: pages of any site may read it", 200, 304, 400, 404),
        ]
        serializer = self._get_serializer() if self.view.action in ("list", "retrieve") else None
        if isinstance(serializer, SparseSerializer):
            also.append(_fields(list(serializer.fields)))
        return [*super().get_override_parameters(), *also]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """A member that `fields` leaves out is not required; those of rows inside a resource are."""
        described = super()._map_basic_serializer(serializer, direction)
        if isinstance(serializer, SparseSerializer):
            described.pop("required", None)
        return described


def _fields(names: list[str]) -> OpenApiParameter:
    items = {"type": "string", "enum": names}
    return OpenApiParameter(
        "fields",
        {"type": "array", "items": items},
        description="Gives only these members, divided by commas",
        explode=False,
        style="form",
    )


class Filters(DjangoFilterExtension):
    """Limits that a filter has and drf-spectacular does not look for."""

    priority = 1

    def resolve_filter_field(
        self, auto_schema: Any, model: Any, filterset_class: Any, field_name: str, filter_field: Any
    ) -> list[dict[str, Any]]:
        parameters = super().resolve_filter_field(auto_schema, model, filterset_class, field_name, filter_field)
        for parameter in parameters:
            schema = parameter["schema"]
            schema.get("items", schema).update(_limits(filter_field))
        return parameters


def _limits(filter_field: filters.Filter) -> dict[str, Any]:
    if isinstance(filter_field, TextFilter):
        return {"maxLength": MAX_LENGTH, "pattern": r"^[^\x00-\x1f]*$"}
    if isinstance(filter_field, filters.ModelMultipleChoiceFilter | TherapyFilter):
        return {"maxLength": MAX_LENGTH, "pattern": "^[-a-zA-Z0-9_]+$"}
    if isinstance(filter_field, filters.NumberFilter):
        extra = filter_field.extra
        return {"type": "integer", "minimum": extra["min_value"], "maximum": extra["max_value"]}
    choices = filter_field.extra.get("choices")
    return {"enum": [value for value, _label in choices()]} if callable(choices) else {}
