"""Tests: the same settings on throw-away servers, with a cheap password hasher where the hash is not the point."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, INSTALLED_APPS, TENANT_APPS

# A release to come, for nodes that are migrated one by one; see tests/cluster/rolled.
if RELEASE := os.environ.get("LETSEMA_TEST_RELEASE"):
    TENANT_APPS = [*TENANT_APPS, RELEASE]
    INSTALLED_APPS = [*INSTALLED_APPS, RELEASE]

SECRET_KEY = "only-for-tests"  # noqa: S105
# Every test calls from one address.
CALLS_A_MINUTE = {"read": 100_000, "write": 100_000, "entry": 100_000}
CREDIT_KEY = "only-for-tests"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if TEMPLATE := os.environ.get("LETSEMA_TEST_TEMPLATE"):  # migrated once for all workers; see tests/migrated.py
    DATABASES["default"]["TEST"] = {"TEMPLATE": TEMPLATE}
