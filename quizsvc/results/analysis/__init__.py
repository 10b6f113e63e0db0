"""What the answers of a section say of an assessment and of each of its items; pure.

Statistics across variants: whoever was asked the same item counts, whatever his numbers were.
`table` arranges scores, the others compute. Letters, throughout: S sittings, m answers to one
item, k items or places. A number that the answers do not bear is no number but a sentence that
says why (`Figure`); NaN never leaves these modules.
"""
