-- What the status ladder looks at beyond the figures of an account (`credit_standing`): what was broken and bounced
-- lately, and what staff have acknowledged. `fresh_...` is for how many days more than the account's tolerance has been
-- due, of what they have not acknowledged. `p_retailers` NULL means all; shops are looked up one by one.
CREATE FUNCTION credit_facts(
    p_org uuid, p_retailers uuid[], p_today date, p_promises_from date, p_cheques_from date
) RETURNS TABLE (
    retailer_id uuid, broken_promises bigint, bounced_cheques bigint, fresh_pause integer, fresh_block integer,
    acknowledged jsonb, is_watched boolean, pause_source text
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT a.retailer_id,
        (SELECT count(*) FROM promise p WHERE p.org_id = a.org_id AND p.retailer_id = a.retailer_id
            AND p.status = 'broken' AND p.promised_on > p_promises_from),
        (SELECT count(*) FROM cheque c WHERE c.org_id = a.org_id AND c.retailer_id = a.retailer_id
            AND c.state = 'bounced' AND c.ended_on > p_cheques_from),
        fresh.pause_days, fresh.block_days, a.acknowledged, a.watched_at IS NOT NULL, a.pause_source::text
    FROM unnest(coalesce(p_retailers, ARRAY(SELECT each.retailer_id FROM credit_account each WHERE each.org_id = p_org)))
        AS asked (retailer_id)
    JOIN credit_account a ON a.org_id = p_org AND a.retailer_id = asked.retailer_id
    LEFT JOIN LATERAL (
        SELECT max(late.days) FILTER (WHERE late.level = 'pause') AS pause_days,
            max(late.days) FILTER (WHERE late.level = 'block') AS block_days
        FROM (
            SELECT known.level, p_today - b.due_on AS days, b.due_on > known.until AS is_new,
                -- bills that staff know of are settled before money on account is put to others
                least(b.owed_so_far_minor, b.open_so_far_minor - coalesce(
                    max(b.open_so_far_minor) FILTER (WHERE b.due_on <= known.until) OVER (PARTITION BY known.level), 0))
                    AS owed_minor
            FROM (SELECT level, (a.acknowledged -> level ->> 'overdue_days')::date AS until
                  FROM unnest(ARRAY['pause', 'block']) AS level WHERE a.acknowledged -> level ? 'overdue_days') known
            CROSS JOIN credit_net_bills(a.org_id, a.retailer_id, a.outstanding_minor) b
            WHERE a.acknowledged <> '{}'  -- of nearly all accounts no bill has to be read
        ) late WHERE late.is_new AND late.days > 0 AND late.owed_minor > a.tolerance_minor
    ) fresh ON true
    ORDER BY a.retailer_id;
END
$$;
