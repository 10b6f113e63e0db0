"""The language of authors and learners: text to a typed computation graph.

The files are the pipeline, in order: `lexer` (text to tokens), `parser` (tokens to the tree of
`nodes`, with `complaints` where it cannot), `primitives` (the one table of operations), `builder`
(tree to `graph`, typed by `shapes`, by way of `assembly` at the `cost` it knows). `autodiff`
evaluates and differentiates what comes out. Nothing is ever handed to Python's own parser or to
``eval``.
"""
