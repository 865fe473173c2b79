"""I18: what a message has reached is never taken back: late callbacks do not lower its status."""

from core.outbox import RANK
from reports.invariant import AMBER, Invariant

_RANKS = ", ".join(f"('{status}', {rank})" for status, rank in RANK.items())

INVARIANT = Invariant(
    id="I18",
    severity=AMBER,
    title="A message's status never falls below one that it has had",
    fix="Look at the order of its callbacks; the highest one is true.",
    sql=f"""
WITH ranks (status, rank) AS (VALUES {_RANKS})
SELECT m.org_id, 'message ' || m.id || ' is ' || m.status || ' with rank ' || m.rank AS what
FROM outbox_message m JOIN ranks ON ranks.status = m.status WHERE m.rank <> ranks.rank
UNION ALL
SELECT m.org_id, 'message ' || m.id || ' is ' || m.status || ' and was ' || s.status
FROM outbox_status s
JOIN outbox_message m ON m.org_id = s.org_id AND m.id = s.message_id
JOIN ranks ON ranks.status = s.status
WHERE ranks.rank > m.rank
""",
)
