"""An item as it is asked: stem, picture, hints, and a field or several for each part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from flask import request, url_for
from markupsafe import Markup, escape

from quizsvc.interactions.assignments import LETTERS
from quizsvc.model import Unread
from quizsvc.render.spoken import spoken
from quizsvc.web import pictures
from quizsvc.web.current import service
from quizsvc.web.texts import inline, template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from quizsvc.model import DrawnPart, Echo, Invalid, Item, RawResponse, Value, Variant


_OWN = Markup('autocomplete="off" ')
_TYPING = Markup('autocapitalize="off" autocorrect="off" spellcheck="false" inputmode="text"')
_INVALID = Markup(' aria-invalid="true"')
_END = Markup('"')


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One choice of a part."""

    id: str
    text: Markup
    chosen: bool
    letter: str
    """What it is called where it is not chosen by itself."""


@dataclass(frozen=True, slots=True)
class PromptView:
    """One of several things that each get an answer."""

    id: str
    text: Markup
    answer: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """The field, or the fields, of one part."""

    name: str
    type: str
    caption: Markup
    """What is asked here, as its author wrote it."""
    rule: str
    raw: str
    message: str
    choices: tuple[ChoiceView, ...] = ()
    prompts: tuple[PromptView, ...] = ()
    filled: Mapping[str, str] = field(default_factory=dict)
    """What stood in its fields, where it has several."""
    cells: tuple[tuple[str, ...], ...] = ()
    pasted: str = ""
    echo: str = ""
    """The address that tells how a text is read."""
    rows: int = 1
    """How many rows its preview has once the answer is whole."""
    symbols: str = ""
    """What a palette beside it offers, separated by spaces."""
    scope: str = ""
    """What tells it from the fields of other items on the page."""
    place: int = 0
    """Which of several parts it is, from 1; 0 where it is alone."""
    number: int | None = None
    """The item's number in a sitting."""
    doubtful: tuple[int, int] = (0, 0)
    """Row and column of the cell that is the first to be mended."""

    @property
    def prefix(self) -> Markup:
        """What a name begins with where pages differ by the item's number, heard and not seen."""
        if self.number is None:
            return Markup()
        return Markup('<span class="unseen">Question {}: </span>').format(self.number)

    @property
    def label(self) -> Markup:
        """What stands beside it."""
        return self.caption if self.number is None else self.prefix + self.caption

    @property
    def spoken(self) -> str:
        """Its label in one line without markup, for the names of its cells."""
        return spoken(self.label)

    @property
    def complaint(self) -> Markup:
        """What the error summary says of it."""
        if not self.place:
            return escape(self.message)
        return Markup("Part {}, {}: {}").format(self.place, self.caption, self.message)

    @property
    def id(self) -> str:
        """What the ids of its elements begin with."""
        return f"field-{self.scope}{self.name}"

    @property
    def rule_id(self) -> str:
        """The id of its rule; all blanks of a graph share one."""
        return f"graph-rule-{self.scope}" if self.type == "graph" else f"{self.id}-rule"

    @property
    def focus(self) -> str:
        """The id of the element that the error summary leads to."""
        if self.cells:
            row, column = self.doubtful
            return f"{self.id}-paste" if self.pasted else f"{self.id}-{row}-{column}"
        if self.type == "find-error" and any(choice.chosen for choice in self.choices):
            return f"{self.id}-value"
        if self.prompts:
            return f"{self.id}-{_unsettled([prompt.answer for prompt in self.prompts])}"
        return f"{self.id}-0" if self.choices else self.id

    @property
    def described(self) -> str:
        """The ids of the elements that describe it."""
        return f"{self.rule_id} {self.id}-problem" if self.message else self.rule_id

    @property
    def attributes(self) -> Markup:
        """The attributes of a field of one line; what others typed into its like stays theirs."""
        return self.of_cell + self._description

    @property
    def of_box(self) -> Markup:
        """The attributes of a field of several lines, which a browser's way back fills again."""
        return self.typing + self._description

    @property
    def of_cell(self) -> Markup:
        """The attributes of a cell: its group has the description, and says it once."""
        return _OWN + self.typing

    @property
    def typing(self) -> Markup:
        """What all of these have; letters are needed too, so no numeric keyboard."""
        return _TYPING + _INVALID if self.message else _TYPING

    @property
    def _description(self) -> Markup:
        return Markup(' aria-describedby="') + self.described + _END


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as it is asked."""

    id: str
    title: Markup
    stem: Markup
    diagram: Markup
    fields: tuple[FieldView, ...]
    random: bool

    @property
    def problems(self) -> list[FieldView]:
        """The fields whose content cannot be read."""
        return [field for field in self.fields if field.message]


def item(
    variant: Variant,
    raw: RawResponse,
    invalid: Invalid | None = None,
    *,
    scope: str = "",
    number: int | None = None,
) -> ItemView:
    """Return how a variant is asked, with what was typed so far.

    `scope` keeps ids apart where several items stand on a page; `number` is the item's in a
    sitting, with which the names of its fields begin.
    """
    messages = invalid.messages if invalid else {}
    return ItemView(
        id=variant.item.id,
        title=inline(variant.item.title),
        stem=template(variant.item.stem, variant.values),
        diagram=pictures.asked(variant, messages, id=f"graph{scope}"),
        fields=tuple(
            _field(
                variant.item,
                drawn,
                raw.get(drawn.name, ""),
                messages.get(drawn.name, ""),
                scope=scope,
                place=place if len(variant.parts) > 1 else 0,
                number=number,
            )
            for place, drawn in enumerate(variant.parts, 1)
        ),
        random=is_random(variant.item),
    )


class _Around(TypedDict):
    scope: str
    place: int
    number: int | None


def _field(
    item: Item, drawn: DrawnPart, raw: str, message: str, **around: Unpack[_Around]
) -> FieldView:
    interaction = drawn.part.interaction
    cells, pasted = _grid(drawn, raw) if interaction.type == "matrix" else ((), "")
    filled = interaction.filled(raw)
    return FieldView(
        name=drawn.name,
        type=interaction.type,
        caption=_caption(drawn),
        rule=interaction.rule,
        raw=raw,
        message=message,
        choices=_choices(drawn, filled),
        prompts=_prompts(drawn, filled),
        filled=filled,
        cells=cells,
        pasted=pasted,
        echo=url_for(
            "echoes.read", item_id=item.id, mark=service().mark(item.revision), part=drawn.name
        ),
        rows=_rows(drawn.key) if interaction.symbols else 1,
        symbols=" ".join(interaction.symbols),
        doubtful=_doubtful(cells, interaction.echo(raw)) if message and not pasted else (0, 0),
        **around,
    )


def _caption(drawn: DrawnPart) -> Markup:
    return inline(drawn.part.label) if drawn.part.label else Markup("Your answer")


def _choices(drawn: DrawnPart, filled: Mapping[str, str]) -> tuple[ChoiceView, ...]:
    offered = drawn.part.interaction.offered(drawn)
    return tuple(
        ChoiceView(each, template(text, drawn.values), each in filled, letter)
        for (each, text), letter in zip(offered, LETTERS, strict=False)
    )


def _prompts(drawn: DrawnPart, filled: Mapping[str, str]) -> tuple[PromptView, ...]:
    return tuple(
        PromptView(each, template(text, drawn.values), filled.get(each, ""))
        for each, text in drawn.part.interaction.prompts(drawn)
    )


def _rows(key: Value) -> int:
    """Return how many rows a key has as maths; in an answer of several fields, its value."""
    value = key.get("value") if isinstance(key, dict) else key
    return len(value) if isinstance(value, list) else 1


def _grid(drawn: DrawnPart, raw: str) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Return what stood in the cells, and what stood in the box for pasting.

    A raw response that has the form of the grid goes back into it; any other was pasted, and
    counts instead of what the grid still holds.
    """
    rows, columns = len(drawn.key), len(drawn.key[0])
    cells = tuple(tuple(line.split("\t")) for line in raw.splitlines())
    if len(cells) == rows and all(len(row) == columns for row in cells):
        return cells, ""
    beside = request.form if raw.strip() else {}
    return tuple(
        tuple(beside.get(f"{drawn.name}.{row}.{column}", "") for column in range(columns))
        for row in range(rows)
    ), raw


def _doubtful(cells: Sequence[Sequence[str]], found: Echo | Unread | None) -> tuple[int, int]:
    """Return row and column of the first cell that is empty or not understood."""
    empty = [
        (r, c) for r, row in enumerate(cells) for c, cell in enumerate(row) if not cell.strip()
    ]
    if isinstance(found, Unread) and found.start is not None:
        before = "\n".join("\t".join(row) for row in cells)[: found.start]
        empty.append((before.count("\n"), before.rpartition("\n")[2].count("\t")))
    return min(empty, default=(0, 0))


def _unsettled(answers: Sequence[str]) -> int:
    """Return the place of the first answer that is missing or was given before; else 0."""
    return next((i for i, each in enumerate(answers) if not each or each in answers[:i]), 0)


def is_random(item: Item) -> bool:
    """Tell whether an item has more than one variant."""
    return item.family.random
