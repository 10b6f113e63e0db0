"""Hostile texts from authors, learners, instructors and imports, in Chromium: none of them runs.

Escaping is what is tested: the pages are shown without their Content-Security-Policy, which would
hide a missing one. A control shows that what does run is noticed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import yaml
from playwright.sync_api import Error as PlaywrightError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from quizsvc.web.author import HOST, create_author_app
from quizsvc.web.security import CONTENT_SECURITY_POLICY

from ..classes import Class, saying
from ..security.corpus import CORPUS, HTML
from ..security.hostile import HostileClass, Turn, takes, write_hostile_bank
from ..web.pages import Visitor, forms_of
from ..web.signing import sign_in
from .stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Dialog, Route
    from werkzeug.test import TestResponse

pytestmark = pytest.mark.browser

TRAP = """
  window.__ran = [];
  window.xss = (...what) => { window.__ran.push(["xss", ...what].join(" ")); };
  for (const each of ["alert", "confirm", "prompt", "open"]) window[each] = () => xss(each);
"""

# What would run by a click, a key or at another time, and what would load from elsewhere.
LOOK = """
() => {
  const found = [...window.__ran];
  const own = (address) => new URL(address, document.baseURI).origin === location.origin;
  const scheme = /^[\\s\\x00-\\x20]*(javascript|data|vbscript|blob):/i;
  for (const each of document.querySelectorAll("*")) {
    const name = each.localName;
    if (["iframe", "object", "embed", "base", "applet", "frame", "style",
         "animate", "set", "maction", "annotation-xml", "mglyph", "marquee", "portal",
        ].includes(name)) found.push(`<${name}>`);
    if (name === "meta" && each.httpEquiv) found.push(each.outerHTML);
    if (name === "script" && each.type !== "application/json" && !(each.src && own(each.src))) {
      found.push(each.outerHTML);
    }
    for (const { name: attribute, value } of each.attributes) {
      if (/^on/i.test(attribute) || attribute === "style" || attribute === "srcdoc") {
        found.push(`${name} ${attribute}=${value}`);
      }
      const leads = /(^|:)(href|src|action|formaction|data|poster|background|srcset)$/i;
      if (leads.test(attribute) && value) {
        // What was typed and not saved is offered as a text to be saved, which nothing opens.
        const text = name === "a" && each.hasAttribute("download")
          && value.startsWith("data:text/plain;charset=utf-8,");
        if (text) continue;
        const loads = name !== "a" && name !== "use" && !own(value);
        if (scheme.test(value) || loads || /^[\\s]*[\\\\/]{2}/.test(value)) {
          found.push(`${name} ${attribute}=${value}`);
        }
      }
    }
  }
  return found;
}
"""


NOT_SHOWN = {
    "assets.font", "static", "help.guide", "help.picture", "help.show",  # ours alone
    "lessons.back", "practice.back",  # they lead elsewhere
}  # fmt: skip
"""Endpoints that show nothing that anybody typed."""


@dataclass
class Trap:
    """A browser that shows pages from memory and notes all that runs or is asked for elsewhere."""

    context: BrowserContext
    url: str
    policy: str = ""
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.add_init_script(TRAP)
        self.page = self.context.new_page()
        self.page.on("dialog", self._dismiss)
        self._html = ""
        self.context.route("**/replayed", self._replay)
        self.context.route(lambda address: not address.startswith(self.url), self._note)

    def _dismiss(self, dialog: Dialog) -> None:
        self.asked.append("a dialog")
        dialog.dismiss()

    def _note(self, route: Route) -> None:
        self.asked.append(route.request.url)
        route.abort()

    def _replay(self, route: Route) -> None:
        headers = {"Content-Type": "text/html; charset=utf-8"}
        if self.policy:
            headers["Content-Security-Policy"] = self.policy
        route.fulfill(body=self._html, headers=headers)

    def runs(self, html: str) -> list[str]:
        """Show a page; return what ran on it, could run, or was asked for elsewhere."""
        self._html = html
        self.asked.clear()
        try:
            self.page.goto(f"{self.url}/replayed")
            found: list[str] = self.page.evaluate(LOOK)
        except PlaywrightError:  # it is gone already
            found = ["it leads elsewhere"]
        if self.page.url != f"{self.url}/replayed":
            found.append(self.page.url)
        return [*found, *self.asked]


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The payloads that an author's text may hold; the others make the file a broken one."""
    taken, refused = takes(tmp_path_factory.mktemp("takes"))
    assert len(taken) > 100
    assert any("href" in each for each in refused)
    return taken


