"""What the preview shows: the content directory as it is at this moment."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar, cast

from flask import current_app

from quizsvc.certify import Certificate, certify_item
from quizsvc.content import ItemBank, Memory, base_id, load_bank, load_file
from quizsvc.content.files import is_there
from quizsvc.content.watching import snapshot
from quizsvc.errors import ContentError
from quizsvc.web.current import EXTENSION
from quizsvc.web.service import UnknownError

if TYPE_CHECKING:
    from quizsvc.content.watching import Snapshot
    from quizsvc.model import Item

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_MISCONCEPTIONS = "misconceptions.yaml"
_REMEMBERED = 100
"""Items and certificates, of revisions that may be gone."""


class Desk:
    """The content of one directory; to what learners' pages also use, it is the service.

    Reading all of it for the first time takes seconds, and so it does whenever all items may have
    changed with the misconceptions' texts: meanwhile one item is read by itself.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bank = ItemBank()
        """As it was when last read whole."""
        self._memory = Memory()
        self._reading = Lock()
        self._state: Snapshot | None = None
        self._texts: Snapshot = frozenset()
        self._shown: dict[str, Item] = {}
        self._certificates: dict[tuple[str, int], Certificate] = {}

    def look(self) -> Snapshot:
        """Return the state of the directory at this moment."""
        return snapshot(self.root)

    def version(self, state: Snapshot) -> str:
        """Return what changes when a page should be shown anew that was made from a state."""
        return f"{_digest(state)}{'' if state == self._state else '-'}"

    def whole(self) -> ItemBank:
        """Return the whole content, read again where it has changed."""
        with self._reading:
            state = snapshot(self.root)
            if state != self._state:
                try:
                    self.bank = load_bank(self.root, self._memory)
                except ContentError as problem:
                    self.bank = ItemBank(faults=problem.faults)
                self._state, self._texts = state, _texts(state)
            return self.bank

    def around(self, item_id: str) -> ItemBank:
        """Return a bank with an item: the whole one, unless reading that would take too long.

        Raises
        ------
        UnknownError
            There is no file for it.
        """
        path = self.file("items", base_id(item_id))
        if self._state is not None and self._texts == _texts(snapshot(self.root)):
            return self.whole()
        if not self._reading.locked():
            Thread(target=self.whole, daemon=True).start()
        return load_file(path)

    def file(self, kind: str, name: str) -> Path:
        """Return the file of that name.

        Raises
        ------
        UnknownError
            There is none.
        """
        path = self.root / kind / f"{name}.yaml"
        # A name is no path: it leads nowhere else.
        if path.parent != self.root / kind or name.startswith(".") or not is_there(path):
            raise UnknownError(name)
        return path

    def show(self, item: Item) -> None:
        """Remember an item that is on a page, for what its fields ask as somebody types."""
        _put(self._shown, item.revision, item)

    def mark(self, revision: str) -> str:
        """Return what pages carry of a revision: from its author nothing is hidden."""
        return revision

    def item_marked(self, item_id: str, mark: str) -> Item:
        """Return an item as a page has shown it.

        Raises
        ------
        UnknownError
        """
        item = self._shown.get(mark)
        if item is None or item.id != item_id:
            raise UnknownError(item_id)
        return item

    def certified(self, item: Item, seeds: int) -> Certificate | None:
        """Return the certificate that was made of an item over so many seeds, if one was."""
        return self._certificates.get((item.revision, seeds))

    def certify(self, item: Item, seeds: int) -> Certificate:
        """Check an item over so many seeds, unless that was done before."""
        found = self.certified(item, seeds) or certify_item(item, seeds)
        _put(self._certificates, (item.revision, seeds), found)
        return found


def desk() -> Desk:
    """Return what the preview shows."""
    return cast("Desk", current_app.extensions[EXTENSION])


def _put(into: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    into[key] = value
    while len(into) > _REMEMBERED:
        into.pop(next(iter(into)), None)


def _texts(state: Snapshot) -> Snapshot:
    return frozenset(each for each in state if Path(each[0]).name == _MISCONCEPTIONS)


def _digest(state: Snapshot) -> str:
    return sha256(repr(sorted(state)).encode()).hexdigest()[:16]
