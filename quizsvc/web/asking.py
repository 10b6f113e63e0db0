"""An item as it is asked: stem, picture, hints, and a field or several for each part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flask import url_for
from markupsafe import Markup

from quizsvc.interactions.assignments import LETTERS
from quizsvc.web import pictures
from quizsvc.web.texts import inline, template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.model import DrawnPart, Invalid, Item, RawResponse, Value, Variant


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
    label: Markup
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
    scope: str = ""
    """What tells it from the fields of other items on the page."""

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
        if self.choices or self.prompts:
            return f"{self.id}-0"
        if self.cells:
            return f"{self.id}-paste" if self.pasted else f"{self.id}-0-0"
        return self.id

    @property
    def described(self) -> str:
        """The ids of the elements that describe it."""
        return f"{self.rule_id} {self.id}-problem" if self.message else self.rule_id

    @property
    def attributes(self) -> Markup:
        """The attributes that all text fields share."""
        invalid = Markup(' aria-invalid="true"') if self.message else ""
        return Markup(
            'autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="{}"{}'
        ).format(self.described, invalid)


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as it is asked."""

    id: str
    title: Markup
    stem: Markup
    diagram: Markup
    fields: tuple[FieldView, ...]
    hints: tuple[Markup, ...]
    random: bool

    @property
    def problems(self) -> list[FieldView]:
        """The fields whose content cannot be read."""
        return [field for field in self.fields if field.message]


def item(
    variant: Variant, raw: RawResponse, invalid: Invalid | None = None, *, scope: str = ""
) -> ItemView:
    """Return how a variant is asked, with what was typed so far.

    `scope` keeps ids apart where several items stand on a page.
    """
    messages = invalid.messages if invalid else {}
    return ItemView(
        id=variant.item.id,
        title=inline(variant.item.title),
        stem=template(variant.item.stem, variant.values),
        diagram=pictures.asked(variant, messages, id=f"graph{scope}"),
        fields=tuple(
            replace(
                _field(variant.item, drawn, raw.get(drawn.name, ""), messages.get(drawn.name, "")),
                scope=scope,
            )
            for drawn in variant.parts
        ),
        hints=tuple(template(hint, variant.values) for hint in variant.item.hints),
        random=is_random(variant.item),
    )


def _field(item: Item, drawn: DrawnPart, raw: str, message: str) -> FieldView:
    interaction = drawn.part.interaction
    cells, pasted = _grid(drawn.key, raw) if interaction.type == "matrix" else ((), "")
    filled = interaction.filled(raw)
    return FieldView(
        name=drawn.name,
        type=interaction.type,
        label=_label(drawn),
        rule=interaction.rule,
        raw=raw,
        message=message,
        choices=_choices(drawn, filled),
        prompts=_prompts(drawn, filled),
        filled=filled,
        cells=cells,
        pasted=pasted,
        echo=url_for("echoes.read", item_id=item.id, revision=item.revision, part=drawn.name),
    )


def _label(drawn: DrawnPart) -> Markup:
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


def _grid(key: Value, raw: str) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Return what stood in the cells, and what stood in the box for pasting.

    A raw response that has the form of the grid goes back into it; any other was pasted.
    """
    rows, columns = len(key), len(key[0])
    cells = tuple(tuple(line.split("\t")) for line in raw.splitlines())
    if len(cells) == rows and all(len(row) == columns for row in cells):
        return cells, ""
    return (("",) * columns,) * rows, raw


def is_random(item: Item) -> bool:
    """Tell whether an item has more than one variant."""
    return item.family.random
