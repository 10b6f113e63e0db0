"""How the service is reached: by its own names, by HTTPS, with cookies and headers to match."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from quizsvc.web import create_app, lessons, security
from quizsvc.web.security import CONTENT_SECURITY_POLICY, HEADERS, STRICT_TRANSPORT
from quizsvc.web.signing_in import own_path

from ..classes import PASSWORD
from .pages import Visitor, forms_of
from .signing import person, sign_in, sign_out

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask

    from quizsvc.content import ItemBank
    from quizsvc.settings import Settings

STEM = re.compile(r"What is twice .*?</math>", re.DOTALL)

OURS = "quiz.example.org"


@pytest.fixture
def public(settings: Settings, bank: ItemBank) -> Flask:
    """An application behind one proxy, with a name."""
    hosts = (OURS, *settings.hosts)
    app = create_app(replace(settings, proxies=1, hosts=hosts), bank=bank)
    app.wsgi_app = Proxy(app.wsgi_app)  # type: ignore[method-assign]
    return app


class Proxy:
    """Speaks HTTPS with visitors far away, and passes on what they ask for."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ |= {
            "HTTP_HOST": OURS,
            "HTTP_X_FORWARDED_FOR": "203.0.113.7",
            "HTTP_X_FORWARDED_PROTO": "https",
        }
        return self._app(environ, start_response)


# Names


NOT_OURS = [
    "evil.example", "quiz.example.org.evil.example", "evil.example:8000", "127.0.0.1.evil.example",
    "", "localhost@evil.example", "evil.example/localhost", "[::1", "évil", "local host",
]  # fmt: skip


@pytest.mark.parametrize("path", ["/sign-in", "/none", "/static/style.css"])
def test_a_request_for_another_name_is_refused_and_the_name_not_repeated(
    app: Flask, path: str
) -> None:
    for host in NOT_OURS:
        refused = app.test_client().get(path, headers={"Host": host.encode().decode("latin-1")})
        assert refused.status_code == 400, host
        assert refused.mimetype == "text/plain"
        assert "QUIZSVC_HOSTS" in refused.text
        assert "evil" not in f"{refused.text} {refused.headers}"
        assert refused.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert "Set-Cookie" not in refused.headers


def test_this_machine_reaches_the_service_by_its_loopback_names(app: Flask) -> None:
    for host in ("localhost", "LOCALHOST:8000", "127.0.0.1:5000", "[::1]:8000"):
        assert app.test_client().get("/claims", headers={"Host": host}).status_code == 200, host


def test_links_to_be_handed_on_have_our_name_whatever_a_proxy_is_made_to_say(
    public: Flask,
) -> None:
    teacher = Visitor(public)
    his = person(teacher, "Bob")
    person(teacher, "Root", "admin")
    sign_in(teacher, "Root")
    spoofed = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    token = forms_of(teacher.get("/account"))[0].fields["csrf_token"]
    made = teacher.client.post(
        f"/people/{his.learner}/link", data={"csrf_token": token}, headers=spoofed
    )
    assert re.search(rf"https://{OURS}/link\?token=", made.text)
    assert "evil" not in made.text


# Plain HTTP and proxies


FROM = {
    0: [
        ("127.0.0.1", {}, 200),
        ("127.9.9.9", {}, 200),
        ("::1", {}, 200),
        ("", {}, 200),  # a Unix socket
        ("192.168.1.20", {}, 403),
        ("2001:db8::1", {}, 403),
        # What nobody vouches for is not believed.
        ("192.168.1.20", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("192.168.1.20", {"X-Forwarded-Proto": "https"}, 403),
    ],
    1: [
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}, 200),
        # The visitor's own claims stand before what the proxy has added.
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1, 203.0.113.7"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "::2", "X-Forwarded-Proto": "https, http"}, 403),
    ],
}
"""Number of proxies to: who asks, with which headers, and the status that he gets."""


@pytest.mark.parametrize("proxies", FROM)
def test_plain_http_is_for_this_machine_only(
    settings: Settings, bank: ItemBank, proxies: int
) -> None:
    client = create_app(replace(settings, proxies=proxies), bank=bank).test_client()
    for address, headers, status in FROM[proxies]:
        client.environ_base["REMOTE_ADDR"] = address
        answer = client.get("/sign-in", headers=headers)
        assert answer.status_code == status, (address, headers)
        if status == 403:
            assert "by HTTPS only" in answer.text
            assert "Set-Cookie" not in answer.headers


# The cookie


def test_over_https_the_cookie_is_bound_to_this_host_and_the_other_is_not_read(
    public: Flask,
) -> None:
    page = public.test_client().get("/practice/double/1")
    sent, asked = page.headers["Set-Cookie"], STEM.search(page.text)
    name, _, rest = sent.partition("=")
    assert name == "__Host-quizsvc"
    parts = {part.strip() for part in rest.split(";")[1:]}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
    assert not any(part.startswith("Domain") for part in parts)
    value = rest.partition(";")[0]
    for cookie, known in ((name, True), ("quizsvc", False)):
        again = public.test_client()
        again.set_cookie(cookie, value)
        found = STEM.search(again.get("/practice/double/1").text)
        assert asked
        assert found
        assert (found[0] == asked[0]) == known, "the numbers of a variant are a learner's own"


