"""Statistics and findings in words, as the pages of an analysis show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from quizsvc.web.showing import percent
from quizsvc.web.texts import first_sentence, inline

if TYPE_CHECKING:
    from quizsvc.model import Variant
    from quizsvc.results.analysis.attention import Finding
    from quizsvc.results.analysis.differences import Group
    from quizsvc.results.analysis.figures import Figure
    from quizsvc.results.analysis.wrong import Recognised


def number(value: float, decimals: int = 2) -> str:
    """Return a number with a minus sign that is one.

    >>> number(-0.214), number(-0.001)
    ('−0.21', '0.00')
    """
    text = f"{value:.{decimals}f}"
    return text.replace("-", "−") if float(text) else text.removeprefix("-")


def duration(seconds: float) -> str:
    """Return a time as minutes and seconds.

    >>> duration(75), duration(40), duration(3725)
    ('1 min 15 s', '40 s', '1 h 2 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def unbroken(text: str) -> str:
    """Return words that stay on one line."""
    return text.replace(" ", "\u00a0")


def share(figure: Figure) -> str:
    """Return a share with its interval, or why there is none."""
    if figure.value is None:
        return figure.why
    if figure.low is None or figure.high is None:
        return unbroken(percent(figure.value))
    interval = f"({percent(figure.low)} to {percent(figure.high)})"
    return f"{unbroken(percent(figure.value))} {unbroken(interval)}"


def coefficient(figure: Figure) -> str:
    """Return a coefficient, or why there is none."""
    return figure.why if figure.value is None else number(figure.value)


def spell(figure: Figure) -> str:
    """Return a median time with its quartiles, or why there is none."""
    if figure.value is None or figure.low is None or figure.high is None:
        return figure.why
    middle_half = f"({duration(figure.low)} to {duration(figure.high)})"
    return f"{unbroken(duration(figure.value))} {unbroken(middle_half)}"


def of_wrong(share: float) -> str:
    """Return a share of the wrong answers in words.

    >>> of_wrong(0.5), of_wrong(1.0), of_wrong(0.4)
    ('Half of the wrong answers are', 'All wrong answers are', '40 % of the wrong answers are')
    """
    if share >= 1:
        return "All wrong answers are"
    if 0.45 <= share <= 0.55:
        return "Half of the wrong answers are"
    return f"{percent(share)} of the wrong answers are"


def title_of(variant: Variant, recognised: Recognised) -> Markup:
    """Return what a misconception is called: its title, or the first sentence of what it says."""
    known = variant.item.source["misconceptions"].get(recognised.id)
    if known:
        title = known["title"]
        return inline(title[:1].upper() + title[1:])
    predicted = (each for drawn in variant.parts for each in drawn.predicted)
    # What a learner was told may begin with how many entries were right.
    says = next((each.says for each in predicted if each.id == recognised.id), recognised.says)
    return inline(first_sentence(says).removesuffix("."))


def in_words(finding: Finding, label: Markup, title: Markup) -> Markup:
    """Say in a sentence or two what was found.

    Parameters
    ----------
    label : Markup
        Of the part, where the item has several; else empty.
    title : Markup
        Of the misconception that it is about, if it is about one.
    """
    where = Markup(" in “{}”").format(label) if label else Markup()
    figure, part = finding.figure, finding.part
    value = (figure.value or 0.0) if figure else 0.0
    match finding.kind:
        case "against":
            return Markup(
                "Those who did well overall did worse here (discrimination {}). Check its key."
            ).format(number(value))
        case "weak":
            return Markup(
                "It hardly tells apart who did well overall and who did not (discrimination {})."
            ).format(number(value))
        case "hard":
            return Markup("Hard: {} on average.").format(percent(value))
        case "easy":
            return Markup("Nearly all have it right: {} on average.").format(percent(value))
        case "variant" if finding.group is not None:
            return _harder(finding.group)
        case "unexplained" if finding.alike is not None:
            equal = inline(finding.alike.says)
            return Markup("{} wrong answers{} equal {}, which no misconception explains.").format(
                len(finding.alike.answers), where, equal
            )
        case "alike" if finding.alike is not None:
            typed = Markup('<span class="typed">{}</span>').format(finding.alike.says)
            return Markup("{} wrong answers{} are {}: no misconception explains it.").format(
                len(finding.alike.answers), where, typed
            )
        case "misconception" if finding.recognised is not None and part is not None:
            recognised = finding.recognised
            return Markup("{} one misconception{}: {} ({} of {}).").format(
                of_wrong(recognised.of_wrong), where, title, recognised.count, part.wrong
            )
    return Markup()


def _harder(group: Group) -> Markup:
    right, others = percent(group.facility.value or 0.0), percent(group.others.value or 0.0)
    if group.variant >= 0:
        return Markup("One variant is harder: {} on average, {} on the others.").format(
            right, others
        )
    return Markup("Variants with {} are harder: {} on average, {} on the others.").format(
        group.name, right, others
    )
