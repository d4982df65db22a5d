"""Settings: one file, driven by the environment.

Where DATABASE_URL is not set, the file `run.env` that `make run` keeps in KAM_HOME is read, so that
`.venv/bin/python manage.py …` works beside a running `make run`. A KAM_ variable this file does not
know, or a value it cannot read, stops start-up: a typing error must not become a silent default.
"""

import os
import re
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

KAM_HOME = Path(os.environ.get("KAM_HOME") or BASE_DIR / "var").absolute()
if not os.environ.get("DATABASE_URL") and (KAM_HOME / "run.env").is_file():
    environ.Env.read_env(KAM_HOME / "run.env")

KNOWN_VARIABLES = {
    "KAM_HOME",  # where embedded data, files and mail lie
    "KAM_HTTPS",  # off only for a server reached over plain http, like `make run`
    "KAM_DEMO",  # `off`: make run starts an empty company
    "KAM_DEMO_PASSWORD",  # password of the demo people
    "KAM_REPORTING_ZONE",  # the zone that decides what "a day" is
    "KAM_REPORTING_CURRENCY",  # the currency that sums are made in
    "KAM_LOG_LEVEL",
    "KAM_ENV",  # `test` in the test suite
    "KAM_TRUSTED_ORIGINS",
    "KAM_TRUSTED_PROXIES",  # how many proxies stand before us: whose X-Forwarded-For counts
    "KAM_WEB_CONCURRENCY",
    "KAM_API_RATE",  # calls of the REST API per minute and token
    "KAM_API_ANONYMOUS_RATE",  # the same per address, without a token
    "KAM_TEST_DB",
}
unknown = sorted(k for k in os.environ if k.startswith("KAM_") and k not in KNOWN_VARIABLES)
if unknown:
    raise ImproperlyConfigured(f"Unknown setting(s) {', '.join(unknown)}. Known: {', '.join(sorted(KNOWN_VARIABLES))}.")


def required(name: str) -> str:
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Run `make run` first (it keeps its settings in {KAM_HOME}/run.env), "
            f"or set {name}: see docs/deploy.md."
        )
    return value


DEBUG = False
HTTPS = env.bool("KAM_HTTPS", default=True)
SECRET_KEY = required("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # former keys, while what they protect lives
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set: name the hosts this server answers for, separated by commas.")
ENVIRONMENT = env.str("KAM_ENV", default="")
if ENVIRONMENT not in ("", "test"):
    raise ImproperlyConfigured(
        f"KAM_ENV={ENVIRONMENT!r} is not known: it is `test` in the test suite and else not set."
    )
if HTTPS:  # whoever is reached over https is in production: what is unsafe there must not start
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or SECRET_KEY.startswith("django-insecure-"):
        raise ImproperlyConfigured("SECRET_KEY is too easy to guess: 50 or more random characters are needed.")
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS holds *: links in mail could lead to any host. Name the hosts.")
    if ENVIRONMENT == "test":
        raise ImproperlyConfigured(
            "KAM_ENV=test is for tests, with KAM_HTTPS=off: its password hash is quick to break."
        )
CSRF_TRUSTED_ORIGINS = env.list("KAM_TRUSTED_ORIGINS", default=[])

REPORTING_ZONE = env.str("KAM_REPORTING_ZONE", default="UTC")
try:
    ZoneInfo(REPORTING_ZONE)
except (ZoneInfoNotFoundError, ValueError) as error:
    raise ImproperlyConfigured(f"KAM_REPORTING_ZONE={REPORTING_ZONE!r} is not a time zone like Europe/Rome.") from error

REPORTING_CURRENCY = env.str("KAM_REPORTING_CURRENCY", default="EUR")
if not re.fullmatch(r"[A-Z]{3}", REPORTING_CURRENCY):
    raise ImproperlyConfigured(f"KAM_REPORTING_CURRENCY={REPORTING_CURRENCY!r} is not a currency like EUR.")

INSTALLED_APPS = [
    "kam.people",
    "kam.audit",
    "kam.outbox",
    "kam.exchange",
    "kam.api",
    "kam.demo",
    "kam.core",
    "accounts",
    "touchpoints",
    "feedback",
    "journeys",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",  # the templates that FORM_RENDERER looks for
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "pgtrigger",
    "pghistory",
    "csp",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
]

MIDDLEWARE = [
    "kam.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "kam.core.guard.BadInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kam.people.own.middleware.LastSeenMiddleware",
    "kam.people.middleware.PrincipalMiddleware",
    "kam.core.policy.PolicyMiddleware",
    "kam.audit.middleware.HistoryMiddleware",
    "kam.core.domain_errors.DomainErrorMiddleware",
]

ROOT_URLCONF = "kam.urls"
WSGI_APPLICATION = "kam.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kam.people.context.page_frame",
            ],
            "builtins": ["kam.core.templatetags.kam"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db_url_config(required("DATABASE_URL"), engine="django.db.backends.postgresql")}
