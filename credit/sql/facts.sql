-- What credit/rules.py judges, of every account or of a few: two queries, since a plan for both would read every
-- account for the few. overdue_days: how long more than the account's tolerance has been due, so that a few forgotten
-- rupees stop nobody. What is on account is all that bills add up to beyond what is owed; it counts against the oldest
-- bills first. fresh_...: the same, of what staff have not acknowledged. OFFSET 0: else each mention of `used` counts
-- the cheques again.
CREATE FUNCTION credit_facts(
    p_org uuid, p_retailers uuid[], p_today date, p_reserved boolean, p_cheques boolean, p_promises_from date,
    p_cheques_from date
) RETURNS TABLE (
    retailer_id uuid, overdue_days integer, overdue_minor bigint, limit_used_percent bigint, broken_promises bigint,
    bounced_cheques bigint, fresh_pause integer, fresh_block integer, acknowledged jsonb, is_watched boolean,
    is_paused boolean, pause_source text, is_blocked boolean, used_minor bigint, limit_minor bigint
) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    IF p_retailers IS NULL THEN
        RETURN QUERY
        SELECT a.retailer_id, coalesce(late.days, 0), coalesce(late.total, 0)::bigint,
            CASE WHEN used.limit_minor > 0 THEN greatest(0, used.amount) * 100 / used.limit_minor ELSE 0 END::bigint,
            (SELECT count(*) FROM promise p WHERE p.org_id = a.org_id AND p.retailer_id = a.retailer_id
                AND p.status = 'broken' AND p.promised_on > p_promises_from),
            (SELECT count(*) FROM cheque c WHERE c.org_id = a.org_id AND c.retailer_id = a.retailer_id
                AND c.state = 'bounced' AND c.ended_on > p_cheques_from),
            CASE WHEN a.acknowledged -> 'pause' ? 'overdue_days' THEN (
                SELECT max(p_today - due_on) FROM (
                    SELECT due_on, sum(open_minor) OVER (ORDER BY due_on) AS so_far,
                        sum(open_minor) OVER () - a.outstanding_minor AS held, sum(open_minor) FILTER (
                            WHERE due_on <= (a.acknowledged -> 'pause' ->> 'overdue_days')::date) OVER () AS known
                    FROM bill b WHERE b.org_id = a.org_id AND b.retailer_id = a.retailer_id AND b.open_minor > 0
                ) due
                WHERE due_on < p_today AND due_on > (a.acknowledged -> 'pause' ->> 'overdue_days')::date
                    AND so_far - greatest(held, coalesce(known, 0)) > a.tolerance_minor) END,
            CASE WHEN a.acknowledged -> 'block' ? 'overdue_days' THEN (
                SELECT max(p_today - due_on) FROM (
                    SELECT due_on, sum(open_minor) OVER (ORDER BY due_on) AS so_far,
                        sum(open_minor) OVER () - a.outstanding_minor AS held, sum(open_minor) FILTER (
                            WHERE due_on <= (a.acknowledged -> 'block' ->> 'overdue_days')::date) OVER () AS known
                    FROM bill b WHERE b.org_id = a.org_id AND b.retailer_id = a.retailer_id AND b.open_minor > 0
                ) due
                WHERE due_on < p_today AND due_on > (a.acknowledged -> 'block' ->> 'overdue_days')::date
                    AND so_far - greatest(held, coalesce(known, 0)) > a.tolerance_minor) END,
            a.acknowledged,
            a.watched_at IS NOT NULL, a.paused_at IS NOT NULL, a.pause_source::text, a.blocked_at IS NOT NULL,
            used.amount, used.limit_minor
        FROM credit_account a
        CROSS JOIN LATERAL (
            SELECT coalesce(greatest(a.limit_minor,
                    CASE WHEN a.temporary_until >= p_today THEN a.temporary_limit_minor END), 0) AS limit_minor,
                a.outstanding_minor + CASE WHEN p_reserved THEN a.reserved_minor ELSE 0 END
                    + CASE WHEN p_cheques THEN (
                        SELECT coalesce(sum(m.amount_minor), 0)::bigint
                        FROM cheque c JOIN payment m ON m.org_id = c.org_id AND m.id = c.id AND m.status = 'posted'
                        WHERE c.org_id = a.org_id AND c.retailer_id = a.retailer_id
                            AND c.state IN ('received', 'deposited')) ELSE 0 END AS amount OFFSET 0) used
        LEFT JOIN LATERAL (
            SELECT max(p_today - due_on) FILTER (WHERE due_on < p_today AND so_far - held > a.tolerance_minor) AS days,
                greatest(0, sum(open_minor) FILTER (WHERE due_on < p_today) - max(held)) AS total
            FROM (SELECT due_on, open_minor, sum(open_minor) OVER (ORDER BY due_on) AS so_far,
                      sum(open_minor) OVER () - a.outstanding_minor AS held FROM bill b
                  WHERE b.org_id = a.org_id AND b.retailer_id = a.retailer_id AND b.open_minor > 0) due
        ) late ON true
        WHERE a.org_id = p_org ORDER BY a.retailer_id;
    ELSE
        RETURN QUERY
        SELECT a.retailer_id, coalesce(late.days, 0), coalesce(late.total, 0)::bigint,
            CASE WHEN used.limit_minor > 0 THEN greatest(0, used.amount) * 100 / used.limit_minor ELSE 0 END::bigint,
            (SELECT count(*) FROM promise p WHERE p.org_id = a.org_id AND p.retailer_id = a.retailer_id
                AND p.status = 'broken' AND p.promised_on > p_promises_from),
            (SELECT count(*) FROM cheque c WHERE c.org_id = a.org_id AND c.retailer_id = a.retailer_id
                AND c.state = 'bounced' AND c.ended_on > p_cheques_from),
            CASE WHEN a.acknowledged -> 'pause' ? 'overdue_days' THEN (
                SELECT max(p_today - due_on) FROM (
                    SELECT due_on, sum(open_minor) OVER (ORDER BY due_on) AS so_far,
                        sum(open_minor) OVER () - a.outstanding_minor AS held, sum(open_minor) FILTER (
                            WHERE due_on <= (a.acknowledged -> 'pause' ->> 'overdue_days')::date) OVER () AS known
                    FROM bill b WHERE b.org_id = a.org_id AND b.retailer_id = a.retailer_id AND b.open_minor > 0
                ) due
                WHERE due_on < p_today AND due_on > (a.acknowledged -> 'pause' ->> 'overdue_days')::date
                    AND so_far - greatest(held, coalesce(known, 0)) > a.tolerance_minor) END,
            CASE WHEN a.acknowledged -> 'block' ? 'overdue_days' THEN (
                SELECT max(p_today - due_on) FROM (
                    SELECT due_on, sum(open_minor) OVER (ORDER BY due_on) AS so_far,
                        sum(open_minor) OVER () - a.outstanding_minor AS held, sum(open_minor) FILTER (
                            WHERE due_on <= (a.acknowledged -> 'block' ->> 'overdue_days')::date) OVER () AS known
                    FROM bill b WHERE b.org_id = a.org_id AND b.retailer_id = a.retailer_id AND b.open_minor > 0
                ) due
                WHERE due_on < p_today AND due_on > (a.acknowledged -> 'block' ->> 'overdue_days')::date
                    AND so_far - greatest(held, coalesce(known, 0)) > a.tolerance_minor) END,
            a.acknowledged,
            a.watched_at IS NOT NULL, a.paused_at IS NOT NULL, a.pause_source::text, a.blocked_at IS NOT NULL,
            used.amount, used.limit_minor
        FROM credit_account a
        CROSS JOIN LATERAL (
            SELECT coalesce(greatest(a.limit_minor,
                    CASE WHEN a.temporary_until >= p_today THEN a.temporary_limit_minor END), 0) AS limit_minor,
                a.outstanding_minor + CASE WHEN p_reserved THEN a.reserved_minor ELSE 0 END
                    + CASE WHEN p_cheques THEN (
                        SELECT coalesce(sum(m.amount_minor), 0)::bigint
                        FROM cheque c JOIN payment m ON m.org_id = c.org_id AND m.id = c.id AND m.status = 'posted'
                        WHERE c.org_id = a.org_id AND c.retailer_id = a.retailer_id
                            AND c.state IN ('received', 'deposited')) ELSE 0 END AS amount OFFSET 0) used
        LEFT JOIN LATERAL (
            SELECT max(p_today - due_on) FILTER (WHERE due_on < p_today AND so_far - held > a.tolerance_minor) AS days,
                greatest(0, sum(open_minor) FILTER (WHERE due_on < p_today) - max(held)) AS total
            FROM (SELECT due_on, open_minor, sum(open_minor) OVER (ORDER BY due_on) AS so_far,
                      sum(open_minor) OVER () - a.outstanding_minor AS held FROM bill b
                  WHERE b.org_id = a.org_id AND b.retailer_id = a.retailer_id AND b.open_minor > 0) due
        ) late ON true
        WHERE a.org_id = p_org AND a.retailer_id = ANY(p_retailers) ORDER BY a.retailer_id;
    END IF;
END
$$;
