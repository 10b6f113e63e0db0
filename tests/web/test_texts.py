import pytest

from quizsvc.web import showing, texts


@pytest.mark.parametrize(
    ("score", "words"),
    [(1.0, "Right"), (0.0, "Not right"), (0.5, "Partly right: 50 %"),
     (1e-9, "Partly right: 1 %"), (1 - 1e-9, "Partly right: 99 %"), (None, "Self-rated: not yet")],
)  # fmt: skip
def test_a_score_is_right_or_not_right_only_when_it_is_exactly_that(
    score: float | None, words: str
) -> None:
    assert showing.mark(score).words == words


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (10, "10"), (2.5, "2.5"), (2 / 3, "0.67"), (100.0, "100"),
     (2.485, "2.49"), (0.125, "0.13"), (1.005, "1.01"), (0.497 * 5, "2.49"), (2.4849, "2.48"),
     (0.004, "0"), (1e20, "100000000000000000000")],
)  # fmt: skip
def test_points_have_no_needless_decimals(number: float, shown: str) -> None:
    assert texts.points(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd"), (113, "113th")],
)
def test_ordinals(number: int, shown: str) -> None:
    assert texts.ordinal(number) == shown


def test_a_title_loses_its_markup_for_the_window() -> None:
    assert texts.plain("The *Jacobian* of $W$ & more") == "The Jacobian of W & more"
    assert texts.plain(r"Half of it, $\frac{1}{2}$, or $W^2 < 3$") == "Half of it, 1/2, or W^2<3"
