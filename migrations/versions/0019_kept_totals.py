"""What is open by due date and how old each shop's bills are, kept as bills change.

Revision: 0019, after 0018.

Triggers on `bill` keep three tables, so that no writer can forget them. `due_total` and `age_total` hold parts that only
add up to a total: each change adds a row and locks none, because one row of an organisation's total would let its
payments wait for each other; a job folds the parts. `retailer_age` is one row per shop, true for the days from `aged_on`
to `holds_until`: the day after that a bill falls due or into the next bucket, and the job looks again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("due_total", "retailer_age", "age_total")

# Five looks into the index of a shop's open bills, however many they are. Bits: 1 not due, 2 to 30 days, 4 to 60, 8 to
# 90, 16 older.
MARKS = """
CREATE FUNCTION retailer_age_marks(
    p_org uuid, p_retailer uuid, p_on date, OUT oldest_due_on date, OUT bucket_bits integer, OUT holds_until date
) LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_edge date;
    v_due date;
BEGIN
    bucket_bits := 0;
    SELECT min(b.due_on) INTO oldest_due_on FROM bill b
        WHERE b.org_id = p_org AND b.retailer_id = p_retailer AND b.open_minor > 0;
    IF oldest_due_on IS NULL THEN
        RETURN;
    END IF;
    FOR v_bucket IN 0..3 LOOP
        v_edge := p_on - 30 * v_bucket;
        v_due := oldest_due_on;
        IF oldest_due_on < v_edge THEN
            SELECT min(b.due_on) INTO v_due FROM bill b
                WHERE b.org_id = p_org AND b.retailer_id = p_retailer AND b.open_minor > 0 AND b.due_on >= v_edge;
        END IF;
        CONTINUE WHEN v_due IS NULL;
        holds_until := least(holds_until, v_due + 30 * v_bucket);
        IF v_bucket = 0 OR v_due < v_edge + 30 THEN
            bucket_bits := bucket_bits | (1 << v_bucket);
        END IF;
    END LOOP;
    IF oldest_due_on < p_on - 90 THEN
        bucket_bits := bucket_bits | 16;
    END IF;
END
$$
"""

# What changed, as (shop, due date, amount). The shops' rows are locked before their bills are looked at: of two changes
# the later one sees the earlier one's bills.
FOLLOW = """
CREATE FUNCTION retailer_age_follow(p_orgs uuid[], p_retailers uuid[], p_dues date[], p_minors bigint[])
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

