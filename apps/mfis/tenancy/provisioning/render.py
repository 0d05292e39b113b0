"""The DDL of an existing schema, read from PostgreSQL's catalog.

What comes out names nothing by schema, so that it makes the same tables wherever search_path points.
"""

from __future__ import annotations

from apps.mfis.tenancy.queries import catalog

ENABLED = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


def render_schema(schema: str) -> str:
    """The statements that make every table, key, index and trigger of `schema` in another one.

    Runs in a transaction, and leaves its search_path at `schema`.
    """
    catalog.set_path(schema)
    statements = [*_tables(schema), *_constraints(schema), *catalog.indexes(schema), *_triggers(schema)]
    return ";\n".join(statements) + ";\n"


def _tables(schema: str) -> list[str]:
    tables: dict[str, list[str]] = {}
    options: dict[str, str] = {}
    for column in catalog.columns(schema):
        tables.setdefault(column.table, []).append(_column(column))
        options[column.table] = f" WITH ({', '.join(column.options)})" if column.options else ""
    separator = ",\n  "
    return [
        f'CREATE TABLE "{table}" (\n  {separator.join(columns)}\n){options[table]}' for table, columns in tables.items()
    ]


def _column(column: catalog.Column) -> str:
    text = f'"{column.name}" {column.type}'
    if column.identity:
        text += f" GENERATED {'ALWAYS' if column.identity == 'a' else 'BY DEFAULT'} AS IDENTITY"
    elif column.generated:
        text += f" GENERATED ALWAYS AS ({column.default}) STORED"
    elif column.default is not None:
        text += f" DEFAULT {column.default}"
    return text + (" NOT NULL" if column.not_null else "")


def _constraints(schema: str) -> list[str]:
    return [f"ALTER TABLE {c.table} ADD CONSTRAINT {c.name} {c.definition}" for c in catalog.constraints(schema)]


def _triggers(schema: str) -> list[str]:
    statements = []
    for trigger in catalog.triggers(schema):
        statements.append(trigger.definition)
        if trigger.enabled in ENABLED:
            statements.append(f"ALTER TABLE {trigger.table} {ENABLED[trigger.enabled]} TRIGGER {trigger.name}")
    return statements
