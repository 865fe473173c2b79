-- The one writer of allocations, transfers and an account's running totals, for whatever changes what a shop owes or has
-- promised: a bill, a payment or another credit, one taken back, money on account put to bills, a reservation. What is
-- decided stands in Python (credit/booking.py and its callers); this only writes, and says what the totals are now.
--
-- The caller holds the account's lock. Parts below zero reopen bills. `p_applied_on`: the parts come from money that was
-- on account till that day. `p_reverses`: the transfers are those of another journal, the other way round; a second time
-- breaks a unique key.
CREATE FUNCTION credit_book(
    p_org uuid, p_retailer uuid, p_at timestamptz, p_outstanding bigint, p_reserved bigint,
    p_payment uuid, p_applied_on date, p_allocations uuid[], p_bills uuid[], p_parts bigint[],
    p_journal uuid, p_effective_on date, p_reason text, p_reference text, p_key text,
    p_transfers uuid[], p_debits text[], p_credits text[], p_amounts bigint[], p_reverses uuid,
    OUT outstanding_minor bigint, OUT reserved_minor bigint, OUT allowance_minor bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_account credit_account;
BEGIN
    IF cardinality(p_bills) > 0 THEN
        UPDATE bill SET open_minor = bill.open_minor - share.minor
            FROM unnest(p_bills, p_parts) AS share (bill_id, minor)
            WHERE bill.org_id = p_org AND bill.id = share.bill_id;
        INSERT INTO allocation (org_id, id, payment_id, bill_id, amount_minor, created_at, applied_on)
            SELECT p_org, id, p_payment, bill_id, minor, p_at, p_applied_on
            FROM unnest(p_allocations, p_bills, p_parts) AS share (id, bill_id, minor);
        IF p_applied_on IS NOT NULL THEN
            UPDATE payment SET unapplied_minor = unapplied_minor - (SELECT sum(minor) FROM unnest(p_parts) AS minor)
                WHERE org_id = p_org AND id = p_payment;
        END IF;
    END IF;
    IF p_outstanding <> 0 OR p_reserved <> 0 THEN
        UPDATE credit_account a SET outstanding_minor = a.outstanding_minor + p_outstanding,
            reserved_minor = a.reserved_minor + p_reserved
            WHERE a.org_id = p_org AND a.retailer_id = p_retailer RETURNING a.* INTO STRICT v_account;
    ELSE
        SELECT a.* INTO STRICT v_account FROM credit_account a WHERE a.org_id = p_org AND a.retailer_id = p_retailer;
    END IF;
    IF cardinality(p_transfers) > 0 THEN
        INSERT INTO ledger_transfer (org_id, id, journal_id, retailer_id, debit_account, credit_account, amount_minor,
                currency, reason, reference, idempotency_key, effective_on, created_at)
            SELECT p_org, leg.id, p_journal, p_retailer, leg.debit, leg.credit, leg.minor, v_account.currency, p_reason,
                p_reference, p_key || ':' || leg.place, p_effective_on, p_at
            FROM unnest(p_transfers, p_debits, p_credits, p_amounts) WITH ORDINALITY
                AS leg (id, debit, credit, minor, place);
    ELSIF p_reverses IS NOT NULL THEN
        INSERT INTO ledger_transfer (org_id, id, journal_id, retailer_id, debit_account, credit_account, amount_minor,
                currency, reason, reference, reverses_id, idempotency_key, effective_on, created_at)
            SELECT p_org, gen_random_uuid(), p_journal, t.retailer_id, t.credit_account, t.debit_account, t.amount_minor,
                t.currency, p_reason, t.reference, t.id, 'reverse:' || t.id, p_effective_on, p_at
            FROM ledger_transfer t WHERE t.org_id = p_org AND t.journal_id = p_reverses;
    END IF;
    outstanding_minor := v_account.outstanding_minor;
    reserved_minor := v_account.reserved_minor;
    allowance_minor := v_account.allowance_minor;
END
$$;
