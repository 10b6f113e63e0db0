"""Settings from ``QUIZSVC_*`` environment variables: one table says all there is to say.

Parsing, the refusal of what is unknown or bad, and the table in ``guides/admin.md`` come from
`TABLE`; a test holds the guide to it.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quizsvc.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "QUIZSVC_"
OF_TESTS = "QUIZSVC_TEST_"
"""Names that start so belong to the test suite and are left alone."""

SHORTEST_SECRET = 32
"""Characters; 32 hexadecimal digits carry 128 bits."""

FEWEST_CHARACTERS = 8
"""Different ones in a secret: 32 random hexadecimal digits have fewer once in 10^5 times."""

_MAKE_ONE = 'python3 -c "import secrets; print(secrets.token_hex(32))"'
_PLACEHOLDERS = (
    "changeme", "change-me", "change_me", "change me", "change this", "change-this", "default",
    "example", "insert", "password", "placeholder", "replace", "your-", "your_", "your ", "…",
)  # fmt: skip
"""What stands in examples that were copied and not filled in; no random text holds it."""

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
"""By these this machine reaches itself; no name of anybody else leads here under them."""

_SECRETS = frozenset({"secret", "metrics_token", "database_url"})
"""Settings whose values are shown nowhere."""

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")


def _database(text: str) -> str:
    if not re.match(r"(sqlite|postgresql)(\+\w+)?://", text):
        raise ValueError(
            "expected sqlite:////folder/file or postgresql+psycopg://user:password@host/name"
        )
    return text


def _address(text: str) -> str:
    """Return a name or an address, refusing what looks like the latter and is none."""
    if ":" in text or re.fullmatch(r"[0-9.]+", text):
        try:
            ip_address(text)
        except ValueError:
            raise ValueError("this is no address; expected one such as 127.0.0.1 or ::1") from None
    return text


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def read_secret(text: str) -> str:
    """Return a secret.

    Raises
    ------
    ValueError
        It is short, or could be guessed.
    """
    if len(text) < SHORTEST_SECRET:
        raise ValueError(f"expected at least {SHORTEST_SECRET} characters")
    repeats = text in (text + text)[1:-1]
    copied = any(each in text.casefold() for each in _PLACEHOLDERS)
    if repeats or copied or len(set(text)) < FEWEST_CHARACTERS:
        raise ValueError(f"this one could be guessed; {_MAKE_ONE} makes one that cannot")
    return text


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().strip("[]").lower() for name in text.split(","))
    if not all(re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", name) for name in names):
        raise ValueError(
            "expected names such as quiz.example.org, separated by commas, without https:// and "
            "without a port"
        )
    return names


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        # int() would take "1_000", " 8 " and digits of other scripts.
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise ValueError(f"expected a whole number from {low} to {high}")
        return int(text)

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return text

    return read


def _yes_or_no(text: str) -> bool:
    return _one_of("yes", "no")(text) == "yes"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table."""

    name: str
    """The field of `Settings`; the variable is its capitals after ``QUIZSVC_``."""
    type: str
    """What may be given, in an admin's words."""
    read: Callable[[str], Any]
    default: str
    """Read like a given value; empty where the default is worked out."""
    meaning: str
    worked_out: str = ""
    """How, in an admin's words."""

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()


