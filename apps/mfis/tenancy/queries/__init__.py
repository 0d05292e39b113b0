"""The SQL of schemas: how one is made and migrated, and what PostgreSQL's catalog says of one."""
