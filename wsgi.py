"""The admin's way in: ``gunicorn -c python:quizsvc.gunicorn_conf wsgi:app``."""

import os

from gunicorn.errors import AppImportError

from quizsvc.errors import QuizsvcError
from quizsvc.server import hosted_app
from quizsvc.settings import Settings

try:
    app = hosted_app(Settings.from_environment(os.environ))
except QuizsvcError as error:
    # gunicorn prints this one without a traceback, and stops instead of trying again for ever.
    raise AppImportError(str(error)) from error
