"""A Wagtail site with one page of a therapy, as its documentation sets one up. What bench/pages.py compares with.

The text is that of the site's own page (`BENCH_TEXT`, a JSON file); the database is the file `BENCH_DATABASE`.
"""

import json
import os
from pathlib import Path

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="for-a-benchmark-only",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    WAGTAIL_SITE_NAME="Therapies",
    WAGTAILADMIN_BASE_URL="http://127.0.0.1",
    STATIC_URL="/static/",
    USE_TZ=True,
    INSTALLED_APPS=[
        "charity",
        "wagtail.contrib.forms",
        "wagtail.contrib.redirects",
        "wagtail.embeds",
        "wagtail.sites",
        "wagtail.users",
        "wagtail.snippets",
        "wagtail.documents",
        "wagtail.images",
        "wagtail.search",
        "wagtail.admin",
        "wagtail",
        "modelcluster",
        "taggit",
        "django_filters",
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_DATABASE"], "CONN_MAX_AGE": None}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.debug",
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
                "loaders": [("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", {
                    "page.html": """{% load wagtailcore_tags wagtailuserbar %}<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>{{ page.seo_title|default:page.title }}</title></head><body>{% wagtailuserbar %}
<nav><ul>{% for other in menu %}<li><a href="{% pageurl other %}">{{ other.title }}</a></li>{% endfor %}</ul></nav>
<main><h1>{{ page.title }}</h1>{% for section in page.sections.all %}<section>{{ section.body|richtext }}</section>{% endfor %}
<ul>{% for source in page.sources.all %}<li>{{ source.label }}</li>{% endfor %}</ul></main></body></html>""",
                }), "django.template.loaders.app_directories.Loader"])],
            },
        }
    ],
)  # fmt: skip
django.setup()

from charity.models import Section, Source, TherapyPage  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402
from wagtail import urls as wagtail_urls  # noqa: E402
from wagtail.admin import urls as wagtailadmin_urls  # noqa: E402
from wagtail.documents import urls as wagtaildocs_urls  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include(wagtail_urls)),
]


def fill():
    call_command("migrate", verbosity=0)
    text = json.loads(Path(os.environ["BENCH_TEXT"]).read_text())
    home = Page.objects.get(depth=2)
    pages = [TherapyPage(slug=slug, title=title, show_in_menus=True) for slug, title in text["menu"]]
    pages[0].sections = [Section(body=body, sort_order=place) for place, body in enumerate(text["sections"])]
    pages[0].sources = [Source(label=label, sort_order=place) for place, label in enumerate(text["sources"])]
    for page in pages:
        home.add_child(instance=page)
        page.save_revision().publish()
    Site.objects.update(hostname="127.0.0.1", root_page=home)


if not Path(os.environ["BENCH_DATABASE"]).exists():
    fill()
application = get_wsgi_application()
