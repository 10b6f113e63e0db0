"""The nouns: what an item, a variant and an outcome are, and what a question type must offer.

Everything here is immutable data without behaviour beyond its own JSON form. The protocols name
what the layers above provide (templates by ``render``, families by ``problems``, question types
by ``interactions``), so that a noun can hold them without importing them.
"""

from quizsvc.model.assigned import (
    Allowed,
    Counts,
    Exemption,
    Refusal,
    Rules,
    allowed,
    on_trial,
    over_at,
)
from quizsvc.model.course import (
    Assessment,
    AssessmentEntry,
    AtDeadline,
    Claim,
    ClaimGroup,
    Claims,
    Course,
    Embedded,
    Feedback,
    Figure,
    ItemGroup,
    Lesson,
    Objective,
    Status,
    TextBlock,
)
from quizsvc.model.family import Draw, Family, Likenesses, PathRow, PathTable, Step
from quizsvc.model.item import DrawnPart, Interaction, Item, Part, Template, Variant
from quizsvc.model.log import LogEntry, Named, Preferences
from quizsvc.model.marking import Adjustment, AdjustmentKind, Judgement, Sat, SatPlace
from quizsvc.model.places import Answered, Places
from quizsvc.model.responses import (
    Echo,
    Invalid,
    Outcome,
    PartOutcome,
    Predicted,
    RawResponse,
    Sample,
    SampleKind,
    Unread,
    Value,
)

__all__ = [
    "Adjustment",
    "AdjustmentKind",
    "Allowed",
    "Answered",
    "Assessment",
    "AssessmentEntry",
    "AtDeadline",
    "Claim",
    "ClaimGroup",
    "Claims",
    "Counts",
    "Course",
    "Draw",
    "DrawnPart",
    "Echo",
    "Embedded",
    "Exemption",
    "Family",
    "Feedback",
    "Figure",
    "Interaction",
    "Invalid",
    "Item",
    "ItemGroup",
    "Judgement",
    "Lesson",
    "Likenesses",
    "LogEntry",
    "Named",
    "Objective",
    "Outcome",
    "Part",
    "PartOutcome",
    "PathRow",
    "PathTable",
    "Places",
    "Predicted",
    "Preferences",
    "RawResponse",
    "Refusal",
    "Rules",
    "Sample",
    "SampleKind",
    "Sat",
    "SatPlace",
    "Status",
    "Step",
    "Template",
    "TextBlock",
    "Unread",
    "Value",
    "Variant",
    "allowed",
    "on_trial",
    "over_at",
]
