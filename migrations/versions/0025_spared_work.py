"""What the rules, the dashboard's list and a single bill's change cost: plans made once, and no work without need.

Revision: 0025, after 0024.

`credit_facts` asks what credit/rules.py judges. `risk_late` looks shops up one by one: a plan for any organisation would
read every shop of it. A bill that was paid in part neither falls due nor leaves a bucket, so its shop's age stands.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# overdue_days: how long more than the account's tolerance has been due, so that a few forgotten rupees stop nobody.
# What is on account is all that bills add up to beyond what is owed; it counts against the oldest bills first.
# What staff have acknowledged leaves the rest fresh.
FRESH = """
        CASE WHEN a.acknowledged -> '{level}' ? 'overdue_days' THEN (
            SELECT max(p_today - due_on) FROM (
                SELECT due_on, sum(open_minor) OVER (ORDER BY due_on) AS so_far,
                    sum(open_minor) OVER () - a.outstanding_minor AS held, sum(open_minor) FILTER (
                        WHERE due_on <= (a.acknowledged -> '{level}' ->> 'overdue_days')::date) OVER () AS known
                FROM bill b WHERE b.org_id = a.org_id AND b.retailer_id = a.retailer_id AND b.open_minor > 0
            ) due
            WHERE due_on < p_today AND due_on > (a.acknowledged -> '{level}' ->> 'overdue_days')::date
                AND so_far - greatest(held, coalesce(known, 0)) > a.tolerance_minor) END"""

# OFFSET 0: else each mention of `used` would count the cheques again.
ACCOUNTS = """
    SELECT a.retailer_id, coalesce(late.days, 0), coalesce(late.total, 0)::bigint,
        CASE WHEN used.limit_minor > 0 THEN greatest(0, used.amount) * 100 / used.limit_minor ELSE 0 END::bigint,
        (SELECT count(*) FROM promise p WHERE p.org_id = a.org_id AND p.retailer_id = a.retailer_id
            AND p.status = 'broken' AND p.promised_on > p_promises_from),
        (SELECT count(*) FROM cheque c WHERE c.org_id = a.org_id AND c.retailer_id = a.retailer_id
            AND c.state = 'bounced' AND c.ended_on > p_cheques_from),
        {fresh_pause}, {fresh_block}, a.acknowledged,
        a.watched_at IS NOT NULL, a.paused_at IS NOT NULL, a.pause_source::text, a.blocked_at IS NOT NULL,
        used.amount, used.limit_minor
    FROM credit_account a
    CROSS JOIN LATERAL (
        SELECT coalesce(greatest(a.limit_minor,
                CASE WHEN a.temporary_until >= p_today THEN a.temporary_limit_minor END), 0) AS limit_minor,
            a.outstanding_minor + CASE WHEN p_reserved THEN a.reserved_minor ELSE 0 END
                + CASE WHEN p_cheques THEN (
                    SELECT coalesce(sum(m.amount_minor), 0)::bigint
                    FROM cheque c JOIN payment m ON m.org_id = c.org_id AND m.id = c.id AND m.status = 'posted'
                    WHERE c.org_id = a.org_id AND c.retailer_id = a.retailer_id
                        AND c.state IN ('received', 'deposited')) ELSE 0 END AS amount OFFSET 0) used
    LEFT JOIN LATERAL (
        SELECT max(p_today - due_on) FILTER (WHERE due_on < p_today AND so_far - held > a.tolerance_minor) AS days,
            greatest(0, sum(open_minor) FILTER (WHERE due_on < p_today) - max(held)) AS total
        FROM (SELECT due_on, open_minor, sum(open_minor) OVER (ORDER BY due_on) AS so_far,
                  sum(open_minor) OVER () - a.outstanding_minor AS held FROM bill b
              WHERE b.org_id = a.org_id AND b.retailer_id = a.retailer_id AND b.open_minor > 0) due
    ) late ON true
    WHERE a.org_id = p_org{named} ORDER BY a.retailer_id
"""
FACTS = """
CREATE FUNCTION credit_facts(
    p_org uuid, p_retailers uuid[], p_today date, p_reserved boolean, p_cheques boolean, p_promises_from date,
    p_cheques_from date
) RETURNS TABLE (
    retailer_id uuid, overdue_days integer, overdue_minor bigint, limit_used_percent bigint, broken_promises bigint,
    bounced_cheques bigint, fresh_pause integer, fresh_block integer, acknowledged jsonb, is_watched boolean,
    is_paused boolean, pause_source text, is_blocked boolean, used_minor bigint, limit_minor bigint
) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    IF p_retailers IS NULL THEN
        RETURN QUERY {all};
    ELSE
        RETURN QUERY {named};
    END IF;
