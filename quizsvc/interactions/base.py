"""What most question types have in common: one text field, nothing to choose, nothing to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.model import Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quizsvc.errors import ExpressionError
    from quizsvc.model import DrawnPart, Echo, Template, Value


class QuestionTypeBase:
    """The answers that a question type gives unless it has its own."""

    __slots__ = ()

    @property
    def shuffles(self) -> int:
        """Nothing is put in an order."""
        return 0

    @property
    def computed(self) -> bool:
        """The key is no value of the graph."""
        return False

    @property
    def texts(self) -> Sequence[Template]:
        """There are no choices."""
        return ()

    def offered(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:  # noqa: ARG002
        """Offer nothing to choose from."""
        return ()

    def prompts(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:  # noqa: ARG002
        """Have one field only."""
        return ()

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:  # noqa: ARG002
        """Return what the graph gave."""
        return computed

    def read_form(self, posted: Mapping[str, Sequence[str]], name: str) -> str:
        """Return the text of the one field."""
        return first(posted, name)

    def filled(self, raw: str) -> Mapping[str, str]:  # noqa: ARG002
        """Have no fields beside the one whose text the raw response is."""
        return {}

    def response_in_words(self, raw: str, drawn: DrawnPart) -> str:  # noqa: ARG002
        """Show a response as it was typed."""
        return ""

    @property
    def symbols(self) -> Sequence[str]:
        """Nothing is typed that a keyboard may lack."""
        return ()

    def echo(self, raw: str) -> Echo | Unread | None:  # noqa: ARG002
        """Say nothing: what is chosen or told needs no reading."""
        return None

    def nudge(self, response: Value, drawn: DrawnPart) -> str | None:  # noqa: ARG002
        """Find nothing amiss with the form."""
        return None


def unread(problem: ExpressionError, start: int, end: int, called: str = "") -> Unread:
    """Return a complaint with its place in what was typed.

    What was parsed begins at `start`, before what was typed if a bracket was added; what was typed
    ends at `end`, and a complaint beyond that is about a bracket that was never closed.
    """
    place = start + problem.position
    if place >= end and problem.length:
        return Unread(f"{called}A bracket is never closed.", end)
    return Unread(f"{called}{problem.message}", max(place, 0), min(problem.length, end - place))


def first(posted: Mapping[str, Sequence[str]], name: str) -> str:
    """Return the text of a field that stands once in a form."""
    return next(iter(posted.get(name, ())), "")


def listed(texts: Sequence[str], *, numbered: bool = False) -> str:
    """Return texts as a list in Markdown; one alone stands by itself."""
    if len(texts) == 1 and not numbered:
        return texts[0]
    return "\n".join(
        _entry(f"{place}. " if numbered else "- ", text) for place, text in enumerate(texts, 1)
    )


def quoted(text: str) -> str:
    """Return a text as a quotation in Markdown."""
    return "\n".join(f"> {line}" for line in text.strip().splitlines())


def _entry(bullet: str, text: str) -> str:
    lines: Iterable[str] = text.strip().splitlines()
    return bullet + ("\n" + " " * len(bullet)).join(lines)