@pytest.fixture(
    scope="module", params=[0, *(pytest.param(n, marks=pytest.mark.long) for n in range(9, 127, 9))]
)
def hostile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, accepted: list[str]
) -> Iterator[Stage]:
    """The application with a bank whose every text is hostile, each by payloads of its own.

    The long form moves the corpus on from field to field.
    """
    folder = tmp_path_factory.mktemp("hostile")
    bank = write_hostile_bank(folder / "content", accepted, request.param)
    assert set(bank.broken) == {"broken"}, "otherwise less is tested than it seems"
    stage = Stage(folder / "var", folder / "content")
    stage.start()
    yield stage
    stage.stop()


@pytest.fixture
def trap(chromium: Browser, hostile: Stage) -> Iterator[Trap]:
    context = chromium.new_context()
    yield Trap(context, hostile.url)
    context.close()


class Crawler(Visitor):
    """A visitor who keeps what he is shown, by what made it."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.app)
        self.stage = stage
        self.pages: dict[str, str] = {}
        self.endpoints: set[str] = set()
        self.kinds: dict[str, str] = {}
        """What each page is of: the default form looks at one of each kind."""

    def keep(self, name: str, page: TestResponse) -> TestResponse:
        """Keep a page, or what JSON would put into one."""
        with suppress(HTTPException, RequestRedirect):
            adapter = self.app.url_map.bind("localhost")
            of = page.request
            endpoint = adapter.match(of.path, method=of.method)[0]
            self.endpoints.add(endpoint)
            self.kinds[name] = f"{of.method} {endpoint}"
        if page.mimetype == "text/html":
            self.pages[name] = page.text
        elif page.mimetype == "application/json":
            parts = page.json if isinstance(page.json, dict) else {}
            # As our scripts do: of JSON only these become markup.
            self.pages[name] = "".join(
                str(parts.get(each) or "") for each in ("html", "stored", "sent")
            )
        return page

    def show(self, path: str) -> TestResponse:
        """Fetch a page and keep it."""
        return self.keep(path, self.client.get(path))

    def crawl(self, start: Iterable[str], most: int) -> None:
        """Follow all links of our own, so many to each kind of page."""
        adapter = self.app.url_map.bind("localhost")
        queue, seen, met = list(start), set(start), dict[str, int]()
        while queue:
            path = queue.pop(0)
            try:
                endpoint, _ = adapter.match(path.partition("?")[0])
            except (HTTPException, RequestRedirect):  # a page of another method, or none
                continue
            if endpoint.startswith(("static", "assets", "guide", "help")):
                continue
            if met.get(endpoint, 0) >= most:
                continue
            met[endpoint] = met.get(endpoint, 0) + 1
            page = self.show(path)
            if page.mimetype != "text/html":
                continue
            for link in re.findall(r'<a [^>]*?href="(/[^"#]*)', page.text):
                address = link.replace("&amp;", "&")
                if address not in seen:
                    seen.add(address)
                    queue.append(address)


def csrf(visitor: Visitor) -> str:
    """Return the token of this browser's forms."""
    page = visitor.client.get("/sign-in", follow_redirects=True)
    return next(form.fields["csrf_token"][0] for form in forms_of(page) if form.fields)


def typed_by_a_learner(learner: Crawler, turn: Turn) -> None:
    """Send payloads through everything that a guest can type or ask for."""
    service = learner.service
    for item in service.bank.items.values():
        path = f"/practice/{item.id}/1"
        page = learner.show(path)
        names = [part.name for part in item.parts]
        for payload in (turn.next(), turn.next()):
            form = {**forms_of(page)[0].fields, **dict.fromkeys(names, payload)}
            learner.keep(f"{path} {payload!r}", learner.client.post(path, data=form))
            for part in names:
                echo = f"/echo/{item.id}/{item.revision}/{part}?text={quote(payload)}"
                learner.show(echo)
        for name in ("hint", "solution", "code"):
            sent = learner.client.post(f"{path}/{name}", data=forms_of(page)[0].fields)
            learner.keep(f"{path}/{name}", sent)
    for address in (
        "/sign-in?next={}", "/link?token={}", "/{}", "/practice/{}/1", "/lessons/{}", "/?for={}",
        "/practice/double?for={}", "/variants/{}", "/variants?code={}", "/sittings/{}/1",
        "/help/{}",
    ):  # fmt: skip
        for payload in (turn.next(), "<img src=x onerror=xss()>"):  # one has no slash
            learner.show(address.format(quote(payload, safe="")))
    token = csrf(learner)
    for path, names in (
        ("/sign-in", ["name", "password", "next"]), ("/sign-up", ["name"]), ("/link", ["token"]),
        ("/sign-up/password", ["sign_in_name", "new_password"]), ("/join", ["code"]),
        ("/codes", ["code"]), ("/reviews", ["daily_limit", "retention"]),
    ):  # fmt: skip
        data = {name: turn.next() for name in names}
        sent = learner.client.post(path, data={"csrf_token": token, **data})
        learner.keep(f"POST {path}", sent)
    payload = turn.fitting(200)
    hidden = {"X-Forwarded-For": payload, "User-Agent": payload, "Referer": payload}
    learner.keep("headers", learner.client.get("/nowhere", headers=hidden))
    named = {"csrf_token": token, "name": turn.fitting(40)}
    learner.keep("name", learner.client.post("/sign-up", data=named, follow_redirects=True))
    learner.keep("without token", learner.client.post("/sign-up", data={"name": turn.next()}))


