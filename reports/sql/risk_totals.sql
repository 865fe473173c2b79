-- What is open by age on this day or a coming one, and how many shops have bills of each age: buckets from not due to
-- more than 90 days, as in retailer_age_marks. `overdue_minor` is what is past due once money on account has settled the
-- oldest bills. All of it is read from kept totals, so that it costs the same whatever is open; only shops whose kept
-- age is of another day, because the night's job has not come to them yet, are looked at again.
CREATE FUNCTION risk_totals(
    p_org uuid, p_on date, OUT minors bigint[], OUT shops bigint[], OUT on_account_minor bigint,
    OUT overdue_minor bigint
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    -- min and max come from the ends of an index
    v_stale boolean := coalesce((SELECT min(a.holds_until) FROM retailer_age a WHERE a.org_id = p_org) < p_on, false)
        OR coalesce((SELECT max(a.aged_on) FROM retailer_age a WHERE a.org_id = p_org) > p_on, false);
BEGIN
    SELECT ARRAY[
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on >= p_on), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on AND d.due_on >= p_on - 30), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on - 30 AND d.due_on >= p_on - 60), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on - 60 AND d.due_on >= p_on - 90), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on - 90), 0)],
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on), 0)
        INTO minors, overdue_minor FROM due_total d WHERE d.org_id = p_org;
    SELECT ARRAY[
            coalesce(sum(age.shops) FILTER (WHERE age.bucket_bits & 1 <> 0), 0),
            coalesce(sum(age.shops) FILTER (WHERE age.bucket_bits & 2 <> 0), 0),
            coalesce(sum(age.shops) FILTER (WHERE age.bucket_bits & 4 <> 0), 0),
            coalesce(sum(age.shops) FILTER (WHERE age.bucket_bits & 8 <> 0), 0),
            coalesce(sum(age.shops) FILTER (WHERE age.bucket_bits & 16 <> 0), 0)]
        INTO shops FROM (
            SELECT t.bucket_bits, t.shops FROM age_total t WHERE t.org_id = p_org
            UNION ALL
            SELECT moved.bucket_bits, moved.shops
            FROM retailer_age old
            CROSS JOIN LATERAL retailer_age_marks(old.org_id, old.retailer_id, p_on) marks
            CROSS JOIN LATERAL (VALUES (old.bucket_bits, -1), (marks.bucket_bits, 1)) AS moved (bucket_bits, shops)
            WHERE v_stale AND old.org_id = p_org AND (old.holds_until < p_on OR old.aged_on > p_on)
        ) age;
    SELECT coalesce(sum(held.minor), 0), overdue_minor - coalesce(sum(covered.minor), 0)
        INTO on_account_minor, overdue_minor
        FROM (
            SELECT p.retailer_id, sum(p.unapplied_minor) AS minor FROM payment p
            WHERE p.org_id = p_org AND p.status = 'posted' AND p.unapplied_minor > 0 GROUP BY p.retailer_id
        ) held
        JOIN credit_account a ON a.org_id = p_org AND a.retailer_id = held.retailer_id
        CROSS JOIN LATERAL (
            SELECT sum(b.open_minor - b.owed_minor) AS minor
            FROM credit_net_bills(a.org_id, a.retailer_id, a.outstanding_minor) b WHERE b.due_on < p_on
        ) covered;
END
$$;
