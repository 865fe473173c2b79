-- Writes a payment as it was decided. No row when a posted payment has this method and reference already: then nothing
-- is written.
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
$$;
