-- A shop's open bills once money on account has settled the oldest of them: all that the bills add up to beyond
-- `p_outstanding`, what is owed, is such money. `owed_minor` is what is left of a bill, `owed_so_far_minor` what is left
-- of it and of all older ones, `open_so_far_minor` the same before money on account. In a FROM this is part of the
-- statement that asks, not a call.
CREATE FUNCTION credit_net_bills(p_org uuid, p_retailer uuid, p_outstanding bigint) RETURNS TABLE (
    id uuid, reference text, bill_on date, due_on date, amount_minor bigint, open_minor bigint,
    open_so_far_minor bigint, owed_minor bigint, owed_so_far_minor bigint
) LANGUAGE sql STABLE AS $$
    SELECT id, reference, bill_on, due_on, amount_minor, open_minor, so_far,
        greatest(0, least(open_minor, so_far - held)), greatest(0, so_far - held)
    FROM (
        SELECT id, reference, bill_on, due_on, amount_minor, open_minor, (sum(open_minor) OVER oldest)::bigint AS so_far,
            (sum(open_minor) OVER () - p_outstanding)::bigint AS held
        FROM bill WHERE org_id = p_org AND retailer_id = p_retailer AND open_minor > 0
        WINDOW oldest AS (ORDER BY due_on, bill_on, reference, id)
    ) open_bill
$$;
