-- What a payment is decided by, in one round trip: locks and reads, and takes its number last of all where it gets one
-- (`p_series`, `p_prefix`; a refusal rolls it back); the rules stand in credit/payments.py and credit/allocating.py.
-- `p_year_starts` says in which month the financial year of a country begins. Every statement after the first sees what
-- others committed while it waited for the lock.
CREATE FUNCTION payment_look(
    p_org uuid, p_retailer uuid, p_at timestamptz, p_received_on date, p_most integer,
    p_key text, p_cash_minor bigint, p_cash_since timestamptz,
    p_series text, p_prefix text, p_year_starts jsonb,
    OUT currency text, OUT outstanding_minor bigint, OUT watched_at timestamptz, OUT pause_source text,
    OUT country text, OUT settings jsonb, OUT today date, OUT has_promise boolean, OUT has_reminders boolean,
    OUT cash_minor bigint, OUT is_claimed_elsewhere boolean, OUT is_paid_back boolean, OUT same_cash uuid,
    OUT receipt_number text, OUT bills jsonb
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_year integer;
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
    is_claimed_elsewhere := EXISTS (
        SELECT FROM payment_claim c
        WHERE c.org_id = p_org AND c.reference_key = p_key AND c.status = 'claimed' AND c.retailer_id <> p_retailer);
    is_paid_back := EXISTS (
        SELECT FROM refund r WHERE r.org_id = p_org AND r.reference_key = p_key AND r.status = 'posted');
    IF p_cash_minor IS NOT NULL THEN
        SELECT p.id INTO same_cash FROM payment p
            WHERE p.org_id = p_org AND p.retailer_id = p_retailer AND p.method = 'cash' AND p.status = 'posted'
                AND p.received_on = coalesce(p_received_on, today) AND p.amount_minor = p_cash_minor
                AND p.created_at > p_cash_since
            ORDER BY p.created_at DESC LIMIT 1;
    END IF;
    SELECT coalesce(jsonb_agg(jsonb_build_array(b.id, b.reference, b.open_minor, b.amount_minor)), '[]') INTO bills
        FROM (SELECT id, reference, open_minor, amount_minor FROM bill
              WHERE org_id = p_org AND retailer_id = p_retailer AND open_minor > 0
              ORDER BY due_on, bill_on, reference LIMIT p_most) b;
    IF p_series IS NOT NULL THEN
        v_year := extract(year FROM today)
            - (extract(month FROM today) < (p_year_starts ->> country)::integer)::integer;
        receipt_number := credit_next_number(p_org, p_series, p_prefix,
            lpad((v_year % 100)::text, 2, '0') || '-' || lpad(((v_year + 1) % 100)::text, 2, '0'));
    END IF;
END
$$;
