"""Today's dashboard on an ordinary day, by plans that are made once: planning took longer than reading.

Revision: 0024, after 0023.

Both only read, and what they mean stands in reports/kept.py, which asks in full when a shop's kept age is of another
day or fewer than fifty shops are late.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# Buckets from not due to more than 90 days, as in retailer_age_marks. min and max come from the ends of an index.
TOTALS = """
CREATE FUNCTION risk_totals(
    p_org uuid, p_on date, OUT is_stale boolean, OUT minors bigint[], OUT shops bigint[], OUT on_account_minor bigint
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    is_stale := coalesce((SELECT min(a.holds_until) FROM retailer_age a WHERE a.org_id = p_org) < p_on, false)
        OR coalesce((SELECT max(a.aged_on) FROM retailer_age a WHERE a.org_id = p_org) > p_on, false);
    IF is_stale THEN
        RETURN;
    END IF;
    SELECT ARRAY[
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on >= p_on), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on AND d.due_on >= p_on - 30), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on - 30 AND d.due_on >= p_on - 60), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on - 60 AND d.due_on >= p_on - 90), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on - 90), 0)]
        INTO minors FROM due_total d WHERE d.org_id = p_org;
    SELECT ARRAY[
            coalesce(sum(t.shops) FILTER (WHERE t.bucket_bits & 1 <> 0), 0),
            coalesce(sum(t.shops) FILTER (WHERE t.bucket_bits & 2 <> 0), 0),
            coalesce(sum(t.shops) FILTER (WHERE t.bucket_bits & 4 <> 0), 0),
            coalesce(sum(t.shops) FILTER (WHERE t.bucket_bits & 8 <> 0), 0),
            coalesce(sum(t.shops) FILTER (WHERE t.bucket_bits & 16 <> 0), 0)]
        INTO shops FROM age_total t WHERE t.org_id = p_org;
    SELECT coalesce(sum(p.unapplied_minor), 0) INTO on_account_minor FROM payment p
        WHERE p.org_id = p_org AND p.status = 'posted' AND p.unapplied_minor > 0;
END
$$
"""

# The limit stands in the text: a plan for an unknown one would read every shop.
LATE = """
CREATE FUNCTION risk_late(p_org uuid, p_on date, p_stages text[], p_offsets integer[], p_longest integer)
RETURNS TABLE (
    retailer_id uuid, limit_minor bigint, max_outstanding_days integer, paused boolean, open_minor bigint,
    overdue_minor bigint, oldest_days integer, used_minor bigint, name text, reminders_paused boolean, stage text,
    stage_on date
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT late.retailer_id, a.limit_minor, a.max_outstanding_days, a.paused_at IS NOT NULL, late.open_minor,
        late.overdue_minor, p_on - late.oldest_due_on, a.outstanding_minor + a.reserved_minor, r.name::text,
        r.reminders_paused, coming.stage, coming.stage_on
    FROM (
        SELECT age.retailer_id, age.open_minor, age.overdue_minor, age.oldest_due_on FROM retailer_age age
        WHERE age.org_id = p_org AND age.overdue_minor > 0
        ORDER BY age.overdue_minor DESC, age.oldest_due_on, age.retailer_id LIMIT 50
    ) late
    JOIN credit_account a ON a.org_id = p_org AND a.retailer_id = late.retailer_id
    JOIN retailer r ON r.org_id = p_org AND r.id = late.retailer_id
    LEFT JOIN LATERAL (
        SELECT stage.name AS stage, b.due_on + stage.days AS stage_on
        FROM bill b
        CROSS JOIN unnest(p_stages, p_offsets) AS stage (name, days)
        LEFT JOIN reminder m
            ON m.org_id = b.org_id AND m.bill_id = b.id AND m.due_on = b.due_on AND m.stage = stage.name
        WHERE b.org_id = p_org AND b.retailer_id = late.retailer_id AND b.open_minor > 0
            AND b.due_on >= p_on - p_longest AND b.due_on + stage.days >= p_on AND m.id IS NULL
        ORDER BY b.due_on + stage.days, stage.days DESC LIMIT 1
    ) coming ON true
    ORDER BY late.overdue_minor DESC, late.oldest_due_on, late.retailer_id;
END
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute(TOTALS)
    op.execute(LATE)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute("DROP FUNCTION IF EXISTS risk_late")
    op.execute("DROP FUNCTION IF EXISTS risk_totals")
