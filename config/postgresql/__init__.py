"""The database engine: django-tenants' own, with a health check that costs no round trip."""
