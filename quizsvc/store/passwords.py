"""Passwords: which may be chosen, and their hashes; the only importer of argon2.

The parameters are those that OWASP's password storage cheat sheet lists for Argon2id with 19 MiB.
Hashing takes tens of milliseconds: it is done outside of every transaction.
"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from quizsvc.store.names import name_key

SHORTEST = 8
LONGEST = 200
"""Characters."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

_TRIED_FIRST = """
1234qwer 123qwe123 12341234 123123123 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc aa123456 abc12345
abcd1234 admin123 administrator asdfasdf baseball basketball changeme charlie1 computer football
geheim123 hallo123 hello123 iloveyou internet jennifer letmein1 letmein123 liverpool login123
master123 michelle monkey123 p@ssw0rd p@ssword pass1234 passw0rd password password! password1
password12 password123 passwort passwort1 passwort123 pokemon1 princess q1w2e3r4 qazwsxedc qwer1234
qwerty12 qwerty123 qwertz123 samsung1 schatz123 starwars student1 sunshine superman test1234
trustno1 welcome1 welcome123 whatever zxcvbnm1
"""
_COMMON = frozenset(_TRIED_FIRST.split())

_RUNS = (
    "0123456789" * (LONGEST // 10),
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)
"""What fingers run along; a password is none of them, nor a piece, forwards or backwards."""


def problem(password: str, *names: str) -> str | None:
    """Say in a sentence why this should not be the password of somebody of these names.

    The rules are few and of one kind: what is tried first by whoever guesses.
    """
    plain = password.casefold()
    if len(password) < SHORTEST:
        return (
            f"A password has at least {SHORTEST} characters. Three or four words make a good one."
        )
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    if name_key(password) in {name_key(name) for name in names}:
        return "The password must not be the name."
    is_run = any(plain in run or plain in run[::-1] for run in _RUNS)
    if plain in _COMMON or len(set(plain)) == 1 or is_run:
        return "This password is among the first that anybody would try. Please choose another."
    return None


def make_hash(password: str) -> str:
    """Return the hash to keep."""
    return _hasher.hash(_normal(password))


def match(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is the one behind a hash.

    Without a hash the answer is no, after the same work: the time must not tell whether there is
    an account.
    """
    nobodys = _hash_of_nobody()  # made before either is checked, or the first check would differ
    if len(password) > LONGEST:
        password_hash, password = None, ""
    try:
        return _hasher.verify(password_hash or nobodys, _normal(password)) and bool(password_hash)
    except VerifyMismatchError:
        return False


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_hex(32))


def _normal(password: str) -> str:
    """Return one form for the same characters, whatever keyboard typed them."""
    return unicodedata.normalize("NFKC", password)
