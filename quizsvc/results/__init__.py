"""What the answers of a section come to: marks, and what they say of the items; pure.

Nothing of this is stored: it is worked out from the log, from the terms of an assignment and from
the decisions of its instructors, whenever it is asked for.
"""
