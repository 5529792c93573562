"""The list of trials against the stock django-filter view with icontains, and against hand-written SQL.

    python bench/lists.py [--sizes 1000 10000 100000 500000] [--rounds 5] [--only sqlite|postgresql]

Each size is measured on SQLite and on a PostgreSQL server of its own (scripts/with-postgres, with the memory that
docs/deploy.md advises; POSTGRES_OPTIONS= for PostgreSQL's own) in interleaved rounds: first the site's answer, then the stock view's, for the same question. A figure is the whole answer
through Django's handler and middleware, as a reader's request takes it, without the network. Printed are
medians, and the ratio stock / site with the range over the rounds. Compare ratios, never times of two runs.

A large site keeps counts until its content changes. What was counted for a question with words is forgotten before
each round, so these are measured as if nobody had asked before; 'first after a change' forgets all counts.
"""

import argparse
import io
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 10_000, 100_000, 500_000)
RARE, MEDIUM = "quercetin", "edaravone"
#: A word of the shipped content, in fewer trials than a page has rows.
RAREST = "tofersen"
#: One trial in so many has the rare word; 8 % have the medium one.
ONE_IN = 20_000
#: One in so many has a second number.
ONE_IN_SECOND = 20
SEED = 20260501


# What is measured


def questions(size: int) -> dict[str, str]:
    """The questions by name, as query strings that both views understand."""
    return {
        "no filter": "",
        "rare word": f"?q={RARE}",
        "word of five trials": f"?q={RAREST}",
        "medium word, facets": f"?q={MEDIUM}",
        "last page": f"?page={-(-size // 25)}",
    }


#: What a person would write by hand for each question, on the same indexes of PostgreSQL: as little as the page shows.
_STATE = (
    "SELECT (SELECT value FROM drugs_contentversion), COUNT(*) FILTER (WHERE goes_live_at <= now()), "
    "MIN(goes_live_at) FILTER (WHERE goes_live_at > now()) FROM drugs_publication WHERE withdrawn_at IS NULL"
)
_NAMES = (
    "SELECT e.display_name, t.slug, t.id FROM drugs_publication p JOIN drugs_edition e ON e.id = p.edition_id "
    "JOIN drugs_therapy t ON t.id = e.therapy_id WHERE p.withdrawn_at IS NULL AND p.goes_live_at <= now() AND NOT EXISTS "
    "(SELECT FROM drugs_publication n WHERE n.therapy_id = p.therapy_id AND n.withdrawn_at IS NULL "
    "AND n.goes_live_at <= now() AND n.goes_live_at > p.goes_live_at)"
)
_PAGE = (
    "SELECT t.id, home_number, brief_title, acronym, overall_status, phases, enrollment, enrollment_type, start_date, "
    "start_date_type, last_update_posted, ARRAY(SELECT therapy_id FROM drugs_therapytrial l WHERE l.trial_id = t.id "
    "AND decision = 'confirmed') FROM drugs_trial t WHERE is_verified{} ORDER BY {} LIMIT 25"
)
_NEWEST, _OLDEST = "last_update_posted DESC, home_number", "last_update_posted, home_number DESC"
_MATCH = " AND search @@ to_tsquery('therapies', '{}:*')"
_FACETS = (
    "SELECT overall_status, phases, study_type, home_registry, other_registries, countries, COUNT(*) FROM drugs_trial "
    "WHERE is_verified{0} GROUP BY GROUPING SETS ((1, 2, 3), (4, 5), (6)) UNION ALL "
    "SELECT therapy_id::text, '', '', '', '', '', COUNT(*) FROM drugs_therapytrial l CROSS JOIN LATERAL "
    "(SELECT 1 FROM drugs_trial t WHERE t.id = l.trial_id AND is_verified{0} LIMIT 1) its "
    "WHERE decision = 'confirmed' GROUP BY 1"
)


def by_hand(name: str) -> list[str]:
    """The state of the content, the names of therapies, the page with its therapies, and the counts unless kept."""
    if name == "no filter":
        return [_STATE, _NAMES, _PAGE.format("", _NEWEST)]
    if name == "last page":
        return [_STATE, _NAMES, _PAGE.format("", _OLDEST)]
    match = _MATCH.format({"rare word": RARE, "word of five trials": RAREST}.get(name, MEDIUM))
    return [_STATE, _NAMES, _PAGE.format(match, _NEWEST), _FACETS.format(match)]


