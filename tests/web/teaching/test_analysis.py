from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizsvc.model import Rules
from quizsvc.store import audit, judgements, sections

from ...classes import Class, blank, misled, right, saying
from ..pages import Visitor, words_of

if TYPE_CHECKING:
    from quizsvc.model import RawResponse, Variant
    from quizsvc.store.assignments import Assignment


@pytest.fixture
def assigned(taught: Class) -> Assignment:
    return taught.assign("final", Rules(sittings=3))


def pages(assigned: Assignment, *items: str) -> list[str]:
    address = f"/assignments/{assigned.id}/analysis"
    return [address, *(f"{address}/{item}" for item in items)]


def words(visitor: Visitor, url: str) -> str:
    return " ".join(words_of(visitor.get(url)).split())


def test_an_assignment_that_nobody_handed_in_says_so(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    (whole,) = pages(assigned)
    assert "Nobody has handed anything in yet." in words(instructor, whole)
    taught.begin(taught.members[0], assigned)
    assert "1 sitting is still open" in words(instructor, whole)
    instructor.get(f"{whole}/double", status=404)


def test_one_learner_gives_sentences_instead_of_numbers(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    taught.sit(taught.members[0], assigned, right)
    whole, item = (words(instructor, url) for url in pages(assigned, "double"))
    assert "1 sitting of 1 learner" in whole
    assert "too few answers (1; at least 5)" in whole
    assert "too few complete sittings (1; at least 15)" in whole
    assert "1 right, 0 wrong, 0 blank" in item
    assert "Variants are not compared: all had the same variant." in item
    assert "nan" not in (whole + item).casefold()


def test_all_right_and_all_blank_are_no_numbers_either(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    for member in taught.members:
        taught.sit(member, assigned, blank)
    whole, item = (words(instructor, url) for url in pages(assigned, "double"))
    assert "0 right, 0 wrong, 3 blank" in item
    assert "nan" not in (whole + item).casefold()


def test_a_misconception_is_counted_and_its_answer_linked(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    first, *others = taught.members
    taught.sit(first, assigned, right)
    for member in others:
        sitting = taught.sit(member, assigned, misled("squared"))
    _, url = pages(assigned, "double")
    page = instructor.get(url)
    assert "You squared the number" in page.text
    assert "1 right, 2 wrong, 0 blank" in words(instructor, url)
    assert f"/sittings/{sitting.id}/marking/1" in page.text


def test_what_a_learner_typed_is_shown_as_text(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    for member in taught.members:
        taught.sit(member, assigned, saying("7"), lambda _: {"answer": "three"}, right)
    double, choice = (instructor.get(url) for url in pages(assigned, "double", "pick-one")[1:])
    assert "all are" in words_of(double)
    assert ">7</span>" in double.text
    assert "Three" in words_of(choice)
    assert "0 %" in words_of(choice)


def test_written_answers_have_no_score_and_leave_the_total_alone(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    for member in taught.members:
        taught.sit(member, assigned, right)
    whole, item = (words(instructor, url) for url in pages(assigned, "say-why"))
    assert "no machine grades it" in whole
    assert "Mean 100 %" in whole
    assert "no machine grades it" in item


def test_the_first_sitting_counts_until_all_are_asked_for(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    (whole,) = pages(assigned)
    taught.sit(taught.members[0], assigned, blank)
    assert "first sitting" not in words(instructor, whole)
    taught.sit(taught.members[0], assigned, right)
    first, every = words(instructor, whole), words(instructor, f"{whole}?sittings=all")
    assert "1 sitting of 1 learner" in first
    assert "Mean 0 %" in first
    assert "2 sittings of 1 learner" in every
    assert "Mean 50 %" in every
    assert "/analysis/double?sittings=all" in instructor.get(f"{whole}?sittings=all").text


def test_each_kind_of_choice_is_counted(taught: Class, instructor: Visitor) -> None:
    assigned = taught.assign("drawn", Rules(shuffled=True))

    def lists(variant: Variant) -> RawResponse:
        if not variant.item.id.startswith("lists"):
            return right(variant)
        return {
            **right(variant),
            "order": "three two one",
            "pairs": "twice=A thrice=A",
            "names": "J2 J1, no such word",
            "slip": "plus: 3",
        }

    for member in taught.members:
        taught.sit(member, assigned, lists)
    whole, item = (words(instructor, url) for url in pages(assigned, "lists-level-2"))
    assert "not all learners had the same questions in the same places" in whole
    assert "the questions were drawn and shuffled" in whole
    assert "Place 1" in item
    assert "Place 3" in item
    assert "thrice" in item
    assert "nosuchword" in item
    assert "Count upwards" in item


def test_an_item_that_has_gone_from_the_bank_is_analysed_as_it_was(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    for member in taught.members:
        taught.sit(member, assigned, misled("squared"))
    item = taught.service.bank.items.pop("double")
    try:
        _, url = pages(assigned, "double")
        assert "0 right, 3 wrong, 0 blank" in words(instructor, url)
        assert "Twice a number" in words(instructor, url)
    finally:
        taught.service.bank.items["double"] = item


def test_the_outcome_in_force_counts_and_the_first_does_not(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    sitting = taught.sit(taught.members[0], assigned, misled("squared"))
    attempt = sitting.attempts[1]
    assert attempt.outcome is not None
    mended = {**attempt.outcome, "score": 1.0, "misconception": None, "parts": {}}
    judgements.add(taught.service.db, attempt.id, mended, "regraded")
    _, url = pages(assigned, "double")
    assert "1 right, 0 wrong, 0 blank" in words(instructor, url)


def test_who_teaches_or_has_left_the_section_is_not_counted(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    (whole,) = pages(assigned)
    taught.sit(taught.instructor, assigned, blank)
    assert "Nobody has handed anything in yet." in words(instructor, whole)
    taught.sit(taught.members[0], assigned, right)
    with taught.service.db.writing() as session:
        now = taught.service.db.now()
        assert not sections.add_member(
            session, taught.section.id, taught.instructor.learner, "learner", now
        )
    assert "1 sitting of 1 learner" in words(instructor, whole)


def test_a_page_with_a_key_is_noted_and_the_overview_is_not(
    taught: Class, assigned: Assignment, instructor: Visitor
) -> None:
    taught.sit(taught.members[0], assigned, right)
    whole, item = pages(assigned, "double")
    db = taught.service.db
    instructor.get(whole)
    assert audit.of_section(db, taught.section.id) == ()
    instructor.get(item)
    (entry,) = audit.of_section(db, taught.section.id)
    assert (entry.action, entry.subject) == ("key viewed", "The quiz: double, analysis")
    assert entry.detail == {"assignment": assigned.id}


def test_only_who_teaches_the_section_sees_it(
    taught: Class,
    assigned: Assignment,
    colleague: Visitor,
    learner: Visitor,
    bob: Visitor,
) -> None:
    taught.sit(taught.members[0], assigned, right)
    for url in pages(assigned, "double"):
        colleague.get(url, status=404)
        learner.get(url, status=403)
        assert "/sign-in" in bob.get(url, status=303).location
