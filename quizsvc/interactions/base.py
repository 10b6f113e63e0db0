"""What most question types have in common: one text field, nothing to choose, nothing to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quizsvc.model import DrawnPart, Echo, Invalid, Template, Value


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

    def echo(self, raw: str) -> Echo | Invalid | None:  # noqa: ARG002
        """Say nothing: what is chosen or told needs no reading."""
        return None

    def nudge(self, response: Value, drawn: DrawnPart) -> str | None:  # noqa: ARG002
        """Find nothing amiss with the form."""
        return None


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
