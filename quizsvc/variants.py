"""(item, seed) to Variant, and the seeds that learners get."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from quizsvc.errors import DomainError, MisfitError
from quizsvc.model import Draw, DrawnPart, Item, Later, Part, Value, Variant
from quizsvc.problems.draw import shuffled

if TYPE_CHECKING:
    from collections.abc import Mapping

SEED_BITS = 128


def draw(item: Item, seed: int) -> Variant:
    """Return the variant of a seed: a pure function of the item's revision and the seed.

    Raises
    ------
    NoVariantError
        The author's: no candidate met the conditions.
    """
    return _variant(item, seed, item.family.draw(seed), {})


def restore(
    item: Item,
    seed: int,
    candidate: int,
    parameters: Mapping[str, Value],
    key: Mapping[str, Value],
) -> Variant:
    """Return a stored variant again, from what was stored and not from a new draw."""
    return _variant(item, seed, item.family.restore(candidate, parameters), key)


def mended(item: Item, seed: int, candidate: int, parameters: Mapping[str, Value]) -> Variant:
    """Return a stored variant as another revision of its item asks and keys it.

    Raises
    ------
    MisfitError
        The author's: with the stored parameters this revision cannot be computed.
    """
    if why := item.family.misfit(parameters):
        raise MisfitError(why)
    try:
        return restore(item, seed, candidate, parameters, {})
    except DomainError as error:
        raise MisfitError(f"With the numbers of then, {error.message}") from error


def learner_seed(secret: bytes, learner: str, item: str, number: int) -> int:
    """Return the seed of a learner's n-th variant of an item.

    Pages carry the number and never the seed: the content is public, so who knew a seed could
    compute the key.
    """
    message = "\0".join((learner, item, str(number))).encode()
    digest = hmac.new(secret, message, hashlib.sha256).digest()
    return int.from_bytes(digest[: SEED_BITS // 8], "big")


def _variant(item: Item, seed: int, drawn: Draw, stored: Mapping[str, Value]) -> Variant:
    parts = tuple(
        _drawn_part(part, number, seed, drawn, stored) for number, part in enumerate(item.parts)
    )
    return Variant(item, seed, drawn.candidate, drawn.parameters, parts, drawn.values)


def _drawn_part(
    part: Part, number: int, seed: int, drawn: Draw, stored: Mapping[str, Value]
) -> DrawnPart:
    interaction = part.interaction
    order = shuffled(seed + number, interaction.shuffles)
    key = interaction.key(drawn.keys.get(part.name), drawn.values)
    predicted = Later(lambda: tuple(each for each in drawn.predicted if each.part == part.name))
    return DrawnPart(part, stored.get(part.name, key), predicted, order, drawn.values)
