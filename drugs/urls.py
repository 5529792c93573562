"""The public addresses: docs/design.md has the contract."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path, register_converter

from drugs.feeds import ListFeed, TherapyFeed, TrialsFeed, UpdatesFeed
from drugs.sitemaps import SITEMAPS
from drugs.views import (
    alerts,
    approvals,
    cards,
    citing,
    compare,
    compare_editions,
    corrections,
    data,
    glossary,
    health,
    home,
    lists,
    metrics,
    pages,
    pipeline,
    previews,
    search,
    situation,
    styleguide,
    therapies,
    trials,
    updates,
    visit,
)
from drugs.views.caching import public_feed
from drugs.views.machines import favicon, robots
from drugs.vocabulary import Stage


class EditionNumber:
    """1 to 9999: what a database takes, whatever somebody types."""

    regex = "[1-9][0-9]{0,3}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class AlertKey:
    """The key of an alert by e-mail, as its mails carry it."""

    regex = "[A-Za-z0-9_-]{43}"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(EditionNumber, "edition")
register_converter(AlertKey, "alert")

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
    *(
        path(
            f"drugs/{stage.replace('_', '-')}/feed/",
            public_feed(ListFeed()),
            {"stage": stage},
            name=f"therapy-list-{stage.replace('_', '-')}-feed",
        )
        for stage in Stage
    ),
    path("drugs/<slug:slug>/", therapies.therapy_detail, name="therapy-detail"),
    path("drugs/<slug:slug>/one-minute/", therapies.therapy_minute, name="therapy-minute"),
    path("drugs/<slug:slug>/plain-words/", therapies.therapy_plain, name="therapy-plain"),
    path("drugs/<slug:slug>/editions/", therapies.edition_list, name="edition-list"),
    path("drugs/<slug:slug>/editions/<edition:number>/", therapies.edition_detail, name="edition-detail"),
    path("drugs/<slug:slug>/editions/<edition:number>/cite.<str:ending>", citing.edition_cite, name="edition-cite"),
    path("drugs/<slug:slug>/feed/", public_feed(TherapyFeed()), name="therapy-feed"),
    path("drugs/<slug:slug>/card/", cards.therapy_card, name="therapy-card"),
    path("cards/", cards.card_maker, name="card-maker"),
    path("oembed/", cards.oembed_view, name="oembed"),
    path("updates/", updates.update_list, name="update-list"),
    path("updates/feed/", public_feed(UpdatesFeed()), name="update-feed"),
    path("trials/feed/", public_feed(TrialsFeed()), name="trial-feed"),
    path(
        "drugs/<slug:slug>/editions/<edition:first>/<edition:second>/",
        compare_editions.edition_compare,
        name="edition-compare",
    ),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("trials/", trials.trial_list, name="trial-list"),
    path("trials/<str:number>/", trials.trial_detail, name="trial-detail"),
    path("pipeline/", pipeline.pipeline_page, name="pipeline"),
    path("approvals/", approvals.approval_list, name="approval-list"),
    path("search/", search.search_page, name="search"),
    path("compare/", compare.compare, name="compare"),
    path("situation/", situation.situation, name="situation"),
    path("visit/", visit.visit, name="visit"),
    path("glossary/", glossary.glossary, name="glossary"),
    path("pages/", pages.page_list, name="page-list"),
    path("pages/<slug:slug>/", pages.page_detail, name="page-detail"),
    path("portraits/", pages.portrait_list, name="portrait-list"),
    path("portraits/<uuid:uid>.webp", pages.portrait_picture, name="portrait-picture"),
    path("corrections/", corrections.correction_list, name="correction-list"),
    path("corrections/new/", corrections.correction_new, name="correction-new"),
    path("corrections/<str:reference>/", corrections.correction_detail, name="correction-detail"),
    path("alerts/", alerts.alert_form, name="alert-form"),
    path("alerts/asked/", alerts.alert_asked, name="alert-asked"),
    path("alerts/<alert:key>/", alerts.alert_detail, name="alert-detail"),
    path("alerts/<alert:key>/confirm/", alerts.alert_confirm, name="alert-confirm"),
    path("data/", data.data_index, name="data-index"),
    path("data/datapackage.json", data.data_package_json, name="data-package"),
    path("data/<slug:table>.<str:ending>", data.data_table, name="data-table"),
    path("data/<slug:date>/", data.data_release, name="data-release"),
    path("data/<slug:date>/<str:name>", data.data_release_file, name="data-release-file"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", robots, name="robots"),
    path("favicon.ico", favicon, name="favicon"),
    path("preview/<str:token>/", previews.preview, name="preview"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("readyz", health.readyz, name="readyz"),
]