END
$$
"""

LATE = """
CREATE OR REPLACE FUNCTION risk_late(p_org uuid, p_on date, p_stages text[], p_offsets integer[], p_longest integer)
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
    CROSS JOIN LATERAL (
        SELECT * FROM credit_account WHERE org_id = p_org AND credit_account.retailer_id = late.retailer_id LIMIT 1) a
    CROSS JOIN LATERAL (SELECT * FROM retailer WHERE org_id = p_org AND id = late.retailer_id LIMIT 1) r
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

FOLLOW = """
CREATE OR REPLACE FUNCTION retailer_age_follow(p_orgs uuid[], p_retailers uuid[], p_dues date[], p_minors bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_age retailer_age;
    v_now record;
BEGIN
    IF cardinality(p_orgs) = 1 THEN
        SELECT * INTO v_age FROM retailer_age a
            WHERE a.org_id = p_orgs[1] AND a.retailer_id = p_retailers[1] FOR UPDATE;
        IF FOUND THEN
            INSERT INTO due_total (org_id, due_on, id, open_minor)
                VALUES (p_orgs[1], p_dues[1], gen_random_uuid(), p_minors[1]);
            SELECT * INTO v_now FROM retailer_age_marks(p_orgs[1], p_retailers[1], v_age.aged_on);
            UPDATE retailer_age a SET open_minor = a.open_minor + p_minors[1],
                overdue_minor = a.overdue_minor + CASE WHEN p_dues[1] < a.aged_on THEN p_minors[1] ELSE 0 END,
                oldest_due_on = v_now.oldest_due_on, bucket_bits = v_now.bucket_bits, holds_until = v_now.holds_until
                WHERE a.org_id = p_orgs[1] AND a.retailer_id = p_retailers[1];
            IF v_now.bucket_bits <> v_age.bucket_bits THEN
                INSERT INTO age_total (org_id, bucket_bits, id, shops)
                    SELECT p_orgs[1], bits, gen_random_uuid(), shops
                    FROM (VALUES (v_age.bucket_bits, -1), (v_now.bucket_bits, 1)) AS moved (bits, shops)
                    WHERE bits <> 0;
            END IF;
            RETURN;
        END IF;
    END IF;
    INSERT INTO due_total (org_id, due_on, id, open_minor)
        SELECT org_id, due_on, gen_random_uuid(), sum(minor)
        FROM unnest(p_orgs, p_dues, p_minors) AS changed (org_id, due_on, minor)
        GROUP BY org_id, due_on HAVING sum(minor) <> 0;
    INSERT INTO retailer_age (org_id, retailer_id, aged_on, open_minor, overdue_minor, bucket_bits)
        SELECT DISTINCT o.org_id, changed.retailer_id, (now() AT TIME ZONE o.timezone)::date, 0, 0, 0
        FROM unnest(p_orgs, p_retailers) AS changed (org_id, retailer_id)
        JOIN organisation o ON o.org_id = changed.org_id
        WHERE NOT EXISTS (
            SELECT FROM retailer_age a WHERE a.org_id = changed.org_id AND a.retailer_id = changed.retailer_id)
        ORDER BY 1, 2 ON CONFLICT DO NOTHING;
    PERFORM FROM retailer_age a
        JOIN (SELECT DISTINCT * FROM unnest(p_orgs, p_retailers) AS one (org_id, retailer_id)) changed
            ON changed.org_id = a.org_id AND changed.retailer_id = a.retailer_id
        ORDER BY a.org_id, a.retailer_id FOR UPDATE OF a;
    WITH changed AS (
        SELECT a.org_id, a.retailer_id, a.aged_on, a.bucket_bits AS bits_before, sum(part.minor)::bigint AS minor,
            coalesce(sum(part.minor) FILTER (WHERE part.due_on < a.aged_on), 0)::bigint AS overdue_minor
        FROM unnest(p_orgs, p_retailers, p_dues, p_minors) AS part (org_id, retailer_id, due_on, minor)
        JOIN retailer_age a ON a.org_id = part.org_id AND a.retailer_id = part.retailer_id
        GROUP BY a.org_id, a.retailer_id
    ), aged AS MATERIALIZED (
        SELECT changed.*, marks.*
        FROM changed, LATERAL retailer_age_marks(changed.org_id, changed.retailer_id, changed.aged_on) marks
    ), kept AS (
        UPDATE retailer_age a SET open_minor = a.open_minor + aged.minor,
            overdue_minor = a.overdue_minor + aged.overdue_minor,
            oldest_due_on = aged.oldest_due_on, bucket_bits = aged.bucket_bits, holds_until = aged.holds_until
        FROM aged WHERE a.org_id = aged.org_id AND a.retailer_id = aged.retailer_id
    )
    INSERT INTO age_total (org_id, bucket_bits, id, shops)
        SELECT org_id, bits, gen_random_uuid(), sum(shops)
        FROM (SELECT org_id, bits_before AS bits, -1 AS shops FROM aged
              UNION ALL SELECT org_id, bucket_bits, 1 FROM aged) moved
        WHERE bits <> 0 GROUP BY org_id, bits HAVING sum(shops) <> 0;
END
$$
"""

