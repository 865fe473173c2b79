-- How much of their limits accounts use: what is owed, what is promised to orders, and cheques that lowered what is owed
-- before the bank has paid; the latter two where the organisation's settings count them. In a FROM this is part of the
-- statement that asks, not a call.
CREATE FUNCTION credit_use(p_org uuid) RETURNS TABLE (
    retailer_id uuid, group_id uuid, promised_minor bigint, uncleared_minor bigint, used_minor bigint
) LANGUAGE sql STABLE AS $$
    SELECT a.retailer_id, a.group_id, counted.promised_minor, counted.uncleared_minor,
        a.outstanding_minor + counted.promised_minor + counted.uncleared_minor
    FROM org_rules(p_org) rules
    JOIN credit_account a ON a.org_id = p_org
    CROSS JOIN LATERAL (
        SELECT CASE WHEN rules.counts_promised THEN a.reserved_minor ELSE 0 END AS promised_minor,
            CASE WHEN rules.counts_uncleared THEN (
                SELECT coalesce(sum(p.amount_minor), 0)::bigint
                FROM cheque c JOIN payment p ON p.org_id = c.org_id AND p.id = c.id AND p.status = 'posted'
                WHERE c.org_id = a.org_id AND c.retailer_id = a.retailer_id AND c.state IN ('received', 'deposited')
            ) ELSE 0 END AS uncleared_minor
        OFFSET 0  -- or each mention of a figure would count the cheques again
    ) counted
$$;