DATABASES["default"].update(
    CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=600),  # reconnecting per request measured 4.4 × slower
    CONN_HEALTH_CHECKS=True,
    DISABLE_SERVER_SIDE_CURSORS=True,  # so that PgBouncer may stand between
    OPTIONS={"connect_timeout": 2, "tcp_user_timeout": 2000, "application_name": "kam"},
)
if env.str("KAM_TEST_DB", default=""):
    DATABASES["default"]["TEST"] = {"NAME": env.str("KAM_TEST_DB")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In PostgreSQL, so that sign-in limits and throttles outlive Redis.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kam_cache"}}

AUTH_USER_MODEL = "people.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the email is unique whatever its case: constraint user_email_once
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
THIRD_PARTY_POLICIES = "kam.policies.THIRD_PARTY"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if ENVIRONMENT == "test":  # Argon2 is slow on purpose; the suite signs in hundreds of times
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "kam.people.adapter.ClosedSignupAdapter"
ACCOUNT_FORMS = {"login": "kam.people.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # that mail would invite to a sign-up that is closed
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/login/"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("KAM_TRUSTED_PROXIES", default=1 if HTTPS else 0)
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "reset_password": "20/m/ip,5/m/key"}
MFA_FORMS = {"authenticate": "kam.people.forms.SecondStepForm"}
MFA_ADAPTER = "kam.people.second_factor.EncryptingAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "kam"
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}  # asked twice per sign-in, and an office shares one address

if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:  # each mail a file
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = KAM_HOME / "mail"
EMAIL_TIMEOUT = 10  # s; well below what a worker may take for one mail
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="kam <kam@localhost>")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [(part, BASE_DIR / "static" / part) for part in ("img", "vendor")]  # static/css, static/js: sources
MEDIA_ROOT = KAM_HOME / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if ENVIRONMENT == "test":  # tests need no collected files
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20  # bulk; kam.core.guard holds every other address to 1 MiB
# Where forms may carry files: the beginning of the path → MiB of the body, the form around the file included.
UPLOAD_PATHS = {"/imports/": 513, "/api/v1/imports": 513, "/attachments/": 101}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-kam_session" if HTTPS else "kam_session"
CSRF_COOKIE_NAME = "__Host-kam_csrf" if HTTPS else "kam_csrf"
CSRF_COOKIE_HTTPONLY = SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "kam.core.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

REDIS_URL = required("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)  # the same socket, as kombu spells it

API_RATE = env.int("KAM_API_RATE", default=3000)
API_ANONYMOUS_RATE = env.int("KAM_API_ANONYMOUS_RATE", default=300)
if min(API_RATE, API_ANONYMOUS_RATE) < 0:
    raise ImproperlyConfigured("KAM_API_RATE and KAM_API_ANONYMOUS_RATE are calls per minute; 0 means no limit.")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "kam.api.authentication.BearerAuthentication",
        "kam.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["kam.api.permissions.DeclaredPolicy"],
    "DEFAULT_THROTTLE_CLASSES": ["kam.api.throttling.CallsPerMinute"],
    "DEFAULT_RENDERER_CLASSES": ["kam.api.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kam.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "kam.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "kam.api.errors.problem_response",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_PAGINATION_CLASS": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "kam API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "Accounts, contacts, touchpoints, check-ins, stale flags and health, for integrations.",
    "CONTACT": {"name": "Whoever runs this installation"},
    "SERVERS": [{"url": "/"}],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "kam.api.schema.finish",
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "HealthBand": "accounts.enums.Band",
        "ImportStatus": "kam.exchange.enums.JobStatus",
        "Missing": "kam.exchange.enums.Missing",
        "ExportFormat": "kam.exchange.exports.enums.Format",
        "Direction": "touchpoints.enums.Direction",
        "Initiative": "touchpoints.enums.Initiative",
        "Purpose": "touchpoints.enums.Purpose",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "kam.core.logs.RequestIdFilter"},
        "quiet_request": {"()": "kam.core.logs.QuietRequestFilter"},
    },
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id", "quiet_request"]}
    },
    "root": {"handlers": ["stderr"], "level": env.str("KAM_LOG_LEVEL", default="INFO")},
}
