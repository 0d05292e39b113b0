"""The settings of the API's peers, of which LETSEMA_BENCH_PEER names one; the same database for all.

plain: no middleware, no tenant of the host. rest: REST framework under the API's own middleware. single: the API for
one institution alone, on Django's own connection, which begins in its schema and stays there.
"""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES, INSTALLED_APPS, MIDDLEWARE

PEER = os.environ.get("LETSEMA_BENCH_PEER", "plain")
ALLOWED_HOSTS = ["*"]
if PEER == "single":
    OPTIONS = {**DATABASES["default"].get("OPTIONS", {}), "options": "-c search_path=bench,public -c letsema.node=A"}
    # Django's own engine would ask the server before each request whether it is there, which the API's does not.
    OWN = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": OPTIONS, "CONN_HEALTH_CHECKS": False}
    DATABASES = {"default": {**DATABASES["default"], **OWN}}
    MIDDLEWARE = [
        "bench.api_peers.one_institution" if name == "apps.mfis.tenancy.middleware.MFIMiddleware" else name
        for name in MIDDLEWARE
    ]
else:
    INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework"]
    ROOT_URLCONF = "bench.api_peers"
    REST_FRAMEWORK = {
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    }
    if PEER == "plain":
        MIDDLEWARE = []