BILL_CHANGED = """
CREATE OR REPLACE FUNCTION bill_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_part record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT b.org_id, b.retailer_id, b.due_on, b.open_minor - w.open_minor AS minor INTO v_part
            FROM was w JOIN became b ON b.org_id = w.org_id AND b.id = w.id
            WHERE (SELECT count(*) FROM became) = 1 AND b.retailer_id = w.retailer_id AND b.due_on = w.due_on
                AND w.open_minor > 0 AND b.open_minor > 0 AND b.open_minor <> w.open_minor;
        IF FOUND THEN
            UPDATE retailer_age a SET open_minor = a.open_minor + v_part.minor,
                overdue_minor = a.overdue_minor + CASE WHEN v_part.due_on < a.aged_on THEN v_part.minor ELSE 0 END
                WHERE a.org_id = v_part.org_id AND a.retailer_id = v_part.retailer_id;
            IF FOUND THEN
                INSERT INTO due_total (org_id, due_on, id, open_minor)
                    VALUES (v_part.org_id, v_part.due_on, gen_random_uuid(), v_part.minor);
                RETURN NULL;
            END IF;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM retailer_age_follow(array_agg(org_id), array_agg(retailer_id), array_agg(due_on), array_agg(minor))
        FROM (SELECT org_id, retailer_id, due_on, sum(open_minor)::bigint AS minor FROM became
              GROUP BY org_id, retailer_id, due_on HAVING sum(open_minor) <> 0) changed
        HAVING count(*) > 0;
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM retailer_age_follow(array_agg(org_id), array_agg(retailer_id), array_agg(due_on), array_agg(minor))
        FROM (SELECT org_id, retailer_id, due_on, sum(minor)::bigint AS minor
              FROM (SELECT org_id, retailer_id, due_on, open_minor AS minor FROM became
                    UNION ALL SELECT org_id, retailer_id, due_on, -open_minor FROM was) each_side
              GROUP BY org_id, retailer_id, due_on HAVING sum(minor) <> 0) changed
        HAVING count(*) > 0;
    ELSE
        PERFORM retailer_age_follow(array_agg(org_id), array_agg(retailer_id), array_agg(due_on), array_agg(-minor))
        FROM (SELECT org_id, retailer_id, due_on, sum(open_minor)::bigint AS minor FROM was
              GROUP BY org_id, retailer_id, due_on HAVING sum(open_minor) <> 0) changed
        HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END
$$
"""