# The records


def rows(size: int, start: int) -> Iterator[dict[str, Any]]:
    """Invented trials, the same for every run: numbers `start` to `size`."""
    from drugs.models import Trial
    from drugs.vocabulary import OverallStatus, Phase

    chance = random.Random(SEED + start)
    syllables = "ba ce di fo gu la me ni ro su ta ve xi zo pra ste".split()
    lexicon = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(4000)]
    common = "study of safety efficacy in people with compared placebo amyotrophic lateral sclerosis treatment".split()
    statuses, phases = OverallStatus.values, [*Phase.values, ""]
    places = "US|JP|DE|FR|GB|CA|AU|KR|CN|IT|ES|NL|SE|BE|IL".split("|")
    empty = {name: "" for name in Trial.FACTS if not Trial._meta.get_field(name).null}

    def words(n: int) -> str:
        return " ".join(chance.choice(common if chance.random() < 0.4 else lexicon) for _ in range(n))

    for n in range(start, size):
        title, drug = words(9), chance.choice(lexicon)
        if chance.random() < 0.08:
            drug = MEDIUM
        if n % ONE_IN == 7:
            title += f" {RARE}"
        day = f"{chance.randint(2005, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        has_acronym = chance.random() < 0.25
        yield empty | {
            "id": n + 1,
            "home_number": f"NCT{n + 10_000_000}",
            "home_registry": "CTGOV",
            "other_registries": "EUCTR" if n % ONE_IN_SECOND == 3 else "",
            "brief_title": title,
            "official_title": f"{title} {words(10)}",
            "acronym": f"{chance.choice(lexicon)}{chance.choice(('', '', '-', '-2', '-ALS'))}".upper()
            if has_acronym
            else "",
            "secondary_ids": f"{chance.choice(lexicon).upper()}-{n}",
            "overall_status": chance.choice(statuses),
            "phases": chance.choice(phases),
            "study_type": "INTERVENTIONAL" if chance.random() < 0.8 else "OBSERVATIONAL",
            "start_date": day,
            "last_update_posted": f"{chance.randint(2015, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            "enrollment": chance.randint(0, 900),
            "conditions": "Amyotrophic Lateral Sclerosis",
            "interventions": f"DRUG: {drug}|DRUG: placebo",
            "brief_summary": words(40),
            "primary_outcomes": words(15),
            "lead_sponsor": words(3).title(),
            "countries": "|".join(sorted(chance.sample(places, chance.choice((1, 1, 1, 2, 3))))),
            "is_verified": n % 100 != 50,
            "created_at": "2026-05-01T00:00:00+00:00",
            "changed_at": "2026-05-01T00:00:00+00:00",
        }


def seed(size: int) -> None:
    """Fill the database up to `size` trials, past the ORM: COPY on PostgreSQL, executemany on SQLite."""
    from django.db import connection, transaction

    from drugs.models import ContentVersion, Trial

    start = Trial.objects.count()
    trials, numbers, countries = [], [], []

    def store() -> None:
        insert(connection, "drugs_trial", list(trials[0]), [tuple(row.values()) for row in trials])
        insert(connection, "drugs_trialidentifier", ["trial_id", "registry", "number", "address", "is_home"], numbers)
        insert(connection, "drugs_trialcountry", ["trial_id", "country"], countries)
        trials.clear()
        numbers.clear()
        countries.clear()

    with transaction.atomic():
        for n, row in enumerate(rows(size, start), start):
            trials.append(row)
            numbers.append((row["id"], "CTGOV", row["home_number"], row["home_number"], True))
            if row["other_registries"]:
                second = f"{2004 + n % 20}-{n // 20:06}-13"
                numbers.append((row["id"], "EUCTR", second, second, False))
            countries.extend((row["id"], code) for code in row["countries"].split("|"))
            if len(trials) == 5_000:
                store()
        if trials:
            store()
        ContentVersion.bump()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def insert(connection: Any, table: str, columns: list[str], records: list[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for record in records:
                    copy.write_row(record)
        else:
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(["%s"] * len(columns))})', records)


