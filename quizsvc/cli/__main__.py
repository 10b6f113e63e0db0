"""``python -m quizsvc.cli`` is ``quizsvc``."""

from quizsvc.cli import main

main()
