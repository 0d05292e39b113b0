"""Migration operations that put the guards of a table into the database.

The functions themselves live in `public` (see sql/functions.sql) and are named in full, so that they work
whatever the search_path is.
"""

from __future__ import annotations

from django.db.migrations.operations import RunSQL


def append_only(table: str) -> RunSQL:
    """Refuses UPDATE, DELETE and TRUNCATE of `table`: its rows are facts."""
    return RunSQL(
        f"""
        CREATE TRIGGER letsema_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION public.letsema_refuse();
        CREATE TRIGGER letsema_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION public.letsema_refuse();
        """,
        f"DROP TRIGGER letsema_append_only ON {table}; DROP TRIGGER letsema_no_truncate ON {table};",
    )


def revisioned(table: str, key: str = "id") -> RunSQL:
    """Keeps an image of the row after every insert and change, and refuses to delete: a delete is a flag."""
    return RunSQL(
        f"""
        CREATE TRIGGER letsema_revision AFTER INSERT OR UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION public.letsema_revision('{key}');
        CREATE TRIGGER letsema_no_delete BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION public.letsema_refuse();
        CREATE TRIGGER letsema_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION public.letsema_refuse();
        """,
        f"""DROP TRIGGER letsema_revision ON {table}; DROP TRIGGER letsema_no_delete ON {table};
            DROP TRIGGER letsema_no_truncate ON {table};""",
    )


def natural_key(table: str, column: str, key: str = "id", counts: str = "true") -> RunSQL:
    """Refuses a second row with the same `column` on this node, under an advisory lock.

    `counts` is a condition in SQL, without quotes, that says of which rows `x` the value is taken.

    Not a unique index: a row that another node accepted meanwhile must be able to arrive here, to be listed and
    merged, instead of stopping the stream.
    """
    return RunSQL(
        f"""
        CREATE INDEX {table}_{column}_natural ON {table} ({column});
        CREATE TRIGGER letsema_natural_{column} BEFORE INSERT OR UPDATE OF {column} ON {table}
            FOR EACH ROW EXECUTE FUNCTION public.letsema_natural_key('{column}', '{key}', '{counts}');
        """,
        f"DROP TRIGGER letsema_natural_{column} ON {table}; DROP INDEX {table}_{column}_natural;",
    )


def arriving(*tables: str, loan: dict[str, str] | None = None) -> RunSQL:
    """Lets rows of facts in from other nodes, each once; of two with one key the earlier stands everywhere.

    `loan` names, for a table whose rows change a loan or its books, the column that holds the loan; of a table named
    `…entry` only the loan is queued.
    """
    named = loan or {}
    forward = "".join(
        f"""
        CREATE TRIGGER letsema_arrive BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION public.letsema_arrive({_arguments(table, named)});
        ALTER TABLE {table} ENABLE REPLICA TRIGGER letsema_arrive;
        """
        for table in tables
    )
    return RunSQL(forward, "".join(f"DROP TRIGGER letsema_arrive ON {table};" for table in tables))


def _arguments(table: str, named: dict[str, str]) -> str:
    if table not in named:
        return ""
    return f"'{named[table]}', 'books'" if table.endswith("entry") else f"'{named[table]}'"


def noting(*tables: str) -> RunSQL:
    """Notes for the worker that something waits when rows are inserted into `tables`, once a transaction.

    ALWAYS: what arrives from another node is queued in the replica role.
    """
    forward = "".join(
        f"""
        CREATE TRIGGER letsema_note AFTER INSERT ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION public.letsema_note();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER letsema_note;
        """
        for table in tables
    )
    return RunSQL(forward, "".join(f"DROP TRIGGER letsema_note ON {table};" for table in tables))


def chained(table: str) -> RunSQL:
    """Adds each row of `table` to its node's hash chain, so that a row changed behind the guards is found."""
    return RunSQL(
        f"""
        CREATE TRIGGER letsema_chain BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION public.letsema_chain();
        """,
        f"DROP TRIGGER letsema_chain ON {table};",
    )


