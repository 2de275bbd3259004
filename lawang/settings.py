"""The one settings file. Every value that an installation may choose comes from the environment through `env`."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from lawang.lib.keyfile import key_file

ROOT = Path(__file__).resolve().parent.parent

# openpyxl prefers lxml when something else brought it, and lxml passes over entities in silence. Without it a workbook
# goes through defusedxml, which refuses them.
os.environ["OPENPYXL_LXML"] = "False"


@dataclass(frozen=True)
class Setting:
    """What docs/running.md says of one environment variable; a test compares."""

    name: str
    default: str
    sentence: str


SETTINGS: dict[str, Setting] = {}


def env(name: str, default: str, sentence: str) -> str:
    """Return the value of an environment variable, or of the file that NAME_FILE names, or the default."""
    SETTINGS[name] = Setting(name, default, sentence)
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def database(url: str) -> dict[str, object]:
    """Return Django's database settings for postgres://user:password@host:port/name?host=/socket/folder."""
    parts = urlsplit(url)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "lawang",
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # docs/decisions/0905-planner-settings.md
        "OPTIONS": {
            "application_name": "lawang",
            # docs/decisions/0605-psycopg.md: a query that is asked again is not planned again
            "server_side_binding": True,
            "prepare_threshold": 5,
            "options": "-c jit=off -c join_collapse_limit=4 -c work_mem=16MB",
            **query,
        },
    }


DEBUG = env("LAWANG_DEBUG", "", "Show error pages with details. Never on a server people reach.") == "1"
DATA = Path(
    env("LAWANG_DATA", str(ROOT / "data"), "Folder for the embedded database, files and keys.")
).resolve()
KEYS = Path(
    env("LAWANG_KEYS", str(DATA / "keys"), "Folder of the private keys; never part of a backup.")
).resolve()
DEMO = env(
    "LAWANG_DEMO",
    "1",
    "What `lawang up` loads into an empty database: 1 the demonstration regency, movement a movement, empty nothing.",
)
HOST = env("LAWANG_HOST", "127.0.0.1", "Address that `lawang serve` listens on; 0.0.0.0 for all.")
PORT = int(env("LAWANG_PORT", "8000", "Port that `lawang serve` listens on."))
DATABASE_URL = env(
    "DATABASE_URL",
    "",
    "PostgreSQL 15 or newer, postgres://user:password@host/name. Empty: the embedded server.",
)


def _secret_key() -> str:
    """Return the signing secret, made on first use and kept beside the other keys."""
    given = env("LAWANG_SECRET_KEY", "", "Secret that signs sessions. Empty: made once, kept in LAWANG_KEYS.")
    return given or key_file(KEYS / "session.secret", lambda: os.urandom(40).hex().encode()).decode().strip()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env("LAWANG_HOSTS", "localhost,127.0.0.1,[::1]", "Names this installation answers to.").split(
    ","
)
BEHIND_TLS = env("LAWANG_TLS", "", "1 when a proxy serves HTTPS in front: secure cookies and HSTS.") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "lawang.web",
    "lawang.record",
    "lawang.areas",
    "lawang.people",
    "lawang.packs",
    "lawang.measures",
    "lawang.documents",
    "lawang.cases",
    "lawang.plans",
    "lawang.surveys",
    "lawang.pages",
    "lawang.exchange",
    "lawang.movement",
    "lawang.connect",
    "lawang.portal",
    "allauth",  # after ours, so that our templates of its pages win
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django.forms",  # last, so that our templates of its widgets win
    "csp",
]

MIDDLEWARE = [
    "lawang.movement.exhibition.caching.Crowd",  # first: a crowd is answered before anything is done
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",  # after the files, which are ours: 250 bytes fewer for each
    "django.middleware.gzip.GZipMiddleware",  # pads its answers against BREACH
    "django.middleware.http.ConditionalGetMiddleware",
    "lawang.web.headers.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lawang.web.language.LanguageFromAddress",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lawang.web.refusals.Refusals",
    "allauth.account.middleware.AccountMiddleware",  # allauth refuses to start without it
    "lawang.people.middleware.People",
    "axes.middleware.AxesMiddleware",  # last: it turns the refused login into the page that says until when
]

