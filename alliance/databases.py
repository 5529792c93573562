"""What a connection is given besides its address: by kind of database, and for a replica."""

from typing import Any

Database = dict[str, Any]


def prepare(database: Database, *, pool_size: int, statement_timeout: int) -> None:
    """Set what the site needs of a database. `pool_size` 0: no pool; `statement_timeout` in seconds, 0 for none."""
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["CONN_MAX_AGE"] = 600  # to open the file costs more than many a page (alliance/sqlite.py)
        # Without these three, 159 of 360 concurrent writes failed as locked; with them none.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            # An import writes many rows by one statement, and what SQLite notes to take one back would go to a file.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA cache_size=-16000; PRAGMA synchronous=NORMAL; "
            "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;",
        }
        return
    database["CONN_MAX_AGE"] = 0
    database["CONN_HEALTH_CHECKS"] = True
    # A page says within two seconds that the database is away, also where to draw the page that says so takes half a second;
    # a web process ends a statement that hangs.
    options = database.setdefault("OPTIONS", {})
    options["pool"] = {"timeout": 1.2, "max_size": pool_size} if pool_size else False
    options.setdefault("connect_timeout", 2)
    # The facets of a long list are counted from its rows, which PostgreSQL's own 4 MB would send through a file.
    # To compile a statement, or to start workers for it, takes longer than most pages do.
    short = "-c work_mem=16MB -c jit=off -c max_parallel_workers_per_gather=0"
    options.setdefault("options", f"-c statement_timeout={statement_timeout * 1000} {short}")


def notice_when_gone(database: Database) -> None:
    """A host that is gone is noticed while it owes an answer: libpq's own words, seconds and one of milliseconds."""
    patience = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2, "tcp_user_timeout": 5000}
    database["OPTIONS"] = patience | database.get("OPTIONS", {})
