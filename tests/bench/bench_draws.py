"""How long a variant takes to draw and to solve, beside hand-written numpy, torch and autograd.

Run by hand: ``OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m tests.bench.bench_draws``. One
process, one thread, all in one run, so that the ratios mean something; the best of several
repetitions of each, in µs a variant.

The network is the course's: two residual blocks ``h + V tanh(W h)`` in n dimensions, and the
question is the Jacobian of the last by the first. What is hand-written is written as an
experienced numpy user would write it for this one network.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.autodiff import Program
from quizsvc.expr.parser import parse
from quizsvc.problems.building import FamilyBuilder
from quizsvc.problems.draw import Given, state_of, states_of
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.problems.tolerance import Tolerance
from quizsvc.render.templates import compile_template

if TYPE_CHECKING:
    from quizsvc.problems.family import CompiledFamily

GRID = tuple(k / 2 for k in range(-3, 4))
MANY = {2: 10_000, 4: 10_000, 64: 100}
"""Variants of one batch: 10,000 of 64 dimensions would not fit into memory beside autograd's."""

Run = Callable[[], Any]


def family(n: int, *, certified: bool) -> CompiledFamily:
    builder = FamilyBuilder()
    builder.given(Given("x", (n,), GRID))
    for name in ("W1", "V1", "W2", "V2"):
        builder.given(Given(name, (n, n), tuple(value for value in GRID if value)))
    builder.let("h", parse("x + V1 * tanh(W1 * x)"))
    builder.let("y", parse("h + V2 * tanh(W2 * h)"))
    builder.key("answer", parse("jacobian(y, x)"), Tolerance(0.005, 0.005))
    if certified:
        for rule in MAL_RULES:
            builder.named_belief(rule, rule, compile_template("No.", formula=str), listed=False)
    return builder.build()


def by_hand(x: Any, W1: Any, V1: Any, W2: Any, V2: Any) -> Any:  # noqa: N803 - matrices
    identity = np.eye(len(x))
    t = np.tanh(W1 @ x)
    h = x + V1 @ t
    u = np.tanh(W2 @ h)
    return (identity + (V2 * (1 - u**2)) @ W2) @ (identity + (V1 * (1 - t**2)) @ W1)


def by_hand_batched(x: Any, W1: Any, V1: Any, W2: Any, V2: Any) -> Any:  # noqa: N803 - matrices
    identity = np.eye(x.shape[1])
    t = np.tanh(np.einsum("bij,bj->bi", W1, x))
    h = x + np.einsum("bij,bj->bi", V1, t)
    u = np.tanh(np.einsum("bij,bj->bi", W2, h))
    first = identity + (V1 * (1 - t**2)[:, None, :]) @ W1
    return (identity + (V2 * (1 - u**2)[:, None, :]) @ W2) @ first


def drawn_by_hand(rng: np.random.Generator, n: int, *batch: int) -> tuple[Any, ...]:
    matrices = (rng.integers(-3, 4, (*batch, n, n)) / 2 for _ in range(4))
    return (rng.integers(-3, 4, (*batch, n)) / 2, *matrices)


