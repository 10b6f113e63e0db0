"""The learner's guide is served, and what it says of typing is what the fields do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quizsvc.errors import ExpressionError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.parser import parse
from quizsvc.interactions.factor import Factor
from quizsvc.interactions.matrix import Matrix
from quizsvc.interactions.number import Number
from quizsvc.interactions.numeric import read_expression
from quizsvc.interactions.power_of_ten import PowerOfTen
from quizsvc.interactions.vector import Vector
from quizsvc.model import DrawnPart, Invalid, Part
from quizsvc.problems.tolerance import DEFAULT
from quizsvc.web import help as guide

if TYPE_CHECKING:
    from quizsvc.model import Interaction

    from .pages import Visitor

TEXT = (Path(guide.__file__).parent.parent / "guides" / "learner.md").read_text(encoding="utf-8")
FIELDS: dict[str, Interaction] = {
    "a number": Number((), DEFAULT),
    "a vector": Vector((2,), DEFAULT),
    "a matrix": Matrix((2, 2), DEFAULT),
    "a factor": Factor((), DEFAULT),
    "a power of ten": PowerOfTen((), DEFAULT),
}


def rows(head: str) -> list[list[str]]:
    """Return the cells of the table whose head begins so."""
    table = TEXT.partition(f"| {head} |")[2].partition("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in table.split("\n")[2:]
    ]


def typed(cell: str) -> list[str]:
    """Return what stands in backticks."""
    return re.findall("`([^`]+)`", cell)


@pytest.mark.parametrize(("field", "texts", "value"), rows("In a field for"))
def test_what_can_be_typed_is_read_as_the_guide_says(field: str, texts: str, value: str) -> None:
    interaction = FIELDS[field]
    part = DrawnPart(Part("answer", interaction, ""), json.loads(value))

    assert typed(texts)
    for text in typed(texts):
        found = interaction.parse(text, part)
        assert not isinstance(found, Invalid), text
        np.testing.assert_allclose(found, json.loads(value), rtol=1e-5, err_msg=text)


@pytest.mark.parametrize(("texts", "meaning"), rows("Type"))
def test_the_spellings_of_a_formula_are_read_alike(texts: str, meaning: str) -> None:
    assert meaning
    for text in typed(texts):
        builder = GraphBuilder(learner=True)
        for name, shape in {"W1": (3, 3), "W2": (3, 3), "a": (3,), "b": (3,), "x": (3,)}.items():
            builder.input(name, shape)
        builder.add_sized(parse(text, ["W1", "W2", "a", "b", "x"]), (3, 3))


@pytest.mark.parametrize(("refused", "why", "instead"), rows("Not read"))
def test_what_the_guide_says_is_not_read_is_not_and_what_it_offers_is(
    refused: str, why: str, instead: str
) -> None:
    assert why
    with pytest.raises(ExpressionError):
        read_expression(typed(refused)[0])
    read_expression(typed(instead)[0])


def test_the_guide_is_served_and_linked_from_what_is_typed(ann: Visitor) -> None:
    page = ann.get("/help").text

    assert "<h1>Help</h1>" in page
    assert '<h2 id="typing">' in page
    for item in ("double", "block", "picture", "lists"):
        assert 'href="/help#typing"' in ann.get(f"/practice/{item}/1").text
    assert "/help#typing" not in ann.get("/practice/pick-one/1").text


GUIDES = {
    "/help": "learner", "/help/instructors": "instructor", "/help/authors": "author",
    "/help/reference": "reference", "/help/admin": "admin", "/help/security": "security",
    "/help/growing": "growing",
}  # fmt: skip
FOLDER = Path(guide.__file__).parent.parent / "guides"


@pytest.mark.parametrize("address", GUIDES)
def test_every_guide_is_served_to_everybody_with_the_way_to_the_others(
    ann: Visitor, address: str
) -> None:
    page = ann.get(address).text

    assert page.count("<h1>") == 1
    for other in GUIDES:
        here = ' aria-current="page"' if other == address else ""
        assert f'<li><a href="{other}"{here}>' in page
    # A comment says how a table is made; it is for whoever edits the guide.
    assert "<!--" not in page
    assert "&lt;!--" not in page
    assert "made from the code" not in page


def test_no_link_within_the_guides_leads_nowhere(ann: Visitor) -> None:
    pages = {address: ann.get(address).text for address in GUIDES}
    links = [
        (address, link)
        for address, page in pages.items()
        for link in re.findall(
            r'<a href="([^"]+)"', page.partition("<main")[2].partition("</main")[0]
        )
        if not link.startswith("https:")
    ]

    assert len(links) > 30
    for address, link in links:
        if link.endswith(".png"):
            assert ann.get(link).mimetype == "image/png"
            continue
        path, _, heading = link.partition("#")
        assert path in ("", *GUIDES), (address, link)
        assert not heading or f'id="{heading}"' in pages[path or address], (address, link)


def slugs(markdown: str) -> set[str]:
    """Return the ids that GitHub gives to the headings of a text."""
    without_code = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", without_code, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("name", GUIDES.values())
def test_no_link_leads_nowhere_where_the_guide_is_read_in_the_repository(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    without_code = re.sub(r"^```.*?^```|`[^`\n]+`", "", text, flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)]+)\)", without_code):
        file, _, heading = link.partition("#")
        target = FOLDER / file if file else FOLDER / f"{name}.md"
        assert target.is_file(), link
        assert not heading or heading in slugs(target.read_text(encoding="utf-8")), link


def test_a_picture_of_a_guide_is_small_and_has_its_room_kept_and_words_for_who_cannot_see_it(
    ann: Visitor,
) -> None:
    page = ann.get("/help/authors").text
    shown = re.findall(r'<img src="([^"]+)" alt="([^"]+)" width="(\d+)" height="(\d+)">', page)

    assert [address for address, *_ in shown] == ["/help/pictures/editor.png"]
    picture = ann.get(shown[0][0])
    assert (picture.mimetype, picture.data[:4]) == ("image/png", b"\x89PNG")
    assert len(picture.data) < 150_000
    assert len(shown[0][1]) > 60
    assert int(shown[0][2]) > int(shown[0][3]) > 300


@pytest.mark.parametrize("name", ["nothing.png", "author.md", "..%2Fhelp.py", "learner"])
def test_only_pictures_of_guides_are_served_as_such(ann: Visitor, name: str) -> None:
    ann.get(f"/help/pictures/{name}", status=404)


@pytest.mark.parametrize("name", ["nothing", "reference.md", "author.md", "s"])
def test_no_other_name_leads_to_a_guide(ann: Visitor, name: str) -> None:
    ann.get(f"/help/{name}", status=404)


@pytest.mark.parametrize("address", GUIDES)
def test_what_a_guide_might_be_called_leads_to_its_one_address(ann: Visitor, address: str) -> None:
    for name in (GUIDES[address], f"{GUIDES[address]}s"):
        if f"/help/{name}" != address:
            assert ann.get(f"/help/{name}", status=301).location == address


def test_the_wide_tables_of_the_reference_scroll_by_themselves(ann: Visitor) -> None:
    page = ann.get("/help/reference").text

    assert page.count("<table>") == page.count('<div class="wide"><table>') > 20
