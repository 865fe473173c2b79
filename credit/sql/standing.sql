-- What an account is on a day: every figure of it that anybody shows or judges, computed here and nowhere else.
-- credit/standing.py has the same names and says what they mean; what other days were is asked of the ledger.
--
-- `p_retailers` NULL means all. Shops are looked up one by one: a plan for any organisation would read every shop for a
-- few. A limit that is not set compares as NULL: it neither holds anything nor is it reached. `available_reason` is the
-- first rule of credit/guardrails.py that refuses even the smallest order; tests/credit/test_standing.py holds them
-- together.
CREATE FUNCTION credit_standing(p_org uuid, p_retailers uuid[], p_today date) RETURNS TABLE (
    retailer_id uuid, today date, currency text,
    limit_minor bigint, open_minor bigint, on_account_minor bigint, outstanding_minor bigint, disputed_minor bigint,
    reserved_minor bigint, promised_minor bigint, uncleared_minor bigint, used_minor bigint, limit_used_percent bigint,
    shared_limit_minor bigint, shared_used_minor bigint,
    available_minor bigint, largest_order_minor bigint, available_reason text,
    overdue_minor bigint, overdue_days integer, too_old_minor bigint,
    oldest_reference text, oldest_due_on date, oldest_minor bigint, paused_for text, blocked_for text
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT a.retailer_id, p_today, a.currency::text,
        granted.limit_minor, bills.open_minor, bills.open_minor - a.outstanding_minor, a.outstanding_minor,
        (SELECT coalesce(sum(d.amount_minor), 0)::bigint FROM dispute d
         WHERE d.org_id = a.org_id AND d.retailer_id = a.retailer_id AND d.status = 'open'),
        a.reserved_minor, used.promised_minor, used.uncleared_minor, used.used_minor,
        CASE WHEN granted.limit_minor > 0 THEN greatest(0, used.used_minor) * 100 / granted.limit_minor ELSE 0 END,
        shared.limit_minor, shared.used_minor,
        CASE WHEN judged.reason IS NULL THEN judged.headroom_minor ELSE 0 END,
        CASE WHEN judged.reason IS NULL THEN least(judged.headroom_minor, a.max_order_minor) ELSE 0 END, judged.reason,
        bills.overdue_minor, coalesce(p_today - bills.late_since, 0), bills.too_old_minor,
        bills.oldest_reference, bills.oldest_due_on, bills.oldest_minor,
        CASE WHEN a.paused_at IS NOT NULL THEN coalesce(a.pause_reason, '') END,
        CASE WHEN a.blocked_at IS NOT NULL THEN coalesce(a.block_reason, '') END
    FROM unnest(coalesce(p_retailers, ARRAY(SELECT each.retailer_id FROM credit_account each WHERE each.org_id = p_org)))
        AS asked (retailer_id)
    JOIN credit_account a ON a.org_id = p_org AND a.retailer_id = asked.retailer_id
    JOIN credit_use(p_org) used ON used.retailer_id = a.retailer_id
    CROSS JOIN LATERAL (
        SELECT greatest(a.limit_minor,
            CASE WHEN a.temporary_until >= p_today THEN a.temporary_limit_minor END) AS limit_minor
    ) granted
    LEFT JOIN LATERAL (
        SELECT g.limit_minor, sum(other.used_minor)::bigint AS used_minor
        FROM credit_group g JOIN credit_use(p_org) other ON other.group_id = g.id
        WHERE g.org_id = a.org_id AND g.id = a.group_id GROUP BY g.limit_minor
    ) shared ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(max(b.open_so_far_minor), 0) AS open_minor,
            coalesce(max(b.owed_so_far_minor) FILTER (WHERE b.due_on < p_today), 0) AS overdue_minor,
            -- a few forgotten rupees make nobody late
            min(b.due_on) FILTER (WHERE b.due_on < p_today AND b.owed_so_far_minor > a.tolerance_minor) AS late_since,
            coalesce(max(b.owed_so_far_minor) FILTER (WHERE b.due_on < p_today - a.max_outstanding_days), 0)
                AS too_old_minor,
            min(b.reference) FILTER (WHERE b.owed_minor > 0 AND b.owed_minor = b.owed_so_far_minor) AS oldest_reference,
            min(b.due_on) FILTER (WHERE b.owed_minor > 0) AS oldest_due_on,
            min(b.owed_minor) FILTER (WHERE b.owed_minor > 0 AND b.owed_minor = b.owed_so_far_minor) AS oldest_minor
        FROM credit_net_bills(a.org_id, a.retailer_id, a.outstanding_minor) b
    ) bills
    CROSS JOIN LATERAL (
        SELECT room.headroom_minor, CASE
            WHEN a.blocked_at IS NOT NULL THEN 'ACCOUNT_BLOCKED'
            WHEN granted.limit_minor IS NULL THEN 'CREDIT_NOT_GRANTED'
            WHEN a.paused_at IS NOT NULL THEN 'CREDIT_PAUSED'
            WHEN bills.too_old_minor > a.tolerance_minor THEN 'OVERDUE_DAYS_EXCEEDED'
            WHEN a.max_order_minor = 0 THEN 'MAX_ORDER_VALUE_EXCEEDED'
            WHEN room.headroom_minor <= 0 THEN 'CREDIT_LIMIT_EXCEEDED' END AS reason
        FROM (SELECT least(granted.limit_minor - used.used_minor, shared.limit_minor - shared.used_minor)
                  AS headroom_minor) room
    ) judged
    ORDER BY a.retailer_id;
END
$$;
