"""What the service does, without HTTP and HTML: items to meet, answers to record and to judge."""

from __future__ import annotations

import hmac
import logging
from copy import copy
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from quizsvc import grading, variants
from quizsvc.content import rebuild
from quizsvc.errors import ContentError, QuizsvcError
from quizsvc.model import Invalid, Outcome
from quizsvc.store import attempts, judgements, revisions
from quizsvc.store.attempts import NewAttempt
from quizsvc.web import metrics
from quizsvc.web.recent import RecentlyDrawn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from quizsvc.content import ItemBank
    from quizsvc.model import Item, RawResponse, Value, Variant
    from quizsvc.store import Database
    from quizsvc.store.attempts import StoredAttempt

    class Pinned(Protocol):
        """A variant as the store keeps it: all that is needed to meet it again."""

        @property
        def item(self) -> str: ...  # noqa: D102
        @property
        def revision(self) -> str: ...  # noqa: D102
        @property
        def seed(self) -> int: ...  # noqa: D102
        @property
        def candidate(self) -> int: ...  # noqa: D102
        @property
        def parameters(self) -> Mapping[str, Value]: ...  # noqa: D102
        @property
        def key(self) -> Mapping[str, Value]: ...  # noqa: D102
        @property
        def mended_revision(self) -> str | None: ...  # noqa: D102


logger = logging.getLogger(__name__)

_TRIES = 40
"""How many variants are looked at to find one that is not like those met: the last of five is
overlooked once in 7,500 times, and a family of which all is met costs 40 drawings."""


class UnknownError(QuizsvcError):
    """There is no such item, lesson, attempt or sitting."""


class ForeignError(QuizsvcError):
    """The attempt or sitting is another learner's."""


class WithheldError(QuizsvcError):
    """Practising the item would give away a question of a quiz."""


class OutOfOrderError(QuizsvcError):
    """The item's content is at fault."""


