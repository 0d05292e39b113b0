"""Django's settings: shared, for production, and for tests."""
