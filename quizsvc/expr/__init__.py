"""The language of authors and learners: text to a typed computation graph.

The files are the pipeline, in order: `lexer` (text to tokens), `parser` (tokens to the tree of
`nodes`), `primitives` (the one table of operations), `shapes` (tree to `graph`, typed by shape).
`autodiff` evaluates and differentiates what comes out. Nothing is ever handed to Python's own
parser or to ``eval``.
"""
