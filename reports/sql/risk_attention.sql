-- The shops to look at on this day or a coming one, the worst first, and what each is reminded of next: first those that
-- are late with most, then those that are stopped or near their limit without being late.
--
-- Indexes say who may have to be listed, `credit_standing` says who has: reports/risk.py asks for its figures too, and
-- lists nobody without a reason. The kept age of a shop is what it is late with, unless it has money on account or its
-- age is of another day: only then late shops are ranked by what is computed. The limit stands in the text: a plan for
-- an unknown one would read every shop.
CREATE FUNCTION risk_attention(
    p_org uuid, p_on date, p_nearly bigint, p_stages text[], p_offsets integer[], p_longest integer
) RETURNS TABLE (retailer_id uuid, name text, reminders_paused boolean, stage text, stage_on date)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    c_most CONSTANT integer := 50;
    v_holders uuid[] := ARRAY(
        SELECT DISTINCT p.retailer_id FROM payment p
        WHERE p.org_id = p_org AND p.status = 'posted' AND p.unapplied_minor > 0);
    v_stale uuid[] := '{}';
    v_late uuid[];
    v_also uuid[] := '{}';
BEGIN
    IF (SELECT min(a.holds_until) FROM retailer_age a WHERE a.org_id = p_org) < p_on
            OR (SELECT max(a.aged_on) FROM retailer_age a WHERE a.org_id = p_org) > p_on THEN
        v_stale := ARRAY(
            SELECT a.retailer_id FROM retailer_age a
            WHERE a.org_id = p_org AND (a.holds_until < p_on OR a.aged_on > p_on) AND a.oldest_due_on < p_on);
    END IF;
    v_late := ARRAY(
        SELECT a.retailer_id FROM retailer_age a
        WHERE a.org_id = p_org AND a.overdue_minor > 0 AND a.retailer_id <> ALL (v_holders)
            AND a.aged_on <= p_on AND (a.holds_until IS NULL OR a.holds_until >= p_on)
        ORDER BY a.overdue_minor DESC, a.oldest_due_on, a.retailer_id LIMIT 50);
    IF cardinality(v_holders) > 0 OR cardinality(v_stale) > 0 THEN
        v_late := ARRAY(
            SELECT stands.retailer_id
            FROM credit_standing(p_org, ARRAY(SELECT DISTINCT unnest(v_late || v_holders || v_stale)), p_on) stands
            WHERE stands.overdue_minor > 0
            ORDER BY stands.overdue_minor DESC, stands.oldest_due_on, stands.retailer_id LIMIT 50);
    END IF;
    IF cardinality(v_late) < c_most THEN
        v_also := ARRAY(
            SELECT stands.retailer_id
            FROM credit_standing(p_org, ARRAY(
                SELECT a.retailer_id FROM credit_account a
                WHERE a.org_id = p_org AND (a.paused_at IS NOT NULL OR a.blocked_at IS NOT NULL)
                UNION
                -- what is reserved counts or not, a temporary limit is the higher one
                SELECT a.retailer_id FROM credit_account a
                WHERE a.org_id = p_org AND (a.outstanding_minor + a.reserved_minor) * 100
                    >= coalesce(nullif(a.limit_minor, 0), a.temporary_limit_minor) * 80
                UNION
                SELECT c.retailer_id FROM cheque c
                WHERE c.org_id = p_org AND c.state IN ('received', 'deposited')), p_on) stands
            WHERE stands.overdue_minor = 0 AND (
                (stands.open_minor > 0 AND (stands.paused_for IS NOT NULL OR stands.blocked_for IS NOT NULL))
                OR stands.limit_used_percent >= p_nearly)
            ORDER BY stands.used_minor DESC, stands.retailer_id LIMIT 50);
    END IF;
    RETURN QUERY
    SELECT listed.retailer_id, r.name::text, r.reminders_paused, coming.stage, coming.stage_on
    FROM (SELECT * FROM unnest(v_late || v_also) WITH ORDINALITY AS one (retailer_id, place)
          ORDER BY place LIMIT 50) listed
    CROSS JOIN LATERAL (SELECT * FROM retailer WHERE org_id = p_org AND id = listed.retailer_id LIMIT 1) r
    LEFT JOIN LATERAL (
        SELECT stage.name AS stage, b.due_on + stage.days AS stage_on
        FROM bill b
        CROSS JOIN unnest(p_stages, p_offsets) AS stage (name, days)
        LEFT JOIN reminder m
            ON m.org_id = b.org_id AND m.bill_id = b.id AND m.due_on = b.due_on AND m.stage = stage.name
        WHERE b.org_id = p_org AND b.retailer_id = listed.retailer_id AND b.open_minor > 0
            AND b.due_on >= p_on - p_longest AND b.due_on + stage.days >= p_on AND m.id IS NULL
        ORDER BY b.due_on + stage.days, stage.days DESC LIMIT 1
    ) coming ON true
    ORDER BY listed.place;
END
$$;