BILL_CHANGED = """
CREATE FUNCTION bill_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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

RENEW = """
CREATE FUNCTION retailer_age_renew(p_org uuid, p_on date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_shops uuid[];
BEGIN
    SELECT array_agg(retailer_id) INTO v_shops FROM (
        SELECT retailer_id FROM retailer_age
        WHERE org_id = p_org AND (holds_until < p_on OR aged_on > p_on) ORDER BY retailer_id FOR UPDATE) stale;
    WITH aged AS MATERIALIZED (
        SELECT a.retailer_id, a.bucket_bits AS bits_before, marks.*, (
            SELECT coalesce(sum(b.open_minor), 0) FROM bill b WHERE b.org_id = p_org
                AND b.retailer_id = a.retailer_id AND b.open_minor > 0 AND b.due_on < p_on)::bigint AS overdue_minor
        FROM retailer_age a, LATERAL retailer_age_marks(p_org, a.retailer_id, p_on) marks
        WHERE a.org_id = p_org AND a.retailer_id = ANY(v_shops)
    ), kept AS (
        UPDATE retailer_age a SET aged_on = p_on, overdue_minor = aged.overdue_minor,
            oldest_due_on = aged.oldest_due_on, bucket_bits = aged.bucket_bits, holds_until = aged.holds_until
        FROM aged WHERE a.org_id = p_org AND a.retailer_id = aged.retailer_id
    )
    INSERT INTO age_total (org_id, bucket_bits, id, shops)
        SELECT p_org, bits, gen_random_uuid(), sum(shops)
        FROM (SELECT bits_before AS bits, -1 AS shops FROM aged UNION ALL SELECT bucket_bits, 1 FROM aged) moved
        WHERE bits <> 0 GROUP BY bits HAVING sum(shops) <> 0;
    RETURN coalesce(cardinality(v_shops), 0);
END
$$
"""

# Two folds at once are harmless: each adds up what it took away itself.
FOLD = """
CREATE FUNCTION totals_fold(p_org uuid) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_dues integer;
    v_ages integer;
BEGIN
    WITH taken AS (
        DELETE FROM due_total d USING (
            SELECT due_on FROM due_total WHERE org_id = p_org GROUP BY due_on HAVING count(*) > 1) many
        WHERE d.org_id = p_org AND d.due_on = many.due_on RETURNING d.due_on, d.open_minor
    ), folded AS (
        INSERT INTO due_total (org_id, due_on, id, open_minor)
        SELECT p_org, due_on, gen_random_uuid(), sum(open_minor) FROM taken GROUP BY due_on HAVING sum(open_minor) <> 0
    )
    SELECT count(*) INTO v_dues FROM taken;
    WITH taken AS (
        DELETE FROM age_total a USING (
            SELECT bucket_bits FROM age_total WHERE org_id = p_org GROUP BY bucket_bits HAVING count(*) > 1) many
        WHERE a.org_id = p_org AND a.bucket_bits = many.bucket_bits RETURNING a.bucket_bits, a.shops
    ), folded AS (
        INSERT INTO age_total (org_id, bucket_bits, id, shops)
        SELECT p_org, bucket_bits, gen_random_uuid(), sum(shops) FROM taken GROUP BY bucket_bits HAVING sum(shops) <> 0
    )
    SELECT count(*) INTO v_ages FROM taken;
    RETURN v_dues + v_ages;
END
$$
"""

# What stands already. A day before today, so that it is true in every time zone at least until the job runs.
KEEP_NOW = """
INSERT INTO due_total (org_id, due_on, id, open_minor)
SELECT org_id, due_on, gen_random_uuid(), sum(open_minor) FROM bill WHERE open_minor > 0 GROUP BY org_id, due_on;
INSERT INTO retailer_age (org_id, retailer_id, aged_on, open_minor, overdue_minor, oldest_due_on, bucket_bits,
    holds_until)
SELECT owed.org_id, owed.retailer_id, current_date - 1, owed.minor, owed.overdue_minor, marks.*
FROM (SELECT org_id, retailer_id, sum(open_minor) AS minor,
          coalesce(sum(open_minor) FILTER (WHERE due_on < current_date - 1), 0) AS overdue_minor
      FROM bill WHERE open_minor > 0 GROUP BY org_id, retailer_id) owed,
    LATERAL retailer_age_marks(owed.org_id, owed.retailer_id, current_date - 1) marks;
INSERT INTO age_total (org_id, bucket_bits, id, shops)
SELECT org_id, bucket_bits, gen_random_uuid(), count(*) FROM retailer_age GROUP BY org_id, bucket_bits
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    tables()
    indexes()
    for function in (MARKS, FOLLOW, BILL_CHANGED, RENEW, FOLD):
        op.execute(function)
    op.execute("ALTER TABLE bill NO FORCE ROW LEVEL SECURITY")  # its owner reads every organisation's for a moment
    op.execute(KEEP_NOW)
    op.execute("ALTER TABLE bill FORCE ROW LEVEL SECURITY")
    for event, seen in (
        ("INSERT", "NEW TABLE AS became"),
        ("UPDATE", "OLD TABLE AS was NEW TABLE AS became"),
        ("DELETE", "OLD TABLE AS was"),
    ):
        op.execute(
            f"CREATE TRIGGER keep_ages_{event.lower()} AFTER {event} ON bill REFERENCING {seen}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bill_changed()"
        )
    for table in TABLES:
        protect(table)


def tables() -> None:
    op.create_table(
        "due_total",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "due_on", "id", name=op.f("pk_due_total")),
    )
    op.create_table(
        "retailer_age",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("retailer_id", sa.Uuid(), nullable=False),
        sa.Column("aged_on", sa.Date(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("overdue_minor", sa.BigInteger(), nullable=False),
        sa.Column("oldest_due_on", sa.Date(), nullable=True),
        sa.Column("bucket_bits", sa.Integer(), nullable=False),
        sa.Column("holds_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "retailer_id", name=op.f("pk_retailer_age")),
        sa.ForeignKeyConstraint(
            ["org_id", "retailer_id"],
            ["credit_account.org_id", "credit_account.retailer_id"],
            name=op.f("fk_retailer_age_credit_account_org_id_retailer_id"),
            ondelete="RESTRICT",
        ),
    )
    op.create_table(
        "age_total",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("bucket_bits", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shops", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "bucket_bits", "id", name=op.f("pk_age_total")),
    )


def indexes() -> None:
    op.create_index(
        "ix_retailer_age_overdue",
        "retailer_age",
        ["org_id", sa.text("overdue_minor DESC"), "oldest_due_on", "retailer_id"],
        postgresql_where=sa.text("overdue_minor > 0"),
    )
    op.create_index("ix_retailer_age_holds", "retailer_age", ["org_id", "holds_until"])
    op.create_index("ix_retailer_age_aged", "retailer_age", ["org_id", "aged_on"])
    op.create_index(
        "ix_payment_on_account",
        "payment",
        ["org_id"],
        postgresql_include=["unapplied_minor"],
        postgresql_where=sa.text("status = 'posted' AND unapplied_minor > 0"),
    )
    op.create_index(
        "ix_credit_account_near_limit",
        "credit_account",
        ["org_id", "retailer_id"],
        postgresql_where=sa.text("limit_minor > 0 AND (outstanding_minor + reserved_minor) * 100 >= limit_minor * 80"),
    )
    op.create_index(
        "ix_credit_account_paused",
        "credit_account",
        ["org_id", "retailer_id"],
        postgresql_where=sa.text("paused_at IS NOT NULL"),
    )


def protect(table: str) -> None:
    """Grants, and the policies that keep organisations apart."""
    own = "org_id = nullif(current_setting('app.org', true), '')::uuid"
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO bahi_app")
    op.execute(f"GRANT SELECT ON {table} TO bahi_doctor")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY doctor_reads ON {table} FOR SELECT TO bahi_doctor USING (true)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER IF EXISTS keep_ages_{event} ON bill")
    for index, table in (
        ("ix_payment_on_account", "payment"),
        ("ix_credit_account_near_limit", "credit_account"),
        ("ix_credit_account_paused", "credit_account"),
    ):
        op.drop_index(index, table_name=table)
    for function in (
        "totals_fold", "retailer_age_renew", "bill_changed", "retailer_age_follow", "retailer_age_marks",
    ):  # fmt: skip
        op.execute(f"DROP FUNCTION IF EXISTS {function}")
    for table in reversed(TABLES):
        op.drop_table(table)
