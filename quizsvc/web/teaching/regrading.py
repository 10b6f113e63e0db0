"""Regrades: who would change by how much and why, apply, undo."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("regrading", __name__)
