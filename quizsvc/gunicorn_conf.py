"""What gunicorn reads: ``gunicorn -c python:quizsvc.gunicorn_conf wsgi:app``."""

import os

from quizsvc.errors import SettingsError
from quizsvc.hosting import options
from quizsvc.settings import Settings

try:
    globals().update(options(Settings.from_environment(os.environ)))
except SettingsError as error:
    raise SystemExit(str(error)) from None  # a sentence, and no traceback
