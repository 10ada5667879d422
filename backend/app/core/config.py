"""Settings: every name and default of the founding document, read once from the environment and `.env`.

The environment wins over `.env`, and `.env` over the default. An error names its setting and never shows a value: values
are where the passwords are.
"""

import difflib
import os
import re
import secrets
import sys
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.common.types.phone import HomeRegion

ENV_FILE = Path(".env")
TRANSACTION_POOLER_PORT = 6543  # Supabase's Supavisor in transaction mode
_LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}
_MIN_SECRET_LENGTH = 32
_MIN_SECRET_CHARACTERS = 12  # distinct characters; 32 hex digits of a random key have 13.5 on average


class Environment(StrEnum):
    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Everything that the operator decides. Durations are in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        case_sensitive=True,
        extra="ignore",
        hide_input_in_errors=True,  # an error would print the secret it refuses
        frozen=True,
    )

    # Application
    APP_NAME: str = "ZenSpa Backend"
    APP_VERSION: str = "0.1.0"
    DEBUG: bool = False
    ENVIRONMENT: Environment = Environment.DEVELOPMENT
    SECRET_KEY: SecretStr = Field(default_factory=lambda: SecretStr(secrets.token_urlsafe(32)))
    """Signs cursors and tokens. Unset: a random one for each process, which production refuses."""

    # Server
    HOST: str = "0.0.0.0"  # noqa: S104 - the founding document's default: a container listens on every address
    PORT: Annotated[int, Field(ge=0, le=65535)] = 8000
    ALLOWED_HOSTS: str = "*"
    """Comma-separated `Host` values that are answered; `*.example.com` matches subdomains, `*` any."""
    MAX_BODY_BYTES: Annotated[int, Field(gt=0)] = 1024 * 1024
    MAX_UPLOAD_BYTES: Annotated[int, Field(gt=0)] = 32 * 1024 * 1024
    """The same for routes that take a file."""
    RATE_LIMIT_PER_MINUTE: Annotated[int, Field(ge=0)] = 1200
    """Requests that one client address may send, in steps of a sixtieth; 0 for no limit."""

    # CORS
    CORS_ORIGINS: str = "http://localhost:3000"

    # Database (Supabase PostgreSQL)
    DATABASE_URL: SecretStr
    DB_POOL_SIZE: Annotated[int, Field(gt=0)] = 10
    DB_MAX_OVERFLOW: Annotated[int, Field(ge=0)] = 10
    DB_POOL_TIMEOUT: Annotated[float, Field(gt=0)] = 30
    """The time that a command waits for a connection. A request waits at most 2 s, then gets a 503."""
    DB_ECHO: bool = False
    DB_CONNECT_TIMEOUT: Annotated[float, Field(gt=0)] = 5
    DB_STATEMENT_TIMEOUT: Annotated[float, Field(gt=0)] = 15
    DB_LOCK_TIMEOUT: Annotated[float, Field(gt=0)] = 3
    DB_SSL_ROOT_CERT: Path | None = None
    """The CA that signed the server's certificate; unset: the system's."""
    DB_TRANSACTION_POOLER: bool | None = None
    """Whether there is a transaction pooler (PgBouncer, Supavisor); unset: when the port is 6543."""

    # Redis
    REDIS_HOST: str = "localhost"
    REDIS_PORT: Annotated[int, Field(gt=0, le=65535)] = 6379
    REDIS_DB: Annotated[int, Field(ge=0)] = 0
    REDIS_PASSWORD: SecretStr | None = None
    REDIS_DECODE_RESPONSES: bool = True
    REDIS_SSL: bool = False

    # Screens
    SCREENS_DIR: Path = Path("../frontend/dist")
    """The built screens, from the working directory; without it `/desk` says what is missing."""

    # Booking page
    EMBED_ORIGINS: str | None = None
    """Comma-separated origins whose pages may show `/book` in a frame; unset: none."""

    # Sign-in
    PUBLIC_URL: str = "http://localhost:3000"
    """The address at which people use ZenSpa; links in mails begin with it."""
    SUPABASE_URL: str | None = None
    """`https://PROJECT.supabase.co`, whose tokens are accepted beside our own; unset: only our own."""
    SUPABASE_JWT_SECRET: SecretStr | None = None
    """The legacy secret of HS256 tokens, if the project still signs with it."""

    # Mail
    SMTP_HOST: str | None = None
    """Unset: mails are shown in the log and at /api/v1/mails instead of sent; in production they fail."""
    SMTP_PORT: Annotated[int, Field(gt=0, le=65535)] = 587
    SMTP_SECURITY: Literal["starttls", "tls", "none"] = "starttls"
    SMTP_USERNAME: str | None = None
    SMTP_PASSWORD: SecretStr | None = None
    MAIL_FROM: str = "ZenSpa <no-reply@localhost>"

    # Notices of bank transfers
    SEPAY_WEBHOOK_KEY: SecretStr | None = None
    """The key with which SePay signs its notices; unset: they are refused."""
    PAYOS_CHECKSUM_KEY: SecretStr | None = None
    """The same of payOS."""

    # Logging and traces
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    OTEL_EXPORTER_OTLP_ENDPOINT: str | None = None
    """The address that traces are sent to (OTLP over HTTP); unset: none are sent."""

    # The spa
    JOB_INTERVAL_SECONDS: Annotated[float, Field(ge=0)] = 30
    """The pause between two runs of the periodic jobs, such as expiring holds; 0: this process runs none."""
    PHONE_REGION: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "VN"
    """The country (ISO 3166) of a phone number written without its country code."""

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unset(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Read `REDIS_PASSWORD=` as unset, and `CORS_ORIGINS=` as "no page may call"."""
        return {name: value for name, value in values.items() if value != "" or name == "CORS_ORIGINS"}

    @field_validator("DATABASE_URL")
    @classmethod
    def _is_a_postgresql_url(cls, url: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(url.get_secret_value())
            parts.port  # noqa: B018 - raises when the port is no number
        except ValueError:
            raise ValueError("is no URL; a password's @ : / ? # must be percent-encoded") from None
        if parts.scheme.partition("+")[0] not in {"postgres", "postgresql"}:
            raise ValueError("must begin with postgresql+asyncpg://, postgresql:// or postgres://")
        return url

    @field_validator("EMBED_ORIGINS")
    @classmethod
    def _are_origins(cls, origins: str | None) -> str | None:
        """Accept nothing that would add a directive to the policy that it becomes a part of."""
        if not all(re.fullmatch(r"https?://[a-z0-9.*:-]+", origin) for origin in _comma_list(origins or "")):
            raise ValueError("must be origins, such as https://sentrang.vn, separated by commas")
        return origins

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.ENVIRONMENT is Environment.PRODUCTION and (problems := self._production_problems()):
            raise ValueError("ENVIRONMENT=production refuses: " + "; ".join(problems))
        return self

    def _production_problems(self) -> list[str]:
        problems: list[str] = []
        if self.DEBUG:
            problems.append("DEBUG is on (set DEBUG=False)")
        if "*" in self.cors_origins_list:
            problems.append("CORS_ORIGINS has * (list the origins)")
        if "SECRET_KEY" not in self.model_fields_set or _is_weak(self.SECRET_KEY.get_secret_value()):
            problems.append(
                f"SECRET_KEY is weak (at least {_MIN_SECRET_LENGTH} random characters, such as the output of "
                "`python -c 'import secrets; print(secrets.token_urlsafe(32))'`)"
            )
        if "ZENSPA_EMBEDDED" in os.environ:
            problems.append("the database is the embedded one (set DATABASE_URL)")
        if not self.database_is_local and self.database_ssl_mode == "disable":
            problems.append("DATABASE_URL asks for a plaintext connection (use sslmode=verify-full)")
        if self.SMTP_SECURITY == "none" and self.SMTP_HOST is not None and self.SMTP_HOST not in _LOCAL_HOSTS:
            problems.append(
                "SMTP_SECURITY=none shows mails and the password to the network (use starttls or tls)"
            )
        if self.SMTP_HOST is not None and not self.PUBLIC_URL.startswith("https://"):
            problems.append("PUBLIC_URL is not https:// (the links in mails begin with it)")
        if self.SUPABASE_URL is not None and not self.SUPABASE_URL.startswith("https://"):
            problems.append("SUPABASE_URL is not https:// (the keys that verify tokens come from there)")
        return problems

    @cached_property
    def supabase_issuer(self) -> str | None:
        """The issuer (`iss`) of Supabase's tokens."""
        return f"{self.SUPABASE_URL.rstrip('/')}/auth/v1" if self.SUPABASE_URL else None

    @cached_property
    def cors_origins_list(self) -> list[str]:
        return _comma_list(self.CORS_ORIGINS)

    @cached_property
    def embed_origins_list(self) -> list[str]:
        return _comma_list(self.EMBED_ORIGINS or "")

    @cached_property
    def allowed_hosts_list(self) -> list[str]:
        return [host.lower() for host in _comma_list(self.ALLOWED_HOSTS)]

    @cached_property
    def _database_query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.DATABASE_URL.get_secret_value()).query))

    @cached_property
    def database_ssl_mode(self) -> str:
        """The `sslmode` of libpq; a server on another machine is verified unless the URL says otherwise."""
        query = self._database_query
        default = "disable" if self.database_is_local else "verify-full"
        return query.get("sslmode") or query.get("ssl") or default

    @cached_property
    def database_is_local(self) -> bool:
        """True if the server is on this machine, by loopback or Unix socket. `?host=` wins over the host before it."""
        url = urlsplit(self.DATABASE_URL.get_secret_value())
        hosts = [value for name, value in parse_qsl(url.query) if name == "host"] or [
            unquote(url.hostname or "")
        ]
        return all(host in _LOCAL_HOSTS or host.startswith("/") for host in hosts)

    @cached_property
    def uses_transaction_pooler(self) -> bool:
        if self.DB_TRANSACTION_POOLER is not None:
            return self.DB_TRANSACTION_POOLER
        return urlsplit(self.DATABASE_URL.get_secret_value()).port == TRANSACTION_POOLER_PORT

    @cached_property
    def is_production(self) -> bool:
        return self.ENVIRONMENT is Environment.PRODUCTION


