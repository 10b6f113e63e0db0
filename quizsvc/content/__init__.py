"""YAML to items: files with positions, the schema, and the compiler that builds the model.

Data leaves here first, yet in imports this stands above ``model`` and ``interactions``, because
the loader builds what they define.
"""

from quizsvc.content.bank import ItemBank
from quizsvc.content.fields import is_id
from quizsvc.content.levels import base_id
from quizsvc.content.loading import load_bank, load_file, rebuild
from quizsvc.content.picking import pick
from quizsvc.content.reading import Memory
from quizsvc.content.watching import Watch
from quizsvc.content.yaml_source import reads_as_text

__all__ = [
    "ItemBank",
    "Memory",
    "Watch",
    "base_id",
    "is_id",
    "load_bank",
    "load_file",
    "pick",
    "reads_as_text",
    "rebuild",
]
