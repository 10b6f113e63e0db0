from .pages import Visitor


def attempt_of(visitor: Visitor) -> str:
    return visitor.answer("double", "7654321").request.args["attempt"]


def test_every_attempt_is_found_again(ann: Visitor) -> None:
    ids = [attempt_of(ann), ann.answer("pick-one", "two").request.args["attempt"]]
    history = ann.get("/history").text
    for each in ids:
        assert f'href="/attempts/{each}"' in history
        ann.get(f"/attempts/{each}")
    assert history.index(ids[1]) < history.index(ids[0])


def test_an_attempt_shows_what_was_typed_and_how_it_was_judged(ann: Visitor) -> None:
    page = ann.get(f"/attempts/{attempt_of(ann)}").text
    assert "7654321" in page
    assert "Not right" in page


def test_an_attempt_belongs_to_its_learner(ann: Visitor, bob: Visitor) -> None:
    attempt = attempt_of(ann)
    for stranger in (bob, Visitor(ann.app)):
        page = stranger.get(f"/attempts/{attempt}", 403)
        assert "7654321" not in page.text
        stranger.get(f"/practice/double/1?attempt={attempt}", 403)


def test_unknown_attempts_are_not_found(ann: Visitor) -> None:
    ann.get("/attempts/none", 404)
    ann.get(f"/attempts/{'0' * 32}", 404)


def test_the_history_of_nobody_is_empty(ann: Visitor) -> None:
    assert "Nothing yet" in ann.get("/history").text
