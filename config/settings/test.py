"""Tests: the same settings on throw-away servers, with a cheap password hasher where the hash is not the point."""

from config.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-tests"  # noqa: S105
CREDIT_KEY = "only-for-tests"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