ROOT_URLCONF = "lawang.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lawang.web.shell.context",
            ],
        },
    }
]

FORM_RENDERER = "lawang.web.forms.Renderer"
CSRF_FAILURE_VIEW = "lawang.web.errors.lost_token"
CONTENT_SECURITY_POLICY = {  # docs/decisions/0204-content-security-policy.md
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "data:"],
        "manifest-src": ["'self'"],
        "object-src": ["'none'"],
        "worker-src": ["'self'"],
        **({"upgrade-insecure-requests": True} if BEHIND_TLS else {}),
    }
}
X_FRAME_OPTIONS = "DENY"
WHITENOISE_USE_FINDERS = True  # also before collectstatic

DATABASES = {"default": database(DATABASE_URL)}
AUTH_USER_MODEL = "people.User"

# Login: docs/decisions/0401-login.md and 0402-lockout.md
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "lawang.people.login.Identified"]
LOGIN_URL = "account_login"
SESSION_COOKIE_AGE = 14 * 86_400
PASSWORD_RESET_TIMEOUT = 3 * 86_400  # also how long a one-time link is good for
PASSWORD_LENGTH = int(env("LAWANG_PASSWORD_LENGTH", "12", "Least number of characters of a password."))
LAWANG_BREACHED_PASSWORDS = env(
    "LAWANG_BREACHED_PASSWORDS",
    "",
    "Text file of passwords nobody may use, as words or SHA-1. Empty: the common ones.",
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "lawang.people.passwords.Length", "OPTIONS": {"min_length": PASSWORD_LENGTH}},
    {"NAME": "lawang.people.passwords.NotCommon"},
    {"NAME": "lawang.people.passwords.NotLikeThePerson"},
]
CACHES = {  # rate limits and used codes count across all processes
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "people_cache"},
}
ACCOUNT_ADAPTER = "lawang.people.login.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}  # our backend also knows e-mail and phone
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_LOGIN_BY_CODE_ENABLED = True  # to addresses that were proved, see people/proving.py
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
SIGN_UP = (
    env(
        "LAWANG_SIGN_UP",
        "1",
        "1 lets citizens make an account of their own; nobody needs one. Empty: an administrator makes all.",
    )
    == "1"
)
ACCOUNT_FORMS = {
    "request_login_code": "lawang.people.door.RequestCodeForm",
    "confirm_login_code": "lawang.people.door.MailedCodeForm",
    "login": "lawang.people.door.LoginForm",
    "change_password": "lawang.people.door.ChangePasswordForm",
    "reset_password": "lawang.people.door.ResetPasswordForm",
    "reset_password_from_key": "lawang.people.door.ResetPasswordKeyForm",
    "reauthenticate": "lawang.people.door.ReauthenticateForm",
}
ACCOUNT_RATE_LIMITS = {  # per address only where a whole village may share one
    "login": "120/m/ip",
    "login_failed": "10/300s/key",  # wrong codes of the second factor; passwords are counted by axes
    "reset_password": "60/m/ip,3/300s/key",
    "request_login_code": "60/m/ip,3/300s/key",
    "reset_password_from_key": "60/m/ip",
}
MFA_ADAPTER = "lawang.people.login.FactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1  # telephones whose clock is half a minute off
MFA_FORMS = {
    "authenticate": "lawang.people.door.CodeForm",
    "reauthenticate": "lawang.people.door.CodeAgainForm",
    "activate_totp": "lawang.people.door.ActivateForm",
}
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = int(
    env("LAWANG_LOGIN_FAILURES", "8", "Wrong passwords for one account from one address.")
)
AXES_COOLOFF_TIME = timedelta(
    minutes=int(env("LAWANG_LOGIN_PAUSE", "15", "Minutes that the account is then shut for that address."))
)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_USERNAME_CALLABLE = "lawang.people.login.attempted_name"
AXES_CLIENT_IP_CALLABLE = "lawang.people.login.client_ip"
AXES_LOCKOUT_CALLABLE = "lawang.people.login.locked_out"

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [ROOT / "lawang" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env(
    "LAWANG_TIME_ZONE", "Asia/Jakarta", "Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT)."
)

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
MEDIA_ROOT = DATA / "files"
FILE_MEGABYTES = int(env("LAWANG_FILE_MEGABYTES", "20", "Largest file that somebody may hand in, in MB."))
FILE_UPLOAD_HANDLERS = [
    "lawang.web.uploads.RefuseTooLarge",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
SMTP_URL = env(
    "LAWANG_SMTP_URL",
    "",
    "Mail server, smtp://user:password@host:587?tls=starttls or smtps://... Empty: mail waits.",
)
MAIL_FROM = env(
    "LAWANG_MAIL_FROM", "Lawang <lawang@localhost>", "Sender of mail: a name and an address of your own."
)
SHOW_OFFICERS = (
    env(
        "LAWANG_SHOW_OFFICERS",
        "",
        "1 tells applicants the names of officers who handle or open their case. Empty: office and position.",
    )
    == "1"
)
EXAMPLE_SIGNATURES = (
    env(
        "LAWANG_EXAMPLE_SIGNATURES",
        "1",
        "1 lets the built-in test authority sign; its letters say CONTOH. 0 where only real signatures are wanted.",
    )
    == "1"
)
TRUSTED_ROOTS = env(
    "LAWANG_TRUSTED_ROOTS",
    "",
    "Folder of certificates (PEM or DER) whose holders we believe who signed, such as BSrE's.",
)
BSRE_URL = env(
    "LAWANG_BSRE_URL",
    "",
    "BSrE's Esign Client Service, https://user:password@host. Empty: nobody signs with BSrE.",
)
BSRE_CERTIFICATE = env(
    "LAWANG_BSRE_CERTIFICATE", "", "Certificate file (PEM) of that service when it is not a public one."
)
BSRE_SECONDS = int(
    env(
        "LAWANG_BSRE_SECONDS",
        "45",
        "Seconds that BSrE's service has for each answer; fewer than your proxy waits.",
    )
)
PG_BIN = env(
    "LAWANG_PG_BIN", "", "Folder of initdb and postgres for the embedded server. Empty: Lawang's own."
)
BACKUPS = Path(
    env("LAWANG_BACKUPS", str(DATA / "backups"), "Folder that `lawang backup` writes to.")
).resolve()
BATCH_MEGABYTES = int(
    env("LAWANG_BATCH_MEGABYTES", "100", "Largest batch from another node that is taken in, in MB.")
)
STALE_DAYS = int(
    env("LAWANG_STALE_DAYS", "30", "Days without a batch after which a node is shown as silent.")
)
FIGURES = env(
    "LAWANG_FIGURES",
    "",
    "Folder of the movement's Parquet files; on a cluster one that every worker sees. Empty: in LAWANG_DATA.",
)
ENGINE = env(
    "LAWANG_ENGINE",
    "duckdb",
    "What computes the national figures: duckdb, or a Spark cluster as spark://host:7077.",
)
LOGGING = {  # pyHanko writes the names of signers, and those do not belong in a log; what went wrong we say ourselves
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {name: {"level": "CRITICAL"} for name in ("pyhanko", "pyhanko_certvalidator")},
}
STREAM_PORT = int(
    env(
        "LAWANG_STREAM_PORT",
        "",
        "Port of `lawang stream`: what is said at a booth, as it is said. Empty: the one after LAWANG_PORT.",
    )
    or PORT + 1
)
STREAM_URL = env(
    "LAWANG_STREAM_URL",
    "",
    "Where browsers reach it. Empty: /aliran/ behind HTTPS, else that port of the same machine; off: they ask again.",
)
STREAMS = int(
    env("LAWANG_STREAMS", "5000", "Most visitors whom `lawang stream` serves at once; others ask again.")
)
CLAMD = env(
    "LAWANG_CLAMD",
    "",
    "ClamAV's daemon, which looks at every file: path of its socket, or host:port. Empty: nobody looks.",
)
CONTACT_FILINGS = int(
    env(
        "LAWANG_CONTACT_FILINGS",
        "30",
        "Cases a day that citizens file with one telephone or e-mail; 0: no limit.",
    )
)
ADDRESS_SENDINGS = int(
    env(
        "LAWANG_ADDRESS_SENDINGS",
        "1200",
        "Sendings a minute from one internet address, which a whole village may share; 0: no limit.",
    )
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "lawang.web.staticfiles.StaticFiles"},
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = False  # the proxy does that
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
