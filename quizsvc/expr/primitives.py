"""THE table: each operation's shape rule, value, derivative, LaTeX and place in the whitelist.

A row is all that the language knows of an operation. The engine in `autodiff` knows none of the
derivatives, the parser none of the functions, so that they cannot disagree.

Arrays are stored as ``(..., r, c)``: a scalar as 1 × 1, a vector of n as n × 1, a row as 1 × n.
One storage for all makes each rule below the one from the calculus book, for single values, for
batches of variants and for batches of cotangents alike. Letters: ``g`` the cotangent of the
result, ``y`` the result, ``x``, ``a``, ``b`` the arguments.

Conventions: ReLU′(0) = abs′(0) = step′(0) = 0; at a tie of ``max`` and ``min`` the first wins.
A value outside a function's domain is NaN here, and an error to whoever asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizsvc.expr import numerics as nm
from quizsvc.expr import shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quizsvc.expr.shapes import ShapeRule

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """How a cotangent passes from a result to one of the arguments.

    ``gradient`` and ``factor`` are the same rule as a worked solution writes it, for column
    gradients (``{g}``, ``{0}``, ``{1}``) and as a factor of a Jacobian; empty where no solution
    spells it out.
    """

    vjp: Callable[..., Array]
    gradient: str = ""
    factor: str = ""
    of_identity: Callable[..., Array] | None = None
    """What `vjp` makes of the identity, from ``(y, *arguments)``, where that takes no product."""
    columnwise: bool = True
    """Whether `vjp` takes several cotangents of a column at once, side by side."""


@dataclass(frozen=True, slots=True)
class Primitive:
    """One row of the table."""

    name: str
    shape: ShapeRule
    value: Callable[..., Array]
    latex: str
    """``{0}``, ``{1}`` stand for the arguments, in parentheses where `binding` asks for them."""
    rules: tuple[Rule, ...] = ()
    """One an argument; empty for what has no derivative."""
    arity: int = 1
    binding: int = 9
    """How strongly the notation holds together: 5 sum, 6 product, 8 power, 9 a call."""
    slope: Callable[[Array, Array], Array] | None = None
    """σ′ of an entrywise function of one argument, from (y, x)."""
    slope_latex: str = ""
    activation: bool = False
    """Whether a network uses it as its nonlinearity."""
    condition: bool = False
    """Whether the result is true or false."""
    takes_conditions: bool = False
    cubic: bool = False
    """Whether it costs the cube of the size."""
    elementary: bool = False
    """Whether a learner's number field may use it."""
    kink: Callable[..., Array] | None = None
    """How far, entry by entry, the arguments are from where the slope jumps."""
    exact: bool = False
    """Whether whole numbers give whole numbers."""


def _entrywise(  # noqa: PLR0913 - one call is one row of the table
    name: str,
    value: Callable[[Array], Array],
    slope: Callable[[Array, Array], Array],
    latex: str,
    slope_latex: str,
    *,
    activation: bool = False,
    kink: Callable[[Array], Array] | None = None,
) -> Primitive:
    rule = Rule(
        lambda g, y, x: g * slope(y, x),
        gradient="{g} \\odot " + slope_latex,
        factor="\\operatorname{diag}\\left(" + slope_latex + "\\right)",
    )
    return Primitive(
        name, shapes.same, value, latex, (rule,),
        slope=slope, slope_latex=slope_latex, activation=activation, elementary=True,
        kink=kink, exact=kink is not None,
    )  # fmt: skip


def _call(name: str, arity: int = 1) -> str:
    places = ", ".join(f"{{{place}}}" for place in range(arity))
    return "\\operatorname{" + name + "}\\left(" + places + "\\right)"


