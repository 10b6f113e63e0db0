"""What an author sees of his files, and what becomes of them while he writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from quizsvc import certify
from quizsvc.content import compiler, load_file, loading
from quizsvc.variants import draw
from quizsvc.web.author import desk as module
from quizsvc.web.security import CONTENT_SECURITY_POLICY

from ...bank import DOUBLE

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from quizsvc.content import ItemBank

PAGES = [
    "/author/",
    "/author/items/double?seed=4",
    "/author/items/block?as=key",
    "/author/items/picture",
    "/author/items/say-why",
    "/author/items/lists-level-2?seed=1",
    "/author/items/broken",
    "/author/items/double/certificate",
    "/author/lessons/counting",
    "/author/assessments/drawn",
    "/author/figures/growth",
    "/author/courses/maths",
    "/help",
]


def shown(preview: FlaskClient, address: str, status: int = 200) -> str:
    page = preview.get(address)
    assert page.status_code == status
    return " ".join(page.text.split())


def words(preview: FlaskClient, address: str, status: int = 200) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", shown(preview, address, status)).split())


def write(root: Path, name: str, text: str) -> None:
    (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("address", PAGES)
def test_every_page_keeps_to_our_own_and_keeps_nothing(preview: FlaskClient, address: str) -> None:
    page = preview.get(address)
    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert not page.headers.getlist("Set-Cookie")
    assert not re.search(r"<style|\sstyle=|<script(?![^>]* src=)|\son[a-z]+=", page.text)
    assert not re.search(r"""(src|href|action)=["'](?!/|#|numbers")""", page.text)
    assert page.text.count("<h1>") == 1
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))


def test_the_first_page_lists_all_files_by_kind_the_broken_ones_first(preview: FlaskClient) -> None:
    assert preview.get("/").location == "/author/"
    page = shown(preview, "/author/")
    order = ["Faults", "broken.yaml", "Items", "broken.yaml", "block.yaml", "double.yaml",
             "Lessons", "counting.yaml", "numbers.yaml", "Assessments", "drawn.yaml", "Figures",
             "growth.yaml", "Courses", "maths.yaml", "Other files", "claims.yaml"]  # fmt: skip
    places = [page.index(f">{order[0]}<")]
    for each in order[1:]:
        places.append(page.find(each, places[-1] + 1))
    assert places == sorted(places)
    assert "<code>items/broken.yaml:6:13</code>: Something is missing" in page
    assert '<span class="quiet">6</span> number: 2 <mark>*</mark> * nothing' in page
    assert "1 fault" in page
    assert "in order" in page


def test_a_new_file_and_one_that_went_show_on_the_first_page(
    preview: FlaskClient, root: Path
) -> None:
    before = shown(preview, "/author/version")
    write(root, "items/fresh.yaml", DOUBLE.replace("id: double", "id: fresh"))
    (root / "items" / "block.yaml").unlink()
    assert shown(preview, "/author/version") != before
    page = shown(preview, "/author/")
    assert "fresh.yaml" in page
    assert "items/block" not in page


def test_a_directory_without_files_and_one_that_is_gone_are_told(
    preview: FlaskClient, root: Path
) -> None:
    for path in root.rglob("*.yaml"):
        path.unlink()
    assert "There is no file yet." in shown(preview, "/author/")
    root.rename(root.with_name("away"))
    assert "There is no such content directory." in shown(preview, "/author/")


def test_an_item_shows_everything_that_follows_from_it(preview: FlaskClient, root: Path) -> None:
    variant = draw(load_file(root / "items" / "double.yaml").items["double"], 4)
    n, key = variant.parameters["n"], variant.key["answer"]
    page, text = (
        shown(preview, "/author/items/double?seed=4"),
        words(preview, "/author/items/double?seed=4"),
    )

    assert "Twice a number" in page
    assert f"{n:g}" in text
    assert f"{key:g}" in text
    assert 'href="/author/items/double?seed=3"' in page
    assert 'href="/author/items/double?seed=5"' in page
    assert "Add the number to itself." in text
    assert "Twice is two times." in text
    assert "<code>squared</code>" in page
    assert f"{n * n:g}" in text
    assert "You squared the number." in text
    assert "Worked solution" in text
    assert "Computation graph" in text  # though the item shows none
    assert "20 variants at a glance" in text
    assert page.count("<code>n = ") == 20
    assert 'data-load="/author/items/double/certificate?seeds=20"' in page


def test_a_picture_and_paths_are_those_that_learners_get(preview: FlaskClient) -> None:
    page = words(preview, "/author/items/picture")
    assert "Computation graph" in page
    assert "Computation graph, solved" in page
    assert "What the first key rests on" not in page


def test_all_levels_of_a_file_are_reached(preview: FlaskClient) -> None:
    assert 'href="/author/items/lists-level-2"' in shown(preview, "/author/items/lists")
    assert "The same, harder" in shown(preview, "/author/items/lists-level-2")
    assert "makes nothing of this name" in shown(preview, "/author/items/lists-level-3")


@pytest.mark.parametrize("typed", ["-1", "x", "1.5", "9" * 40, "٣", str(2**128)])
def test_a_seed_that_is_none_is_told_at_its_field_and_stays(
    preview: FlaskClient, typed: str
) -> None:
    page = shown(preview, f"/author/items/double?seed={typed}")
    assert "A seed is a whole number from 0 on." in page
    assert f'value="{typed}"' in page
    assert "As a learner meets it" in page


def test_the_largest_seed_has_none_after_it(preview: FlaskClient) -> None:
    page = shown(preview, f"/author/items/double?seed={2**128 - 1}")
    assert 'rel="prev"' in page
    assert 'rel="next"' not in page


def test_an_answer_is_tried(preview: FlaskClient, root: Path) -> None:
    variant = draw(load_file(root / "items" / "double.yaml").items["double"], 2)
    n = variant.parameters["n"]
    right = words(preview, f"/author/items/double?seed=2&answer={2 * n:g}")
    assert "Right Right." in right
    assert "Score 1 Misconception none" in right
    wrong = words(preview, f"/author/items/double?seed=2&answer={n * n:g}")
    assert "Not right You squared the number." in wrong
    assert "Score 0 Misconception squared" in wrong


def test_what_cannot_be_read_is_told_as_a_learner_is_told_and_stays(preview: FlaskClient) -> None:
    page = shown(preview, "/author/items/double?seed=2&answer=two+%3Cb%3E")
    assert "This could not be read" in page
    assert 'value="two &lt;b&gt;"' in page
    assert "Nothing is answered here yet" in shown(preview, "/author/items/double?seed=2&answer=")
    both = "/author/items/picture?gradient-x=1&graph.gradient-x=2"
    assert "could not be read" in shown(preview, both)


@pytest.mark.parametrize("item", ["double", "block", "pick-one", "pick-some", "picture", "lists"])
def test_the_right_answer_and_every_misconception_can_be_tried(
    preview: FlaskClient, item: str
) -> None:
    page = shown(preview, f"/author/items/{item}")
    known = re.findall(r'class="sample" href="[^"]*as=([^"&#]+)#', page)
    assert known[0] == "key"
    assert "Score 1 Misconception none" in words(preview, f"/author/items/{item}?as=key")
    for each in known[1:]:
        tried = words(preview, f"/author/items/{item}?as={each}")
        assert f"Misconception {each}" in tried


def test_a_written_answer_has_no_score(preview: FlaskClient) -> None:
    page = words(preview, "/author/items/say-why?answer=Because.")
    assert "Score none: no machine grades it" in page
    assert "It is divisible by two." in page


def test_a_field_shows_how_it_is_read(preview: FlaskClient) -> None:
    page = shown(preview, "/author/items/double")
    echo = re.search(r'data-echo="([^"]+)"', page)
    assert echo
    assert "<math" in preview.get(echo[1], query_string={"text": "2^3"}).text
    shown(preview, "/echo/double/none/answer", 404)


def test_a_certificate_is_what_check_prints(preview: FlaskClient, root: Path) -> None:
    item = load_file(root / "items" / "double.yaml").items["double"]
    line = certify.certify_item(item, 20).line
    page = words(preview, "/author/items/double/certificate")
    for told in line.split("; "):
        assert told in page
    assert "Check over 200 seeds" in page
    assert "data-load" not in shown(preview, "/author/items/double")  # it is known now
    more = words(preview, "/author/items/double/certificate?seeds=200")
    assert "over 200 seeds" in more


def test_a_certificate_names_faults_and_warnings_at_their_lines(
    preview: FlaskClient, root: Path
) -> None:
    write(root, "items/double.yaml", DOUBLE.replace("[3, 900]", "[3, 5]"))
    page = shown(preview, "/author/items/double/certificate")
    assert re.search(r"items/double.yaml:\d+:3</code>: There are only 3 variants", page)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("given:", "given: [", "This is not YAML"),
        ("title:", "titel:", "is title meant?"),
        ("2 * n", "2 * m", "“m” is not known here"),
        ("id: double", "id: treble", "The id is “treble”"),
        ("[3, 900]", "[9, 3]", "This leaves no value"),
    ],
)
def test_a_fault_is_shown_at_its_line_and_mending_it_brings_the_page_back(
    preview: FlaskClient, root: Path, was: str, becomes: str, told: str
) -> None:
    write(root, "items/double.yaml", DOUBLE.replace(was, becomes))
    page = shown(preview, "/author/items/double")
    assert re.search(r"<code>items/double.yaml:\d+:\d+</code>", page)
    assert "<mark>" in page
    assert told in page
    assert "Once the file is mended and saved, the page comes back." in page
    write(root, "items/double.yaml", DOUBLE)
    assert "As a learner meets it" in shown(preview, "/author/items/double")


def test_a_draw_that_never_succeeds_is_told(preview: FlaskClient, root: Path) -> None:
    write(root, "items/double.yaml", DOUBLE.replace("stem:", "where: [n > 1000]\nstem:"))
    page = shown(preview, "/author/items/double?seed=3")
    assert "Nothing can be drawn at seed 3" in page
    assert "None of 4096 candidates met the conditions" in page
    assert "Certificate" in page
    check = shown(preview, "/author/items/double/certificate")
    assert "no candidate meets all conditions" in check
    assert "double" in shown(preview, "/author/lessons/counting")


def test_a_file_that_went_is_told_and_comes_back(preview: FlaskClient, root: Path) -> None:
    path = root / "items" / "double.yaml"
    path.unlink()
    assert "There is no such file" in shown(preview, "/author/items/double", 404)
    write(root, "items/double.yaml", DOUBLE)
    shown(preview, "/author/items/double")


@pytest.mark.parametrize("name", ["..%2fclaims", ".hidden", "none", "%00"])
@pytest.mark.parametrize("kind", ["items", "lessons", "figures", "assessments", "courses"])
def test_a_name_leads_nowhere_but_to_its_own_folder(
    preview: FlaskClient, root: Path, kind: str, name: str
) -> None:
    write(root, "items/.hidden.yaml", DOUBLE)
    shown(preview, f"/author/{kind}/{name}", 404)


def test_lessons_assessments_figures_and_courses_are_shown(
    preview: FlaskClient, root: Path
) -> None:
    lesson = words(preview, "/author/lessons/counting")
    for text in ("How to count.", "list things", "Before the question.", "It grows,",
                 "Check yourself: Twice a number", "Example: The Jacobian of"):  # fmt: skip
        assert text in lesson
    assert preview.get("/lessons/counting").location == "/author/lessons/counting"
    drawn = words(preview, "/author/assessments/drawn")
    assert "Questions 4" in drawn
    assert re.search(r"2 of \d+ items, 1 point each", drawn)
    assert "out of order" in words(preview, "/author/assessments/final")
    assert "The same as a table" in words(preview, "/author/figures/growth")
    course = words(preview, "/author/courses/maths")
    assert "From numbers to counting." in course
    write(root, "lessons/counting.yaml", "id: counting\n")
    assert "The field “title” is missing." in shown(preview, "/author/lessons/counting")
    assert "out of order" in words(preview, "/author/courses/maths")


def test_one_item_is_shown_before_all_are_read(
    preview: FlaskClient, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    single = compiler.compile_item

    def compiled(spec, source, texts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        read.append(spec.id)
        return single(spec, source, texts)

    class Later:
        """A thread that never gets its turn."""

        def __init__(self, **_given: object) -> None: ...

        def start(self) -> None: ...

    monkeypatch.setattr(loading, "compile_item", compiled)
    monkeypatch.setattr(module, "Thread", Later)
    shown(preview, "/author/items/double")
    assert read == ["double"]
    before = shown(preview, "/author/version")
    shown(preview, "/author/")  # all are read now, and every page should be shown anew
    assert shown(preview, "/author/version") != before
    read.clear()
    write(root, "items/block.yaml", "id: block\n")
    shown(preview, "/author/items/double")
    assert read == []
    write(root, "misconceptions.yaml", "{}")
    shown(preview, "/author/items/double")
    assert read == ["double"]


def test_what_is_saved_while_a_page_is_made_renews_it(
    preview: FlaskClient, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    around = module.Desk.around

    def saved_meanwhile(desk: module.Desk, item_id: str) -> ItemBank:
        bank = around(desk, item_id)
        write(root, "items/double.yaml", "id: double\n")
        return bank

    monkeypatch.setattr(module.Desk, "around", saved_meanwhile)
    page = shown(preview, "/author/items/double")
    version = shown(preview, "/author/version")
    assert "Twice a number" in page
    assert f'data-version="{version}"' not in page
    page = shown(preview, "/author/")
    assert f'data-version="{shown(preview, "/author/version")}"' in page


def test_a_page_that_fails_says_so_and_the_others_go_on(
    preview: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_given: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(module, "certify_item", crash)
        page = shown(preview, "/author/items/double/certificate", 500)
    assert "That is our fault and not yours" in page
    shown(preview, "/author/items/double/certificate")


def test_another_sites_name_for_this_machine_finds_nobody(preview: FlaskClient) -> None:
    assert preview.get("/author/", headers={"Host": "evil.example:8001"}).status_code == 400


def test_an_address_that_leads_nowhere_is_told(preview: FlaskClient) -> None:
    shown(preview, "/author/none", 404)
    assert preview.post("/author/items/double").status_code in (400, 405)


LARGE = """\
id: large
title: A large matrix
given:
  A: {matrix: [64, 64], decimals: [1, 2], step: 0.0001}
let:
  B: 1.0625 * A
stem: Take $A = {{A}}$.
ask:
  matrix: B + A
misconceptions:
  - {id: own, value: 3 * A, says: "With $A = {{A}}$, $B = {{B}}$ and $A - B = {{A - B}}$."}
explanation: It is ${{A}} + {{B}} + {{A + B}}$.
"""


def test_what_is_too_large_is_named_where_it_would_stand(
    preview: FlaskClient, content: Path
) -> None:
    write(content, "items/large.yaml", LARGE)
    page = shown(preview, "/author/items/large")

    told = page.replace("\N{NO-BREAK SPACE}", " ").count(
        "(a 64 × 64 matrix, too large to be shown)"
    )
    assert told > 5
