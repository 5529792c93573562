"""What django-rest-framework and drf-spectacular are told: read-only JSON without accounts, described as OpenAPI 3.1."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drugs.api.schema.Schema",
    "EXCEPTION_HANDLER": "drugs.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,  # one parameter less that means nothing here
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ALS/MND therapies",
    "DESCRIPTION": "What is public on the site, read-only. Each statement names its source.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_NAME_OVERRIDES": {
        "SourceKindEnum": "drugs.vocabulary.SourceKind",
        "AliasKindEnum": "drugs.vocabulary.AliasKind",
        "ApprovalKindEnum": "drugs.vocabulary.ApprovalKind",
        "DateTypeEnum": "drugs.vocabulary.DateType",
        "TherapyKindEnum": "drugs.vocabulary.TherapyKind",
    },
}