_ARITHMETIC = (
    Primitive(
        "add", shapes.sum_of, lambda a, b: a + b, "{0} + {1}",
        (Rule(lambda g, y, a, b: g, "{g}", "I"), Rule(lambda g, y, a, b: g, "{g}", "I")),
        arity=2, binding=5, elementary=True, exact=True,
    ),
    Primitive(
        "subtract", shapes.sum_of, lambda a, b: a - b, "{0} - {1}",
        (Rule(lambda g, y, a, b: g, "{g}", "I"), Rule(lambda g, y, a, b: -g, "-{g}", "(-I)")),
        arity=2, binding=5, elementary=True, exact=True,
    ),
    Primitive(
        "negate", shapes.same, lambda x: -x, "-{0}", (Rule(lambda g, y, x: -g, "-{g}", "(-I)"),),
        binding=6, elementary=True, exact=True,
    ),
    Primitive(
        "multiply", shapes.entrywise, lambda a, b: a * b, "{0} \\odot {1}",
        (
            Rule(lambda g, y, a, b: g * b, "{g} \\odot {1}", "\\operatorname{diag}({1})"),
            Rule(lambda g, y, a, b: g * a, "{g} \\odot {0}", "\\operatorname{diag}({0})"),
        ),
        arity=2, binding=6, elementary=True, exact=True,
    ),
    Primitive(
        "scale", shapes.entrywise, lambda a, b: a * b, "{0} \\, {1}",
        (
            Rule(lambda g, y, a, b: g * b, "{1}^\\top {g}", "{1}"),
            Rule(lambda g, y, a, b: g * a, "{0} \\, {g}", "{0} I"),
        ),
        arity=2, binding=6, elementary=True, exact=True,
    ),
    Primitive(
        "matmul", shapes.product, np.matmul, "{0} {1}",
        (
            Rule(lambda g, y, a, b: g @ b.mT, "{g} {1}^\\top", columnwise=False),
            Rule(
                lambda g, y, a, b: a.mT @ g, "{0}^\\top {g}", "{0}",
                of_identity=lambda y, a, b: a.mT,
            ),
        ),
        arity=2, binding=6, elementary=True, exact=True,
    ),
    Primitive(
        "divide", shapes.quotient, nm.divide, "\\frac{{0}}{{1}}",
        (
            Rule(lambda g, y, a, b: g / b, "\\tfrac1{{1}} {g}", "\\tfrac1{{1}} I"),
            Rule(lambda g, y, a, b: -g * y / b, "-\\tfrac1{{1}} \\, {y}^\\top {g}"),
        ),
        arity=2, binding=9, elementary=True,
    ),
    Primitive(
        "power", shapes.powered, nm.power, "{0}^{{1}}",
        (
            Rule(
                lambda g, y, x, p: g * p * nm.power(x, p - 1),
                "{g} \\odot {1} \\, {0}^{{1} - 1}",
                "\\operatorname{diag}({1} \\, {0}^{{1} - 1})",
            ),
            Rule(lambda g, y, x, p: g * y * np.log(x), "{g} \\odot {y} \\ln {0}"),
        ),
        arity=2, binding=8, elementary=True,
    ),
    Primitive(
        "transpose", shapes.transposed, lambda a: a.mT, "{0}^\\top",
        (Rule(lambda g, y, a: g.mT, "{g}^\\top"),), binding=8, elementary=True, exact=True,
    ),
)  # fmt: skip

_ENTRYWISE = (
    _entrywise(
        "relu", lambda x: np.maximum(x, 0.0), lambda y, x: (x > 0) * 1.0,
        "\\operatorname{ReLU}({0})", "\\operatorname{ReLU}'({0})", activation=True, kink=np.abs,
    ),
    _entrywise(
        "tanh", np.tanh, lambda y, x: 1 - y**2, "\\tanh({0})", "\\tanh'({0})",
        activation=True,
    ),
    _entrywise(
        "sigmoid", nm.sigmoid, lambda y, x: y * (1 - y), "\\sigma({0})",
        "\\sigma'({0})", activation=True,
    ),
    _entrywise("exp", np.exp, lambda y, x: y, "\\exp\\left({0}\\right)", "\\exp({0})"),
    _entrywise("log", np.log, lambda y, x: 1 / x, "\\ln\\left({0}\\right)", "\\tfrac1{{0}}"),
    _entrywise(
        "sqrt", np.sqrt, lambda y, x: 0.5 / y, "\\sqrt{{0}}", "\\tfrac1{2 \\sqrt{{0}}}"
    ),
    _entrywise("sin", np.sin, lambda y, x: np.cos(x), "\\sin\\left({0}\\right)", "\\cos({0})"),
    _entrywise("cos", np.cos, lambda y, x: -np.sin(x), "\\cos\\left({0}\\right)", "-\\sin({0})"),
    _entrywise(
        "abs", np.abs, lambda y, x: np.sign(x), "\\left|{0}\\right|", "\\operatorname{sign}({0})",
        kink=np.abs,
    ),
    _entrywise(
        "step", lambda x: np.where(x > 0, 1.0, 0.0), lambda y, x: np.zeros_like(x),
        "\\operatorname{step}({0})", "\\operatorname{step}'({0})", kink=np.abs,
    ),
    Primitive(
        "skip", shapes.same, lambda x: x, "{0}", (Rule(lambda g, y, x: g, "{g}", "I"),),
        elementary=True, exact=True,
    ),
    Primitive(
        "max", shapes.entrywise, np.maximum, "\\max\\left({0}, {1}\\right)",
        (
            Rule(lambda g, y, a, b: g * (a >= b), "{g} \\odot [{0} \\ge {1}]"),
            Rule(lambda g, y, a, b: g * (b > a), "{g} \\odot [{1} > {0}]"),
        ),
        arity=2, elementary=True, kink=lambda a, b: np.abs(a - b), exact=True,
    ),
    Primitive(
        "min", shapes.entrywise, np.minimum, "\\min\\left({0}, {1}\\right)",
        (
            Rule(lambda g, y, a, b: g * (a <= b), "{g} \\odot [{0} \\le {1}]"),
            Rule(lambda g, y, a, b: g * (b < a), "{g} \\odot [{1} < {0}]"),
        ),
        arity=2, elementary=True, kink=lambda a, b: np.abs(a - b), exact=True,
    ),
)  # fmt: skip

