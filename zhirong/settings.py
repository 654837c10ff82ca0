"""Settings of one house: its data folder and its database come from the environment, the rest is fixed."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from zhirong.base import key_files

VERSION = "0.1.0"
ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("ZR_DATA") or ROOT / "data").resolve()
DATA.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """Whoever holds it can forge sessions."""
    return key_files.made_once(DATA / "keys" / "session.key", lambda: secrets.token_urlsafe(48).encode()).decode()


def _database() -> dict[str, Any]:
    url = os.environ.get("ZR_DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "zhirong.record.sqlite",
            "NAME": DATA / "zhirong.sqlite3",
            # A page thread keeps its connection: opening one costs as much as a small page.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # IMMEDIATE: the one writer takes its lock at the start, so no deed dies half-way on a stale snapshot.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    at = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": at.path.lstrip("/"),
        "USER": unquote(at.username or ""),
        "PASSWORD": unquote(at.password or ""),
        "HOST": at.hostname or dict(part.split("=", 1) for part in at.query.split("&") if part).get("host", ""),
        "PORT": at.port or "",
        "CONN_MAX_AGE": 600,
    }


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ZR_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
# A demo data folder carries this mark; the demo clock and the cast exist nowhere else.
DEMO = (DATA / "demo.json").exists()
# Rule sets of minutes bind nobody: they may be chosen where nothing is meant in earnest.
DEMO_RULES = DEMO

# How people reach this house from outside: it stands in the QR codes of certificates.
# A seal is for ever, so a real house that was not told its address says so at every start (web.house).
SITE_SAID = os.environ.get("ZR_SITE", "").rstrip("/")
SITE = SITE_SAID or "http://127.0.0.1:8000"
# The mail server that carries notices (record.channels); a house without one says so and sends none.
MAIL = os.environ.get("ZR_MAIL", "")
# The account at the custody bank that clients pay to, name|bank|number (ledger.bank); pages show it to payers.
CUSTODY = os.environ.get("ZR_CUSTODY", "")

# A model that may word answers of consultation (policy.model_answers); without an address none is asked.
MODEL = {name: os.environ.get(name, "") for name in ("ZR_MODEL_URL", "ZR_MODEL_NAME", "ZR_MODEL_KEY")}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "zhirong.record",
    "zhirong.people",
    "zhirong.registry",
    "zhirong.ledger",
    "zhirong.enterprises",
    "zhirong.policy",
    "zhirong.valuation",
    "zhirong.exchange",
    "zhirong.web",
    "zhirong.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhirong.web.views.show_as_chosen",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zhirong.web.errors.Refusals",
]
ROOT_URLCONF = "zhirong.urls"
AUTH_USER_MODEL = "people.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": _database()}
PASSWORD_HASHERS = ["zhirong.people.hashing.Argon2"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [ROOT / "zhirong" / "web" / "templates"],
        "OPTIONS": {"environment": "zhirong.web.pages.environment"},
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
# Compiled from zhirong/web/locale/zh_Hans/words at the first start (zhirong.web.words).
LOCALE_PATHS = [DATA / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "zhirong" / "web" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Every address of a file of ours carries the hash of its content (pages.static).
WHITENOISE_MAX_AGE = 365 * 24 * 3600

LOGIN_URL = "/sign-in"
# Behind a proxy that speaks https: cookies that no other host of the domain can set (RFC 6265bis, __Host-).
HTTPS = os.environ.get("ZR_HTTPS") == "1"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "zhirong.web.errors.form_expired"
SECURE_HSTS_SECONDS = 365 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}
