"""The content as it is served, and what is wrong with its files."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("contents", __name__)