def seconds(run: Run) -> float:
    """Return the best time of one call."""
    run()
    timer = timeit.Timer(run)
    loops, _ = timer.autorange()
    return min(timer.repeat(5, max(loops // 3, 1))) / max(loops // 3, 1)


def torch_runs(n: int, many: int, given: tuple[Any, ...], batch: tuple[Any, ...]) -> dict[str, Run]:
    try:
        import torch  # noqa: PLC0415 - it is measured where it is installed
    except ImportError:
        return {}
    torch.set_num_threads(1)
    one = [torch.tensor(value) for value in given]
    several = [torch.tensor(value) for value in batch]

    def network(x: Any, w1: Any, v1: Any, w2: Any, v2: Any) -> Any:
        h = x + v1 @ torch.tanh(w1 @ x)
        return h + v2 @ torch.tanh(w2 @ h)

    jacobian = torch.func.jacrev(network)
    batched = torch.func.vmap(jacobian)
    del n, many
    return {"single": lambda: jacobian(*one), "batched": lambda: batched(*several)}


def autograd_runs(given: tuple[Any, ...]) -> dict[str, Run]:
    import autograd  # noqa: PLC0415 - beside torch, whose import changes the threads
    import autograd.numpy as anp  # noqa: PLC0415

    def network(x: Any, w1: Any, v1: Any, w2: Any, v2: Any) -> Any:
        h = x + anp.dot(v1, anp.tanh(anp.dot(w1, x)))
        return h + anp.dot(v2, anp.tanh(anp.dot(w2, h)))

    jacobian = autograd.jacobian(network)
    return {"single": lambda: jacobian(*given)}


def measured(n: int) -> list[tuple[str, float, float]]:
    """Return for each way its name, µs a variant and the ratio to what is hand-written."""
    many = MANY[n]
    plain, certified = family(n, certified=False), family(n, certified=True)
    program = Program(plain.graph, [key.node for key in plain.keys])
    rng = np.random.default_rng(0)
    given, batch = drawn_by_hand(rng, n), drawn_by_hand(rng, n, many)
    names = ("x", "W1", "V1", "W2", "V2")
    stored = {name: value.reshape(1, n, -1) for name, value in zip(names, given, strict=True)}
    stored_batch = {
        name: value.reshape(many, n, -1) for name, value in zip(names, batch, strict=True)
    }
    counter = iter(range(10**9))
    zero = np.zeros(1, dtype=np.uint64)

    def draw_and_solve() -> Any:
        state = np.asarray([state_of(next(counter))], dtype=np.uint64)
        return program.run(plain.drawer.draw(state, zero))

    def draw_and_solve_many() -> Any:
        return program.run(plain.drawer.draw(states_of(range(many)), zero))

    assert np.allclose(program.run(stored).array(plain.keys[0].node), by_hand(*given))
    hand = {
        "solve": seconds(lambda: by_hand(*given)),
        "draw + solve": seconds(lambda: by_hand(*drawn_by_hand(rng, n))),
        "solve, batched": seconds(lambda: by_hand_batched(*batch)) / many,
        "draw + solve, batched": seconds(lambda: by_hand_batched(*drawn_by_hand(rng, n, many)))
        / many,
    }
    rows: list[tuple[str, float, float]] = []

    def add(way: str, who: str, time: float) -> None:
        rows.append((f"{way}: {who}", 1e6 * time, time / hand[way]))

    for way, time in hand.items():
        add(way, "hand-written numpy", time)
    add("solve", "quizsvc", seconds(lambda: program.run(stored)))
    add("draw + solve", "quizsvc", seconds(draw_and_solve))
    add("solve, batched", "quizsvc", seconds(lambda: program.run(stored_batch)) / many)
    add("draw + solve, batched", "quizsvc", seconds(draw_and_solve_many) / many)
    for who, runs in (
        ("torch", torch_runs(n, many, given, batch)),
        ("autograd", autograd_runs(given)),
    ):
        if "single" in runs:
            add("solve", who, seconds(runs["single"]))
        if "batched" in runs:
            add("solve, batched", who, seconds(runs["batched"]) / many)
    if n < 64:  # nobody is asked for 4,096 entries
        draw = seconds(lambda: certified.draw(next(counter)))
        add("draw + solve", "quizsvc, certified draw", draw)
        seeds = range(1000)
        add(
            "draw + solve, batched",
            "quizsvc, certified draws of 1,000 seeds",
            seconds(lambda: certified.draw_many(seeds)) / 1000,
        )
    return rows


def main() -> None:
    for n, many in MANY.items():
        print(f"\n{n} dimensions, batches of {many:,}")
        for name, time, ratio in sorted(measured(n)):
            print(f"  {name:64} {time:10.2f} µs {ratio:8.2f} ×")


if __name__ == "__main__":
    main()
