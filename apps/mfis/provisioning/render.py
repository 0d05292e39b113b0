"""The DDL of an existing schema, read from PostgreSQL's catalog.

What comes out names nothing by schema, so that it makes the same tables wherever search_path points.
"""

from __future__ import annotations

from typing import Any

COLUMNS = """
SELECT c.relname, c.reloptions, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       a.attgenerated, pg_get_expr(d.adbin, d.adrelid, true)
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r'
 ORDER BY c.relname, a.attnum
"""
# Keys before foreign keys; PostgreSQL 18's not-null constraints (n) come with their columns.
CONSTRAINTS = """
SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid, true)
  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
 WHERE c.connamespace = %s::regnamespace AND c.contype IN ('p', 'u', 'c', 'x', 'f')
 ORDER BY c.contype = 'f', t.relname, c.contype DESC, c.conname
"""
INDEXES = """
SELECT pg_get_indexdef(i.indexrelid, 0, true)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relnamespace = %s::regnamespace AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid
       AND k.contype IN ('p', 'u', 'x'))
 ORDER BY c.relname
"""
TRIGGERS = """
SELECT pg_get_triggerdef(g.oid, true), g.tgrelid::regclass::text, quote_ident(g.tgname), g.tgenabled
  FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
 WHERE c.relnamespace = %s::regnamespace AND NOT g.tgisinternal
 ORDER BY c.relname, g.tgname
"""
ENABLED = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


def render_schema(cursor: Any, schema: str) -> str:
    """The statements that make every table, key, index and trigger of `schema` in another one."""
    cursor.execute("SELECT set_config('search_path', %s, true)", [f'"{schema}", public'])
    statements = [*_tables(cursor, schema), *_constraints(cursor, schema)]
    cursor.execute(INDEXES, [schema])
    statements += [row[0] for row in cursor.fetchall()]
    cursor.execute(TRIGGERS, [schema])
    for definition, table, name, enabled in cursor.fetchall():
        statements.append(definition)
        if enabled in ENABLED:
            statements.append(f"ALTER TABLE {table} {ENABLED[enabled]} TRIGGER {name}")
    return ";\n".join(statements) + ";\n"


def _tables(cursor: Any, schema: str) -> list[str]:
    cursor.execute(COLUMNS, [schema])
    tables: dict[str, list[str]] = {}
    options: dict[str, str] = {}
    for table, reloptions, name, kind, not_null, identity, generated, default in cursor.fetchall():
        column = f'"{name}" {kind}'
        if identity:
            column += f" GENERATED {'ALWAYS' if identity == 'a' else 'BY DEFAULT'} AS IDENTITY"
        elif generated:
            column += f" GENERATED ALWAYS AS ({default}) STORED"
        elif default is not None:
            column += f" DEFAULT {default}"
        tables.setdefault(table, []).append(column + (" NOT NULL" if not_null else ""))
        options[table] = f" WITH ({', '.join(reloptions)})" if reloptions else ""
    return [
        f'CREATE TABLE "{table}" (\n  {("," + chr(10) + "  ").join(columns)}\n){options[table]}'
        for table, columns in tables.items()
    ]


def _constraints(cursor: Any, schema: str) -> list[str]:
    cursor.execute(CONSTRAINTS, [schema])
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in cursor.fetchall()]
