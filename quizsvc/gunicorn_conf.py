"""What gunicorn reads: ``gunicorn -c python:quizsvc.gunicorn_conf wsgi:app``."""

import os
import signal

from quizsvc.errors import SettingsError
from quizsvc.hosting import options
from quizsvc.settings import Settings

if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
    # Reload, it says, which gunicorn heeds later: until then it would end what only begins.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

try:
    globals().update(options(Settings.from_environment(os.environ)))
except SettingsError as error:
    raise SystemExit(str(error)) from None  # a sentence, and no traceback
