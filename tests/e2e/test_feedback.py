"""What a learner is told in the browser: the slip by its name, the shape, the paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from quizsvc.grading import grade
from quizsvc.model import Outcome
from quizsvc.problems.family import CompiledFamily
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.render.numbers import to_text
from quizsvc.variants import draw, learner_seed

from .test_journey import BANK, Watched, first_words

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from quizsvc.model import DrawnPart, Item

    from ..conftest import Server

pytestmark = pytest.mark.browser


def named_by() -> dict[str, tuple[str, str]]:
    """Return for each misconception of the table an item and a part in which it has its name."""
    found: dict[str, tuple[str, str]] = {}
    for item in BANK.items.values():
        for part in draw(item, 0).parts:
            for predicted in part.predicted:
                if predicted.id in MAL_RULES:
                    found.setdefault(predicted.id, (item.id, part.name))
    return found


NAMED = named_by()
TYPICAL = {"drop-skip", "derivative-at-output", "missing-transpose", "reversed-product"}
"""Looked at in the browser each time; the others are named by the same lines of code."""
TEXTS = {
    predicted.id: predicted.says
    for item_id, _ in NAMED.values()
    for part in draw(BANK.items[item_id], 0).parts
    for predicted in part.predicted
}


def test_the_shipped_content_meets_every_misconception_of_the_table() -> None:
    met = {
        member.id
        for item in BANK.items.values()
        if isinstance(item.family, CompiledFamily)
        for each in item.family.classes
        for member in each.members
    }

    assert MAL_RULES.keys() <= met
    assert MAL_RULES.keys() == NAMED.keys()  # each by its own name in some item


@pytest.fixture(scope="module")
def visitor(running: Server, chromium: Browser) -> Watched:
    return Watched(chromium.new_context(), running)


def part_of(visitor: Watched, item: Item, name: str, number: int) -> DrawnPart:
    seed = learner_seed(visitor.server.secret.encode(), visitor.learner, item.id, number)
    return draw(item, seed).part(name)


@pytest.mark.parametrize(
    "misconception",
    [
        each if each in TYPICAL else pytest.param(each, marks=pytest.mark.long)
        for each in sorted(NAMED)
    ],
)
def test_a_wrong_answer_is_named_and_leads_to_the_lesson(
    visitor: Watched, misconception: str
) -> None:
    item_id, name = NAMED[misconception]
    item, page = BANK.items[item_id], visitor.page
    page.goto(f"{visitor.server.url}/practice/{item_id}")
    number, wrong = next(  # the first variant in which the slip changes this part
        (number, each.value)
        for number in range(1, 100)
        for each in part_of(visitor, item, name, number).predicted
        if each.id == misconception
    )
    page.goto(f"{visitor.server.url}/practice/{item_id}/{number}")
    for other in item.parts:
        drawn = part_of(visitor, item, other.name, number)
        visitor.give(drawn, wrong if other.name == name else drawn.key)
    page.get_by_role("button", name="Check").click()

    said = first_words(TEXTS[misconception])
    expect(page.get_by_text(said).first).to_be_visible()
    link = page.get_by_role("link", name="Read about this").first
    link.click()
    page.wait_for_url("**#*")
    anchor = page.url.partition("#")[2]
    expect(page.locator(f'[id="{anchor}"]')).to_be_visible()


def test_a_formula_is_read_back_with_its_shape_while_it_is_typed(visitor: Watched) -> None:
    page = visitor.page
    page.goto(f"{visitor.server.url}/practice/jacobian-formula")
    field = page.locator('[name="answer"]')

    field.fill("I + W2W1")
    expect(page.locator("output.echo")).to_contain_text("a 3 × 3 matrix")
    expect(page.locator("output.echo math")).to_have_count(1)
    field.fill("W1 x")
    expect(page.locator("output.echo")).to_contain_text("this is a vector of 2")
    field.fill("I + W2 diag(1 - tanh(tanh(W1 x))^2) W1")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("taken at its output")).to_be_visible()
    expect(field).to_have_value("I + W2 diag(1 - tanh(tanh(W1 x))^2) W1")
    field.fill("I + W2 diag(tanh'(W1 x)) W1")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Right", exact=True)).to_be_visible()


def test_a_column_pasted_into_a_vector_keeps_its_entries(visitor: Watched) -> None:
    page = visitor.page
    page.goto(f"{visitor.server.url}/practice/upstream-gradient")
    page.locator('[name="answer"]').evaluate(
        """(field) => {
            const data = new DataTransfer();
            data.setData("text", "1\\n-2\\n");
            const options = {clipboardData: data, bubbles: true, cancelable: true};
            field.dispatchEvent(new ClipboardEvent("paste", options));
        }"""
    )
    assert page.locator('[name="answer"]').input_value() == "[1, -2]"


@pytest.mark.parametrize(("width", "shown"), [(360, "diagram-narrow"), (1100, "diagram-wide")])
def test_the_picture_fits_the_screen(visitor: Watched, width: int, shown: str) -> None:
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{visitor.server.url}/practice/graph-with-residual-family")

    expect(page.locator(f".{shown}")).to_be_visible()
    expect(page.locator(".diagram:visible")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(f".{shown}").bounding_box()
    assert box is not None
    assert box["width"] <= width
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll("svg.diagram:not([hidden]) text")]
            .filter((text) => text.checkVisibility())
            .map((text) => parseFloat(text.getAttribute("font-size"))
                * text.ownerSVGElement.getBoundingClientRect().width
                / text.ownerSVGElement.viewBox.baseVal.width))"""
    )
    assert smallest >= 11
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_wrong_step_is_followed_through_and_shown_so(visitor: Watched) -> None:
    page, item = visitor.page, BANK.items["descent-step"]
    page.goto(f"{visitor.server.url}/practice/descent-step")
    for number in range(1, 50):  # the first variant in which the slip leads to no other's answer
        seed = learner_seed(visitor.server.secret.encode(), visitor.learner, item.id, number)
        variant = draw(item, seed)
        slope, rate = variant.key["slope"] + 7, variant.parameters["eta"]
        raw = {"slope": to_text(slope), "after": to_text(variant.parameters["w"] - rate * slope)}
        judged = grade(variant, raw)
        assert isinstance(judged, Outcome)
        if judged.parts["after"].followed:
            break
    page.goto(f"{visitor.server.url}/practice/descent-step/{number}")
    for name, text in raw.items():
        page.locator(f'[name="{name}"]').fill(text)
    page.get_by_role("button", name="Check").click()

    expect(page.get_by_text("Right from your earlier value")).to_be_visible()
    expect(page.get_by_text("Partly right: 50 %")).to_be_visible()


def test_the_paths_of_a_gradient_add_up_to_it(visitor: Watched) -> None:
    page = visitor.page
    page.goto(f"{visitor.server.url}/practice/two-block-paths")
    for field in page.locator("table.grid input").all():
        field.fill("1")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("table.paths")).to_have_count(0)
    page.get_by_role("button", name="Show the solution").click()

    table = page.locator("table.paths")
    expect(table.locator("tbody tr")).to_have_count(4)
    expect(table.get_by_text("Sum of all paths")).to_be_visible()
    numbers = [
        [
            float(n.replace("−", "-"))
            for n in row.locator("td").last.locator("mtd").all_text_contents()
        ]
        for row in table.locator("tr").all()[1:]
    ]
    *shares, total = numbers
    assert [sum(entries) for entries in zip(*shares, strict=True)] == total
