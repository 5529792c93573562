"""A minimal Django site: one page of a therapy with its sections, four queries, one template. What bench/pages.py compares with.

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
    INSTALLED_APPS=["django.contrib.contenttypes"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_DATABASE"], "CONN_MAX_AGE": None}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", {
                "page.html": """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ page.title }}</title></head><body>
<nav><ul>{% for other in menu %}<li><a href="/{{ other.slug }}/">{{ other.title }}</a></li>{% endfor %}</ul></nav>
<main><h1>{{ page.title }}</h1>{% for section in sections %}<section>{{ section.body|safe }}</section>{% endfor %}
<ul>{% for source in sources %}<li>{{ source.label }}</li>{% endfor %}</ul></main></body></html>""",
            })])]},
        }
    ],
)  # fmt: skip
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.shortcuts import get_object_or_404, render  # noqa: E402
from django.urls import path  # noqa: E402


class Page(models.Model):
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)

    class Meta:
        app_label = "contenttypes"
        db_table = "page"


class Section(models.Model):
    page = models.ForeignKey(Page, models.CASCADE)
    body = models.TextField()

    class Meta:
        app_label = "contenttypes"
        db_table = "section"


class Source(models.Model):
    page = models.ForeignKey(Page, models.CASCADE)
    label = models.CharField(max_length=200)

    class Meta:
        app_label = "contenttypes"
        db_table = "source"


def page(request, slug):
    found = get_object_or_404(Page, slug=slug)
    context = {
        "page": found,
        "sections": Section.objects.filter(page=found).order_by("pk"),
        "sources": Source.objects.filter(page=found).order_by("pk"),
        "menu": Page.objects.order_by("title")[:25],
    }
    return render(request, "page.html", context)


urlpatterns = [path("<slug:slug>/", page)]

if not Path(os.environ["BENCH_DATABASE"]).exists():
    text = json.loads(Path(os.environ["BENCH_TEXT"]).read_text())
    with connection.schema_editor() as editor:
        for model in (Page, Section, Source):
            editor.create_model(model)
    therapies = [Page.objects.create(slug=slug, title=title) for slug, title in text["menu"]]
    Section.objects.bulk_create(Section(page=therapies[0], body=body) for body in text["sections"])
    Source.objects.bulk_create(Source(page=therapies[0], label=label) for label in text["sources"])
application = get_wsgi_application()
