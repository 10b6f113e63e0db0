"""The admin's way in: ``gunicorn wsgi:app``."""

from gunicorn.errors import AppImportError

from quizsvc.errors import QuizsvcError
from quizsvc.web import create_app

try:
    app = create_app()
except QuizsvcError as error:
    # gunicorn prints this one without a traceback, and stops instead of trying again for ever.
    raise AppImportError(str(error)) from error
