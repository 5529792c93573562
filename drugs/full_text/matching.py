"""The queryset methods that ask the full-text index, in each database's own words."""

from typing import Any, Self

from django.db import connections
from django.db.models import BooleanField, F, FloatField, Func, QuerySet, TextField, Value
from django.db.models.expressions import Col, Expression

from drugs.full_text.query import Query

#: How much a match in a column of weight A, B, C, D counts. PostgreSQL takes them the other way round.
WEIGHTS = {"A": 10.0, "B": 4.0, "C": 2.0, "D": 1.0}
#: Of more matches than this, only some are put in order of likeness: a word that common says little.
MOST_RANKED = 5_000


class _SearchColumn(Expression):
    """The generated column `search`: PostgreSQL keeps it and no model knows it, so no query reads it unasked."""

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Col:  # type: ignore[override]
        column = TextField()
        column.set_attributes_from_name("search")
        return Col(query.get_initial_alias(), column)


class _Tsquery(Func):
    template = "to_tsquery('therapies', %(expressions)s)"
    output_field = TextField()


class _Matches(Func):
    template, arg_joiner, output_field = "%(expressions)s", " @@ ", BooleanField()


class _Rank(Func):
    template = "ts_rank('{0.1,0.2,0.4,1.0}', %(expressions)s, 1)"
    output_field = FloatField()


class FullTextQuerySet(QuerySet):
    """A queryset of a table in `drugs.full_text.INDEXED`."""

    def matching(self, query: Query) -> Self:
        """Records that hold every phrase of `query`, whole words, endings and accents ignored. None for an empty query."""
        if not query:
            return self.none()
        return self.filter(self.match(query))

    def match(self, query: Query) -> Func:
        """The condition of `matching`, to be joined with others by `|`."""
        if connections[self.db].vendor == "postgresql":
            return _Matches(_SearchColumn(), _Tsquery(Value(query.for_postgresql())))
        table = f"{self.model._meta.db_table}_fts"
        # Not correlated: SQLite asks the index once, not once a row.
        return Func(
            F("pk"),
            Value(query.for_sqlite()),
            template="%(expressions)s)",
            arg_joiner=f' IN (SELECT rowid FROM "{table}" WHERE "{table}" MATCH ',  # noqa: S608 (our own name)
            output_field=BooleanField(),
        )

    def best_matches(self, query: Query, limit: int) -> list[Any]:
        """At most `limit` records that match, the likest first, each with a `likeness` that is larger for a better match."""
        if not query:
            return []
        connection = connections[self.db]
        if connection.vendor == "postgresql":
            several = self.matching(query).order_by().values("pk")[:MOST_RANKED]
            rank = _Rank(_SearchColumn(), _Tsquery(Value(query.for_postgresql())))
            return list(self.filter(pk__in=several).annotate(likeness=rank).order_by("-likeness", "pk")[:limit])
        table = f"{self.model._meta.db_table}_fts"
        some, parameters = self.matching(query).order_by().values("pk")[:MOST_RANKED].query.sql_with_params()
        with connection.cursor() as cursor:
            # The + keeps SQLite from asking the index once for each of these keys: a minute for 5,000 of them.
            cursor.execute(
                f'SELECT rowid, -rank FROM "{table}" WHERE "{table}" MATCH %s AND +rowid IN ({some}) '  # noqa: S608 (our own SQL)
                "ORDER BY rank, rowid LIMIT %s",
                [query.for_sqlite(), *parameters, limit],
            )
            likeness = dict(cursor.fetchall())
        found = self.in_bulk(list(likeness))
        for pk, value in likeness.items():
            if pk in found:
                found[pk].likeness = value  # type: ignore[attr-defined]
        return [found[pk] for pk in likeness if pk in found]
