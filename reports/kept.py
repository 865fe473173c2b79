"""The questions of today's dashboard to what is kept (credit/ages.py): their cost grows with what is shown.

On an ordinary day two functions of the database answer (`risk_totals`, `risk_late`), because planning these statements
takes longer than running them.

Shops whose kept age is of another day, because the night's job has not come to them yet, are looked at again here: so
the answer is exact at every moment, and only slower until that job has run.
"""

from sqlalchemy.orm import Session

from core import db
from reports import ageing

_STALE = """
stale AS MATERIALIZED (
    SELECT old.org_id, old.retailer_id, old.open_minor, old.bucket_bits AS kept_bits, marks.*
    FROM (SELECT * FROM retailer_age WHERE org_id = %(org)s AND holds_until < %(as_of)s
          UNION ALL
          SELECT * FROM retailer_age WHERE org_id = %(org)s AND aged_on > %(as_of)s
              AND (holds_until IS NULL OR holds_until >= %(as_of)s)) old
    CROSS JOIN LATERAL retailer_age_marks(old.org_id, old.retailer_id, %(as_of)s) marks
)
"""
TOTALS = f"""
WITH {_STALE}, due AS (
    SELECT {ageing.BUCKET} AS bucket, sum(open_minor) AS minor FROM due_total WHERE org_id = %(org)s GROUP BY 1
), age AS (
    SELECT bucket_bits, shops FROM age_total WHERE org_id = %(org)s
    UNION ALL SELECT kept_bits, -1 FROM stale
    UNION ALL SELECT bucket_bits, 1 FROM stale
)
SELECT bucket.name, coalesce(due.minor, 0)::bigint,
    (SELECT coalesce(sum(shops), 0) FROM age WHERE bucket_bits & (1 << (bucket.place::int - 1)) <> 0)::bigint
FROM unnest(%(names)s::text[]) WITH ORDINALITY AS bucket (name, place) LEFT JOIN due ON due.bucket = bucket.name
UNION ALL
SELECT 'net', ((SELECT coalesce(sum(minor), 0) FROM due) - (
    SELECT coalesce(sum(unapplied_minor), 0) FROM payment
    WHERE org_id = %(org)s AND status = 'posted' AND unapplied_minor > 0))::bigint, 0
"""
# The worst come from an index in their order. Only when they do not fill the list, shops that are stopped or near their
# limit without being late follow; those are found by partial indexes.
ATTENTION = f"""
WITH {_STALE}, late AS MATERIALIZED (
    SELECT retailer_id, open_minor, overdue_minor, oldest_due_on FROM (
        (SELECT retailer_id, open_minor, overdue_minor, oldest_due_on FROM retailer_age
         WHERE org_id = %(org)s AND overdue_minor > 0 AND aged_on <= %(as_of)s
             AND (holds_until IS NULL OR holds_until >= %(as_of)s)
         ORDER BY overdue_minor DESC, oldest_due_on, retailer_id LIMIT %(most)s)
        UNION ALL
        SELECT retailer_id, open_minor,
            (SELECT sum(b.open_minor) FROM bill b WHERE b.org_id = stale.org_id
                AND b.retailer_id = stale.retailer_id AND b.open_minor > 0 AND b.due_on < %(as_of)s)::bigint,
            oldest_due_on
        FROM stale WHERE oldest_due_on < %(as_of)s
    ) each_late ORDER BY overdue_minor DESC, oldest_due_on, retailer_id LIMIT %(most)s
), marked AS (
    SELECT retailer_id FROM credit_account WHERE org_id = %(org)s AND paused_at IS NOT NULL
    UNION
    SELECT retailer_id FROM credit_account WHERE org_id = %(org)s AND limit_minor > 0
        AND (outstanding_minor + reserved_minor) * 100 >= limit_minor * 80
), also AS (
    SELECT marked.retailer_id, coalesce(age.open_minor, 0) AS open_minor, 0 AS overdue_minor, age.oldest_due_on
    FROM marked LEFT JOIN retailer_age age ON age.org_id = %(org)s AND age.retailer_id = marked.retailer_id
    WHERE (SELECT count(*) FROM late) < %(most)s
        AND (age.oldest_due_on IS NULL OR age.oldest_due_on >= %(as_of)s)
), listed AS (
    SELECT a.retailer_id, a.limit_minor, a.max_outstanding_days, a.paused_at IS NOT NULL AS paused,
        one.open_minor, one.overdue_minor, coalesce(greatest(0, %(as_of)s - one.oldest_due_on), 0) AS oldest_days,
        a.outstanding_minor + a.reserved_minor AS used_minor
    FROM (SELECT * FROM late UNION ALL SELECT * FROM also) one
    JOIN credit_account a ON a.org_id = %(org)s AND a.retailer_id = one.retailer_id
    WHERE one.overdue_minor > 0 OR (a.paused_at IS NOT NULL AND one.open_minor > 0)
        OR (a.limit_minor > 0 AND (a.outstanding_minor + a.reserved_minor) * 100 >= a.limit_minor * %(nearly)s)
    ORDER BY one.overdue_minor DESC, oldest_days DESC, used_minor DESC, retailer_id LIMIT %(most)s
)
"""
LATE = "SELECT * FROM risk_late(%(org)s, %(as_of)s, %(stages)s::text[], %(offsets)s::int[], %(longest)s)"


def totals(session: Session, when: ageing.AsOf) -> dict[str, tuple[int, int]] | None:
    """What TOTALS answers, cheaper; None when a shop's kept age is of another day."""
    where = (str(db.org_of(session)), when.on)
    row = db.execute(session, "SELECT * FROM risk_totals(%s, %s)", where).one()
    if row.is_stale:
        return None
    found = dict(zip(ageing.BUCKETS, zip(row.minors, row.shops, strict=True), strict=True))
    return {**found, "net": (sum(row.minors) - row.on_account_minor, 0)}
