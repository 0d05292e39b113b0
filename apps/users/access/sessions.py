"""Sessions in the schema they belong to, with the schema's name inside and checked.

Tables apart are the first guard; the name is the second, should a session ever be copied from one to another.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSession

from apps.mfis.core.database import connection

SCHEMA = "_letsema_schema"


class SessionStore(DatabaseSession):
    """Django's own, in the table of the present schema; one of another schema is as good as none."""

    @classmethod
    def get_model_class(cls) -> Any:
        from django.contrib.sessions.models import Session

        return Session

    def load(self) -> dict[str, Any]:
        data = super().load()
        if data and data.get(SCHEMA) != connection.schema_name:
            self._session_key = None
            return {}
        return data

    def save(self, must_create: bool = False) -> None:
        self._get_session(no_load=must_create)[SCHEMA] = connection.schema_name  # type: ignore[attr-defined]
        super().save(must_create=must_create)
