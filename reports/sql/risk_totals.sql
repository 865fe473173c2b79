-- Today's dashboard on an ordinary day, by plans that are made once; what it means stands in reports/kept.py.
-- Buckets from not due to more than 90 days, as in retailer_age_marks. min and max come from the ends of an index.
CREATE FUNCTION risk_totals(
    p_org uuid, p_on date, OUT is_stale boolean, OUT minors bigint[], OUT shops bigint[], OUT on_account_minor bigint
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    is_stale := coalesce((SELECT min(a.holds_until) FROM retailer_age a WHERE a.org_id = p_org) < p_on, false)
        OR coalesce((SELECT max(a.aged_on) FROM retailer_age a WHERE a.org_id = p_org) > p_on, false);
    IF is_stale THEN
        RETURN;
    END IF;
    SELECT ARRAY[
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on >= p_on), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on AND d.due_on >= p_on - 30), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on - 30 AND d.due_on >= p_on - 60), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on - 60 AND d.due_on >= p_on - 90), 0),
            coalesce(sum(d.open_minor) FILTER (WHERE d.due_on < p_on - 90), 0)]
        INTO minors FROM due_total d WHERE d.org_id = p_org;
    SELECT ARRAY[
            coalesce(sum(t.shops) FILTER (WHERE t.bucket_bits & 1 <> 0), 0),
            coalesce(sum(t.shops) FILTER (WHERE t.bucket_bits & 2 <> 0), 0),
            coalesce(sum(t.shops) FILTER (WHERE t.bucket_bits & 4 <> 0), 0),
            coalesce(sum(t.shops) FILTER (WHERE t.bucket_bits & 8 <> 0), 0),
            coalesce(sum(t.shops) FILTER (WHERE t.bucket_bits & 16 <> 0), 0)]
        INTO shops FROM age_total t WHERE t.org_id = p_org;
    SELECT coalesce(sum(p.unapplied_minor), 0) INTO on_account_minor FROM payment p
        WHERE p.org_id = p_org AND p.status = 'posted' AND p.unapplied_minor > 0;
END
$$;
