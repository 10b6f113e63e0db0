from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizsvc.web.author import create_author_app

from ...bank import write_bank
from ..conftest import TEMPLATES

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "content")


@pytest.fixture
def preview(root: Path) -> FlaskClient:
    """A browser of the author's."""
    app = create_author_app(root)
    app.jinja_env.bytecode_cache = TEMPLATES
    return app.test_client()
