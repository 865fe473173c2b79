"""I20: one bank reference pays once, however it was written and by whichever method.

The database refuses a second payment under the key of a reference (credit/references.py). What has no key is compared
always, since nothing refused it; in full mode every key is made again from what was written.
"""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from core.errors import Invalid
from credit import references
from reports.invariant import RED, Invariant

_OF = "(%(org)s::uuid IS NULL OR org_id = %(org)s::uuid)"
_POSTED = f"""
SELECT org_id, id, method, reference, reference_key FROM payment
WHERE status = 'posted' AND reference IS NOT NULL AND {_OF}
"""
_KEYLESS = f"{_POSTED} AND reference_key IS NULL"
_BOOKED = """
SELECT reference_key, count(*) FROM payment
WHERE status = 'posted' AND reference_key = ANY(%(keys)s) AND org_id = %(in)s GROUP BY 1
"""


def _twice(session: Session, org_id: UUID | None) -> Iterator[str]:
    """What stands without a key, and pays under a reference that is in the books."""
    found = Counter[tuple[UUID, str]]()
    for org, _, method, reference, _ in db.execute(session, _KEYLESS, {"org": str(org_id) if org_id else None}).all():
        if key := _key(method, reference):
            found[org, key] += 1
    for org in {org for org, _ in found}:
        keys = [key for one, key in found if one == org]
        found.update({(org, row[0]): row[1] for row in db.execute(session, _BOOKED, {"keys": keys, "in": str(org)})})
    yield from (f"{key} is recorded {times} times" for (_, key), times in found.items() if times > 1)


def _made_again(session: Session, org_id: UUID | None) -> Iterator[str]:
    """Keys that are not those of what was written."""
    for _, payment_id, method, reference, key in db.walk(session, _POSTED, {"org": str(org_id) if org_id else None}):
        if key is not None and key != _key(method, reference):
            yield f"payment {payment_id} by {method} is compared as {key}, and says {reference}"


def _key(method: str, reference: str) -> str | None:
    try:
        return references.key(method, reference)
    except Invalid:  # it names no transfer
        return None


INVARIANT = Invariant(
    id="I20",
    severity=RED,
    title="A reference pays once, however it is written and by whichever method; one open claim holds it",
    fix="Reverse the payment that was recorded twice.",
    sql="""
SELECT NULL::uuid AS org_id, 'the unique index ' || name || ' is missing or not valid' AS what
FROM unnest(ARRAY['uq_payment_reference', 'uq_payment_claim_reference', 'uq_cheque_number', 'uq_refund_reference'])
    AS name
WHERE NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('public.' || name) AND indisunique AND indisvalid)
UNION ALL
SELECT org_id, reference_key || ' is recorded ' || count(*) || ' times'
FROM payment WHERE status = 'posted' AND reference_key IS NOT NULL
GROUP BY org_id, reference_key HAVING count(*) > 1
UNION ALL
SELECT p.org_id, p.reference_key || ' is a payment and a refund'
FROM payment p JOIN refund r ON r.org_id = p.org_id AND r.reference_key = p.reference_key AND r.status = 'posted'
WHERE p.status = 'posted'
UNION ALL
SELECT org_id, reference_key || ' is held by ' || count(*) || ' open claims'
FROM payment_claim WHERE status = 'claimed' AND reference_key IS NOT NULL
GROUP BY org_id, reference_key HAVING count(*) > 1
""",
    probe=_twice,
    full_probe=_made_again,
)
