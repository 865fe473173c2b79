"""The rules of credit by the clock: looked at before the day begins, applied in the late morning, held orders freed.

At night nobody is stopped and nobody is written to; what changes then is who is watched. Pauses, blocks and their
end come when shops and staff are awake, and the shop is told in the same transaction.
"""

from sqlalchemy.orm import Session

from consequences import releasing
from credit import accounts, days, ladder, overrides


def look(session: Session) -> dict[str, int]:
    """End what ran out (temporary limits, overrides) and see who is to be watched; returns counts."""
    ended = accounts.end_temporary_limits(session, days.today(session))
    expired = overrides.expire(session)
    changed = ladder.evaluate_all(session, "nightly", may_stop=False, may_lift=False)
    return {"limits_ended": ended, "overrides_expired": expired, "changed": len(changed)}


def apply(session: Session) -> dict[str, int]:
    """Pause, block and restore by the rules, and place the held orders that fit now; returns counts."""
    changed = ladder.evaluate_all(session, "daily")
    return {"changed": len(changed), "placed": releasing.release_all(session)}


def release(session: Session) -> dict[str, int]:
    """Place the held orders that credit allows by now; returns the count."""
    return {"placed": releasing.release_all(session)}
