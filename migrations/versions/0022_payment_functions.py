"""What a payment is decided by, and what was decided, each in one round trip.

Revision: 0022, after 0021.

The rules stay in credit/payments.py and credit/allocating.py: `payment_look` only locks and reads, `payment_write` only
writes. Every statement of `payment_look` after the first sees what others committed while it waited for the lock.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LOOK = """
CREATE FUNCTION payment_look(
    p_org uuid, p_retailer uuid, p_at timestamptz, p_received_on date, p_most integer,
    OUT currency text, OUT outstanding_minor bigint, OUT watched_at timestamptz, OUT pause_source text,
    OUT country text, OUT settings jsonb, OUT today date, OUT has_promise boolean, OUT has_reminders boolean,
    OUT cash_minor bigint, OUT bills jsonb
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    SELECT a.currency, a.outstanding_minor, a.watched_at, a.pause_source
        INTO currency, outstanding_minor, watched_at, pause_source
        FROM credit_account a WHERE a.org_id = p_org AND a.retailer_id = p_retailer FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT o.country, o.settings, (p_at AT TIME ZONE o.timezone)::date INTO country, settings, today
        FROM organisation o WHERE o.org_id = p_org;
    has_promise := EXISTS (
        SELECT FROM promise p WHERE p.org_id = p_org AND p.retailer_id = p_retailer AND p.status = 'open');
    has_reminders := EXISTS (
        SELECT FROM reminder r
        WHERE r.org_id = p_org AND r.retailer_id = p_retailer AND r.local_on >= today - 1 AND r.message_id IS NOT NULL);
    SELECT coalesce(sum(p.amount_minor), 0) INTO cash_minor FROM payment p
        WHERE p.org_id = p_org AND p.retailer_id = p_retailer AND p.method = 'cash' AND p.status = 'posted'
            AND p.received_on = coalesce(p_received_on, today);
    SELECT coalesce(jsonb_agg(jsonb_build_array(b.id, b.reference, b.open_minor, b.amount_minor)), '[]') INTO bills
        FROM (SELECT id, reference, open_minor, amount_minor FROM bill
              WHERE org_id = p_org AND retailer_id = p_retailer AND open_minor > 0
              ORDER BY due_on, bill_on, reference LIMIT p_most) b;
END
$$
"""

# No row when a posted payment has this method and reference already: then nothing is written.
WRITE = """
CREATE FUNCTION payment_write(
    p_org uuid, p_retailer uuid, p_payment uuid, p_at timestamptz, p_amount bigint, p_unapplied bigint, p_method text,
    p_reference text, p_received_on date, p_recorded_by text, p_kind text, p_note text,
    p_allocations uuid[], p_bills uuid[], p_parts bigint[],
    p_transfers uuid[], p_debits text[], p_credits text[], p_amounts bigint[], p_reason text, p_booked_as text, p_key text
) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
    v_account credit_account;
BEGIN
    INSERT INTO payment (org_id, id, retailer_id, amount_minor, unapplied_minor, method, reference, received_on,
            status, recorded_by, created_at, kind, note)
        VALUES (p_org, p_payment, p_retailer, p_amount, p_unapplied, p_method, p_reference, p_received_on, 'posted',
            p_recorded_by, p_at, p_kind, p_note)
        ON CONFLICT (org_id, method, reference) WHERE reference IS NOT NULL AND status = 'posted' DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF cardinality(p_bills) > 0 THEN
        UPDATE bill SET open_minor = bill.open_minor - share.minor
            FROM unnest(p_bills, p_parts) AS share (bill_id, minor)
            WHERE bill.org_id = p_org AND bill.id = share.bill_id;
        INSERT INTO allocation (org_id, id, payment_id, bill_id, amount_minor, created_at)
            SELECT p_org, id, p_payment, bill_id, minor, p_at
            FROM unnest(p_allocations, p_bills, p_parts) AS share (id, bill_id, minor);
    END IF;
    UPDATE credit_account SET outstanding_minor = outstanding_minor - p_amount,
        allowance_minor = greatest(0, outstanding_minor - p_amount + reserved_minor
                                      - greatest(coalesce(limit_minor, 0), coalesce(temporary_limit_minor, 0)))
        WHERE org_id = p_org AND retailer_id = p_retailer RETURNING * INTO STRICT v_account;
    INSERT INTO ledger_transfer (org_id, id, journal_id, retailer_id, debit_account, credit_account, amount_minor,
            currency, reason, reference, idempotency_key, effective_on, created_at)
        SELECT p_org, leg.id, p_payment, p_retailer, leg.debit, leg.credit, leg.minor, v_account.currency, p_reason,
            p_booked_as, p_key || ':' || leg.place, p_received_on, p_at
        FROM unnest(p_transfers, p_debits, p_credits, p_amounts) WITH ORDINALITY
            AS leg (id, debit, credit, minor, place);
    RETURN NEXT v_account.outstanding_minor;
END
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute(LOOK)
    op.execute(WRITE)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute("DROP FUNCTION IF EXISTS payment_write")
    op.execute("DROP FUNCTION IF EXISTS payment_look")
