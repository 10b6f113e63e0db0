"""When a page can be read in Chromium with an empty cache, and what it weighs.

Run by hand: ``python -m tests.bench.bench_pages``. Beside each page stands the very same bytes
served by Python's own static file server, in the same run, as a ratio.
"""

from __future__ import annotations

import functools
import http.server
import statistics
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from ..conftest import Server
from ..e2e.conftest import CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Response

PAGES = ("/", "/lessons/paths", "/practice/block-jacobian/1", "/practice", "/progress")
TIMES = 15

READABLE = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def copied(browser: Browser, url: str, folder: Path) -> int:
    """Write a page with all that it loads into a folder; return its bytes without the font."""
    answers: list[Response] = []
    page = browser.new_context().new_page()
    page.on("response", lambda each: answers.append(each))  # noqa: PLW0108 - needs a function
    page.goto(url, wait_until="networkidle")
    weight = 0
    for answer in answers:
        path = urlsplit(answer.url).path
        file = folder / (path.strip("/") if "." in path else "index.html")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(answer.body())
        weight += 0 if path.endswith(".ttf") else file.stat().st_size
    return weight


def readable(browser: Browser, url: str) -> float:
    """Return the median time until the page can be read, in ms, each time with an empty cache."""
    times: list[float] = []
    for _ in range(TIMES):
        context = browser.new_context()
        page = context.new_page()
        page.goto(url)
        times.append(page.evaluate(READABLE))
        context.close()
    return statistics.median(times)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        pass


def main() -> None:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        service = Server(Path(name))
        service.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for number, path in enumerate(PAGES):
            folder = Path(name, f"copy-{number}")
            weight = copied(browser, service.url + path, folder)
            handler = functools.partial(Quiet, directory=str(folder))
            static = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
            threading.Thread(target=static.serve_forever).start()
            reference = readable(browser, f"http://127.0.0.1:{static.server_port}/index.html")
            time = readable(browser, service.url + path)
            static.shutdown()
            static.server_close()
            print(f"  {path:30} {weight / 1000:6.1f} kB {time:7.1f} ms {time / reference:6.2f} ×")
        browser.close()
        service.stop()


if __name__ == "__main__":
    main()