def head_moves_once(table: str) -> RunSQL:
    """The same with a head that moves at the end of each transaction: the time of many events grows with their number.

    Both triggers change in one transaction of the schema: no event is chained the one way and left by the other.
    """
    return RunSQL(
        f"""
        DROP TRIGGER letsema_chain ON {table};
        CREATE TRIGGER letsema_link BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION public.letsema_link();
        CREATE CONSTRAINT TRIGGER letsema_move_head AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION public.letsema_move_head();
        """,
        f"""
        DROP TRIGGER letsema_link ON {table}; DROP TRIGGER letsema_move_head ON {table};
        CREATE TRIGGER letsema_chain BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION public.letsema_chain();
        """,
    )


def balanced_books(entry: str, line: str, closing: str) -> list[RunSQL]:
    """Debits equal credits in every entry at commit, and nothing is posted into a closed period."""
    return [
        RunSQL(
            f"""
            CREATE TRIGGER letsema_open_period BEFORE INSERT ON {entry}
                FOR EACH ROW EXECUTE FUNCTION public.letsema_journal_entry();
            CREATE TRIGGER letsema_with_entry BEFORE INSERT ON {line}
                FOR EACH ROW EXECUTE FUNCTION public.letsema_journal_line();
            CREATE TRIGGER letsema_closing BEFORE INSERT ON {closing}
                FOR EACH ROW EXECUTE FUNCTION public.letsema_period_closing();
            CREATE CONSTRAINT TRIGGER letsema_balanced AFTER INSERT ON {line} DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION public.letsema_journal_balanced();
            """,
            f"""
            DROP TRIGGER letsema_open_period ON {entry}; DROP TRIGGER letsema_with_entry ON {line};
            DROP TRIGGER letsema_closing ON {closing}; DROP TRIGGER letsema_balanced ON {line};
            """,
        )
    ]


def money_counted(line: str, *roles: str) -> RunSQL:
    """Keeps what accounts of money hold, assets of these `roles`, by what is posted to `line` from here on.

    Nobody posts until the migration ends, so that it can count what was posted before.
    """
    named = ", ".join(f"'{role}'" for role in roles)
    return RunSQL(
        f"""
        CREATE TRIGGER letsema_money AFTER INSERT ON {line} REFERENCING NEW TABLE AS posted
            FOR EACH STATEMENT EXECUTE FUNCTION public.letsema_money_posted({named});
        CREATE TRIGGER letsema_money_arrived AFTER INSERT ON {line}
            FOR EACH ROW EXECUTE FUNCTION public.letsema_money_arrived({named});
        ALTER TABLE {line} ENABLE REPLICA TRIGGER letsema_money_arrived;
        """,
        f"DROP TRIGGER letsema_money ON {line}; DROP TRIGGER letsema_money_arrived ON {line};",
    )


def money_uncounted(line: str, *roles: str) -> RunSQL:
    """The same of lines that are removed behind the guards, where a table is repaired and its rows are copied anew."""
    named = ", ".join(f"'{role}'" for role in roles)
    return RunSQL(
        f"""
        CREATE TRIGGER letsema_money_removed AFTER DELETE ON {line}
            FOR EACH ROW EXECUTE FUNCTION public.letsema_money_removed({named});
        CREATE TRIGGER letsema_money_emptied AFTER TRUNCATE ON {line}
            FOR EACH STATEMENT EXECUTE FUNCTION public.letsema_money_removed({named});
        ALTER TABLE {line} ENABLE ALWAYS TRIGGER letsema_money_removed;
        ALTER TABLE {line} ENABLE ALWAYS TRIGGER letsema_money_emptied;
        """,
        f"DROP TRIGGER letsema_money_removed ON {line}; DROP TRIGGER letsema_money_emptied ON {line};",
    )


def searchable(table: str, *columns: str) -> RunSQL:
    """Lets `table` be searched by parts of what stands in its text columns, as `apps/mfis/core/searching.py` asks.

    One index of trigrams for all columns: there are many schemas, and the catalogue should not grow by one for each.
    """
    expressions = ", ".join(f"(public.letsema_fold({column}::text)) gin_trgm_ops" for column in columns)
    return RunSQL(f"CREATE INDEX {table}_search ON {table} USING gin ({expressions})", f"DROP INDEX {table}_search")
