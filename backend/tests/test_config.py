"""Settings: the names and defaults of the founding document, no secret shown, nothing unsafe in production."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.core.config import Environment, Settings, load_settings, misspelt_names
from app.core.database import build_engine

type Make = Callable[..., Settings]

BACKEND = Path(__file__).resolve().parents[1]
URL = "postgresql+asyncpg://lan:hunter2@127.0.0.1:5432/zenspa"
STRONG_KEY = "Vd8rT2_kQmZ0aXw5LhYp7JcN1sBf-u4e"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": STRONG_KEY,
    "CORS_ORIGINS": "https://app.zenspa.com",
    "PUBLIC_URL": "https://app.zenspa.com",
    "DATABASE_URL": "postgresql://lan:hunter2@db.example.com/zenspa?sslmode=verify-full",
}

SPEC_DEFAULTS = {
    "APP_NAME": "ZenSpa Backend",
    "APP_VERSION": "0.1.0",
    "DEBUG": False,
    "ENVIRONMENT": "development",
    "HOST": "0.0.0.0",
    "PORT": 8000,
    "CORS_ORIGINS": "http://localhost:3000",
    "DB_POOL_SIZE": 10,
    "DB_MAX_OVERFLOW": 10,
    "DB_POOL_TIMEOUT": 30,
    "DB_ECHO": False,
    "REDIS_HOST": "localhost",
    "REDIS_PORT": 6379,
    "REDIS_DB": 0,
    "REDIS_PASSWORD": None,
    "REDIS_DECODE_RESPONSES": True,
    "LOG_LEVEL": "INFO",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the variables of the run and a developer's `.env`."""
    for name in (*Settings.model_fields, "ZENSPA_EMBEDDED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """The settings that these variables give."""

    def make(**variables: str) -> Settings:
        for name, value in ({"DATABASE_URL": URL} | variables).items():
            monkeypatch.setenv(name, value)
        return Settings()

    return make


def write_env_file(*lines: str) -> None:
    Path(".env").write_text("\n".join(lines), encoding="utf-8")


class TestValues:
    def test_every_name_of_the_spec_has_the_default_of_the_spec(self, make: Make) -> None:
        settings = make()
        assert {name: getattr(settings, name) for name in SPEC_DEFAULTS} == SPEC_DEFAULTS

    def test_the_environment_wins_over_the_env_file_and_the_file_over_the_default(self, make: Make) -> None:
        write_env_file("PORT=8001", "REDIS_PORT=6380", "APP_NAME=Sen Trắng")
        settings = make(PORT="8002")
        assert (settings.PORT, settings.REDIS_PORT, settings.APP_NAME) == (8002, 6380, "Sen Trắng")

    def test_what_was_copied_from_the_example_is_accepted(self, make: Make) -> None:
        write_env_file(*(BACKEND / ".env.example").read_text(encoding="utf-8").splitlines())
        settings = make()
        assert settings.DEBUG is True
        assert settings.cors_origins_list == ["http://localhost:3000", "http://127.0.0.1:3000"]
        assert settings.REDIS_PASSWORD is None
        assert len(settings.SECRET_KEY.get_secret_value()) >= 32

    def test_an_empty_redis_password_is_none(self, make: Make) -> None:
        assert make(REDIS_PASSWORD="").REDIS_PASSWORD is None

    def test_an_empty_value_is_the_default_but_of_origins_it_is_none(self, make: Make) -> None:
        settings = make(**dict.fromkeys(SPEC_DEFAULTS, ""))
        expected = {**SPEC_DEFAULTS, "CORS_ORIGINS": ""}
        assert {name: getattr(settings, name) for name in SPEC_DEFAULTS} == expected

    @pytest.mark.parametrize(
        ("text", "items"),
        [
            ("https://a.example", ["https://a.example"]),
            (" https://a.example ,https://b.example,", ["https://a.example", "https://b.example"]),
            (",", []),
            (" ", []),
            ("", []),
        ],
    )
    def test_comma_lists(self, make: Make, text: str, items: list[str]) -> None:
        assert make(CORS_ORIGINS=text).cors_origins_list == items

    def test_host_names_are_compared_in_lower_case(self, make: Make) -> None:
        assert make(ALLOWED_HOSTS="API.Example.com, *.EXAMPLE.org").allowed_hosts_list == [
            "api.example.com",
            "*.example.org",
        ]

    def test_without_a_secret_key_each_process_has_its_own(self, make: Make) -> None:
        assert make().SECRET_KEY != make().SECRET_KEY

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PORT", "65536"),
            ("PORT", "http"),
            ("DB_POOL_SIZE", "0"),
            ("DB_POOL_TIMEOUT", "-1"),
            ("LOG_LEVEL", "LOUD"),
            ("ENVIRONMENT", "prod"),
            ("DATABASE_URL", "mysql://lan:hunter2@127.0.0.1/zenspa"),
            ("DATABASE_URL", "postgresql://lan:hun:ter/2@127.0.0.1:port/zenspa"),
        ],
    )
    def test_a_value_that_cannot_be_used_is_refused_by_its_name(
        self, make: Make, name: str, value: str
    ) -> None:
        with pytest.raises(ValidationError) as error:
            make(**{name: value})
        assert [fault["loc"] for fault in error.value.errors()] == [(name,)]


class TestSecrets:
    SECRETS = ("hunter2", "s3same", "s3cond", STRONG_KEY)

    def test_no_secret_is_in_what_settings_print(self, make: Make) -> None:
        settings = make(DATABASE_URL=f"{URL}?password=s3cond", REDIS_PASSWORD="s3same", SECRET_KEY=STRONG_KEY)
        assert settings.database_ssl_mode == "disable"  # which keeps the parsed URL in the object
        printed = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
        assert not [secret for secret in self.SECRETS if secret in printed]

    @pytest.mark.parametrize(
        "variables",
        [
            {"DATABASE_URL": "mysql://lan:hunter2@127.0.0.1/zenspa"},
            {"DATABASE_URL": "postgresql://lan:hunter2@127.0.0.1:hunter2/zenspa"},
            {"REDIS_PORT": "hunter2"},
            PRODUCTION | {"SECRET_KEY": "hunter2"},
        ],
    )
    def test_no_secret_is_in_an_error(
        self, make: Make, variables: Mapping[str, str], capfd: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(ValidationError) as error:
            make(**variables)
        with pytest.raises(SystemExit):
            load_settings()
        captured = capfd.readouterr()
        assert "hunter2" not in f"{error.value!s} {error.value!r} {captured.out} {captured.err}"


class TestMisspeltNames:
    def test_a_near_miss_is_found_and_named(self) -> None:
        write_env_file("DATABSE_URL=x", "REDIS_PASWORD=x", "redis_host=x", "export LOGLEVEL=x")
        assert misspelt_names() == {
            "DATABSE_URL": "DATABASE_URL",
            "REDIS_PASWORD": "REDIS_PASSWORD",
            "redis_host": "REDIS_HOST",
            "LOGLEVEL": "LOG_LEVEL",
        }

    def test_right_names_and_other_programs_names_are_left_alone(self) -> None:
        write_env_file("DATABASE_URL=x", "NODE_ENV=x", "COMPOSE_PROJECT_NAME=x", "# DATABSE_URL=x", "")
        assert misspelt_names() == {}

    def test_there_need_be_no_env_file(self) -> None:
        assert misspelt_names() == {}


class TestProduction:
    FAULTS = (
        *("DEBUG", "CORS_ORIGINS", "SECRET_KEY", "embedded", "plaintext"),
        *("SMTP_SECURITY", "PUBLIC_URL", "SUPABASE_URL"),
    )

    def test_starts_with_sound_settings(self, make: Make) -> None:
        settings = make(**PRODUCTION)
        assert settings.is_production
        assert settings.ENVIRONMENT is Environment.PRODUCTION

    def test_needs_no_public_address_as_long_as_it_sends_no_mail(self, make: Make) -> None:
        assert make(**PRODUCTION | {"PUBLIC_URL": ""}).is_production

    def test_refuses_naming_every_fault_at_once(
        self, make: Make, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ZENSPA_EMBEDDED", "1")
        with pytest.raises(ValidationError):
            make(
                ENVIRONMENT="production",
                DEBUG="true",
                CORS_ORIGINS="https://app.zenspa.com,*",
                DATABASE_URL="postgresql://lan:hunter2@db.example.com/zenspa?sslmode=disable",
                SMTP_HOST="mail.example.com",
                SMTP_SECURITY="none",
                SUPABASE_URL="http://project.supabase.co",
            )
        with pytest.raises(SystemExit) as end:
            load_settings()
        message = capfd.readouterr().err
        assert end.value.code == 2
        assert message.count("\n") == 1
        assert [name for name in self.FAULTS if name in message] == list(self.FAULTS)

    @pytest.mark.parametrize(
        ("fault", "named"),
        [
            ({"DEBUG": "1"}, "DEBUG"),
            ({"CORS_ORIGINS": "*"}, "CORS_ORIGINS"),
            ({"SECRET_KEY": ""}, "SECRET_KEY"),
            ({"SECRET_KEY": STRONG_KEY[:-1]}, "SECRET_KEY"),
            ({"SECRET_KEY": "abc" * 20}, "SECRET_KEY"),
            ({"ZENSPA_EMBEDDED": "1"}, "embedded"),
            ({"DATABASE_URL": "postgresql://lan@db.example.com/zenspa?ssl=disable"}, "plaintext"),
            ({"DATABASE_URL": "postgresql://lan@/zenspa?host=db.example.com&sslmode=disable"}, "plaintext"),
            (
                {"DATABASE_URL": "postgresql://lan@localhost/z?host=db.example.com&sslmode=disable"},
                "plaintext",
            ),
            ({"SMTP_HOST": "mail.example.com", "SMTP_SECURITY": "none"}, "SMTP_SECURITY"),
            ({"SMTP_HOST": "mail.example.com", "PUBLIC_URL": "http://app.zenspa.com"}, "PUBLIC_URL"),
            ({"SMTP_HOST": "mail.example.com", "PUBLIC_URL": ""}, "PUBLIC_URL"),
            ({"SUPABASE_URL": "http://project.supabase.co"}, "SUPABASE_URL"),
        ],
    )
    def test_each_fault_alone_is_enough(self, make: Make, fault: dict[str, str], named: str) -> None:
        with pytest.raises(ValidationError) as error:
            make(**PRODUCTION | fault)
        assert [name for name in self.FAULTS if name in str(error.value)] == [named]

    def test_development_takes_all_of_it(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ZENSPA_EMBEDDED", "1")
        settings = make(DEBUG="true", CORS_ORIGINS="*", SECRET_KEY="short")
        assert settings.DEBUG


@pytest.mark.parametrize(
    "origins",
    ["sentrang.vn", "https://a.vn; script-src *", "https://a.vn https://b.vn", "*", "https://a.vn/x"],
)
def test_an_embedding_origin_is_an_origin_and_adds_nothing_else_to_the_policy(
    make: Make, origins: str
) -> None:
    with pytest.raises(ValidationError, match="EMBED_ORIGINS"):
        make(EMBED_ORIGINS=origins)
    assert make(EMBED_ORIGINS="https://a.vn, https://*.b.vn").embed_origins_list == [
        "https://a.vn",
        "https://*.b.vn",
    ]


class TestDatabaseUrl:
    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
    def test_every_spelling_of_the_scheme_becomes_asyncpgs(self, make: Make, scheme: str) -> None:
        engine = build_engine(make(DATABASE_URL=f"{scheme}://lan:p%40ss@127.0.0.1:5433/zenspa"))
        url = engine.url
        assert url.drivername == "postgresql+asyncpg"
        assert (url.username, url.password, url.host, url.port, url.database) == (
            *("lan", "p@ss", "127.0.0.1", 5433, "zenspa"),
        )

    def test_what_only_libpq_knows_does_not_reach_the_driver(self, make: Make) -> None:
        query = "sslmode=require&channel_binding=prefer&pgbouncer=true&connect_timeout=3&application_name=x"
        engine = build_engine(make(DATABASE_URL=f"postgresql://lan@db.example.com/zenspa?{query}"))
        assert dict(engine.url.query) == {"application_name": "x"}

    @pytest.mark.parametrize(
        ("url", "mode"),
        [
            ("postgresql://lan@db.example.com/zenspa", "verify-full"),
            ("postgresql://lan@db.example.com/zenspa?sslmode=require", "require"),
            ("postgresql://lan@db.example.com/zenspa?ssl=require", "require"),
            ("postgresql://lan@db.example.com/zenspa?sslmode=disable", "disable"),
            ("postgresql://lan@localhost.example.com/zenspa", "verify-full"),
            ("postgresql://lan@localhost/zenspa?host=db.example.com", "verify-full"),
            ("postgresql://lan@/zenspa?host=127.0.0.1:5432&host=db.example.com:5432", "verify-full"),
            ("postgresql://lan@127.0.0.1/zenspa", "disable"),
            ("postgresql://lan@[::1]/zenspa", "disable"),
            ("postgresql://lan@localhost/zenspa?sslmode=verify-full", "verify-full"),
            ("postgresql:///zenspa?host=/run/postgresql", "disable"),
        ],
    )
    def test_only_a_server_on_this_machine_is_plaintext_unasked(
        self, make: Make, url: str, mode: str
    ) -> None:
        assert make(DATABASE_URL=url).database_ssl_mode == mode

    @pytest.mark.parametrize(
        ("url", "setting", "expected"),
        [
            ("postgresql://lan@db.example.com:6543/postgres", "", True),
            ("postgresql://lan@db.example.com:5432/postgres", "", False),
            ("postgresql://lan@db.example.com/postgres", "", False),
            ("postgresql://lan@db.example.com:6543/postgres", "false", False),
            ("postgresql://lan@db.example.com:5432/postgres", "true", True),
        ],
    )
    def test_port_6543_is_a_transaction_pooler_unless_the_setting_says_otherwise(
        self, make: Make, url: str, setting: str, *, expected: bool
    ) -> None:
        settings = make(DATABASE_URL=url, DB_TRANSACTION_POOLER=setting)
        assert settings.uses_transaction_pooler is expected


class TestMissingDatabaseUrl:
    @pytest.mark.parametrize(
        "arguments",
        [("-m", "uvicorn", "app.main:app", "--port", "0"), ("-c", "import app.main")],
        ids=["uvicorn", "import"],
    )
    async def test_is_one_line_that_says_what_to_do(self, arguments: tuple[str, ...], tmp_path: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *arguments),
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(BACKEND), "REDIS_PASSWORD": "hunter2"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode not in {0, None}
        assert out == b""
        assert err.count(b"\n") == 1
        assert err.endswith(b"\n")
        assert b"DATABASE_URL" in err
        assert b"make run" in err
        assert b"Traceback" not in err
        assert b"hunter2" not in err
