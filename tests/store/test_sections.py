from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from quizsvc.errors import TokenReusedError
from quizsvc.store import Database, audit, erasing, members, people, sections
from quizsvc.store.members import LastInstructorError
from quizsvc.store.people import Account
from quizsvc.store.sections import Section

from .conftest import Clock

TOKEN = "a" * 32


@pytest.fixture
def skip(database: Database) -> Account:
    return people.add(database, "Skip", role="instructor")


@pytest.fixture
def section(database: Database, skip: Account) -> Section:
    return sections.make(database, "Group B", skip.learner, token=TOKEN)


def found(database: Database, section: Section) -> Section:
    again = sections.find(database, section.id)
    assert again is not None
    return again


def test_a_section_that_is_made_twice_by_one_form_is_one(
    database: Database, section: Section, skip: Account
) -> None:
    assert sections.make(database, "Group B", skip.learner, token=TOKEN) == section
    assert sections.every(database) == (section,)
    other = people.add(database, "Else", role="instructor")
    with pytest.raises(TokenReusedError):
        sections.make(database, "Mine", other.learner, token=TOKEN)


def test_a_section_is_renamed_closed_and_reopened(
    database: Database, section: Section, clock: Clock
) -> None:
    sections.rename(database, section.id, "Group C")
    sections.close(database, section.id)
    closed_at = clock.now
    clock.advance(60)
    sections.close(database, section.id)
    assert found(database, section).name == "Group C"
    assert found(database, section).closed_at == closed_at
    sections.reopen(database, section.id)
    assert found(database, section).closed_at is None


def test_a_new_join_code_takes_the_place_of_the_one_before(
    database: Database, section: Section
) -> None:
    assert sections.by_join_code(database, section.join_code) == section
    sections.renew_join_code(database, section.id)
    assert sections.by_join_code(database, section.join_code) is None
    assert sections.by_join_code(database, found(database, section).join_code) is not None


def test_a_learner_joins_once_and_comes_back_after_being_removed(
    database: Database, section: Section, skip: Account
) -> None:
    ann = people.add(database, "Ann")
    assert members.join(database, section.id, ann.learner)
    assert not members.join(database, section.id, ann.learner)
    assert sections.size(database, section.id) == 1
    assert members.remove_member(database, section, ann.learner, by=skip.learner)
    assert not members.remove_member(database, section, ann.learner, by=skip.learner)
    assert sections.member(database, section.id, ann.learner) is None
    assert [(each.action, each.subject) for each in audit.of_section(database, section.id)] == [
        ("member removed", "Ann")
    ]
    assert members.join(database, section.id, ann.learner)


def test_an_instructor_who_joins_by_the_code_goes_on_teaching(
    database: Database, section: Section, skip: Account
) -> None:
    assert not members.join(database, section.id, skip.learner)
    assert sections.role_in(database, section.id, skip.learner) == "instructor"


def test_members_are_found_by_role_and_by_a_part_of_the_name(
    database: Database, section: Section
) -> None:
    for name in ("Ann", "Anton", "Ben"):
        members.join(database, section.id, people.add(database, name).learner)

    def names(text: str = "", **named: int) -> list[str]:
        page = sections.members(database, section.id, "learner", text=text, **named)
        return [each.name for each in page]

    assert names() == ["Ann", "Anton", "Ben"]
    assert names("AN") == ["Ann", "Anton"]
    assert names("%") == []
    assert names(offset=1, limit=1) == ["Anton"]
    assert sections.size(database, section.id) == 3


def test_of_two_instructors_who_remove_each_other_at_once_one_stays(
    database: Database, section: Section, skip: Account
) -> None:
    other = people.add(database, "Else", role="instructor")
    assert members.add_instructor(database, section, other.learner, other.name, by=skip.learner)
    both = Barrier(2)

    def remove(account: Account) -> bool:
        both.wait()
        try:
            return members.remove_member(database, section, account.learner, by=skip.learner)
        except LastInstructorError:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, (skip, other))) == [False, True]
    assert len(sections.members(database, section.id, "instructor")) == 1


def test_a_section_outlives_the_account_of_its_instructor(
    database: Database, section: Section, skip: Account
) -> None:
    erasing.erase(database, skip.learner, by=None)
    assert sections.every(database) == (section,)
    assert sections.members(database, section.id) == ()
