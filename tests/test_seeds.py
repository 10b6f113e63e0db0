"""What must not be guessed: seeds, tokens, and that nothing of ours draws from a weak source."""

from __future__ import annotations

import ast
from pathlib import Path

import quizsvc
from quizsvc.store.statements import new_secret, secret_hash
from quizsvc.variants import SEED_BITS, learner_seed
from quizsvc.web.current import new_token

MANY = 2_000
SECRET = b"of these tests, and long enough for them"


def seeds(secret: bytes = SECRET) -> list[int]:
    return [learner_seed(secret, "ann", "double", number) for number in range(MANY)]


def test_seeds_have_128_bits_of_which_each_is_set_half_the_time() -> None:
    assert SEED_BITS == 128
    drawn = seeds()
    assert len(set(drawn)) == MANY
    assert max(drawn) < 2**128
    for bit in range(128):
        share = sum(seed >> bit & 1 for seed in drawn) / MANY
        assert abs(share - 0.5) < 0.06, bit  # more than five standard deviations


def test_a_seed_depends_on_the_secret_the_learner_the_item_and_the_number() -> None:
    whose = [
        (SECRET, "ann", "double", 1),
        (SECRET + b".", "ann", "double", 1),
        (SECRET, "bob", "double", 1),
        (SECRET, "ann", "block", 1),
        (SECRET, "ann", "double", 2),
        (SECRET, "anndouble", "", 1),
        (SECRET, "ann", "double1", 0),
    ]
    assert len({learner_seed(*each) for each in whose}) == len(whose)
    # Of two secrets that differ in one character, half of the bits differ.
    pairs = zip(seeds(), seeds(SECRET[:-1] + b"n"), strict=True)
    differing = sum((one ^ other).bit_count() for one, other in pairs) / MANY
    assert abs(differing - 64) < 1


def test_tokens_are_random_and_long_enough() -> None:
    assert len({new_token() for _ in range(MANY)}) == MANY
    assert all(len(new_token()) == 32 for _ in range(9))  # uuid4: 122 random bits
    made = {new_secret() for _ in range(MANY)}
    assert len(made) == MANY
    assert min(len(each) for each in made) >= 43  # base64 of 256 bits
    one = next(iter(made))
    assert one not in secret_hash(one), "the store keeps no token"


def test_nothing_of_ours_draws_from_the_random_module_or_numpys() -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path in Path(quizsvc.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.stmt | ast.expr) and weak(node)
    ]
    assert found == []
    assert weak(ast.parse("import random").body[0])
    assert weak(ast.parse("np.random.rand()", mode="eval").body.func)  # type: ignore[attr-defined]


def weak(node: ast.AST) -> bool:
    """Tell whether a piece of code reaches for a source of numbers that can be foretold."""
    match node:
        case ast.Import(names=names):
            return any(each.name.split(".")[0] == "random" for each in names)
        case ast.ImportFrom(module=str(module), level=0):
            return "random" in module.split(".")
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="random")):
            return True
    return False
