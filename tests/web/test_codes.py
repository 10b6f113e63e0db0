"""A learner gets a code for a variant; a teacher opens exactly that one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from quizsvc.store import attempts, learners
from quizsvc.store.shared import ALPHABET
from quizsvc.web import create_app

from .pages import Visitor, forms_of
from .signing import signed_in_as

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from werkzeug.test import TestResponse

    from quizsvc.settings import Settings

BUTTON = "Get a code for this variant"
CODE = re.compile(f"Variant <strong[^>]*>((?:[{ALPHABET}]{{4}}-){{2}}[{ALPHABET}]{{4}})</strong>")


def code_on(page: TestResponse) -> str:
    found = CODE.search(page.text)
    assert found
    return found[1]


@pytest.fixture
def teacher(app: Flask) -> Visitor:
    return signed_in_as(Visitor(app), "Teacher", "instructor")


def opened(teacher: Visitor, code: str, status: int = 200) -> str:
    return teacher.follow(teacher.get(f"/variants?code={quote(code)}", 302), status).text


def test_a_code_is_made_once_and_keeps_what_was_typed(ann: Visitor) -> None:
    page = ann.press(ann.get("/practice/double/1"), BUTTON, {"answer": "1 +"})
    assert "give this code to your teacher" in page.text
    (form,) = forms_of(page)
    assert form.fields["answer"] == ["1 +"]
    assert attempts.history(ann.service.db, ann.learner) == ()
    assert code_on(ann.press(ann.get("/practice/double/1"), BUTTON)) == code_on(page)
    assert code_on(ann.press(ann.get("/practice/double/2"), BUTTON)) != code_on(page)


def test_a_code_is_had_from_every_page_of_a_variant_and_changes_nothing(ann: Visitor) -> None:
    wrong = ann.answer("double", "7654321")
    code = code_on(ann.press(wrong, BUTTON))
    assert "Worked solution" not in ann.press(wrong, BUTTON).text
    solved = ann.shown_solution(wrong)
    with_code = ann.press(solved, BUTTON)
    assert code_on(with_code) == code
    assert "Worked solution" in with_code.text
    assert "Not right" in with_code.text
    alone = ann.press(ann.shown_solution(ann.get("/practice/double/3")), BUTTON)
    assert "Worked solution" in alone.text
    assert code_on(alone) != code


def test_two_learners_have_codes_of_their_own(ann: Visitor, bob: Visitor) -> None:
    codes = {code_on(each.press(each.get("/practice/pick-one/1"), BUTTON)) for each in (ann, bob)}
    assert len(codes) == 2


def test_a_teacher_sees_the_variant_with_its_solution_and_no_answer(
    ann: Visitor, teacher: Visitor
) -> None:
    ann.answer("double", "7654321")
    code = code_on(ann.press(ann.get("/practice/double/1"), BUTTON))
    variant = ann.variant("double")
    page = opened(teacher, code)
    assert str(variant.item.stem.html(variant.values)) in page
    assert f"<mn>{variant.key['answer']:g}</mn>" in page
    assert "Worked solution" in page
    assert "You squared the number." in page
    assert f"<mn>{variant.parameters['n'] ** 2:g}</mn>" in page
    for fact in ("double", variant.item.revision, str(variant.seed), code):
        assert fact in page
    assert "7654321" not in page
    assert ann.learner not in page


@pytest.mark.parametrize("item", ["block", "pick-one", "pick-some", "picture", "say-why", "lists"])
def test_a_variant_of_every_question_type_is_shown(
    ann: Visitor, teacher: Visitor, item: str
) -> None:
    code = code_on(ann.press(ann.get(f"/practice/{item}/1"), BUTTON))
    page = opened(teacher, code)
    assert f"Variant {code} · " in page
    if item == "pick-one":
        assert "Three" in page  # the distractor too
    if item == "picture":
        assert "solved" in page


def test_a_code_is_read_as_people_write_it(ann: Visitor, teacher: Visitor) -> None:
    code = code_on(ann.press(ann.get("/practice/double/1"), BUTTON))
    title = f"Variant {code}"
    sloppy = code.replace("0", "o").replace("1", "L").lower()
    for typed in (code, f"  {sloppy.replace('-', ' ')} ", code.replace("-", "").replace("1", "i")):
        assert title in opened(teacher, typed)


@pytest.mark.parametrize("typed", ["-", "0000-0000-0000", "'", "x" * 500, "\0", "٣٤", "a/b"])
def test_an_unknown_code_opens_nothing(teacher: Visitor, typed: str) -> None:
    assert "There is no such code" in opened(teacher, typed, 404)


def test_a_code_that_was_mistyped_is_kept_to_be_mended(teacher: Visitor) -> None:
    page = teacher.get("/variants/0000-0000-0000", 404)
    assert "<title>Error: " in page.text
    assert 'value="0000-0000-0000"' in page.text
    assert "There is no such code" not in teacher.get("/variants?code=+").text


def test_a_variant_is_opened_as_it_was_though_its_item_has_changed_since(
    ann: Visitor, content: Path, settings: Settings
) -> None:
    code = code_on(ann.press(ann.get("/practice/double/1"), BUTTON))
    variant = ann.variant("double")
    (content / "items" / "double.yaml").unlink()
    page = opened(signed_in_as(Visitor(create_app(settings)), "Teacher", "instructor"), code)
    assert str(variant.item.stem.html(variant.values)) in page


def test_who_is_no_teacher_opens_no_code(ann: Visitor, bob: Visitor) -> None:
    code = code_on(ann.press(ann.get("/practice/double/1"), BUTTON))
    signed_in_as(bob, "Bob", "learner")
    for address in ("/variants", "/variants?code=" + code, f"/variants/{code}", "/variants/none"):
        assert "/sign-in?" in ann.get(address, 303).location
        assert "This page is for instructors" in bob.get(address, 403).text


def test_looking_at_a_variant_writes_nothing(ann: Visitor) -> None:
    ann.get("/practice/double/1")
    assert learners.find(ann.service.db, ann.learner) is None


def test_links_lead_teachers_to_codes_and_everybody_to_help(ann: Visitor, teacher: Visitor) -> None:
    assert 'href="/variants"' in teacher.get("/people").text
    assert 'href="/help"' in ann.get("/").text
