"""The status ladder: configured rules (credit/rules.py) decide WATCH, PAUSED and BLOCKED.

The trace of a decision lists every configured rule with its value, its threshold and whether it fired. What staff did
is never undone here: a manual pause and every block stay, and a stop that they lifted comes back only for a new fact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, ids
from credit import accounts, decisions, pauses, rules
from credit.booking import LockedAccount
from credit.decisions import AUTOMATIC, BLOCKED, OK, PAUSED, WATCH
from credit.rules import Facts, Seen, Tried
from credit.settings import CreditSettings
from credit.tables import CreditAccount
from credit.thresholds import LEVELS
from parties import settings


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the rules say of an account and what became of it. `was` and `status` are the same when nothing changed.

    `seen` is the account as the rules saw it, before anything became of it.
    """

    retailer_id: UUID
    was: str
    status: str
    wanted: str
    trace: tuple[Tried, ...]
    seen: Seen

    @property
    def facts(self) -> Facts:
        """What the rules looked at."""
        return self.seen.facts

    @property
    def fired(self) -> tuple[Tried, ...]:
        """The rules that fired, strictest level first."""
        return tuple(tried for tried in reversed(self.trace) if tried.fired)


def configure(
    session: Session, ladder: Mapping[str, Mapping[str, int]], reason: str, version: int | None = None
) -> None:
    """Change the thresholds; audited. Whom they stop now is stopped at the next evaluation.

    `version` is that of the settings as they were seen. Raises Invalid, parties.settings.SettingsChanged.
    """
    reason = accounts.given(reason)
    settings.change(session, {CreditSettings: {"ladder": ladder}}, reason, version)


def look(session: Session, retailer_id: UUID) -> Evaluation:
    """What the rules say of an account now; changes nothing. Raises NotFound."""
    account = accounts.get(session, retailer_id)
    seen = rules.one(session, retailer_id)
    wanted, trace = rules.judge_seen(rules.configured(session), seen)
    status = decisions.status_of(account)
    return Evaluation(retailer_id, status, status, wanted, trace, seen)


def look_all(session: Session) -> Iterator[Evaluation]:
    """What the rules say of every account that is watched or stopped, or that the rules would watch or stop."""
    configured = rules.configured(session)
    for seen in rules.look(session):
        wanted, trace = rules.judge_seen(configured, seen)
        marks = {BLOCKED: seen.blocked, PAUSED: seen.paused, WATCH: seen.watched}
        status = next((status for status, holds in marks.items() if holds), OK)
        if status != OK or wanted != OK:
            yield Evaluation(seen.retailer_id, status, status, wanted, trace, seen)


def evaluate(
    session: Session, retailer_id: UUID, cause: str, *, may_stop: bool = True, may_lift: bool = True
) -> Evaluation:
    """Apply the rules to an account; a change is stored with its trace and audited. Locks the account row.

    `may_stop` allows a new pause or block, `may_lift` ending an automatic pause. Raises NotFound.
    """
    account = accounts.get(session, retailer_id, lock=True)
    was = decisions.status_of(account)
    configured, seen = rules.configured(session), rules.one(session, retailer_id)
    wanted, trace = rules.judge_seen(configured, seen)
    told = tuple(tried.as_dict() for tried in trace)
    account.acknowledged = rules.still(configured, seen)
    _watch(session, account, cause, wanted != OK, told)
    why = because(trace, wanted)
    if may_stop and wanted == BLOCKED:
        pauses.block(session, retailer_id, why, AUTOMATIC, told)
    if may_stop and wanted == PAUSED and account.blocked_at is None:
        pauses.pause(session, retailer_id, why, AUTOMATIC, told)
    if may_lift and wanted in (OK, WATCH):
        pauses.unpause(session, retailer_id, "the cause of the pause is gone", AUTOMATIC, told)
    status = decisions.status_of(accounts.get(session, retailer_id))
    return Evaluation(retailer_id, was, status, wanted, trace, seen)


def evaluate_all(session: Session, cause: str, *, may_stop: bool = True, may_lift: bool = True) -> list[Evaluation]:
    """Apply the rules to every account; returns those that changed. One statement looks, only changes lock."""
    configured = rules.configured(session)
    behind = [
        seen.retailer_id
        for seen in rules.look(session)
        if seen.acknowledged != rules.still(configured, seen)
        or _would_change(seen, rules.judge_seen(configured, seen)[0], may_stop, may_lift)
    ]
    done = [evaluate(session, one, cause, may_stop=may_stop, may_lift=may_lift) for one in behind]
    return [evaluation for evaluation in done if evaluation.was != evaluation.status]


def after_payment(session: Session, account: CreditAccount | LockedAccount) -> None:
    """Look again after money came in: only what may get better, so most payments cost nothing here."""
    if account.watched_at is not None or account.pause_source == AUTOMATIC:
        evaluate(session, account.retailer_id, "payment", may_stop=False)


def because(trace: tuple[Tried, ...], status: str) -> str:
    """The rules of this status that fired, in words: `overdue_days 50 (from 45)`."""
    fired = [tried for tried in trace if tried.fired and LEVELS[tried.level] == status]
    return "; ".join(f"{tried.rule} {tried.value} (from {tried.threshold})" for tried in fired) or "no rule"


def _would_change(seen: Seen, wanted: str, may_stop: bool, may_lift: bool) -> bool:
    if seen.watched != (wanted != OK):
        return True
    if may_stop and not seen.blocked and (wanted == BLOCKED or (wanted == PAUSED and not seen.paused)):
        return True
    return may_lift and seen.pause_source == AUTOMATIC and wanted in (OK, WATCH)


def _watch(
    session: Session, account: CreditAccount, cause: str, is_watched: bool, trace: tuple[dict[str, Any], ...]
) -> None:
    if (account.watched_at is not None) == is_watched:
        return
    before = decisions.status_of(account)
    account.watched_at = clock.now() if is_watched else None
    session.flush()
    if decisions.status_of(account) == before:
        return
    decisions.record(session, account, cause, before, trace)
    audit.record(
        session,
        "credit.watched" if is_watched else "credit.unwatched",
        subject=ids.public("ret", account.retailer_id),
        retailer_id=account.retailer_id,
        before={"status": before},
        after={"status": decisions.status_of(account)},
    )
