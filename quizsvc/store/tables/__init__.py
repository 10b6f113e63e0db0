"""The tables. Attempts, outcomes, self-ratings and the audit are logs: nobody can change them.

When a learner is erased, and only then, they lose his own words.
"""

from quizsvc.store.tables.answers import (
    Aid,
    Attempt,
    Draft,
    Outcome,
    Revision,
    SelfRating,
    SharedVariant,
    Sitting,
    SittingItem,
)
from quizsvc.store.tables.classes import (
    Adjustment,
    Assignment,
    AuditEntry,
    Membership,
    Override,
    Regrade,
    RegradedPlace,
    Section,
)
from quizsvc.store.tables.columns import Base, UtcTime, WideInteger
from quizsvc.store.tables.people import (
    Account,
    Erasing,
    Learner,
    OneTimeLink,
    Preferences,
    SignIn,
    Tally,
)

__all__ = [
    "Account",
    "Adjustment",
    "Aid",
    "Assignment",
    "Attempt",
    "AuditEntry",
    "Base",
    "Draft",
    "Erasing",
    "Learner",
    "Membership",
    "OneTimeLink",
    "Outcome",
    "Override",
    "Preferences",
    "Regrade",
    "RegradedPlace",
    "Revision",
    "Section",
    "SelfRating",
    "SharedVariant",
    "SignIn",
    "Sitting",
    "SittingItem",
    "Tally",
    "UtcTime",
    "WideInteger",
]
