import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest

from quizsvc import logs


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    logger = logging.getLogger("quizsvc.tests")
    logger.propagate = False
    yield logger
    logger.handlers.clear()
    logs.request_id.set("")


def line_of(log: logging.Logger, form: str) -> StringIO:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.formatter(form))
    log.handlers[:] = [handler]
    return written


def fail(log: logging.Logger) -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        log.exception("%s broke", "it")


def test_a_json_line_is_one_object_even_with_a_traceback(log: logging.Logger) -> None:
    written = line_of(log, "json")
    logs.request_id.set("of-this-request")
    fail(log)
    (line,) = written.getvalue().splitlines()
    told = json.loads(line)
    assert told["time"].endswith("Z")
    assert told["level"] == "ERROR"
    assert told["logger"] == "quizsvc.tests"
    assert told["message"] == "it broke"
    assert told["request_id"] == "of-this-request"
    assert "ZeroDivisionError" in told["traceback"]


def test_outside_a_request_no_id_is_told(log: logging.Logger) -> None:
    written = line_of(log, "json")
    log.warning("a fault")
    assert "request_id" not in json.loads(written.getvalue())


def test_a_line_for_people_ends_with_the_reference_and_the_traceback_follows(
    log: logging.Logger,
) -> None:
    written = line_of(log, "text")
    logs.request_id.set("of-this-request")
    fail(log)
    first, second, *_ = written.getvalue().splitlines()
    assert first.endswith("ERROR quizsvc.tests: it broke [of-this-request]")
    assert second.startswith("Traceback")


def test_what_is_said_at_the_start_is_a_line_of_the_log_too() -> None:
    assert logs.as_line("here it is", "text") == "here it is"
    assert json.loads(logs.as_line("here it is", "json"))["message"] == "here it is"
