"""What ``problems`` makes of the numeric half of an item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from quizsvc.model.responses import Predicted, Value


T_co = TypeVar("T_co", covariant=True)


class Later(Sequence[T_co], Generic[T_co]):
    """A tuple that is worked out when somebody first looks into it.

    Most pages only ask a question, and never what each misconception would answer.
    """

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], tuple[T_co, ...]]) -> None:
        self._make = make
        self._made: tuple[T_co, ...] | None = None

    @property
    def _all(self) -> tuple[T_co, ...]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __len__(self) -> int:
        return len(self._all)

    @overload
    def __getitem__(self, place: int) -> T_co: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T_co, ...]: ...
    def __getitem__(self, place: int | slice) -> T_co | tuple[T_co, ...]:
        return self._all[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all == tuple(other)

    __hash__ = None  # type: ignore[assignment] # as of what may hold lists

    def __repr__(self) -> str:
        return repr(self._all)


@dataclass(frozen=True, slots=True)
class Draw:
    """The outcome of drawing a family at a seed, or of restoring a stored one."""

    candidate: int
    """The number of the accepted candidate, counted from 0."""
    parameters: Mapping[str, Value]
    keys: Mapping[str, Value]
    """Part name to key, for the parts whose key is computed."""
    predicted: Sequence[Predicted]
    values: Mapping[str, Value]
    """Source of a hole to its value."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a worked solution; all three are LaTeX except `text`."""

    text: str
    """What is done, as Markdown."""
    formula: str
    """The rule with names, such as ``\\frac{\\partial y}{\\partial a} = W_2``."""
    result: str
    """The same with this variant's numbers."""
    small: bool = False
    """Whether a long solution may fold it away: a step between two that have a name."""


@dataclass(frozen=True, slots=True)
class PathRow:
    """One path of a gradient; all three are LaTeX."""

    path: str
    """The nodes that it passes, from the output back."""
    product: str
    """Of the factors along it."""
    contribution: str
    """The same in numbers; empty where nothing has numbers."""


@dataclass(frozen=True, slots=True)
class PathTable:
    """What comes back along each path from an output to an input, summing to the derivative."""

    derivative: str
    """LaTeX."""
    rows: tuple[PathRow, ...]
    total: str
    """LaTeX; empty where nothing has numbers."""


@dataclass(frozen=True, eq=False, slots=True)
class Likenesses:
    """Which of L other values of the graph each of n wrong responses equals."""

    says: tuple[str, ...]
    """What each is, in Markdown; the simplest first."""
    equal: NDArray[Any]
    """Shape (L, n)."""
    chance: NDArray[Any]
    """Shape (L,): how often responses equal that value of variants that are not theirs."""


class Family(Protocol):
    """What ``problems`` makes of the numeric half of an item."""

    @property
    def random(self) -> bool:
        """Whether there is more than one variant."""
        ...

    def draw(self, seed: int) -> Draw:
        """Draw the parameters of one seed and compute what follows from them.

        Raises
        ------
        NoVariantError
            No candidate met the conditions.
        """
        ...

    def restore(self, candidate: int, parameters: Mapping[str, Value]) -> Draw:
        """Compute the same from stored parameters, without drawing."""
        ...

    def misfit(self, parameters: Mapping[str, Value]) -> str | None:
        """Say why stored parameters cannot be taken, of another revision's draw; None if they can.

        Names that are not asked for any more do no harm.
        """
        ...

    def skips_in_words(self) -> list[str]:
        """Name the skip connections that the keys rest on, such as ``x into y``."""
        ...

    def follow(
        self, parameters: Mapping[str, Value], part: str, given: Mapping[str, Value]
    ) -> Value | None:
        """Return the key of a part as it follows from a learner's values of other parts.

        None where nothing follows: it does not depend on them, or they make it trivial.
        """
        ...

    def recognise(self, parameters: Mapping[str, Value], part: str, response: Value) -> str | None:
        """Say in Markdown which other value of the graph a response to a part is."""
        ...

    def likenesses(
        self,
        parameters: Sequence[Mapping[str, Value]],
        part: str,
        responses: Sequence[Value],
    ) -> Likenesses:
        """Say which other values of the graph wrong responses to a part are, each of a variant."""
        ...

    def solution(self, parameters: Mapping[str, Value]) -> tuple[Step, ...]:
        """Unfold the sweep into the steps of a worked solution."""
        ...

    def paths(self, parameters: Mapping[str, Value]) -> tuple[PathTable, ...]:
        """Split each derivative that passes a skip connection into its paths."""
        ...
