-- Makes what is kept of an organisation's bills from the bills, for the day that invariant I60 finds it wrong. Nobody
-- changes a bill meanwhile, or that change would be kept twice or never.
CREATE FUNCTION totals_rebuild(p_org uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_today date := (SELECT (now() AT TIME ZONE timezone)::date FROM organisation WHERE org_id = p_org);
BEGIN
    LOCK TABLE bill IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM due_total WHERE org_id = p_org;
    DELETE FROM retailer_age WHERE org_id = p_org;
    DELETE FROM age_total WHERE org_id = p_org;
    INSERT INTO due_total (org_id, due_on, id, open_minor)
        SELECT p_org, due_on, gen_random_uuid(), sum(open_minor) FROM bill
        WHERE org_id = p_org AND open_minor > 0 GROUP BY due_on;
    INSERT INTO retailer_age (org_id, retailer_id, aged_on, open_minor, overdue_minor, oldest_due_on, bucket_bits,
            holds_until)
        SELECT p_org, owed.retailer_id, v_today, owed.minor, owed.overdue_minor, marks.*
        FROM (SELECT retailer_id, sum(open_minor) AS minor,
                  coalesce(sum(open_minor) FILTER (WHERE due_on < v_today), 0) AS overdue_minor
              FROM bill WHERE org_id = p_org AND open_minor > 0 GROUP BY retailer_id) owed,
            LATERAL retailer_age_marks(p_org, owed.retailer_id, v_today) marks;
    INSERT INTO age_total (org_id, bucket_bits, id, shops)
        SELECT p_org, bucket_bits, gen_random_uuid(), count(*) FROM retailer_age
        WHERE org_id = p_org GROUP BY bucket_bits;
END
$$;
