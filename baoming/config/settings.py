"""All settings, from the environment. Importing this needs no environment at all.

What an installation must give is listed in docs/operations/settings.md.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def _database(url: str) -> dict[str, object]:
    """Turn `postgresql://role:password@host:port/name?host=/socket/folder` into Django's dictionary."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "baoming.config.postgresql",
        "NAME": parts.path.lstrip("/") or "baoming",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 2, "server_side_binding": True, "prepare_threshold": _prepared()},
    }


def _prepared() -> int | None:
    """After how many times a statement is kept prepared; None (0 in the environment) is never."""
    return int(os.environ.get("BAOMING_PREPARED", "2")) or None


def _secret(path: str) -> str:
    """The signing key of sessions; without a file, one for this process alone."""
    return Path(path).read_text("ascii").strip() if path else secrets.token_urlsafe(48)


PORTAL = os.environ.get("BAOMING_PORTAL", "office")  # candidate or office: two origins, two processes
HOME = Path(os.environ.get("BAOMING_HOME", "/var/lib/baoming"))
DEMO = os.environ.get("BAOMING_DEMO", "") in ("1", "practice")
DEMO_KIND = "practice" if os.environ.get("BAOMING_DEMO") == "practice" else "demo"  # of the season it serves
SECRET_KEY_FILE = os.environ.get("BAOMING_SECRET_KEY_FILE", "")
SECRET_KEY = _secret(SECRET_KEY_FILE)
VAULT_KEYS = Path(os.environ.get("BAOMING_VAULT_KEYS", HOME / "keys" / "vault.json"))
AUDIT_KEY = Path(os.environ.get("BAOMING_AUDIT_KEY", HOME / "keys" / "audit.json"))  # its .pub lies beside it
AUDIT_ANCHORS = Path(os.environ.get("BAOMING_AUDIT_ANCHORS", HOME / "audit" / "anchors"))
DEBUG = False
ALLOWED_HOSTS = os.environ.get("BAOMING_HOSTS", "localhost,127.0.0.1").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("BAOMING_ORIGINS", "").split(",") if origin]
SECURE = os.environ.get("BAOMING_TLS") == "1"
PROXIES = int(os.environ.get("BAOMING_PROXIES", "0"))  # own proxies in a row before us; only they are believed

DATABASES = {"default": _database(os.environ.get("DATABASE_URL", "postgresql:///baoming"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "csp",
    "baoming.audit",
    "baoming.seasons",
    "baoming.messages.apps.MessagesConfig",
    "baoming.accounts",
    "baoming.organizations",
    "baoming.schedule",
    "baoming.documents",
    "baoming.registrations",
    "baoming.reviews",
    "baoming.checks",
    "baoming.imports",
    "baoming.payments",
    "baoming.reports",
    "baoming.web",
    "baoming.config.apps.InstallationConfig",
]
MIDDLEWARE = [
    "baoming.web.headers.complete_headers",  # these three before the static files, which need them too
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "baoming.web.errors.not_a_page",
    "baoming.web.middleware.readable_cookies",  # before anything asks the database for a cookie
    "baoming.web.door.door",  # before anything is looked up
    "baoming.web.sessions.Sessions",
    "django.middleware.common.CommonMiddleware",
    "baoming.web.limiting.Limits",  # hears of each route before the form's token is looked at
    "django.middleware.csrf.CsrfViewMiddleware",
    "baoming.web.sessions.known",
    "baoming.web.middleware.RequestTransaction",
    "baoming.web.middleware.SignedIn",
    "baoming.web.middleware.sliding_session",
    "baoming.web.middleware.ReadableInput",
    "baoming.web.candidate.pause.Paused",
]
ROOT_URLCONF = f"baoming.config.urls_{PORTAL}"
WSGI_APPLICATION = "baoming.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "baoming" / "web" / "templates"],
        "OPTIONS": {
            "environment": "baoming.web.templates.environment",
            "context_processors": ["baoming.web.context.page"],
        },
    },
]

AUTH_USER_MODEL = "accounts.Account"
SESSION_ENGINE = "baoming.web.sessions"
PASSWORD_HASHERS = ["baoming.accounts.hashers.Argon2id"]
# Cookie names differ, so that both portals work side by side in one browser on one host.
SESSION_COOKIE_NAME = f"{'__Host-' if SECURE else ''}bm_{PORTAL}"
CSRF_COOKIE_NAME = f"{'__Host-' if SECURE else ''}bm_{PORTAL}_form"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 60  # seconds, of a session that is nobody's; accounts/browsers.py says how long others last
SESSION_RENEWED_AFTER = 120  # seconds: a session row is written once in two minutes at most, not at every page
SESSION_SAVE_EVERY_REQUEST = False
CSRF_FAILURE_VIEW = "baoming.web.errors.form_expired"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("BAOMING_STATIC", HOME / "static"))
STATICFILES_DIRS = [BASE_DIR / "baoming" / "web" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "baoming.web.rare_files.RareFaces",
]
MEDIA_ROOT = Path(os.environ.get("BAOMING_MEDIA", HOME / "media"))
_STATIC_STORAGE = os.environ.get("BAOMING_STATIC_STORAGE", "whitenoise.storage.CompressedManifestStaticFilesStorage")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024  # nothing personal in temp files
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
# Only an own proxy is believed when it says that the browser came over TLS.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE and PROXIES else None
READER_ORIGIN = os.environ.get("BAOMING_READER", "")  # the card reader agent on the site's own PC


def content_policy(portal: str) -> dict[str, list[str]]:
    """Return what a page of this portal may load. The candidates' has a service worker, and one policy to name it."""
    candidate = portal == "candidate"
    return {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF if candidate else NONE],
        "connect-src": [SELF, *([READER_ORIGIN] if READER_ORIGIN and not candidate else [])],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["worker" if candidate else NONE],  # no script of ours writes markup, and none may begin to
    }


CONTENT_SECURITY_POLICY = {"DIRECTIVES": content_policy(PORTAL)}

# Outside services. Each has a stand-in of its own process, see standins/.
SERVICES = {
    "cashier": os.environ.get("BAOMING_CASHIER", ""),
    "sms": os.environ.get("BAOMING_SMS", ""),
    "sms_tencent": os.environ.get("BAOMING_SMS_TENCENT", ""),
    "person_check": os.environ.get("BAOMING_PERSON_CHECK", ""),  # of faces
    "network_id": os.environ.get("BAOMING_NETWORK_ID", ""),  # 网号、网证
    "system_check": os.environ.get("BAOMING_SYSTEM_CHECK", ""),
}
SMS_FIRST = os.environ.get("BAOMING_SMS_FIRST", "sms")  # of two senders: sms or tencent
SERVICE_KEYS = Path(os.environ.get("BAOMING_SERVICE_KEYS", HOME / "standins"))  # their public keys and secrets
CANDIDATE_ORIGIN = os.environ.get("BAOMING_CANDIDATE_ORIGIN", "http://127.0.0.1:8000")
OFFICE_ORIGIN = os.environ.get("BAOMING_OFFICE_ORIGIN", "http://127.0.0.1:8001")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"baoming": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
