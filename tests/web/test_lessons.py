from quizsvc.store import learners

from .pages import Visitor


def test_home_lists_the_lessons(ann: Visitor) -> None:
    page = ann.get("/").text
    assert 'href="/lessons/numbers"' in page
    assert "About numbers." in page


def test_a_lesson_teaches_and_leads_to_practice_and_quiz(ann: Visitor) -> None:
    page = ann.get("/lessons/numbers").text
    assert "double a number" in page
    assert "<math" in page
    assert 'href="/practice/double"' in page
    assert 'href="/assessments/final"' in page


def test_a_broken_item_keeps_its_place_and_says_that_it_is_out_of_order(ann: Visitor) -> None:
    page = ann.get("/lessons/numbers").text
    assert "This problem is out of order." in page
    assert 'href="/practice/broken"' not in page


def test_a_lesson_shows_the_last_score(ann: Visitor) -> None:
    assert "last time" not in ann.get("/lessons/numbers").text
    ann.answer("pick-one", "two")
    ann.answer("pick-one", "three")
    assert "last time: Not right" in ann.get("/lessons/numbers").text


def test_home_recalls_what_was_answered_and_begun(ann: Visitor) -> None:
    ann.answer("double", "7")
    ann.send(ann.get("/assessments/final"))
    page = ann.get("/").text
    assert "Twice a number" in page
    assert "You have begun" in page


def test_looking_around_writes_nothing(ann: Visitor) -> None:
    for url in ("/", "/lessons/numbers", "/history", "/practice/double/1", "/assessments/final"):
        ann.get(url)
    assert learners.find(ann.service.db, ann.learner) is None
    ann.answer("double", "7")
    assert learners.find(ann.service.db, ann.learner) is not None


def test_an_unknown_lesson_is_not_found(ann: Visitor) -> None:
    ann.get("/lessons/none", 404)