def typed_in_a_quiz(learner: Crawler, turn: Turn) -> None:
    """Send payloads into a quiz: drafts, from two tabs at once, and answers that cannot be read."""
    begun = learner.client.post(
        "/assessments/drawn", data=forms_of(learner.client.get("/assessments/drawn"))[0].fields
    )
    page = learner.show(begun.location)
    names = [
        name
        for name in forms_of(page)[0].fields
        if name not in ("csrf_token", "counter", "revision", "token", "go")
    ]
    for json_wanted in ({}, {"Accept": "application/json"}):
        for _ in range(2):  # the second time with a counter that was overtaken
            data = {
                **forms_of(page)[0].fields,
                **{name: turn.next() for name in names or ["answer"]},
            }
            sent = learner.client.post(begun.location, data=data, headers=json_wanted)
            learner.keep(f"draft {json_wanted} {sent.status}", sent)
    learner.show(begun.location)


def typed_by_an_instructor(admin: Crawler, school: HostileClass, turn: Turn) -> None:
    """Send payloads through the forms of a section and of people."""
    section = f"/sections/{school.section.id}"
    rows = "\n".join(f"{turn.fitting(40)}\t{turn.fitting(80)}" for _ in range(40))
    token = csrf(admin)
    for name in ("text", "file"):
        listed: dict[str, Any] = {"csrf_token": token, "text": ""}
        what = f"name\tregister_id\n{rows}\n<img src=x onerror=xss()>\tx\n{'A' * 99}\ty"
        listed |= (
            {"file": (BytesIO(what.encode()), turn.next())} if name == "file" else {"text": what}
        )
        admin.keep(f"class list by {name}", admin.client.post(f"{section}/enrol", data=listed))
    fine = "name\tregister_id\n" + "\n".join(f"Fine {n}\t{turn.fitting(80)}" for n in range(9))
    shown = admin.client.post(f"{section}/enrol", data={"csrf_token": token, "text": fine})
    admin.keep("class list", shown)
    for path in (f"{section}?q=", "/people?q=", f"{section}/gradebook?sort="):
        admin.show(path + quote(turn.next()))
    for page in list(admin.pages):
        if page.startswith("/") and "POST" not in page:
            answer = admin.client.get(page)
            found = forms_of(answer) if "<form" in answer.text else []
            for place, form in enumerate(found):
                if _changes_much(form.action or page):
                    continue
                data = {
                    name: [turn.next()] if name != "csrf_token" else value
                    for name, value in form.fields.items()
                }
                sent = admin.client.post(form.action or page.partition("?")[0], data=data)
                admin.keep(f"POST {page} form {place}", sent)


def _changes_much(action: str) -> bool:
    return action.endswith(("/sign-out", "/erase", "/remove", "/account/delete", "/link"))


def plant(stage: Stage, start: int) -> tuple[Crawler, Crawler]:
    """Fill everything in, and return a learner and an admin with the pages that they were shown."""
    turn = Turn(CORPUS, start)
    school = HostileClass(stage.service, turn, 12)
    mates = Class.__new__(Class)
    mates.service, mates.section, mates.members, mates._tokens = (
        stage.service, school.section, school.members, 0,
    )  # fmt: skip
    begun = []
    for mate in school.members:
        sitting = mates.begin(mate, school.assignment)
        drafts = {
            pinned.position: saying(turn.next())(stage.service.restored(pinned))
            for pinned in sitting.items
        }
        begun.append(mates.type(sitting, drafts))
    school.sit(begun, timedelta(hours=1))
    school.decide(begun[0].id)
    learner, admin, member = (Crawler(stage) for _ in range(3))
    typed_by_a_learner(learner, turn)
    typed_in_a_quiz(learner, turn)
    sign_in(member, school.members[0].name)
    member.crawl(["/", "/history", "/progress", "/reviews", "/account"], 2)
    learner.crawl(["/", "/history", "/progress", "/reviews", "/lessons/numbers"], 2)
    member.show(f"/sittings/{begun[0].id}/review")
    learner.pages |= member.pages
    learner.endpoints |= member.endpoints
    sign_in(admin, school.instructor.name)
    where = [f"/assignments/{school.assignment.id}/analysis", "/records", "/people", "/contents"]
    admin.crawl([f"/sections/{school.section.id}", *where, "/sections"], 2)
    typed_by_an_instructor(admin, school, turn)
    where = sorted(page for page in admin.pages if page.startswith("/"))
    admin.crawl(where, 1)
    return learner, admin


