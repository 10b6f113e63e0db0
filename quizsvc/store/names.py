"""Names of accounts: what may be one, and when two are the same."""

from __future__ import annotations

import unicodedata

LONGEST = 40
"""Characters that somebody may choose; the service may add a number."""

_LONGEST_KEY = 200
"""One character can fold to eighteen, and the column holds 240."""

_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Unicode's categories of what is not printed, the marks that turn the direction among them."""

_UNSEEN_LETTERS = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0} | {
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE01F0),
}
"""Fillers, the blank Braille pattern and variation selectors: called visible, and not."""


def name_key(name: str) -> str:
    """Return a name as it is compared: whatever looks alike to a person is one.

    Composed a second time, since folding the case can undo it; without the NUL that may be typed
    and that no database takes.
    """
    folded = unicodedata.normalize("NFKC", name.replace("\0", "")).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def problem(name: str) -> str | None:
    """Say in a sentence why this cannot be a name, or None if it can; spaces around it count."""
    unseen = next((each for each in name if _is_unseen(each)), None)
    if unseen is not None:
        return (
            f"This name holds a character that is not shown (U+{ord(unseen):04X}). "
            "Please type the name by hand."
        )
    if not any(unicodedata.category(each)[0] in "LNPS" for each in name):
        return "Please type what you want to be called."
    if len(name) > LONGEST:
        return f"A name has at most {LONGEST} characters; this one has {len(name)}."
    if len(name_key(name)) > _LONGEST_KEY:
        return "This name is too long when its characters are written out. Please choose another."
    return None


def shown(text: str, *, lines: bool = False) -> str:
    """Return a text without characters that are not shown, and without the space around it.

    Nobody has typed them: they come along when something is pasted, and no database takes a NUL.
    Other than in a name nobody is mistaken for somebody else, so that there is nothing to refuse.

    Parameters
    ----------
    lines : bool
        Whether it may have several lines; else their ends are spaces.
    """
    told = "".join(
        "\n" if each == "\n" and lines else " " if each.isspace() else each
        for each in text.replace("\r\n", "\n")
        if each.isspace() or not _is_unseen(each)
    )
    return told.strip()


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or ord(character) in _UNSEEN_LETTERS
