from pathlib import Path

import pytest

import quizsvc
from quizsvc.errors import SettingsError
from quizsvc.settings import TABLE, Settings, documentation, shipped

SECRET = "7f3c91d0a2be4586e1f0c3d2b4a59687"  # noqa: S105 - of nothing
TOKEN = "96b5a4d2c1f30e85f7a43e19c0d27b68"  # noqa: S105 - of nothing


def refusal(**environment: str) -> str:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(environment)
    return str(refused.value)


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = Settings.from_environment({"PATH": "/bin"})
    assert settings.port == 8000
    assert settings.host == "127.0.0.1"
    assert settings.secret == ""
    assert settings.content == shipped("content")
    assert settings.var == Path("var").absolute()
    assert settings.database_url == f"sqlite:///{settings.var}/quizsvc.sqlite3"
    assert settings.hosts == ("127.0.0.1", "localhost", "::1")
    assert settings.secure_cookies is False


def test_every_setting_is_read_from_its_variable() -> None:
    given = {
        "QUIZSVC_CONTENT": "/c",
        "QUIZSVC_CONTENT_RELOAD": "30",
        "QUIZSVC_VAR": "/v",
        "QUIZSVC_DATABASE_URL": "sqlite:////d.sqlite3",
        "QUIZSVC_SECRET": SECRET,
        "QUIZSVC_HOST": "::1",
        "QUIZSVC_HOSTS": "Quiz.example.org, [2001:db8::7]",
        "QUIZSVC_PORT": "0",
        "QUIZSVC_WORKERS": "7",
        "QUIZSVC_THREADS": "8",
        "QUIZSVC_LOG_LEVEL": "error",
        "QUIZSVC_LOG_FORMAT": "json",
        "QUIZSVC_METRICS_TOKEN": TOKEN,
        "QUIZSVC_PROXIES": "2",
        "QUIZSVC_SECURE_COOKIES": "yes",
    }
    assert set(given) == {setting.variable for setting in TABLE}
    assert Settings.from_environment(given) == Settings(
        content=Path("/c"),
        content_reload=30,
        var=Path("/v"),
        database_url="sqlite:////d.sqlite3",
        secret=SECRET,
        host="::1",
        hosts=("quiz.example.org", "2001:db8::7", "localhost", "127.0.0.1", "::1"),
        port=0,
        workers=7,
        threads=8,
        log_level="error",
        log_format="json",
        metrics_token=TOKEN,
        proxies=2,
        secure_cookies=True,
    )


def test_the_database_lies_in_var_unless_it_is_given() -> None:
    settings = Settings.from_environment({"QUIZSVC_VAR": "/srv/quiz"})
    assert settings.database_url == "sqlite:////srv/quiz/quizsvc.sqlite3"


def test_an_empty_value_counts_as_not_given() -> None:
    assert Settings.from_environment({"QUIZSVC_PORT": ""}).port == 8000


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    assert refusal(QUIZSVC_PROT="1") == (
        "QUIZSVC_PROT: there is no such setting; did you mean QUIZSVC_PORT?"
    )


def test_names_of_the_test_suite_are_left_alone() -> None:
    Settings.from_environment({"QUIZSVC_TEST_REQUIRE_ALL": "1"})


@pytest.mark.parametrize("port", ["-1", "65536", "8000 ", "8_000", "٨", "http", "1e3"])
def test_a_bad_number_is_refused(port: str) -> None:
    assert refusal(QUIZSVC_PORT=port) == (
        f"QUIZSVC_PORT: {port!r}: expected a whole number from 0 to 65535"
    )


def test_a_bad_word_is_refused_with_those_that_are_known() -> None:
    assert refusal(QUIZSVC_SECURE_COOKIES="true") == (
        "QUIZSVC_SECURE_COOKIES: 'true': expected one of yes, no"
    )


def test_a_short_secret_is_refused_and_not_repeated() -> None:
    message = refusal(QUIZSVC_SECRET=SECRET[:-1])
    assert message == "QUIZSVC_SECRET: expected at least 32 characters"


def test_a_short_token_is_refused_and_not_repeated() -> None:
    message = refusal(QUIZSVC_METRICS_TOKEN=TOKEN[:-1])
    assert message == "QUIZSVC_METRICS_TOKEN: expected at least 32 characters"


def test_all_complaints_come_at_once() -> None:
    assert len(refusal(QUIZSVC_PORT="x", QUIZSVC_WORKERS="0", QUIZSVC_NO="1").splitlines()) == 3


def test_no_secret_shows_when_settings_are_printed() -> None:
    given = {"QUIZSVC_SECRET": SECRET, "QUIZSVC_METRICS_TOKEN": TOKEN}
    printed = repr(Settings.from_environment(given))
    assert SECRET not in printed
    assert TOKEN not in printed


def test_the_admin_guide_holds_the_table() -> None:
    guide = Path(quizsvc.__file__).parent / "guides" / "admin.md"
    assert f"\n{documentation()}\n" in guide.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "secret",
    ["x" * 64, "secret" * 8, "0123456789abcdef" * 4, "ab" * 40,
     "changeme-changeme-changeme-changed", "please insert 32 random characters here",
     "an example of a secret, long enough", "my password is long enough for this", "…" * 40,
     "aabbccddaabbccddaabbccddaabbccddaa"],
)  # fmt: skip
def test_a_secret_that_could_be_guessed_is_refused_with_the_way_to_make_one(secret: str) -> None:
    message = refusal(QUIZSVC_SECRET=secret)
    assert "could be guessed" in message
    assert "secrets.token_hex(32)" in message
    assert secret not in message


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "quiz.example.org"])  # noqa: S104
def test_to_be_reached_from_elsewhere_takes_a_proxy(host: str) -> None:
    assert "put a proxy that speaks HTTPS in front" in refusal(QUIZSVC_HOST=host)
    given = {"QUIZSVC_HOST": host, "QUIZSVC_PROXIES": "1", "QUIZSVC_HOSTS": "quiz.example.org"}
    assert "quiz.example.org" in Settings.from_environment(given).hosts


@pytest.mark.parametrize("host", ["300.1.1.1", "127.1", "[::1]", "::1::", "127.0.0.1:80"])
def test_what_looks_like_an_address_and_is_none_is_said_to_be_none(host: str) -> None:
    assert refusal(QUIZSVC_HOST=host) == (
        f"QUIZSVC_HOST: {host!r}: this is no address; expected one such as 127.0.0.1 or ::1"
    )


@pytest.mark.parametrize("url", ["foo", "quizsvc.sqlite3", "sqlite:file", "postgres://u:pw@h/q"])
def test_what_is_no_url_of_a_database_is_refused_and_not_repeated(url: str) -> None:
    assert refusal(QUIZSVC_DATABASE_URL=url) == (
        "QUIZSVC_DATABASE_URL: expected sqlite:////folder/file or "
        "postgresql+psycopg://user:password@host/name"
    )


@pytest.mark.parametrize("behind", [{"PROXIES": "1"}, {"SECURE_COOKIES": "yes"}])
def test_behind_a_proxy_the_names_must_be_given(behind: dict[str, str]) -> None:
    given = {f"QUIZSVC_{name}": value for name, value in behind.items()}
    assert refusal(**given).startswith("QUIZSVC_HOSTS: must be given")


@pytest.mark.parametrize("hosts", ["https://quiz.example.org", "quiz.example.org:443", "a b", ","])
def test_a_name_is_given_without_what_stands_around_it(hosts: str) -> None:
    assert "without https:// and without a port" in refusal(QUIZSVC_HOSTS=hosts)
