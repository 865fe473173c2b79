-- The same rules as credit/guardrails.py, which explains a refusal; tests/credit/test_guardrails.py holds them
-- together. A limit that is not set compares as NULL and therefore refuses. Lock order: the account, then its group.
-- The lock is taken by a statement of its own, so that the next one sees bills and cheques as they are once the lock is
-- ours.
CREATE FUNCTION credit_reserve(
    p_org uuid, p_retailer uuid, p_id uuid, p_reference uuid, p_amount bigint, p_at timestamptz,
    p_entry uuid, p_actor text, p_subject text, p_after jsonb, p_request text, p_body bytea
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_today date;
    v_reserved boolean;  -- whether what is promised counts against the limit
    v_cheques boolean;  -- whether cheques lower what is owed before they are cleared
    v_group uuid;
    v_cap bigint;
BEGIN
    SELECT (p_at AT TIME ZONE timezone)::date, settings->>'exposure' = 'confirmed',
            (settings->>'cheques_counted_early')::boolean
        INTO v_today, v_reserved, v_cheques FROM organisation WHERE org_id = p_org;
    PERFORM FROM credit_account WHERE org_id = p_org AND retailer_id = p_retailer FOR NO KEY UPDATE;
    UPDATE credit_account a SET reserved_minor = a.reserved_minor + p_amount,
        allowance_minor = greatest(0, a.outstanding_minor + a.reserved_minor + p_amount
            - greatest(coalesce(a.limit_minor, 0), coalesce(a.temporary_limit_minor, 0)))
    WHERE a.org_id = p_org AND a.retailer_id = p_retailer
        AND a.blocked_at IS NULL
        AND a.paused_at IS NULL
        AND a.outstanding_minor + CASE WHEN v_reserved THEN a.reserved_minor ELSE 0 END + p_amount
                + CASE WHEN v_cheques THEN credit_uncleared(p_org, p_retailer) ELSE 0 END
            <= greatest(a.limit_minor, CASE WHEN a.temporary_until >= v_today THEN a.temporary_limit_minor END)
        AND (a.max_order_minor IS NULL OR p_amount <= a.max_order_minor)
        -- what is owed less the bills that are not too old = the bills that are, less money on account
        AND (a.max_outstanding_days IS NULL OR a.outstanding_minor - (
            SELECT coalesce(sum(b.open_minor), 0) FROM bill b
            WHERE b.org_id = p_org AND b.retailer_id = p_retailer AND b.open_minor > 0
                AND b.due_on >= v_today - a.max_outstanding_days) <= a.tolerance_minor)
    RETURNING a.group_id INTO v_group;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF v_group IS NOT NULL THEN
        SELECT limit_minor INTO STRICT v_cap FROM credit_group WHERE org_id = p_org AND id = v_group FOR UPDATE;
        IF v_cap < (SELECT sum(outstanding_minor + CASE WHEN v_reserved THEN reserved_minor ELSE 0 END
                            + CASE WHEN v_cheques THEN credit_uncleared(org_id, retailer_id) ELSE 0 END)
                        + CASE WHEN v_reserved THEN 0 ELSE p_amount END
                    FROM credit_account WHERE org_id = p_org AND group_id = v_group) THEN
            UPDATE credit_account SET reserved_minor = reserved_minor - p_amount,
                allowance_minor = greatest(0, outstanding_minor + reserved_minor - p_amount
                    - greatest(coalesce(limit_minor, 0), coalesce(temporary_limit_minor, 0)))
                WHERE org_id = p_org AND retailer_id = p_retailer;
            RETURN false;
        END IF;
    END IF;
    INSERT INTO reservation (org_id, id, retailer_id, reference_id, amount_minor, status, created_at)
        VALUES (p_org, p_id, p_retailer, p_reference, p_amount, 'live', p_at);
    PERFORM audit_append(p_org, p_entry, p_retailer, p_at, p_actor, 'credit.reserved', p_subject, NULL, NULL,
                         p_after, p_request, p_body);
    RETURN true;
END
$$;