_REDUCTIONS = (
    Primitive(
        "largest", shapes.to_scalar, lambda x: np.max(x, axis=(-2, -1), keepdims=True),
        "\\max\\left({0}\\right)", (Rule(lambda g, y, x: g * nm.first_equal(x, y)),),
        elementary=True, kink=nm.gap_at_top, exact=True,
    ),
    Primitive(
        "smallest", shapes.to_scalar, lambda x: np.min(x, axis=(-2, -1), keepdims=True),
        "\\min\\left({0}\\right)", (Rule(lambda g, y, x: g * nm.first_equal(x, y)),),
        elementary=True, kink=lambda x: nm.gap_at_top(-x), exact=True,
    ),
    Primitive(
        "sum", shapes.to_scalar, lambda x: np.sum(x, axis=(-2, -1), keepdims=True),
        _call("sum"), (Rule(lambda g, y, x: g * np.ones_like(x), "{g} \\, \\mathbf 1"),),
        elementary=True, exact=True,
    ),
    Primitive(
        "mean", shapes.to_scalar, lambda x: np.mean(x, axis=(-2, -1), keepdims=True),
        _call("mean"), (Rule(lambda g, y, x: g * np.ones_like(x) / (x.shape[-2] * x.shape[-1])),),
        elementary=True,
    ),
    Primitive(
        "norm", shapes.vector_to_scalar, nm.euclidean, "\\left\\lVert {0} \\right\\rVert",
        (Rule(lambda g, y, x: g * nm.divide(x, y), "{g} \\, {0} / {y}"),), elementary=True,
    ),
    Primitive(
        "frobenius", shapes.matrix_to_scalar, nm.euclidean,
        "\\left\\lVert {0} \\right\\rVert_F", (Rule(lambda g, y, x: g * nm.divide(x, y)),),
        elementary=True,
    ),
    Primitive(
        "spectral", shapes.matrix_to_scalar, nm.spectral, "\\left\\lVert {0} \\right\\rVert_2",
        (Rule(lambda g, y, a: g * nm.spectral_gradient(a)),), cubic=True, elementary=True,
    ),
    Primitive(
        "dot", shapes.two_vectors_to_scalar, lambda a, b: a.mT @ b, "{0} \\cdot {1}",
        (
            Rule(lambda g, y, a, b: g * b, "{g} \\, {1}"),
            Rule(lambda g, y, a, b: g * a, "{g} \\, {0}"),
        ),
        arity=2, binding=6, elementary=True, exact=True,
    ),
)  # fmt: skip

