"""A figure file to a Figure: computed by the engine and drawn when content is loaded."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.autodiff import Program
from quizsvc.content.parameters import parameter
from quizsvc.content.texts import plain_template
from quizsvc.errors import ContentError, ExpressionError, ParameterError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.lexer import canonical_name
from quizsvc.expr.parser import parse
from quizsvc.expr.primitives import RESERVED
from quizsvc.model import Figure
from quizsvc.problems.diagrams import picture_of
from quizsvc.problems.draw import Drawer, Given, states_of
from quizsvc.problems.plots import Walk, curves, spectrum
from quizsvc.problems.skips import find_skips
from quizsvc.render.diagram import DiagramError, NodeLabels
from quizsvc.render.plot import Disc, Plot, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from markupsafe import Markup

    from quizsvc.content.figure_spec import FigureSpec, RangeSpec, WalkSpec
    from quizsvc.content.yaml_source import Path, Source
    from quizsvc.errors import Fault
    from quizsvc.expr.primitives import Array
    from quizsvc.expr.shapes import Shape
    from quizsvc.problems.diagrams import GraphPicture, Numbers


MAX_PLACES = 2_001
"""Places of a horizontal axis."""


def compile_figure(spec: FigureSpec, source: Source) -> Figure:
    """Build a figure.

    Raises
    ------
    ContentError
        The author's: what was found first.
    """
    faults: list[Fault] = []
    caption = plain_template(spec.caption, source, ("caption",), faults)
    if faults:
        raise ContentError(faults)
    compiler = _FigureCompiler(spec, source)
    if spec.graph is not None:
        svg = compiler.graph(spec.graph)
        return Figure(spec.id, spec.title, caption, svg)
    plot = compiler.spectrum() if spec.spectrum is not None else compiler.curves()
    head, rows = plot.table()
    svg = plot.svg(title=spec.title, id=f"figure-{spec.id}")
    return Figure(spec.id, spec.title, caption, svg, tuple(head), tuple(map(tuple, rows)))


class _FigureCompiler:
    def __init__(self, spec: FigureSpec, source: Source) -> None:
        self._spec = spec
        self._source = source
        self._builder = GraphBuilder()
        self._givens = self._declare(spec.given, ("given",))
        drawer = Drawer(self._givens)
        self._fixed = drawer.draw(states_of([spec.seed]), np.array([0], dtype=np.uint64))

    def graph(self, output: str) -> Markup:
        """Draw a computation graph, bare or with the numbers of its values and gradients."""
        self._lets(self._spec.let, ("let",))
        graph = self._builder.graph
        with self._at(("graph",)):
            node = graph.names.get(canonical_name(output))
            if node is None:
                raise ExpressionError(f"“{output}” is not one of the `let` names.")
            picture = picture_of(graph, node, find_skips(graph, [node]))
            if self._spec.show == "gradients" and graph.nodes[node].shape != ():
                raise ExpressionError(f"Gradients need a number at the end, not “{output}”.")
        labels: dict[str, NodeLabels] = {}
        if self._spec.show != "structure":
            self._check_values(node)
        if self._spec.show == "gradients":
            numbers = picture.drawing(self._fixed).numbers
            self._check_gradients(picture, numbers)
            labels = {name: NodeLabels(n.value, n.gradient) for name, n in numbers.items()}
        elif self._spec.show == "values":
            labels = {name: NodeLabels(v) for name, v in picture.values(self._fixed).items()}
        title, name = self._spec.title, f"figure-{self._spec.id}"
        wide = picture.diagram.svg(labels, title=title, id=name)
        return wide + picture.diagram.narrow_svg(labels, title=title, id=name)

    def _check_values(self, output: int) -> None:
        """Refuse a value without a finite number, at the `let` that makes it."""
        graph = self._builder.graph
        for name in self._spec.let:
            node = graph.names[canonical_name(name)]
            if node in graph.ancestors([output]):
                with self._at(("let", name)):
                    Program(graph, [node]).run(self._fixed).check()

    def _check_gradients(self, picture: GraphPicture, numbers: Mapping[str, Numbers]) -> None:
        """Refuse a gradient without a finite number, at the `let` that hands it back first."""
        graph = self._builder.graph
        lost = [
            node
            for name, node in picture.nodes.items()
            if re.search("inf|nan", numbers[name].gradient)
        ]
        for name in self._spec.let if lost else ():
            if max(lost) in graph.ancestors([graph.names[canonical_name(name)]])[:-1]:
                with self._at(("let", name)):
                    raise ExpressionError("The gradient that this hands back is not finite.")

    def curves(self) -> Plot:
        """Compute every curve at every place of the axis."""
        spec, x, y = self._spec, self._spec.x, self._spec.y
        assert x is not None  # noqa: S101 - the schema asks for both
        assert y is not None  # noqa: S101
        with self._at(("x", "name")):
            self._input(x.name, ())
        walk = self._walk(spec.walk) if spec.walk is not None else None
        self._lets(spec.let, ("let",))
        if spec.walk is not None and walk is not None:
            walk = self._finished(walk, spec.walk)
        values = [self._scalar(c.value, ("curves", n, "value")) for n, c in enumerate(spec.curves)]
        with self._at(("x", "stop")):
            places = _places(x)
        with self._at(("curves",)):
            found = curves(
                self._builder.graph,
                (canonical_name(x.name), places),
                values,
                self._fixed,
                walk,
                spec.seed,
            )
            if y.log and any(value <= 0 for points in found for _, value in points):
                raise ExpressionError("A logarithmic axis shows only what is above 0.")
        series = tuple(
            Series(curve.label, tuple(points), curve.points)
            for curve, points in zip(spec.curves, found, strict=True)
        )
        return Plot(x.label, y.label, series, log=y.log)

    def spectrum(self) -> Plot:
        """Draw a matrix many times and compute its eigenvalues."""
        asked = self._spec.spectrum
        assert asked is not None  # noqa: S101 - the caller has looked
        self._lets(self._spec.let, ("let",))
        with self._at(("spectrum", "of")):
            matrix = self._builder.add(parse(asked.of))
            points = spectrum(
                self._builder.graph, matrix, self._givens, asked.draws, self._spec.seed
            )
        centre, radius = (
            self._number(text, ("spectrum", field))
            for field, text in (("centre", asked.centre), ("radius", asked.radius))
        )
        labels = (self._spec.x.label if self._spec.x else "real part", "imaginary part")
        if radius <= 0:
            raise ContentError(
                [self._source.fault("A disc has a radius above 0.", ("spectrum", "radius"))]
            )
        series = (Series("", tuple(points), dots=True),)
        return Plot(*labels, series, disc=Disc(centre, radius))

    def _walk(self, spec: WalkSpec) -> Walk:
        """Declare what a walk draws and carries from step to step."""
        drawn = self._declare(spec.draw, ("walk", "draw"))
        start: dict[str, Array] = {}
        for name, text in spec.start.items():
            with self._at(("walk", "start", name)):
                node = self._builder.add(parse(text))
                tape = Program(self._builder.graph, [node]).run(self._fixed)
                tape.check()
                start[canonical_name(name)] = tape.array(node)
                self._input(name, self._builder.shape(node))
        self._lets(spec.let, ("walk", "let"))
        return Walk(start, {}, drawn)

    def _finished(self, walk: Walk, spec: WalkSpec) -> Walk:
        for name in spec.start:
            if canonical_name(name) not in map(canonical_name, spec.next):
                with self._at(("walk", "start", name)):
                    raise ExpressionError(f"`next` does not say what “{name}” becomes.")
        following: dict[str, int] = {}
        for name, text in spec.next.items():
            with self._at(("walk", "next", name)):
                canonical = canonical_name(name)
                if canonical not in walk.start:
                    raise ExpressionError(f"“{name}” has no start.")
                node = self._builder.add(parse(text))
                if self._builder.shape(node) != self._builder.shape(
                    self._builder.graph.names[canonical]
                ):
                    raise ExpressionError(f"“{name}” starts with another shape.")
                following[canonical] = node
        return Walk(walk.start, following, walk.drawn)

    def _declare(self, given: Mapping[str, Any], path: Path) -> tuple[Given, ...]:
        declared = []
        for name, each in given.items():
            with self._at((*path, name)):
                made = parameter(canonical_name(name), each, {})
                self._input(name, made.shape)
                declared.append(made)
        return tuple(declared)

    def _input(self, name: str, shape: Shape) -> None:
        canonical = canonical_name(name)
        if canonical in RESERVED:
            raise ExpressionError(f"“{name}” is a word of the language.")
        if canonical in self._builder.graph.names:
            raise ExpressionError(f"“{name}” stands for something else already.")
        self._builder.input(canonical, shape)

    def _lets(self, lets: Mapping[str, str], path: Path) -> None:
        for name, text in lets.items():
            with self._at((*path, name)):
                self._builder.define(canonical_name(name), parse(text))

    def _scalar(self, text: str, path: Path) -> int:
        with self._at(path):
            node = self._builder.add(parse(text))
            if self._builder.shape(node) != ():
                raise ExpressionError("A curve is a number at each place.")
        return node

    def _number(self, text: str, path: Path) -> float:
        node = self._scalar(text, path)
        with self._at(path):
            tape = Program(self._builder.graph, [node]).run(self._fixed)
            tape.check()
        return float(tape.value(node))

    @contextmanager
    def _at(self, path: Path) -> Iterator[None]:
        """Turn an error about an expression into a fault at its place."""
        try:
            yield
        except ExpressionError as problem:
            fault = self._source.fault(problem.message, path, problem.position)
            raise ContentError([fault]) from None
        except (ParameterError, DiagramError) as problem:
            raise ContentError([self._source.fault(str(problem), path)]) from None


def _places(x: RangeSpec) -> list[float]:
    steps = (x.stop - x.start) / x.step
    if not 1 <= steps < MAX_PLACES:
        told = f"The axis has {max(steps, 0):.3g} steps; 1 to {MAX_PLACES - 1:,} are drawn."
        raise ExpressionError(told)
    return [x.start + number * x.step for number in range(int(steps + 1e-9) + 1)]