def _comma_list(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _is_weak(secret: str) -> bool:
    return len(secret) < _MIN_SECRET_LENGTH or len(set(secret)) < _MIN_SECRET_CHARACTERS


def env_file_names() -> list[str]:
    """Return the names set in `.env`, in the order of the file."""
    return list(dotenv_values(ENV_FILE, interpolate=False)) if ENV_FILE.is_file() else []


def misspelt_names() -> dict[str, str]:
    """Return names in `.env` that are almost a setting, each with the setting that was probably meant."""
    known = set(Settings.model_fields)
    return {
        name: match[0]
        for name in env_file_names()
        if name not in known and (match := difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.8))
    }


def describe_errors(error: ValidationError) -> str:
    """Return one line for each error: the setting, what is wrong, what to do. Values are left out."""
    lines = []
    for found in error.errors(include_input=False, include_url=False, include_context=False):
        name = ".".join(str(part) for part in found["loc"])
        if name == "DATABASE_URL" and found["type"] == "missing":
            lines.append(
                "DATABASE_URL is not set: put it into the environment or .env "
                "(see .env.example), or use `make run`, which brings its own PostgreSQL."
            )
        else:
            message = found["msg"].removeprefix("Value error, ")
            lines.append(f"{name}: {message}" if name else message)
    return "\n".join(lines)


def load_settings() -> Settings:
    """Return the settings, or end the process with one line for each error."""
    try:
        return Settings()
    except ValidationError as error:
        sys.stderr.write(f"zenspa: {describe_errors(error)}\n")
    raise SystemExit(2)  # outside the handler: no traceback, no chained values


settings = load_settings()
HomeRegion.code = settings.PHONE_REGION
