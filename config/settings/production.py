"""Production: every secret must come from the environment, and everything travels over TLS."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import SECRET_KEY, TRUSTED_PROXIES, env

for _name in ("SECRET_KEY", "CREDIT_KEY", "DATABASE_URL", "MONGODB_URL", "LETSEMA_HOST"):
    if not env.str(_name, default=""):
        raise ImproperlyConfigured(f"{_name} is not set; production reads it from the environment.")

if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:
    raise ImproperlyConfigured(
        "SECRET_KEY is too short or too simple: sessions and codes follow from it. Give at least 50 random characters, "
        "as of: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )

# What has no safe default is said, so that nobody runs on a guess.
for _name, _remedy in {
    "LETSEMA_TRUSTED_PROXIES": 'how many proxies stand before this server, or "none": else all callers are one',
    "EMAIL_URL": "the mail server, or filemail:///FOLDER where mails shall be kept as files",
    "LETSEMA_SMS_URL": 'the SMS gateway, or "files" where text messages shall be kept as files',
}.items():
    if not env.str(_name, default=""):
        raise ImproperlyConfigured(f"{_name} is not set; say {_remedy}.")

SECURE_SSL_REDIRECT = True
if TRUSTED_PROXIES:  # else anybody could say it
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
DEVICE_COOKIE_NAME = "__Host-device"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False