# The stock view: what the manuals of django-filter and Django's Paginator show, with the usual counts per choice

STOCK_TEMPLATE = """<!doctype html><title>Trials</title><form>{{ filter.form.as_p }}</form><p>{{ page.paginator.count }} trials</p>
{% for facet, counts in facets.items %}<ul>{% for value, count in counts %}<li>{{ value }} {{ count }}{% endfor %}</ul>{% endfor %}
{% for trial in page %}<h2>{{ trial.brief_title }}</h2><p>{{ trial.home_number }} {{ trial.get_overall_status_display }}
{{ trial.get_phases_display }} {{ trial.enrollment }} {{ trial.start_date }} {{ trial.last_update_posted }}{% endfor %}
<p>Page {{ page.number }} of {{ page.paginator.num_pages }}"""


def stock_view(request: Any) -> Any:
    """On PostgreSQL as it comes: compiling and parallel workers, which the site does without, help these statements."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return stock_answer(request)
    with connection.cursor() as cursor:
        cursor.execute("SET jit = on; SET max_parallel_workers_per_gather = 2")
        try:
            return stock_answer(request)
        finally:
            cursor.execute("RESET jit; RESET max_parallel_workers_per_gather")


def stock_answer(request: Any) -> Any:
    import django_filters
    from django.core.paginator import Paginator
    from django.db.models import Count, Q
    from django.http import HttpResponse
    from django.template import Context, engines

    from drugs.models import Trial, TrialCountry, TrialIdentifier

    class StockFilterSet(django_filters.FilterSet):
        q = django_filters.CharFilter(method="search")

        class Meta:
            model = Trial
            fields = ["overall_status", "phases", "study_type"]

        def search(self, queryset: Any, name: str, value: str) -> Any:
            columns = (
                "brief_title official_title acronym conditions interventions lead_sponsor secondary_ids home_number"
            )
            condition = Q()
            for column in columns.split():
                condition |= Q(**{f"{column}__icontains": value})
            return queryset.filter(condition)

    filterset = StockFilterSet(request.GET, queryset=Trial.objects.public())
    page = Paginator(filterset.qs, 25).get_page(request.GET.get("page"))
    facets: dict[str, Any] = {}
    if request.GET.get("facets"):
        found = filterset.qs.order_by()
        for column in ("overall_status", "phases", "study_type"):
            facets[column] = list(found.values_list(column).annotate(count=Count("pk")))
        for model, column in ((TrialCountry, "country"), (TrialIdentifier, "registry")):
            related = model.objects.filter(trial__in=found.values("pk")).order_by()
            facets[column] = list(related.values_list(column).annotate(count=Count("pk")))
    template = engines["django"].from_string(STOCK_TEMPLATE).template
    return HttpResponse(template.render(Context({"filter": filterset, "page": page, "facets": facets})))


# The measuring


def measure(size: int, rounds: int) -> None:
    from django.core.cache import caches
    from django.db import connection
    from django.test import Client

    client = Client()

    def answer(path: str) -> None:
        response = client.get(path)
        if response.status_code != 200:
            raise SystemExit(f"{path}: {response.status_code}")

    def site(query: str) -> float:
        forget(query)
        return timed(answer, f"/trials/{query}")

    def forget(query: str) -> None:
        """The counts of questions with words; 'no filter' keeps its own."""
        if "q=" in query:
            caches["content"].clear()
            answer("/trials/")

    print(f"\n{connection.vendor}, {size:,} trials")
    print(f"  {'question':24}{'site ms':>10}{'stock ms':>11}{'ratio':>8}   range")
    for name, query in questions(size).items():
        stock_query = query + ("&facets=1" if "facets" in name else "")
        answer(f"/trials/{query}")
        report(name, [(site(query), timed(answer, f"/stock/{stock_query}")) for _ in range(rounds)])
    deployed = as_deployed()
    deployed("/trials/")
    report("no filter, kept bytes", [(timed(deployed, "/trials/"), timed(answer, "/stock/")) for _ in range(rounds)])
    report("medium word, asked again", [(timed(answer, f"/trials/?q={MEDIUM}"), 0.0) for _ in range(rounds)])
    pairs = []
    for _ in range(rounds):
        caches["content"].clear()
        pairs.append((timed(answer, "/trials/"), timed(answer, "/stock/")))
    report("first after a change", pairs)
    for name, query in {"search, a word": MEDIUM, "search, misspelt": "edavarone", "search, nothing": "xqzvwk"}.items():
        report(name, [(timed(answer, f"/search/?q={query}"), 0.0) for _ in range(rounds)])
    if connection.vendor == "postgresql":
        print(f"  {'database time of':24}{'site ms':>10}{'by hand':>11}{'ratio':>8}   (site / by hand)")
        for name, query in questions(size).items():
            pairs = []
            for _ in range(rounds):
                forget(query)
                pairs.append((database_time(lambda q=query: answer(f"/trials/{q}")), statements_time(by_hand(name))))
            ours, hand = (statistics.median(side) for side in zip(*pairs, strict=True))
            print(f"  {name:24}{ours:>10.1f}{hand:>11.1f}{ours / hand:>8.1f}", flush=True)


def as_deployed() -> Callable[[str], None]:
    """Answers as deploy/environment.example has them: a page that somebody asked for before is kept as bytes."""
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    from drugs.views.kept import kept_pages

    settings.KEPT_PAGES_MB = 32
    application = kept_pages(WSGIHandler())
    headers = {"host": "testserver", "accept-encoding": "gzip"}

    def answer(path: str) -> None:
        said: list[str] = []
        environ = RequestFactory().get(path, headers=headers).environ
        content = b"".join(application(environ, lambda status, *rest: said.append(status)))  # type: ignore[arg-type,return-value]
        if said != ["200 OK"] or not content:
            raise SystemExit(f"{path}: {said}")

    return answer


def timed(do: Callable[[str], None], path: str) -> float:
    """Milliseconds."""
    before = time.perf_counter()
    do(path)
    return (time.perf_counter() - before) * 1000


def database_time(do: Callable[[], None]) -> float:
    """Milliseconds that the database took while `do` ran, the fetching of rows aside."""
    from django.db import connection

    spent = 0.0

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal spent
        before = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent += time.perf_counter() - before

    with connection.execute_wrapper(watch):
        do()
    return spent * 1000


def statements_time(statements: list[str]) -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        before = time.perf_counter()
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()
        return (time.perf_counter() - before) * 1000


def report(name: str, pairs: list[tuple[float, float]]) -> None:
    """`pairs`: milliseconds of the site and of the stock view, 0 where it has nothing of the kind."""
    site, stock = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratios = sorted(theirs / ours for ours, theirs in pairs)
    against = f"{stock:>11.1f}{stock / site:>7.1f}x   {ratios[0]:.1f} to {ratios[-1]:.1f}" if stock else ""
    print(f"  {name:24}{site:>10.1f}{against}", flush=True)


def here(sizes: list[int], rounds: int) -> None:
    """Measure on the database of DATABASE_URL."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "alliance.settings"
    os.environ.setdefault("DEBUG", "false")
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.urls import include, path

    django.setup()
    global urlpatterns
    urlpatterns = [path("stock/", stock_view), path("", include("drugs.urls"))]
    settings.ROOT_URLCONF = "__main__"
    settings.LOGGING_CONFIG = None
    call_command("migrate", verbosity=0)
    call_command("load_content", verbosity=0, stdout=io.StringIO())
    for size in sorted(sizes):
        before = time.perf_counter()
        seed(size)
        print(f"\n(filled up to {size:,} in {time.perf_counter() - before:.0f} s)", flush=True)
        measure(size, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--here", action="store_true", help="measure on the database of DATABASE_URL, which is filled")
    options = parser.parse_args()
    if options.here:
        here(options.sizes, options.rounds)
        return
    command = [sys.executable, __file__, "--here", "--rounds", str(options.rounds), "--sizes", *map(str, options.sizes)]
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                command, check=True, cwd=ROOT, env=os.environ | {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
            )
    if options.only != "sqlite":
        environment = {"POSTGRES_OPTIONS": "-c shared_buffers=1GB"} | os.environ
        done = subprocess.run(["scripts/with-postgres", *command], check=False, cwd=ROOT, env=environment)
        if done.returncode == 3:
            print("\nPostgreSQL was not measured: its programs are missing.")
        elif done.returncode:
            raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
