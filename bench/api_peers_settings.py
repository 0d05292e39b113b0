"""The settings of those peers: no middleware, no tenant of the host, the same database."""

from config.settings.test import *  # noqa: F403
from config.settings.test import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.api_peers"
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"], "UNAUTHENTICATED_USER": None}
ALLOWED_HOSTS = ["*"]
