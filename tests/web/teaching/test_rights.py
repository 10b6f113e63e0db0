from quizsvc.model import Rules
from quizsvc.store import audit

from ...classes import Class, misled, right


def test_a_class_sits_and_is_graded(taught: Class) -> None:
    assignment = taught.assign("final", Rules(sittings=2))
    good = taught.sit(taught.members[0], assignment, right)
    bad = taught.sit(taught.members[1], assignment, misled("squared"))
    assert good.assignment == bad.assignment == assignment.id
    scores = {
        position: attempt.outcome and attempt.outcome["score"]
        for position, attempt in good.attempts.items()
    }
    assert set(scores.values()) <= {1.0, None}
    assert "squared" in {
        attempt.outcome["misconception"] for attempt in bad.attempts.values() if attempt.outcome
    }


def test_what_was_done_is_read_back_newest_first(taught: Class) -> None:
    db = taught.service.db
    for subject in ("first", "second"):
        with db.writing() as session:
            audit.note(
                session,
                "key viewed",
                subject,
                now=db.now(),
                account=taught.instructor.learner,
                section=taught.section.id,
                item="double",
            )
    newest, oldest = audit.of_section(db, taught.section.id)
    assert (newest.subject, oldest.subject) == ("second", "first")
    assert (newest.name, newest.detail) == ("Prof. Skip", {"item": "double"})
