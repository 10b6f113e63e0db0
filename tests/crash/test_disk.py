"""A disk that is full, broken or read-only: what is acknowledged is there, all else is said."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ..bank import write_bank
from .faults import failing
from .patient import Patient
from .variants import CHECKPOINTS, TRUNCATE
from .victim import Victim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.crash

MOST = 200
"""Calls on files that nothing sent here needs."""

KINDS = ["practice", "start", "draft", "autosave", "hand_in"]
FILES = ["quizsvc.sqlite3", "quizsvc.sqlite3-wal", "quizsvc.sqlite3-journal"]


@contextmanager
def one_worker(folder: Path, variant: str = "") -> Iterator[Patient]:
    """Start a service that answers one request at a time, and a learner at it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("QUIZSVC_WORKERS", "1")
        environment.setenv("QUIZSVC_THREADS", "1")
        environment.setenv("QUIZSVC_TEST_VARIANT", variant)
        content = write_bank(folder / "content")
        victim = Victim(folder, content, module="tests.crash.variants")
        try:
            victim.start()
            yield Patient(victim)
        finally:
            victim.kill()


def files(patient: Patient, names: list[str]) -> list[Path]:
    return [patient.victim.folder / "var" / name for name in names]


def fail_at_each(patient: Patient, kind: str, call: str, error: str, step: int = 1) -> int:
    """Let a form meet a fault at each call, from the first to the last; return how often it did."""
    for refused, number in enumerate(range(1, MOST, step)):
        sending = getattr(patient, kind)()
        (worker,) = patient.victim.workers
        with failing(worker, files(patient, FILES), call, error, f"{number}+"):
            answer = patient.send(sending)
            acknowledged = patient.judge(sending, answer)
        assert patient.judge(sending, patient.send(sending)), "it cannot be sent again"
        if acknowledged:
            return refused
    raise AssertionError("it is never acknowledged")


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    with one_worker(tmp_path_factory.mktemp("disk"), CHECKPOINTS) as patient:
        yield patient


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_is_told_and_what_was_refused_can_be_sent_again(
    patient: Patient, kind: str
) -> None:
    assert fail_at_each(patient, kind, "pwrite64", "ENOSPC", step=5) > 0


def test_a_commit_that_cannot_be_synced_is_not_acknowledged(patient: Patient) -> None:
    assert fail_at_each(patient, "practice", "fsync,fdatasync", "EIO") > 0


def test_a_file_that_was_read_only_is_written_again_as_soon_as_it_can_be(patient: Patient) -> None:
    sending = patient.practice()
    worker = renew_worker(patient)
    with failing(worker, files(patient, FILES[:1]), "openat", "EROFS", "1"):
        assert not patient.judge(sending, patient.send(sending))
    assert patient.judge(sending, patient.send(sending))


def renew_worker(patient: Patient) -> int:
    """Kill the worker, and return the next one, which opens the database anew."""
    former = patient.victim.workers
    patient.victim.kill_worker(0)
    return patient.victim.await_new_worker(former)


def test_a_commit_stands_though_it_cannot_be_written_back_into_the_file(patient: Patient) -> None:
    for error in ("ENOSPC", "EIO"):
        sending = patient.practice()
        (worker,) = patient.victim.workers
        with failing(worker, files(patient, FILES[:1]), "pwrite64", error, "1+"):
            assert patient.judge(sending, patient.send(sending)), "it was committed"
        assert patient.judge(sending, patient.send(sending))


PAGE = 4096
RUBBISH = b"\xa5" * PAGE
HARM = ["header", "cut short", "empty", "wal", "page 3"]


def harm(kind: str, file: Path) -> None:
    """Break a database as a bad disk or a bad copy does."""
    content = bytearray(file.read_bytes())
    if kind == "header":
        content[:100] = bytes(100)
    elif kind == "cut short":
        del content[len(content) // 2 :]
    elif kind == "empty":
        content.clear()
    elif kind == "wal":
        file.with_name(f"{file.name}-wal").write_bytes(RUBBISH * 3)
    else:
        start = int(kind.removeprefix("page ")) * PAGE
        content[start : start + PAGE] = RUBBISH
    file.write_bytes(content)


def meet(patient: Patient, kind: str) -> bool:
    """Send an answer to a broken database, and again once it is mended; tell if it was refused."""
    sending = patient.practice()
    renew_worker(patient)
    assert not sending.stored()  # and who closes the file last has written the WAL back
    file = files(patient, FILES)[0]
    before = file.read_bytes()
    harm(kind, file)
    answer = patient.send(sending)
    refused = answer.status in (500, 503)
    if refused:
        patient.judge_refusal(sending, answer)
    else:
        assert patient.judge(sending, answer)
    assert patient.browser.ask("/").status in (200, 500, 503)
    renew_worker(patient)
    for leftover in ("-wal", "-shm"):
        file.with_name(file.name + leftover).unlink(missing_ok=True)
    file.write_bytes(before)
    assert patient.judge(sending, patient.send(sending)), "it was mended"
    return refused


@pytest.mark.parametrize("kind", HARM)
def test_a_broken_file_acknowledges_nothing_that_it_does_not_keep(
    patient: Patient, kind: str
) -> None:
    refused = meet(patient, kind)
    if kind in ("header", "cut short", "empty"):
        assert refused
    if kind == "wal":
        assert not refused, "what has no valid checksum is left alone"


def every_page(patient: Patient) -> int:
    """Break each page in turn; return for how many of them an answer was refused."""
    pages = files(patient, FILES)[0].stat().st_size // PAGE
    return sum(meet(patient, f"page {number}") for number in range(pages))


CALLS = [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("pwrite64", "EROFS"), ("fsync", "EIO")]


@pytest.mark.long
@pytest.mark.parametrize("variant", ["", TRUNCATE, CHECKPOINTS])
def test_every_call_of_every_form_meets_every_fault(tmp_path: Path, variant: str) -> None:
    calls = [*CALLS, ("ftruncate", "EIO")] if variant == TRUNCATE else CALLS
    with one_worker(tmp_path, variant) as patient:
        for kind in KINDS:
            for call, error in calls:
                refused = fail_at_each(patient, kind, call, error)
                assert refused
                print(f"{variant or 'as it is':<12}{kind:<10}{call:<10}{error:<8}{refused:>4}")


@pytest.mark.long
def test_every_page_of_the_file_is_broken_in_turn(patient: Patient) -> None:
    assert every_page(patient) > 3