def test_over_plain_http_the_cookie_says_nothing_that_browsers_would_refuse(app: Flask) -> None:
    sent = app.test_client().get("/practice/double/1").headers["Set-Cookie"]
    assert sent.startswith("quizsvc=")
    assert "Secure" not in sent


def test_an_admin_can_ask_for_secure_cookies_whatever_the_connection_seems_to_be(
    settings: Settings, bank: ItemBank
) -> None:
    app = create_app(replace(settings, secure_cookies=True), bank=bank)
    sent = app.test_client().get("/practice/double/1").headers["Set-Cookie"]
    assert sent.startswith("__Host-quizsvc=")
    assert "Secure" in sent


def test_a_form_is_taken_over_https_without_a_referer_and_not_without_its_token(
    public: Flask,
) -> None:
    ann = Visitor(public)
    ann.answer("double", "7")
    assert ann.client.post("/practice/double/1", data={"answer": "7"}).status_code == 400


def test_over_https_a_browser_is_told_to_come_by_nothing_else(app: Flask) -> None:
    told = {
        scheme: app.test_client().get("/claims", base_url=f"{scheme}://localhost").headers
        for scheme in ("http", "https")
    }
    assert told["https"]["Strict-Transport-Security"] == STRICT_TRANSPORT
    assert "includeSubDomains" not in STRICT_TRANSPORT, "other sites may be there, without HTTPS"
    assert "Strict-Transport-Security" not in told["http"]


# Headers of whatever is answered


def test_the_policy_forbids_what_is_not_named_and_names_nothing_unsafe() -> None:
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    assert rules.pop("default-src") == "'none'"
    assert set(rules.values()) == {"'self'", "'none'"}
    assert {"base-uri", "form-action", "frame-ancestors"} <= rules.keys()


ANSWERS: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/", {}, 200),
    ("HEAD", "/", {}, 200),
    ("OPTIONS", "/", {}, 200),
    ("GET", "/none", {}, 404),
    ("PUT", "/", {}, 405),
    ("POST", "/sign-out", {}, 400),
    ("POST", "/sign-in", {"data": {"name": "x" * security.LARGEST_FORM * 2}}, 413),
    ("GET", "/people", {}, 303),
    ("GET", "/static/style.css", {}, 200),
    ("GET", "/static/none.css", {}, 404),
    ("GET", "/assets/STIXTwoMath-Regular.ttf", {}, 200),
    ("GET", "/help/pictures/editor.png", {}, 200),
    ("GET", "/progress/data.json", {}, 200),
    ("GET", "/progress/data.csv", {}, 200),
    ("GET", "/help/author", {}, 301),
    ("GET", "/people/", {}, 404),
    ("GET", "/", {"headers": {"Range": "bytes=0-1"}}, 200),
]


def test_every_answer_has_every_header(app: Flask) -> None:
    client = app.test_client()
    for method, path, more, status in ANSWERS:
        answer = client.open(path, method=method, **more)
        assert answer.status_code == status, (method, path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, (method, path)
        answer.close()


def test_what_has_not_changed_and_what_has_broken_has_the_headers_too(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app.test_client()
    file = client.get("/static/style.css")
    again = client.get("/static/style.css", headers={"If-None-Match": file.headers["ETag"]})
    for each in (file, again):
        each.close()
    assert again.status_code == 304
    monkeypatch.setattr(lessons, "standing", lambda: 1 / 0)
    broken = client.get("/")
    assert broken.status_code == 500
    assert "division" not in broken.text
    for answer in (again, broken):
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


# Redirects

ELSEWHERE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "/\n/evil.example", "https:evil.example", "https://evil.example", "HTTPS://evil.example",
    "javascript:alert(1)", "data:text/html,x", "evil.example", " //evil.example",
    "/%09/evil.example\r", "/\u2028/evil.example", "\x00//evil.example", "/\x7f/evil.example", "http:///evil.example",
]  # fmt: skip


def test_nobody_is_led_elsewhere_after_signing_in(ann: Visitor, bob: Visitor) -> None:
    person(ann, "Ann")
    sign_in(ann, "Ann")
    for onward in ELSEWHERE:
        assert own_path(onward) is None, onward
        assert ann.client.get("/sign-in", query_string={"next": onward}).location == "/"
    page = bob.client.get("/sign-in", query_string={"next": ELSEWHERE[0]})
    assert bob.send(page, {"name": "Ann", "password": PASSWORD}).location == "/"
    sign_out(bob)
    page = bob.get("/sign-in?next=/history")
    forged = {"name": "Ann", "password": PASSWORD, "next": ELSEWHERE[0]}
    assert bob.send(page, forged).location == "/"


def test_whoever_signs_in_comes_to_where_he_was_going(ann: Visitor) -> None:
    person(ann, "Ann")
    sign_in(ann, "Ann")
    for onward in ("/history", "/practice/double/1?for=need", "/%2f/evil.example"):
        location = ann.client.get("/sign-in", query_string={"next": onward}).location
        assert location == onward


def test_an_address_with_two_slashes_leads_nowhere(app: Flask) -> None:
    for path in ("//evil.example", "//evil.example/..", "/practice//double/1", "//"):
        answer = app.test_client().get("/", environ_overrides={"PATH_INFO": path})
        assert "Location" not in answer.headers, path
