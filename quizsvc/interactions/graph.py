"""Question type ``graph``: blanks in the drawn computation graph, each a part of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from quizsvc.interactions.numeric import Numeric


@dataclass(frozen=True, slots=True)
class GraphBlank(Numeric):
    """The value or the gradient of one node of the item's graph."""

    node: str = ""
    """The node's id in the diagram."""
    quantity: Literal["value", "gradient"] = "value"

    type: ClassVar[str] = "graph"
