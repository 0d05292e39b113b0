"""The database connection as django-tenants makes it: with a schema.

Django's type stubs know nothing of `schema_name`, `tenant` and `set_tenant`, so it is told here once.
"""

from __future__ import annotations

from typing import Any

from django.db import connection as _connection

connection: Any = _connection
