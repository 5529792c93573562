"""Full-text search behind one queryset method: `matching(query)`, on PostgreSQL and SQLite alike.

What is indexed stands in `INDEXED`. The database itself keeps each index right at every write, whoever writes and
however: PostgreSQL by a generated column `search` with a GIN index (migrations 0006, 0017), SQLite by an FTS5 table
`<table>_fts` with three triggers (`drugs.full_text.sqlite`).
"""

from drugs.full_text.matching import FullTextQuerySet
from drugs.full_text.query import Query, words_of

#: Table: its columns that are searched, with their weight: A counts most, D least.
INDEXED: dict[str, dict[str, str]] = {
    "drugs_trial": {
        "home_number": "A",
        "acronym": "A",
        "secondary_ids": "A",
        "brief_title": "B",
        "interventions": "B",
        "official_title": "C",
        "conditions": "C",
        "lead_sponsor": "D",
        "collaborators": "D",
    },
    "drugs_editiontext": {"names": "A", "summary": "B", "body": "D"},
    "drugs_glossaryterm": {"term": "A", "variants": "A", "meaning": "D"},
    "drugs_pageversion": {"title": "A", "summary": "B", "words": "D"},
}

__all__ = ["INDEXED", "FullTextQuerySet", "Query", "words_of"]
