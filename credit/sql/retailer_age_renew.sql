-- Ages the shops whose kept age is of another day than the given one; says how many they were.
CREATE FUNCTION retailer_age_renew(p_org uuid, p_on date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_shops uuid[];
BEGIN
    SELECT array_agg(retailer_id) INTO v_shops FROM (
        SELECT retailer_id FROM retailer_age
        WHERE org_id = p_org AND (holds_until < p_on OR aged_on > p_on) ORDER BY retailer_id FOR UPDATE) stale;
    WITH aged AS MATERIALIZED (
        SELECT a.retailer_id, a.bucket_bits AS bits_before, marks.*, (
            SELECT coalesce(sum(b.open_minor), 0) FROM bill b WHERE b.org_id = p_org
                AND b.retailer_id = a.retailer_id AND b.open_minor > 0 AND b.due_on < p_on)::bigint AS overdue_minor
        FROM retailer_age a, LATERAL retailer_age_marks(p_org, a.retailer_id, p_on) marks
        WHERE a.org_id = p_org AND a.retailer_id = ANY(v_shops)
    ), kept AS (
        UPDATE retailer_age a SET aged_on = p_on, overdue_minor = aged.overdue_minor,
            oldest_due_on = aged.oldest_due_on, bucket_bits = aged.bucket_bits, holds_until = aged.holds_until
        FROM aged WHERE a.org_id = p_org AND a.retailer_id = aged.retailer_id
    )
    INSERT INTO age_total (org_id, bucket_bits, id, shops)
        SELECT p_org, bits, gen_random_uuid(), sum(shops)
        FROM (SELECT bits_before AS bits, -1 AS shops FROM aged UNION ALL SELECT bucket_bits, 1 FROM aged) moved
        WHERE bits <> 0 GROUP BY bits HAVING sum(shops) <> 0;
    RETURN coalesce(cardinality(v_shops), 0);
END
$$;
