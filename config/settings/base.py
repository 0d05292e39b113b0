"""Settings shared by every way of running Letsema. What differs between places comes from the environment.

Read from the environment: DATABASE_URL, MONGODB_URL, SECRET_KEY, CREDIT_KEY, LETSEMA_HOST, LETSEMA_PORT,
LETSEMA_NODE, EMAIL_URL; for several nodes (docs/cluster.md) LETSEMA_CLUSTER, LETSEMA_PEERS, LETSEMA_SITE,
LETSEMA_REPLICATION_USER and LETSEMA_REPLICATION_PASSWORD.
Without DATABASE_URL the embedded servers' addresses are read from var/embedded.json.
"""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.embedded.addresses import embedded_addresses
from config.jazzmin import JazzminSettings, JazzminTweaks

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(environ.Env().str("LETSEMA_VAR", default=str(ROOT / "var")))

env = environ.Env()
_embedded = embedded_addresses(VAR)

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY", default=_embedded.get("secret_key", ""))
# Keys the credit documents: an HMAC of the national ID under this secret. It must outlive SECRET_KEY's rotation.
CREDIT_KEY = env.str("CREDIT_KEY", default=_embedded.get("credit_key", ""))

HOST = env.str("LETSEMA_HOST", default="localhost")
PORT = env.int("LETSEMA_PORT", default=8000)
NODE = env.str("LETSEMA_NODE", default="A")
# Several nodes: LETSEMA_PEERS="A=postgres://10.0.0.1/letsema?sslmode=verify-full B=…", this node's own may stand in it.
CLUSTER = env.bool("LETSEMA_CLUSTER", default=False)
PEERS = dict(pair.split("=", 1) for pair in env.str("LETSEMA_PEERS", default="").split())
SITE = env.str("LETSEMA_SITE", default="")
REPLICATION_USER = env.str("LETSEMA_REPLICATION_USER", default="letsema_repl")
REPLICATION_PASSWORD = env.str("LETSEMA_REPLICATION_PASSWORD", default="")
# How many proxies stand before this server and may be believed in X-Forwarded-For: a number, or "none".
_proxies = env.str("LETSEMA_TRUSTED_PROXIES", default="none").strip().lower()
if _proxies not in ("none", "") and not _proxies.isdecimal():
    raise ImproperlyConfigured('LETSEMA_TRUSTED_PROXIES is a number of proxies, or "none".')
TRUSTED_PROXIES = 0 if _proxies in ("none", "") else int(_proxies)
# Calls of the API a minute: of one account, or of an address where nobody is signed in; `entry`: register and sign in.
CALLS_A_MINUTE = {"read": 300, "write": 60, "entry": 30}
ALLOWED_HOSTS = [HOST, f".{HOST}"]
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

DATABASE_URL = env.str("DATABASE_URL", default=_embedded.get("database_url", "postgres://localhost:1/letsema"))
MONGODB_URL = env.str("MONGODB_URL", default=_embedded.get("mongodb_url", "mongodb://localhost:1/letsema"))
MONGODB_TIMEOUT_MS = 1500

DATABASES = {
    "default": {
        **env.db_url_config(DATABASE_URL),
        "ENGINE": "config.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TIME_ZONE": "UTC",
    }
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
DATABASES["default"]["OPTIONS"].setdefault("application_name", "letsema")
DATABASES["default"]["OPTIONS"].setdefault("options", f"-c letsema.node={NODE}")
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

TENANT_MODEL = "mfis.MFI"
TENANT_DOMAIN_MODEL = "mfis.Domain"
TENANT_LIMIT_SET_CALLS = True  # one SET search_path a request instead of one a query
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
ROOT_URLCONF = "config.urls_tenant"

# Jazzmin stands before django_tenants, or the latter's index page would win.
SHARED_APPS = [
    "jazzmin",
    "django_tenants",
    "apps.mfis",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "import_export",
    "ninja",
    "csp",
    "axes",
    "apps.users",
    "config",
]
# Accounts, sessions and lock-out counters stand in both lists: each schema has its own.
TENANT_APPS = ["django.contrib.sessions", "axes", "apps.users", "apps.credit", "apps.loans"]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.HealthCheckMiddleware",
    "config.middleware.ReadableAddressMiddleware",
    "config.middleware.PolicyMiddleware",
    "config.middleware.ApiProblemsMiddleware",
    "config.middleware.ApiETagMiddleware",
    "apps.mfis.tenancy.middleware.MFIMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.PageLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.users.access.devices.DeviceMiddleware",
    "config.middleware.PageMessagesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context.branding",
            ]
        },
    }
]
WSGI_APPLICATION = "config.wsgi.application"

AUTH_USER_MODEL = "users.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "apps.users.access.backends.EmailOrPhoneBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("full_name", "email", "phone")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
BUREAU_ADAPTER = env.str("LETSEMA_BUREAU", default="apps.loans.bureau.fixed.FixedWidth")
# Where text messages go (docs/operations.md); without an address, or with "files", they are files under var/sms.
SMS_URL = env.str("LETSEMA_SMS_URL", default="")
if SMS_URL == "files":
    SMS_URL = ""
SMS_TOKEN = env.str("LETSEMA_SMS_TOKEN", default="")
SMS_SENDER = env.str("LETSEMA_SMS_SENDER", default="")  # by default the lender's name, cut to eleven characters
INVITATION_DAYS = 14
LOGIN_URL = "admin:login"
# E-mail and phone are natural keys: unique by an advisory lock, not by an index that would stop a replica.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "axes.W003"]

AXES_FAILURE_LIMIT = 5
AXES_CLIENT_IP_CALLABLE = "apps.users.access.rate_limits.client_address"
AXES_COOLOFF_TIME = 0.25  # hours
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "apps.users.access.lockout.counted_as"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "apps.users.access.lockout.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

if CLUSTER:  # nodes on one host name and several ports, as in `make cluster`, would share a cookie
    SESSION_COOKIE_NAME = f"sessionid-{NODE.lower()}"
DEVICE_COOKIE_NAME = "letsema-device"
SESSION_ENGINE = "apps.users.access.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("st", "Sesotho")]
TIME_ZONE = "Africa/Maseru"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
DATE_FORMAT = "j M Y"
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [("portal", ROOT / "portal" / "dist")]
WHITENOISE_USE_FINDERS = True
# Named by what is in them: the portal as Vite does, the rest as collectstatic does. A phone never asks again.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/(portal/assets/.+-[\w-]{8}|.+\.[0-9a-f]{12})\.\w+$"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = VAR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Without a mail server, messages are kept as files: they hold links that no log may show.
EMAIL_CONFIG = env.email_url_config(env.str("EMAIL_URL", default="") or f"filemail:///{VAR}/mail")
vars().update(EMAIL_CONFIG)
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend":
    EMAIL_BACKEND = "apps.users.messaging.private_files.PrivateFilesBackend"
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Letsema <no-reply@letsema.example>")

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = True
JAZZMIN_SETTINGS = JazzminSettings()
JAZZMIN_UI_TWEAKS = JazzminTweaks()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "letsema": {"level": "INFO"},
        "axes": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "ERROR"},
    },
}