LATE_BEFORE = """
CREATE OR REPLACE FUNCTION risk_late(p_org uuid, p_on date, p_stages text[], p_offsets integer[], p_longest integer)
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

FOLLOW_BEFORE = """
CREATE OR REPLACE FUNCTION retailer_age_follow(p_orgs uuid[], p_retailers uuid[], p_dues date[], p_minors bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO due_total (org_id, due_on, id, open_minor)
        SELECT org_id, due_on, gen_random_uuid(), sum(minor)
        FROM unnest(p_orgs, p_dues, p_minors) AS changed (org_id, due_on, minor)
        GROUP BY org_id, due_on HAVING sum(minor) <> 0;
    INSERT INTO retailer_age (org_id, retailer_id, aged_on, open_minor, overdue_minor, bucket_bits)
        SELECT DISTINCT o.org_id, changed.retailer_id, (now() AT TIME ZONE o.timezone)::date, 0, 0, 0
        FROM unnest(p_orgs, p_retailers) AS changed (org_id, retailer_id)
        JOIN organisation o ON o.org_id = changed.org_id
        WHERE NOT EXISTS (
            SELECT FROM retailer_age a WHERE a.org_id = changed.org_id AND a.retailer_id = changed.retailer_id)
        ORDER BY 1, 2 ON CONFLICT DO NOTHING;
    PERFORM FROM retailer_age a
        JOIN (SELECT DISTINCT * FROM unnest(p_orgs, p_retailers) AS one (org_id, retailer_id)) changed
            ON changed.org_id = a.org_id AND changed.retailer_id = a.retailer_id
        ORDER BY a.org_id, a.retailer_id FOR UPDATE OF a;
    WITH changed AS (
        SELECT a.org_id, a.retailer_id, a.aged_on, a.bucket_bits AS bits_before, sum(part.minor)::bigint AS minor,
            coalesce(sum(part.minor) FILTER (WHERE part.due_on < a.aged_on), 0)::bigint AS overdue_minor
        FROM unnest(p_orgs, p_retailers, p_dues, p_minors) AS part (org_id, retailer_id, due_on, minor)
        JOIN retailer_age a ON a.org_id = part.org_id AND a.retailer_id = part.retailer_id
        GROUP BY a.org_id, a.retailer_id
    ), aged AS MATERIALIZED (
        SELECT changed.*, marks.*
        FROM changed, LATERAL retailer_age_marks(changed.org_id, changed.retailer_id, changed.aged_on) marks
    ), kept AS (
        UPDATE retailer_age a SET open_minor = a.open_minor + aged.minor,
            overdue_minor = a.overdue_minor + aged.overdue_minor,
            oldest_due_on = aged.oldest_due_on, bucket_bits = aged.bucket_bits, holds_until = aged.holds_until
        FROM aged WHERE a.org_id = aged.org_id AND a.retailer_id = aged.retailer_id
    )
    INSERT INTO age_total (org_id, bucket_bits, id, shops)
        SELECT org_id, bits, gen_random_uuid(), sum(shops)
        FROM (SELECT org_id, bits_before AS bits, -1 AS shops FROM aged
              UNION ALL SELECT org_id, bucket_bits, 1 FROM aged) moved
        WHERE bits <> 0 GROUP BY org_id, bits HAVING sum(shops) <> 0;
END
$$
"""

BILL_CHANGED_BEFORE = """
CREATE OR REPLACE FUNCTION bill_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM retailer_age_follow(array_agg(org_id), array_agg(retailer_id), array_agg(due_on), array_agg(minor))
        FROM (SELECT org_id, retailer_id, due_on, sum(open_minor)::bigint AS minor FROM became
              GROUP BY org_id, retailer_id, due_on HAVING sum(open_minor) <> 0) changed
        HAVING count(*) > 0;
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM retailer_age_follow(array_agg(org_id), array_agg(retailer_id), array_agg(due_on), array_agg(minor))
        FROM (SELECT org_id, retailer_id, due_on, sum(minor)::bigint AS minor
              FROM (SELECT org_id, retailer_id, due_on, open_minor AS minor FROM became
                    UNION ALL SELECT org_id, retailer_id, due_on, -open_minor FROM was) each_side
              GROUP BY org_id, retailer_id, due_on HAVING sum(minor) <> 0) changed
        HAVING count(*) > 0;
    ELSE
        PERFORM retailer_age_follow(array_agg(org_id), array_agg(retailer_id), array_agg(due_on), array_agg(-minor))
        FROM (SELECT org_id, retailer_id, due_on, sum(open_minor)::bigint AS minor FROM was
              GROUP BY org_id, retailer_id, due_on HAVING sum(open_minor) <> 0) changed
        HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END
$$
"""


# One query, whether every account is asked about or a few: a plan for both would read every account for the few.
def facts() -> str:
    """The function's text."""
    fresh = {f"fresh_{level}": FRESH.format(level=level).strip() for level in ("pause", "block")}
    every, some = (
        ACCOUNTS.format(named=named, **fresh).strip() for named in ("", " AND a.retailer_id = ANY(p_retailers)")
    )
    return FACTS.format(all=every, named=some)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    for function in (facts(), LATE, FOLLOW, BILL_CHANGED):
        op.execute(function)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    for function in (LATE_BEFORE, FOLLOW_BEFORE, BILL_CHANGED_BEFORE, "DROP FUNCTION IF EXISTS credit_facts"):
        op.execute(function)
