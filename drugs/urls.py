"""The public addresses: docs/design.md has the contract."""

from django.urls import path, register_converter

from drugs.views import glossary, health, home, lists, therapies, trials
from drugs.vocabulary import Stage


class EditionNumber:
    """1 to 9999: what a database takes, whatever somebody types."""

    regex = "[1-9][0-9]{0,3}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(EditionNumber, "edition")

urlpatterns = [
    path("", home.home, name="home"),
    path("drugs/", lists.therapy_list, name="therapy-list"),
    path(
        "drugs/in-development/", lists.therapy_list, {"stage": Stage.IN_DEVELOPMENT}, name="therapy-list-in-development"
    ),
    path("drugs/approved/", lists.therapy_list, {"stage": Stage.APPROVED}, name="therapy-list-approved"),
    path(
        "drugs/no-longer-in-development/",
        lists.therapy_list,
        {"stage": Stage.NO_LONGER_IN_DEVELOPMENT},
        name="therapy-list-no-longer-in-development",
    ),
    path("drugs/<slug:slug>/", therapies.therapy_detail, name="therapy-detail"),
    path("drugs/<slug:slug>/editions/", therapies.edition_list, name="edition-list"),
    path("drugs/<slug:slug>/editions/<edition:number>/", therapies.edition_detail, name="edition-detail"),
    path("trials/", trials.trial_list, name="trial-list"),
    path("trials/<str:number>/", trials.trial_detail, name="trial-detail"),
    path("glossary/", glossary.glossary, name="glossary"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
