"""The terms of an assignment in words: how long, until when, what being late costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.web.texts import minutes, points

if TYPE_CHECKING:
    from quizsvc.model import Exemption, Rules


def time_limit(rules: Rules, exemption: Exemption | None, time_factor: float) -> str:
    """Say how long a learner may take, and how that comes about; empty without a limit.

    >>> from quizsvc.model import Exemption, Rules
    >>> time_limit(Rules(time_limit=30), None, 1.5)
    '30 × 1.5 = 45 minutes'
    >>> time_limit(Rules(time_limit=30), Exemption(extra_minutes=10), 1.5)
    '30 × 1.5 + 10 = 55 minutes'
    >>> time_limit(Rules(time_limit=30), Exemption(time_factor=1), 1.5)
    '30 minutes'
    """
    if rules.time_limit is None:
        return ""
    factor = (exemption and exemption.time_factor) or time_factor
    extra = (exemption and exemption.extra_minutes) or 0.0
    said = points(rules.time_limit)
    said += f" × {points(factor)}" if factor != 1 else ""
    said += f" + {points(extra)}" if extra else ""
    total = minutes(rules.time_limit * factor + extra)
    return f"{said} = {total}" if factor != 1 or extra else total


def late_share(rules: Rules) -> str:
    r"""Say what being late costs.

    >>> from quizsvc.model import Rules
    >>> late_share(Rules(late_share=0.5)), late_share(Rules(late_share=1))
    ('late work keeps 50\xa0% of its points', 'late work keeps all its points')
    """
    if rules.late_share == 1:
        return "late work keeps all its points"
    return f"late work keeps {points(100 * rules.late_share)}\N{NO-BREAK SPACE}% of its points"