class Service:
    """Items from the bank, and what became of them from the store.

    Parameters
    ----------
    bank : ItemBank
        The content as it was when loaded.
    db : Database
        Where attempts and sittings are kept.
    secret : bytes
        Seeds the learners' variants.
    """

    def __init__(self, bank: ItemBank, db: Database, secret: bytes) -> None:
        self.bank = bank
        self.db = db
        self._secret = secret
        self._old_item = lru_cache(maxsize=256)(self._rebuild)
        self._drawn = RecentlyDrawn()
        self.mark = lru_cache(maxsize=4096)(self._mark)

    def with_bank(self, bank: ItemBank) -> Service:
        """Return the same service of other content; this one goes on with its own."""
        other = copy(self)
        other.bank = bank
        return other

    def item(self, item_id: str) -> Item:
        """Return an item of the bank.

        Raises
        ------
        UnknownError, OutOfOrderError
        """
        if item_id in self.bank.broken:
            raise OutOfOrderError(item_id)
        if item_id not in self.bank.items:
            raise UnknownError(item_id)
        return self.bank.items[item_id]

    def item_at(self, item_id: str, revision: str) -> Item:
        """Return an item as it was at a revision, though its file may have changed or gone.

        Raises
        ------
        UnknownError
            There is no such revision of it.
        OutOfOrderError
            It was stored by a version that read content differently.
        """
        item = self.bank.items.get(item_id)
        if item is None or item.revision != revision:
            item = self._old_item(revision)
        if item.id != item_id:
            raise UnknownError(item_id)
        return item

    def _mark(self, revision: str) -> str:
        """Return what pages carry in place of a revision.

        A revision is the hash of a content that holds the key: who knows the rest of it could
        try each choice as the key and see which gives the hash. A keyed hash tells nothing.
        """
        return hmac.new(self._secret, f"revision {revision}".encode(), "sha256").hexdigest()[:32]

    def item_marked(self, item_id: str, mark: str) -> Item:
        """Return an item at the revision for which a page carries this mark.

        Raises
        ------
        UnknownError, OutOfOrderError
        """
        item = self.bank.items.get(item_id)
        if item is not None and self.mark(item.revision) == mark:
            return item
        for revision in revisions.of_item(self.db, item_id):
            if self.mark(revision) == mark:
                return self.item_at(item_id, revision)
        raise UnknownError(item_id)

    def _rebuild(self, revision: str) -> Item:
        source = revisions.source(self.db, revision)
        if source is None:
            raise UnknownError(revision)
        try:
            # It stays what was met, though a newer engine would give it another name.
            return replace(rebuild(source), revision=revision, source=source)
        except ContentError as error:
            logger.exception("revision %s cannot be read", revision)
            raise OutOfOrderError(revision) from error

    def example(self, item: Item, number: int) -> Variant:
        """Return the nth worked example of an item: nobody's own, so that it gives nothing away."""
        return self.variant(item, "example", number)

    def next_number(self, learner: str, item: Item) -> int:
        """Return the number of a variant that the learner has neither answered nor had help with.

        A small family soon draws what was met before: such numbers are passed over, within reason.
        """
        seen = attempts.numbers_seen(self.db, learner, item.id)
        following = max(seen, default=0) + 1
        if not seen or not item.family.random:
            return following
        met = attempts.parameters_met(self.db, learner, item.id)
        met |= {each: self.variant(item, learner, each).parameters for each in seen - met.keys()}

        @cache
        def orders(each: int) -> tuple[tuple[int, ...], ...]:
            return self.variant(item, learner, each).orders

        for number in range(following, following + _TRIES):
            drawn = self.variant(item, learner, number)
            alike = [each for each, parameters in met.items() if parameters == drawn.parameters]
            if all(drawn.orders != orders(each) for each in alike):
                return number
        return following

    def variant(self, item: Item, learner: str, number: int) -> Variant:
        """Return a learner's nth variant of an item."""
        return self._drawn(item, self.seed(learner, item.id, number))

    def seed(self, learner: str, item_id: str, number: int) -> int:
        """Return the seed behind a number; pages carry the number, never the seed."""
        return variants.learner_seed(self._secret, learner, item_id, number)

    def restored(self, pinned: Pinned) -> Variant:
        """Return a variant that was stored: exactly as it was met, or with the key of a regrade."""
        if pinned.mended_revision is not None:
            return self.mended(pinned, pinned.mended_revision)
        item = self.item_at(pinned.item, pinned.revision)
        return variants.restore(item, pinned.seed, pinned.candidate, pinned.parameters, pinned.key)

    def mended(self, pinned: Pinned, revision: str) -> Variant:
        """Return a stored variant as another revision of its item asks and keys it.

        Raises
        ------
        MisfitError, UnknownError, OutOfOrderError
        """
        item = self.item_at(pinned.item, revision)
        return variants.mended(item, pinned.seed, pinned.candidate, pinned.parameters)

    def answer(
        self, variant: Variant, raw: RawResponse, *, learner: str, number: int, token: str
    ) -> StoredAttempt | Invalid:
        """Judge and record a response; what cannot be read is handed back and not recorded.

        Raises
        ------
        ResponseTokenReusedError
            The token has recorded another response.
        NotSavedError
            The database could not be written.
        """
        outcome = judge(variant, raw)
        if isinstance(outcome, Invalid):
            return outcome
        new = new_attempt(variant, raw, outcome, learner=learner, token=token)
        return attempts.record(self.db, replace(new, variant_number=number))

    def attempt(self, learner: str | None, attempt_id: str) -> StoredAttempt:
        """Return one of the learner's own attempts.

        Raises
        ------
        UnknownError, ForeignError
        """
        found = attempts.find(self.db, attempt_id)
        if found is None:
            raise UnknownError(attempt_id)
        if found.learner != learner:
            raise ForeignError(attempt_id)
        return found

    def grade_later(self, attempt: StoredAttempt) -> None:
        """Judge an attempt whose grading failed when it was recorded."""
        if attempt.outcome is None:
            in_sitting = attempt.sitting is not None
            outcome = judge(
                self.restored(attempt),
                attempt.raw_response,
                in_sitting=in_sitting,
                final=in_sitting,
            )
            if isinstance(outcome, Outcome):
                judgements.add(self.db, attempt.id, outcome.as_json(), "graded later")

    def rate(self, attempt: StoredAttempt, part: str, rating: float) -> None:
        """Keep the learner's own rating of a part that no machine grades.

        Raises
        ------
        UnknownError
            There is no such part, or a machine has graded it.
        """
        outcome = stored_outcome(attempt)
        if outcome is None or part not in outcome.parts or outcome.parts[part].score is not None:
            raise UnknownError(part)
        judgements.rate(self.db, attempt.id, part, rating)


@metrics.timed_grading
def judge(
    variant: Variant, raw: RawResponse, *, in_sitting: bool = False, final: bool = False
) -> Outcome | Invalid | None:
    """Grade, or return None if grading itself failed: the response must not suffer from our bug.

    In a sitting a blank part scores 0; in practice it is asked for. When the answer is final, so
    that nobody can mend it, a part that cannot be read scores 0 too.
    """
    try:
        return grading.grade(variant, raw, blank_is_zero=in_sitting, unread_is_zero=final)
    except Exception:
        logger.exception(
            "grading failed: item %s, revision %s, seed %d",
            variant.item.id, variant.item.revision, variant.seed,
        )  # fmt: skip
        return None


def new_attempt(
    variant: Variant,
    raw: RawResponse,
    outcome: Outcome | None,
    *,
    learner: str,
    token: str,
) -> NewAttempt:
    """Put together all that a regrade needs."""
    return NewAttempt(
        token=token,
        learner=learner,
        item=variant.item.id,
        revision=variant.item.revision,
        source=variant.item.source,
        seed=variant.seed,
        candidate=variant.candidate,
        parameters=variant.parameters,
        key=variant.key,
        raw_response=raw,
        outcome=None if outcome is None else outcome.as_json(),
    )


def stored_outcome(attempt: StoredAttempt) -> Outcome | None:
    """Return the outcome in force."""
    return None if attempt.outcome is None else Outcome.from_json(attempt.outcome)
