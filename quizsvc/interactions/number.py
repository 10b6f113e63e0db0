"""Question type ``number``: one number, as a constant expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from quizsvc.interactions.numeric import Numeric


@dataclass(frozen=True, slots=True)
class Number(Numeric):
    """One number."""

    type: ClassVar[str] = "number"
    form_hint: ClassVar[str] = "A number, such as -2, 7/3, 0.25 or 1.5e-3."