TABLE: tuple[Setting, ...] = (
    Setting("content", "folder", _path, "", "The lessons, items and assessments to serve.",
            "the content that ships with quizsvc"),
    Setting("content_reload", "0 to 3600", _whole(0, 3600), "2",
            "Every so many seconds the content folder is looked at; what has changed is served "
            "once two looks have found the same. With 0 it is read at the start only."),
    Setting("var", "folder", _path, "var", "What the service itself writes: database and secret."),
    Setting("database_url", "SQLAlchemy URL", _database, "",
            "Where attempts and sittings are kept.",
            "the SQLite file `quizsvc.sqlite3` in `QUIZSVC_VAR`"),
    Setting("secret", f"text of at least {SHORTEST_SECRET} characters", read_secret, "",
            "Signs cookies and seeds every learner's variants. Keep it: with another one, "
            "guests lose their history.",
            "`quizsvc run` makes one in `QUIZSVC_VAR`; plain gunicorn needs it given"),
    Setting("host", "address", _address, "127.0.0.1",
            "The address that `quizsvc run` listens on. One that other machines reach needs a "
            "proxy that speaks HTTPS, counted in `QUIZSVC_PROXIES`."),
    Setting("hosts", "names, separated by commas", _names, "",
            "The names by which browsers reach the service; a request for any other is refused. "
            "The loopback names `localhost`, `127.0.0.1` and `::1` are always taken.",
            "`QUIZSVC_HOST`; must be given behind a proxy"),
    Setting("port", "0 to 65535", _whole(0, 65535), "8000",
            "The port that `quizsvc run` listens on; 0 takes a free one."),
    Setting("workers", "1 to 64", _whole(1, 64), "2", "Processes of `quizsvc run`."),
    Setting("threads", "1 to 64", _whole(1, 64), "4",
            "Threads of each process of `quizsvc run`; a process opens at most as many connections "
            "to the database."),
    Setting("log_level", ", ".join(LOG_LEVELS), _one_of(*LOG_LEVELS), "info",
            "How much is logged."),
    Setting("log_format", ", ".join(LOG_FORMATS), _one_of(*LOG_FORMATS), "text",
            "How it is logged: lines for people, or one JSON object a line for machines."),
    Setting("metrics_token", f"text of at least {SHORTEST_SECRET} characters", read_secret, "",
            "Opens `/metrics` to whoever sends `Authorization: Bearer` and this text.",
            "none; `/metrics` opens on this machine alone, and not behind a proxy"),
    Setting("proxies", "0 to 9", _whole(0, 9), "0",
            "How many proxies stand in front, one behind the other. With 0 the headers "
            "X-Forwarded-For and X-Forwarded-Proto, which anybody can send, are not believed."),
    Setting("secure_cookies", "yes or no", _yes_or_no, "no",
            "Send cookies over HTTPS only, even where a request seems to have come over plain HTTP "
            "from this machine. Of what came by HTTPS they always are."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What an admin may decide; the fields are the rows of `TABLE`."""

    content: Path
    content_reload: int
    var: Path
    database_url: str
    secret: str = field(repr=False)
    """Empty where none was given."""
    host: str
    hosts: tuple[str, ...]
    """By which names a request may ask for the service."""
    port: int
    workers: int
    threads: int
    log_level: str
    log_format: str
    metrics_token: str = field(repr=False)
    """Empty where none was given."""
    proxies: int
    secure_cookies: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings, refusing unknown names and bad values, all at once.

        Raises
        ------
        SettingsError
            One line for each complaint. The value of a secret is never repeated.
        """
        complaints = [_unknown(name) for name in sorted(environment) if _is_unknown(name)]
        values: dict[str, Any] = {}
        for setting in TABLE:
            given = environment.get(setting.variable, "")
            try:
                text = given or setting.default
                values[setting.name] = setting.read(text) if text else ""
            except ValueError as error:
                shown = "" if setting.name in _SECRETS else f"{given!r}: "
                complaints.append(f"{setting.variable}: {shown}{error}")
        complaints += _unsafe(environment, values)
        if complaints:
            raise SettingsError("\n".join(complaints))
        values["content"] = values["content"] or shipped("content")
        named = values["hosts"] or (values["host"].lower(),)
        values["hosts"] = tuple(dict.fromkeys((*named, *LOOPBACK_NAMES)))
        values["database_url"] = (
            values["database_url"] or f"sqlite:///{values['var'] / 'quizsvc.sqlite3'}"
        )
        return cls(**values)

    @property
    def url(self) -> str:
        """The address of `quizsvc run`, as far as it is known before it listens."""
        return http_url(self.host, self.port)

    def make_var(self) -> None:
        """Make the folder `var`, which nobody but its owner may enter; one that is there stays.

        Raises
        ------
        SettingsError
            It cannot be made.
        """
        try:
            self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"QUIZSVC_VAR: {error.strerror}: {error.filename}") from error


def http_url(host: str, port: int) -> str:
    """Return the address of what listens there."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def shipped(name: str) -> Path:
    """Return a folder that ships with the package: in the wheel, else in the source tree."""
    package = Path(__file__).resolve().parent
    inside = package / "_shipped" / name
    return inside if inside.is_dir() else package.parent / name


def documentation() -> str:
    """Return the table as Markdown, as it stands in ``guides/admin.md``."""
    rows = [
        f"| `{setting.variable}` | {setting.type} "
        f"| {setting.worked_out or f'`{setting.default}`'} | {setting.meaning} |"
        for setting in TABLE
    ]
    return "\n".join(["| variable | value | default | meaning |", "|---|---|---|---|", *rows])


def _unsafe(environment: Mapping[str, str], values: Mapping[str, Any]) -> list[str]:
    """Return complaints about values that are right each by itself, and not together."""
    complaints = []
    behind = values.get("proxies") or values.get("secure_cookies")
    if behind and not environment.get("QUIZSVC_HOSTS"):
        complaints.append(
            "QUIZSVC_HOSTS: must be given with QUIZSVC_PROXIES and QUIZSVC_SECURE_COOKIES: the "
            "names by which browsers reach the service, such as quiz.example.org"
        )
    host = values.get("host")
    if host and values.get("proxies") == 0 and not _is_loopback(host):
        complaints.append(
            f"QUIZSVC_HOST: {host!r} is reached from other machines over plain HTTP, and whoever "
            "is between could read passwords. Listen on 127.0.0.1, or put a proxy that speaks "
            "HTTPS in front and set QUIZSVC_PROXIES=1"
        )
    return complaints


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _is_unknown(name: str) -> bool:
    known = {setting.variable for setting in TABLE}
    return name.startswith(PREFIX) and not name.startswith(OF_TESTS) and name not in known


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, [setting.variable for setting in TABLE], n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{name}: there is no such setting{hint}"
