-- Cheques that lowered what is owed and are not cleared yet.
CREATE FUNCTION credit_uncleared(p_org uuid, p_retailer uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(p.amount_minor), 0)::bigint
    FROM cheque c JOIN payment p ON p.org_id = c.org_id AND p.id = c.id AND p.status = 'posted'
    WHERE c.org_id = p_org AND c.retailer_id = p_retailer AND c.state IN ('received', 'deposited')
$$;