_MATRICES = (
    Primitive(
        "outer", shapes.two_vectors_to_matrix, lambda a, b: a @ b.mT, "{0} {1}^\\top",
        (Rule(lambda g, y, a, b: g @ b), Rule(lambda g, y, a, b: g.mT @ a)),
        arity=2, binding=6, elementary=True, exact=True,
    ),
    Primitive(
        "diag", shapes.diagonal, nm.diagonal, _call("diag"),
        (Rule(lambda g, y, x: nm.diagonal_vjp(g, x)),), elementary=True, exact=True,
    ),
    Primitive(
        "matrix_power", shapes.square, nm.matrix_power, "{0}^{{1}}", arity=2, binding=8,
        cubic=True, elementary=True,
    ),
    Primitive(
        "det", shapes.square_to_scalar, nm.det, "\\det\\left({0}\\right)",
        (Rule(lambda g, y, a: g * y * nm.inv(a).mT),), cubic=True, elementary=True,
    ),
    Primitive(
        "trace", shapes.square_to_scalar,
        lambda a: np.trace(a, axis1=-2, axis2=-1)[..., None, None],
        "\\operatorname{tr}\\left({0}\\right)",
        (Rule(lambda g, y, a: g * np.eye(a.shape[-1])),), elementary=True, exact=True,
    ),
    Primitive(
        "inv", shapes.square, nm.inv, "{0}^{-1}",
        (Rule(lambda g, y, a: -y.mT @ g @ y.mT),), binding=8, cubic=True, elementary=True,
    ),
    Primitive(
        "eigenvalues", shapes.square_to_vector, nm.eigenvalues, _call("eigenvalues"), cubic=True,
    ),
    Primitive(
        "singularvalues", shapes.matrix_to_vector, nm.singular_values, _call("singularvalues"),
        cubic=True,
    ),
    Primitive(
        "choose", shapes.two_scalars, nm.choose, "\\binom{{0}}{{1}}", arity=2, elementary=True,
    ),
)  # fmt: skip


def _comparison(name: str, compare: Callable[..., Array], latex: str) -> Primitive:
    return Primitive(name, shapes.entrywise, compare, latex, arity=2, binding=4, condition=True)


def _logical(name: str, shape: ShapeRule, value: Callable[..., Array], arity: int) -> Primitive:
    return Primitive(
        name, shape, value, _call(name, arity), arity=arity, condition=True, takes_conditions=True
    )


_CONDITIONS = (
    _comparison("<", np.less, "{0} < {1}"),
    _comparison("<=", np.less_equal, "{0} \\le {1}"),
    _comparison(">", np.greater, "{0} > {1}"),
    _comparison(">=", np.greater_equal, "{0} \\ge {1}"),
    _comparison("==", np.equal, "{0} = {1}"),
    _comparison("!=", np.not_equal, "{0} \\ne {1}"),
    _logical("and", shapes.entrywise, np.logical_and, 2),
    _logical("or", shapes.entrywise, np.logical_or, 2),
    _logical("not", shapes.same, np.logical_not, 1),
    _logical("any", shapes.to_scalar, lambda x: np.any(x, axis=(-2, -1), keepdims=True), 1),
    _logical("all", shapes.to_scalar, lambda x: np.all(x, axis=(-2, -1), keepdims=True), 1),
)


def _primed(row: Primitive) -> Primitive:
    """Make the row of ``tanh'`` from that of ``tanh``; it has no derivative of its own."""
    value, slope = row.value, row.slope
    assert slope is not None  # noqa: S101 - only entrywise rows come here
    return Primitive(
        f"{row.name}'", shapes.same, lambda x: slope(value(x), x), row.slope_latex, elementary=True
    )


PRIMITIVES: Mapping[str, Primitive] = MappingProxyType(
    {
        row.name: row
        for group in (
            _ARITHMETIC, _ENTRYWISE, _REDUCTIONS, _MATRICES, _CONDITIONS,
            tuple(_primed(row) for row in _ENTRYWISE if row.slope is not None),
        )
        for row in group
    }
)  # fmt: skip

OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "+": "add", "-": "subtract", "neg": "negate", ".*": "multiply", "/": "divide",
        ".^": "power", "transpose": "transpose",
    }
)  # fmt: skip
"""Operators that are always one row; ``*`` and ``^`` depend on the shapes they meet."""

SYNONYMS: Mapping[str, str] = MappingProxyType({"ln": "log"})

DERIVATIVES = frozenset({"grad", "jacobian", "vjp"})
CONSTRUCTORS = frozenset({"I", "zeros", "ones"})
CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": float(np.pi), "e": float(np.e)})

FUNCTIONS = (
    frozenset(name for name in PRIMITIVES if name.isalpha())
    - frozenset(OPERATORS.values())
    - {"largest", "smallest", "scale", "matmul", "power", "and", "or", "not"}
    | SYNONYMS.keys()
    | DERIVATIVES
    | CONSTRUCTORS
)
"""Every name that is read as a function."""

RESERVED = FUNCTIONS | {"T", "pi", "and", "or", "not"}
"""Names that no parameter and no ``let`` may take (``e`` they may)."""
