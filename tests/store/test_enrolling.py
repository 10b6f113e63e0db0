import pytest

from quizsvc.store import Database, audit, enrolling, links, members, people, sections
from quizsvc.store.enrolling import Line, PlanChangedError, Planned
from quizsvc.store.people import Account
from quizsvc.store.sections import Section

TOKEN = "b" * 32


@pytest.fixture
def skip(database: Database) -> Account:
    return people.add(database, "Skip", role="instructor")


@pytest.fixture
def section(database: Database, skip: Account) -> Section:
    return sections.make(database, "Group B", skip.learner)


def lines(*names: str) -> list[Line]:
    return [
        Line(number=number, name=name, register_id=f"s{number}")
        for number, name in enumerate(names, start=2)
    ]


def fates(planned: tuple[Planned, ...]) -> dict[str, str]:
    return {each.name: each.fate for each in planned}


def test_a_plan_says_what_becomes_of_each_and_writes_nothing(
    database: Database, section: Section
) -> None:
    members.join(database, section.id, people.add(database, "Ann").learner)
    people.add(database, "Ben")
    people.add(database, "Else", role="instructor")
    planned = enrolling.plan(
        database, section.id, lines("ann", "BEN", "Cleo", "skip", "Else", "x" * 41)
    )
    assert fates(planned) == {
        "Ann": "already in",
        "Ben": "enrolled",
        "Cleo": "new account",
        "Skip": "wrong",
        "Else": "wrong",
        "x" * 41: "wrong",
    }
    assert sections.size(database, section.id) == 1
    assert people.by_name(database, "Cleo") is None


def test_a_list_is_enrolled_as_it_was_shown_once(
    database: Database, section: Section, skip: Account
) -> None:
    members.join(database, section.id, people.add(database, "Ann").learner)
    people.add(database, "Ben")
    wanted = lines("Ann", "Ben", "Cleo")
    seen = enrolling.mark(enrolling.plan(database, section.id, wanted))
    for _ in range(2):
        counts = enrolling.apply(
            database, section.id, wanted, seen=seen, token=TOKEN, by=skip.learner
        )
        assert counts == {"new account": 1, "enrolled": 1, "already in": 1}
    found = sections.members(database, section.id, "learner")
    assert [(each.name, each.register_id) for each in found] == [
        ("Ann", "s2"),
        ("Ben", "s3"),
        ("Cleo", "s4"),
    ]
    (entry,) = audit.of_section(database, section.id)
    assert (entry.action, entry.detail["counts"]) == ("enrolled", counts)


def test_a_list_that_would_do_something_else_by_now_does_nothing(
    database: Database, section: Section, skip: Account
) -> None:
    wanted = lines("Ann", "Ben")
    seen = enrolling.mark(enrolling.plan(database, section.id, wanted))
    people.add(database, "ben")  # somebody has signed up meanwhile
    with pytest.raises(PlanChangedError):
        enrolling.apply(database, section.id, wanted, seen=seen, token=TOKEN, by=skip.learner)
    assert people.by_name(database, "Ann") is None
    assert sections.size(database, section.id) == 0


def test_new_accounts_get_a_link_each_that_sets_a_password(
    database: Database, section: Section, skip: Account
) -> None:
    wanted = lines("Ann", "Ben")
    seen = enrolling.mark(enrolling.plan(database, section.id, wanted))
    enrolling.apply(database, section.id, wanted, seen=seen, token=TOKEN, by=skip.learner)
    waiting = enrolling.without_password(database, section.id)
    assert [(name, register) for _, name, register in waiting] == [("Ann", "s2"), ("Ben", "s3")]
    void = links.make(database, waiting[0][0])
    tokens = links.make_all(database, [learner for learner, _, _ in waiting])
    assert links.find(database, void) is None
    named = [link.account for token in tokens if (link := links.find(database, token))]
    assert [account.name for account in named if account] == ["Ann", "Ben"]
    links.set_password(database, tokens[0], "a hash")
    assert [name for _, name, _ in enrolling.without_password(database, section.id)] == ["Ben"]
