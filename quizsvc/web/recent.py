"""What was drawn a moment ago, and is mostly asked for again."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from quizsvc import variants

if TYPE_CHECKING:
    from quizsvc.model import Item, Variant

_MOST = 256


class RecentlyDrawn:
    """Draws variants, and keeps the last: the page that asks is followed by its answer.

    Nothing but the revision and the seed decides a variant, so that whoever asks gets the same
    from here, from another process, or a year later.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], Variant] = OrderedDict()

    def __call__(self, item: Item, seed: int) -> Variant:
        """Return the variant of a seed."""
        key = item.revision, seed
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = variants.draw(item, seed)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return found
