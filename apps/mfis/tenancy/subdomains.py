"""What an MFI's subdomain, and so its schema, may be called."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

# RFC 1035, 2.3.1: a label begins with a letter, ends with a letter or digit, and is 63 long at most. Shorter here,
# as PostgreSQL's own limit of 63 also covers what is derived from a schema's name.
LABEL = re.compile(r"^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$")

RESERVED = frozenset(
    [
        "admin",
        "api",
        "app",
        "assets",
        "auth",
        "autoconfig",
        "blog",
        "cdn",
        "cluster",
        "dashboard",
        "dev",
        "docs",
        "ftp",
        "help",
        "information-schema",
        "imap",
        "letsema",
        "letsema-template",
        "localhost",
        "login",
        "mail",
        "metrics",
        "mongo",
        "ns",
        "ns1",
        "ns2",
        "pop",
        "portal",
        "postgres",
        "postgresql",
        "public",
        "root",
        "smtp",
        "static",
        "status",
        "support",
        "www",
    ]
)


def validate_subdomain(name: str) -> None:
    """Refuses a subdomain that cannot be a host name, or would clash with one of ours or PostgreSQL's.

    Raises:
        ValidationError: with the rule that it breaks.
    """
    if not LABEL.match(name):
        raise ValidationError(
            "A subdomain has 1 to 40 small letters, digits or hyphens, begins with a letter and does not end "
            "with a hyphen.",
            code="label",
        )
    if name in RESERVED:
        raise ValidationError(f"“{name}” is reserved; choose another subdomain.", code="reserved")
    if name.startswith(("pg-", "pg_")):
        raise ValidationError("Names beginning with “pg-” belong to PostgreSQL; choose another.", code="pg")


def schema_for(subdomain: str) -> str:
    """The schema's name: hyphens, which would need quoting everywhere, become underscores."""
    return subdomain.replace("-", "_")
