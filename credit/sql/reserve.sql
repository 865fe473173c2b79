-- An order takes credit when it is no more than the largest that `credit_standing` lets through: credit/guardrails.py
-- explains a refusal by the same figures. Lock order: the account, then its group, on whose row orders of one owner's shops queue.
-- The locks are taken by statements of their own, so that the next one sees bills, cheques and what other shops use as
-- they are once the locks are ours.
CREATE FUNCTION credit_reserve(
    p_org uuid, p_retailer uuid, p_id uuid, p_reference uuid, p_amount bigint, p_at timestamptz,
    p_entry uuid, p_actor text, p_subject text, p_after jsonb, p_request text, p_body bytea
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_group uuid;
BEGIN
    SELECT group_id INTO v_group FROM credit_account
        WHERE org_id = p_org AND retailer_id = p_retailer FOR NO KEY UPDATE;
    IF v_group IS NOT NULL THEN
        PERFORM FROM credit_group WHERE org_id = p_org AND id = v_group FOR UPDATE;
    END IF;
    UPDATE credit_account a SET reserved_minor = a.reserved_minor + p_amount
    FROM credit_standing(p_org, ARRAY[p_retailer], org_today(p_org, p_at)) stands
    WHERE a.org_id = p_org AND a.retailer_id = p_retailer AND stands.retailer_id = p_retailer
        AND p_amount <= stands.largest_order_minor;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO reservation (org_id, id, retailer_id, reference_id, amount_minor, status, created_at)
        VALUES (p_org, p_id, p_retailer, p_reference, p_amount, 'live', p_at);
    PERFORM audit_append(p_org, p_entry, p_retailer, p_at, p_actor, 'credit.reserved', p_subject, NULL, NULL,
                         p_after, p_request, p_body);
    RETURN true;
END
$$;
