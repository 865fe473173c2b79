"""Reserving credit in one round trip; a transfer is reversed at most once.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The same rules as credit/guardrails.py, which explains a refusal; tests/credit/test_guardrails.py holds them together.
# A limit that is not set compares as NULL and therefore refuses.
CREDIT_RESERVE = """
CREATE FUNCTION credit_reserve(
    p_org uuid, p_retailer uuid, p_id uuid, p_reference uuid, p_amount bigint, p_at timestamptz,
    p_entry uuid, p_actor text, p_subject text, p_after jsonb, p_request text, p_body bytea
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_today date := (SELECT (p_at AT TIME ZONE timezone)::date FROM organisation WHERE org_id = p_org);
BEGIN
    UPDATE credit_account a SET reserved_minor = a.reserved_minor + p_amount
    WHERE a.org_id = p_org AND a.retailer_id = p_retailer
        AND a.paused_at IS NULL
        AND a.outstanding_minor + a.reserved_minor + p_amount <= a.limit_minor
        AND (a.max_order_minor IS NULL OR p_amount <= a.max_order_minor)
        AND (a.max_outstanding_days IS NULL OR NOT EXISTS (
            SELECT FROM bill b
            WHERE b.org_id = p_org AND b.retailer_id = p_retailer AND b.open_minor > 0
                AND b.due_on < v_today - a.max_outstanding_days));
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO reservation (org_id, id, retailer_id, reference_id, amount_minor, status, created_at)
        VALUES (p_org, p_id, p_retailer, p_reference, p_amount, 'live', p_at);
    PERFORM audit_append(p_org, p_entry, p_retailer, p_at, p_actor, 'credit.reserved', p_subject, NULL, NULL,
                         p_after, p_request, p_body);
    RETURN true;
END
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute(CREDIT_RESERVE)
    op.create_index(
        "uq_ledger_transfer_reversed_once",
        "ledger_transfer",
        ["org_id", "reverses_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.drop_index("uq_ledger_transfer_reversed_once", table_name="ledger_transfer")
    op.execute("DROP FUNCTION IF EXISTS credit_reserve")
