-- The shops that are late with most, and what each is reminded of next. The limit stands in the text, and shops are
-- looked up one by one: a plan for any limit or any organisation would read every shop.
CREATE FUNCTION risk_late(p_org uuid, p_on date, p_stages text[], p_offsets integer[], p_longest integer)
RETURNS TABLE (
    retailer_id uuid, limit_minor bigint, max_outstanding_days integer, paused boolean, open_minor bigint,
    overdue_minor bigint, oldest_days integer, used_minor bigint, name text, reminders_paused boolean, stage text,
    stage_on date
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT late.retailer_id, a.limit_minor, a.max_outstanding_days, a.paused_at IS NOT NULL, late.open_minor,
        late.overdue_minor, p_on - late.oldest_due_on, a.outstanding_minor + a.reserved_minor, r.name::text,
        r.reminders_paused, coming.stage, coming.stage_on
    FROM (
        SELECT age.retailer_id, age.open_minor, age.overdue_minor, age.oldest_due_on FROM retailer_age age
        WHERE age.org_id = p_org AND age.overdue_minor > 0
        ORDER BY age.overdue_minor DESC, age.oldest_due_on, age.retailer_id LIMIT 50
    ) late
    CROSS JOIN LATERAL (
        SELECT * FROM credit_account WHERE org_id = p_org AND credit_account.retailer_id = late.retailer_id LIMIT 1) a
    CROSS JOIN LATERAL (SELECT * FROM retailer WHERE org_id = p_org AND id = late.retailer_id LIMIT 1) r
    LEFT JOIN LATERAL (
        SELECT stage.name AS stage, b.due_on + stage.days AS stage_on
        FROM bill b
        CROSS JOIN unnest(p_stages, p_offsets) AS stage (name, days)
        LEFT JOIN reminder m
            ON m.org_id = b.org_id AND m.bill_id = b.id AND m.due_on = b.due_on AND m.stage = stage.name
        WHERE b.org_id = p_org AND b.retailer_id = late.retailer_id AND b.open_minor > 0
            AND b.due_on >= p_on - p_longest AND b.due_on + stage.days >= p_on AND m.id IS NULL
        ORDER BY b.due_on + stage.days, stage.days DESC LIMIT 1
    ) coming ON true
    ORDER BY late.overdue_minor DESC, late.oldest_due_on, late.retailer_id;
END
$$;
