from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizsvc.content import load_bank
from quizsvc.learning.catalogue import Catalogue

from ..bank import write_bank

if TYPE_CHECKING:
    from quizsvc.content import ItemBank


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> ItemBank:
    return load_bank(write_bank(tmp_path_factory.mktemp("learning") / "content"))


@pytest.fixture(scope="session")
def catalogue(bank: ItemBank) -> Catalogue:
    return Catalogue(bank)