def test_what_runs_is_noticed(trap: Trap) -> None:
    for each in ("<script>xss()</script>", "<p onclick=xss()>", "<a href=javascript:xss()>x</a>"):
        assert trap.runs(f"<!doctype html><p>{each}")
    assert trap.runs("<!doctype html><img src=//canary.invalid/i.png>")
    noticed = sum(bool(trap.runs(f"<!doctype html><div>{each}")) for each in HTML[:12])
    assert noticed >= 9
    assert trap.runs("<!doctype html><p>fine</p>") == []


def test_with_the_policy_even_what_is_not_escaped_does_not_run(trap: Trap) -> None:
    trap.policy = CONTENT_SECURITY_POLICY
    for each in HTML[:12]:
        trap.runs(f"<!doctype html><div>{each}")
        assert trap.page.evaluate("window.__ran") == [], each
        assert [ask for ask in trap.asked if "i.png" in ask or ".js" in ask] == [], each


def test_nothing_that_anybody_types_runs_on_any_page(
    trap: Trap, hostile: Stage, request: pytest.FixtureRequest
) -> None:
    learner, admin = plant(hostile, request.node.callspec.params["hostile"])
    assert len(learner.pages) > 60
    assert len(admin.pages) > 40
    pages = {
        rule.endpoint for rule in hostile.app.url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    unseen = sorted(pages - learner.endpoints - admin.endpoints)
    assert set(unseen) <= NOT_SHOWN, " ".join(unseen)
    everything = {**learner.pages, **admin.pages}
    kinds = {**learner.kinds, **admin.kinds}
    if request.config.getoption("markexpr") == "not long":
        fullest = sorted(everything, key=lambda name: everything[name].count("xss()"))
        shortened = {kinds.get(name, name): name for name in fullest}
        everything = {name: everything[name] for name in shortened.values()}
    carrying = [name for name, html in everything.items() if "xss()" in html or "canary" in html]
    assert len(carrying) > len(everything) / 2, "the payloads are there, escaped"
    for name, html in everything.items():
        assert trap.runs(html) == [], name
    for html in learner.pages.values():
        assert "1522756" not in html or "{{" in html, "1234 * 1234, of a template"


def test_nothing_of_a_file_runs_in_its_authors_preview(
    trap: Trap, tmp_path: Path, accepted: list[str], request: pytest.FixtureRequest
) -> None:
    write_hostile_bank(tmp_path, accepted)
    refused = [each for each in CORPUS if each not in accepted]
    for number, payload in enumerate([*refused, *HTML[:6]]):
        item = {"id": f"no-{number}", "title": "No", "objectives": ["x"], "stem": payload,
                "ask": {payload: payload}, payload: payload}  # fmt: skip
        text = yaml.safe_dump(item, allow_unicode=True)
        (tmp_path / "items" / f"no-{number}.yaml").write_text(text, encoding="utf-8")
    for number, payload in enumerate(HTML[:30:5]):
        broken = tmp_path / "lessons" / f"no-yaml-{number}.yaml"
        broken.write_text(f"id: [{payload}\n: {payload}", encoding="utf-8")
    (tmp_path / "items" / "<img src=x onerror=xss()>.yaml").write_text("id: x")
    app = create_author_app(tmp_path)
    client, queue = app.test_client(), ["/author/"]
    pages: dict[str, str] = {}
    while queue:
        path = queue.pop()
        page = client.get(path, base_url=f"http://{HOST}")
        if path in pages or page.mimetype != "text/html" or "certificate" in path:
            continue
        pages[path] = page.text
        links = re.findall(r'<a [^>]*?href="(/author/[^"#]*)', page.text)
        queue += [each.replace("&amp;", "&") for each in links if "?" not in each]
    typed = [f"/author/items/{item}?answer={quote(HTML[6])}" for item in ("double", "lists")]
    pages |= {path: client.get(path, base_url=f"http://{HOST}").text for path in typed}
    assert len(pages) > 30
    assert "no-3" in pages["/author/"]
    if request.config.getoption("markexpr") == "not long":
        fullest = sorted(pages, key=lambda path: pages[path].count("xss()"))
        one = {(path.split("/")[2], "problem" in pages[path]): path for path in fullest}
        pages = {path: pages[path] for path in one.values()}
    for name, html in pages.items():
        assert trap.runs(html) == [], name
