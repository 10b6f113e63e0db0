"""What single and multiple choice share: the choices as an author wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.interactions.base import QuestionTypeBase, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.model import DrawnPart, Template


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: a key, or a distractor with the feedback for who chooses it."""

    id: str
    text: Template
    says: Template | None
    key: bool


@dataclass(frozen=True, slots=True)
class Choices(QuestionTypeBase):
    """The choices of one part, in the author's order."""

    choices: tuple[Choice, ...]
    shuffled: bool
    """Whether a variant shows them in an order of its own."""

    @property
    def shuffles(self) -> int:
        """How many choices there are to put in order, if any order will do."""
        return len(self.choices) if self.shuffled else 0

    @property
    def texts(self) -> Sequence[Template]:
        """The texts of all choices."""
        return [choice.text for choice in self.choices]

    def offered(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:
        """Return id and text of the choices in the variant's order."""
        places = drawn.order or range(len(self.choices))
        return [(self.choices[place].id, self.choices[place].text) for place in places]

    @property
    def keys(self) -> list[str]:
        """Ids of the right choices."""
        return [choice.id for choice in self.choices if choice.key]

    def read_form(self, posted: Mapping[str, Sequence[str]], name: str) -> str:
        """Return the ids of what was ticked, separated by spaces."""
        return " ".join(posted.get(name, ()))

    def filled(self, raw: str) -> Mapping[str, str]:
        """Return the ids of what was ticked."""
        return {each: each for each in raw.split()}

    def key_in_words(self, drawn: DrawnPart) -> str:
        """Return the texts of the right choices."""
        return listed(self._texts_of(self.keys, drawn))

    def response_in_words(self, raw: str, drawn: DrawnPart) -> str:
        """Return the texts of the chosen ones."""
        return listed(self._texts_of(raw.split(), drawn))

    def _texts_of(self, chosen: Sequence[str], drawn: DrawnPart) -> list[str]:
        return [text.markdown(drawn.values) for each, text in self.offered(drawn) if each in chosen]

    def says(self, chosen: Sequence[str], drawn: DrawnPart) -> str:
        """Return the feedback of the chosen ones in Markdown, each below its choice if several."""
        told = [
            (choice.text.markdown(drawn.values), choice.says.markdown(drawn.values))
            for choice in self.choices
            if choice.id in chosen and choice.says is not None
        ]
        if len(chosen) == 1:
            return "\n\n".join(says for _, says in told)
        return "\n\n".join(f"{quoted(text)}\n\n{says}" for text, says in told)
