"""The claims file to Claims: every computation is run, so that no claim outlives its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.autodiff import Program, to_array
from quizsvc.content.texts import plain_template
from quizsvc.errors import ContentError, ExpressionError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.latex import name_latex, tree_latex
from quizsvc.expr.lexer import canonical_name
from quizsvc.expr.parser import names_in, parse
from quizsvc.expr.primitives import RESERVED
from quizsvc.expr.shapes import describe
from quizsvc.model import Claim, ClaimGroup, Claims
from quizsvc.render.maths import MathsError, to_mathml
from quizsvc.render.numbers import to_latex, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.content.claim_spec import ClaimSpec, ClaimsSpec, ShownSpec
    from quizsvc.content.references import Known
    from quizsvc.content.yaml_source import Path, Source
    from quizsvc.errors import Fault
    from quizsvc.expr.nodes import Tree
    from quizsvc.expr.primitives import Array

DIGITS = 4
_CLOSE = 0.5 * 10.0 ** (1 - DIGITS)
"""How far, relatively, a value may be from what is written to four figures."""


def compile_claims(spec: ClaimsSpec, source: Source, known: Known) -> Claims:
    """Build the claims; `known` notes a lesson, heading or item that does not exist.

    Raises
    ------
    ContentError
        The author's: all faults that were found, computations that come out otherwise among them.
    """
    faults: list[Fault] = []
    seen: set[str] = set()
    groups = []
    for group_number, group in enumerate(spec.groups):
        claims = []
        for number, claim in enumerate(group.claims):
            path: Path = ("groups", group_number, "claims", number)
            if claim.id in seen:
                faults.append(source.fault(f"Two claims are called “{claim.id}”.", (*path, "id")))
            seen.add(claim.id)
            known("heading", claim.see, (*path, "see"))
            for place, item in enumerate(claim.items):
                known("item", item, (*path, "items", place))
            claims.append(_claim(claim, source, path, faults))
        groups.append(ClaimGroup(group.title, tuple(claims)))
    if faults:
        raise ContentError(faults)
    return Claims(spec.title, spec.summary, tuple(groups))


def _claim(spec: ClaimSpec, source: Source, path: Path, faults: list[Fault]) -> Claim:
    says = plain_template(spec.says, source, (*path, "says"), faults)
    truth = None
    if spec.truth is not None:
        truth = plain_template(spec.truth, source, (*path, "truth"), faults)
    builder = GraphBuilder()
    inputs: dict[str, Array] = {}
    given = []
    shows = []
    here = path
    try:
        for name, text in spec.let.items():
            here = (*path, "let", name)
            _check_name(name)
            tree = parse(text)
            if names_in(tree) - {"pi", "e", "I"}:
                builder.define(canonical_name(name), tree)
            else:  # two inputs with one value are still two, to differentiate by
                inputs[canonical_name(name)] = _input(builder, canonical_name(name), tree)
            given.append(f"{name_latex(canonical_name(name))} = {tree_latex(tree)}")
        for number, shown in enumerate(spec.shows):
            here = (*path, "shows", number, "value" if shown.that is None else "that")
            shows.append(_shown(builder, shown, inputs))
            to_mathml(shows[-1])
    except ExpressionError as problem:
        faults.append(source.fault(problem.message, here, problem.position))
    except MathsError as problem:
        faults.append(source.fault(f"In maths this cannot be shown: {problem.message}.", here))
    if given and shows:
        shows.insert(0, ",\\quad ".join(given))
    return Claim(spec.id, says, spec.status, truth, spec.see, tuple(spec.items), tuple(shows))


def _check_name(name: str) -> None:
    if canonical_name(name) in RESERVED:
        raise ExpressionError(f"“{name}” is a word of the language.")


def _input(builder: GraphBuilder, name: str, tree: Tree) -> Array:
    """Evaluate what names nothing, and declare it as an input."""
    alone = GraphBuilder()
    node = alone.add(tree)
    tape = Program(alone.graph, [node]).run({})
    tape.check()
    builder.input(name, alone.shape(node))
    return tape.array(node)


def _shown(builder: GraphBuilder, shown: ShownSpec, inputs: Mapping[str, Array]) -> str:
    """Run one computation and return it in LaTeX."""
    tree = parse(shown.that or shown.value or "")
    node = builder.add(tree, condition=shown.that is not None)
    tape = Program(builder.graph, [node]).run(inputs)
    tape.check()
    if shown.that is not None:
        if not tape.value(node):
            raise ExpressionError("This does not hold.")
        return tree_latex(tree)
    found, shape = tape.value(node), builder.shape(node)
    said: Any = shown.is_
    rows = {np.shape(row) for row in said} if isinstance(said, list) else {()}
    if len(rows) != 1 or np.shape(said) != shape:
        raise ExpressionError(f"This is {describe(shape)}, unlike what it is said to be.")
    if not _agrees(to_array(found, shape), to_array(said, shape)):
        raise ExpressionError(f"This comes out as {to_text(found, digits=DIGITS)}.")
    sign = "=" if np.array_equal(found, said) else "\\approx"
    return f"{tree_latex(tree)} {sign} {to_latex(said)}"


def _agrees(found: Any, said: Any) -> bool:
    return bool((np.abs(found - said) <= _CLOSE * np.abs(said) + 1e-12 * (said == 0)).all())
