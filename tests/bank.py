"""A small item bank with every question type, written as an author would, one item broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DOUBLE = """
id: double
title: Twice a number
objectives: [doubling]
given:
  n: {integers: [3, 900]}
stem: What is twice ${{n}}$?
ask:
  number: 2 * n
  label: Twice $n$
misconceptions:
  - {id: squared, value: n^2, says: "You squared the number."}
hints:
  - Add the number to itself.
  - Twice is two times.
explanation: Twice ${{n}}$ is ${{n}} + {{n}}$.
"""

JACOBIAN = """
id: block
title: The Jacobian of $Wx$
objectives: [doubling]
given:
  x: {vector: 2, integers: [1, 9]}
  W: {matrix: [2, 2], integers: [1, 9]}
let:
  y: W * x
stem: Find the Jacobian of $y = W x$ with $W = {{W}}$.
ask:
  matrix: jacobian(y, x)
"""

SINGLE = """
id: pick-one
title: Pick one
objectives: [doubling]
stem: Which is even?
ask:
  single-choice:
    - {id: two, text: "Two, $2$", key: true, says: "Two is even."}
    - {id: three, text: Three, says: "Three is odd."}
"""

MULTIPLE = """
id: pick-some
title: Pick some
objectives: [doubling]
stem: Which are even?
ask:
  multiple-choice:
    - {id: two, text: Two, key: true}
    - {id: four, text: Four, key: true}
    - {id: five, text: Five, says: "Five is odd."}
"""

GRAPH = """
id: picture
title: Fill in the graph
objectives: [doubling]
given:
  x: {integers: [2, 9]}
  y: {integers: [2, 9]}
let:
  p: x * y
  f: p + x
stem: Fill in the blanks.
ask:
  graph: {of: f, gradients: [x], values: [p]}
"""

WRITTEN = """
id: say-why
title: Say why
objectives: [doubling]
stem: Why is twice a whole number even?
ask:
  written: It is divisible by two.
"""

BROKEN = """
id: broken
title: Out of order
objectives: [doubling]
stem: What is this?
ask:
  number: 2 * * nothing
"""

LISTS = """
id: lists
title: Orders, pairs, words and slips
objectives: [listing]
given:
  n: {integers: [3, 900]}
stem: Let $n = {{n}}$.
ask:
  - part: order
    ordering:
      steps: [{id: one, text: $1$}, {id: two, text: Two}, {id: three, text: Three}]
      mistaken: [{id: backwards, order: [three, two, one], says: Count upwards.}]
  - part: pairs
    matching:
      pairs: [{id: twice, term: twice, match: $2n$}, {id: thrice, term: thrice, match: $3n$}]
      distractors: [$n^2$]
  - {part: names, words: {right: [{word: J2 J1, also: [J1 J2]}, {word: I}]}}
  - part: slip
    find-error:
      lines:
        - {id: plus, text: "$n + 1 = {{n + 1}}$"}
        - {id: minus, text: "$n - 1 = {{n + 2}}$", wrong: true}
        - {id: times, text: "$2n = {{2 * n}}$", says: This is right.}
      value: n - 1
    proof: n + 0 - 1
    tolerance: exact
  - {part: ratio, factor: n, proof: n + 0}
  - {part: size, power-of-ten: n, proof: n + 0}
levels:
  2:
    title: The same, harder
    given: {n: {integers: [1000, 9000]}}
"""

FIGURE = """
id: growth
title: Growth
caption: It grows, $x^2$.
x: {name: x, label: x, stop: 3}
y: {label: square}
curves: [{label: square, value: x^2}]
"""

COURSE_LESSON = """
id: counting
title: Counting
summary: How to count.
prerequisites: ["[Numbers](numbers)"]
objectives:
  - {id: listing, text: list things}
text: |
  ## First

  Before the figure.

  ::figure{growth}

  Before the question.

  ::check{double}

  ::check{lists}

  ::example{block}
practice:
  - {title: More, items: [lists]}
"""

COURSE = """
id: maths
title: A course of two lessons
summary: From numbers to counting.
lessons: [numbers, counting]
before: [drawn]
after: [final]
"""

DRAWN = """
id: drawn
title: The drawn test
instructions: Answer all.
items:
  - {item: double}
  - {objective: doubling, draw: 2}
  - {objective: listing, level: 2}
"""

CLAIMS = """
title: What is claimed
summary: And what holds.
groups:
  - title: A source
    claims:
      - id: twice-is-more
        says: Twice a number is more than the number.
        status: condition
        truth: Of positive numbers only.
        see: counting#first
        items: [double]
        let: {a: "-3"}
        shows: [{value: 2 a, is: -6}, {that: 2 a < a}]
"""

LESSON = """
id: numbers
title: Numbers
summary: About numbers.
objectives:
  - {id: doubling, text: double a number}
text: |
  Twice a number is $2n$.
practice:
  - {title: All of them, items: [double, block, pick-one, pick-some, picture, say-why, broken]}
assessments: [final]
"""

QUIZ = """
id: final
title: The quiz
instructions: Answer all.
items:
  - {item: double, points: 2}
  - {item: pick-one}
  - {item: say-why}
  - {item: broken}
"""


EXAM = """
id: exam
title: The exam
instructions: Answer all.
items:
  - {item: double, points: 2}
  - {item: pick-one}
  - {item: say-why}
"""


def write_bank(folder: Path) -> Path:
    """Write the bank into a folder and return the folder."""
    files = {
        "items/double.yaml": DOUBLE,
        "items/block.yaml": JACOBIAN,
        "items/pick-one.yaml": SINGLE,
        "items/pick-some.yaml": MULTIPLE,
        "items/picture.yaml": GRAPH,
        "items/say-why.yaml": WRITTEN,
        "items/broken.yaml": BROKEN,
        "items/lists.yaml": LISTS,
        "figures/growth.yaml": FIGURE,
        "lessons/numbers.yaml": LESSON,
        "lessons/counting.yaml": COURSE_LESSON,
        "courses/maths.yaml": COURSE,
        "assessments/drawn.yaml": DRAWN,
        "claims.yaml": CLAIMS,
        "assessments/final.yaml": QUIZ,
        "assessments/exam.yaml": EXAM,
        "misconceptions.yaml": "{}\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")
    return folder
