"""Which names and passwords may be chosen, and what is kept of a password."""

from __future__ import annotations

import pytest

from quizsvc.store import names, passwords


@pytest.mark.parametrize(
    "name",
    ["Ann", "名前", "<script>alert(1)</script>", "D’Arcy", "Ørsted 2", "🦊", "W" * 40, "Ann-1234"],
)
def test_a_name_may_be_nearly_anything(name: str) -> None:
    assert names.problem(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "what you want to be called"), ("   ", "what you want"), ("\u0301", "what you want"),
        ("W" * 41, "at most 40"), ("\ufdfa" * 40, "too long"), ("Ann\u202eeve", "U\\+202E"),
        ("Ann\u200b", "U\\+200B"), ("Ann\tLee", "U\\+0009"), ("\u3164", "U\\+3164"),
        ("Ann\x00", "U\\+0000"), ("\u2800", "U\\+2800"),
    ],
)  # fmt: skip
def test_a_name_that_is_empty_hidden_or_endless_is_refused_with_a_reason(
    name: str, reason: str
) -> None:
    with pytest.raises(AssertionError, match=reason):
        assert names.problem(name) is None, names.problem(name)


@pytest.mark.parametrize(
    "password", ["tree house", "пароль дня", "  spaces  ", "🦊🐻🐼🦁🐯🐮🐷🐸", "x1" * 100]
)
def test_a_password_may_hold_anything(password: str) -> None:
    assert passwords.problem(password, "Ann") is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "at least 8"), ("x" * 201, "at most 200"), ("ANN-1234", "not be the name"),
        ("password", "anybody would try"), ("aaaaaaaa", "try"), ("12345678", "try"),
        ("8901234567", "try"), ("hgfedcba", "try"), ("Qwertzuiop", "try"), ("Trustno1", "try"),
    ],
)  # fmt: skip
def test_the_passwords_that_are_tried_first_are_refused(password: str, reason: str) -> None:
    assert reason in (passwords.problem(password, "Ann", "Ann-1234") or "")


def test_a_password_opens_with_its_characters_however_they_were_composed() -> None:
    kept = passwords.make_hash("Zoe\u0308 on the hill")
    assert "argon2id" in kept
    assert passwords.match(kept, "Zo\u00eb on the hill")
    assert not passwords.match(kept, "Zoe on the hill")
    assert not passwords.match(kept, "x" * 100_000)
    assert not passwords.match(None, "")


def test_the_same_work_is_done_whether_or_not_there_is_a_hash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = passwords.make_hash("tree house")
    passwords.match(None, "so that nobody's hash is there")
    worked = []
    verify = passwords._hasher.verify

    def watched(_self: object, kept: str, given: str) -> bool:
        worked.append(kept[:30])
        return verify(kept, given)

    monkeypatch.setattr(type(passwords._hasher), "verify", watched)
    for each in (kept, None):
        passwords.match(each, "wrong")
        passwords.match(each, "x" * 500)
    assert len(worked) == 4
    assert len(set(worked)) == 1, "with the same parameters"


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert not passwords.is_outdated(passwords.make_hash("tree house"))
    assert passwords.is_outdated(
        "$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$Q6ZTKjHwBsSHRh6XkPDv0XxzPwGvU+GYwZ0cWV2nZVo"
    )
