"""The application in this process, for browser tests that set its clock or watch its templates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from mimetypes import guess_type
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, cast

from flask import Response, abort, send_file, template_rendered
from werkzeug.serving import make_server

from quizsvc.settings import Settings
from quizsvc.store import sittings
from quizsvc.web import assets, create_app
from quizsvc.web.author import create_author_app
from quizsvc.web.current import EXTENSION

from ..bank import write_bank
from ..conftest import SECRET

if TYPE_CHECKING:
    from flask import Flask
    from jinja2 import Template

    from quizsvc.store import Database
    from quizsvc.store.sittings import Sitting
    from quizsvc.web.service import Service


class Running:
    """An application that answers from a thread of this process until it is stopped."""

    def __init__(self, app: Flask) -> None:
        # From memory: a browser that is closed while it loads leaves no file open behind it.
        font = (assets.font_path() or Path()).read_bytes()
        app.view_functions["assets.font"] = lambda: Response(font, mimetype="font/ttf")
        static = Path(app.static_folder or "")

        def from_memory(filename: str) -> Response:
            path = static / filename
            if not path.is_file():
                abort(404)
            return send_file(BytesIO(path.read_bytes()), mimetype=guess_type(filename)[0])

        app.view_functions["static"] = from_memory
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Stage:
    """A running application with the shipped content, a clock to set, and its rendered templates.

    Parameters
    ----------
    folder : Path
        Where its database is made.
    content : Path | None
        What it serves, by default the shipped content.
    """

    def __init__(self, folder: Path, content: Path | None = None) -> None:
        self.now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
        own = {
            "QUIZSVC_VAR": str(folder),
            "QUIZSVC_SECRET": SECRET,
            "QUIZSVC_LOG_LEVEL": "error",
            "QUIZSVC_CONTENT_RELOAD": "0",
        }
        if content is not None:
            own["QUIZSVC_CONTENT"] = str(content)
        settings = Settings.from_environment(own)
        self.content = settings.content
        self.app: Flask = create_app(settings, clock=lambda: self.now)
        self.rendered: list[str] = []
        template_rendered.connect(self._note, self.app)
        self.preview_app = create_author_app(write_bank(folder / "authored"))
        template_rendered.connect(self._note, self.preview_app)

    def _note(self, _app: Flask, template: Template, **_context: object) -> None:
        if template.name and not template.name.startswith("_"):  # those are parts
            self.rendered.append(template.name)

    def start(self) -> None:
        """Serve until `stop`."""
        self._running = Running(self.app)
        self._preview = Running(self.preview_app)

    def stop(self) -> None:
        """End it and close its database."""
        self._running.stop()
        self._preview.stop()
        self.db.dispose()

    @property
    def url(self) -> str:
        """Where the service is."""
        return self._running.url

    @property
    def preview_url(self) -> str:
        """Where an author sees his own small bank, which is not what the service serves."""
        return self._preview.url

    @property
    def service(self) -> Service:
        """The service behind the pages."""
        return cast("Service", self.app.extensions[EXTENSION])

    @property
    def db(self) -> Database:
        """Where it keeps what learners did."""
        return self.service.db

    def sitting_at(self, url: str) -> Sitting:
        """Return the sitting that a page's address names."""
        found = sittings.find(self.db, url.partition("/sittings/")[2].partition("/")[0])
        assert found is not None
        return found

    def wait(self, **time: float) -> None:
        """Let time pass, in the words of `datetime.timedelta`."""
        self.now += timedelta(**time)
