-- What changed, as (shop, due date, amount). The shops' rows are locked before their bills are looked at: of two
-- changes the later one sees the earlier one's bills. One bill of a shop that has a row is by far the most frequent,
-- and short.
CREATE FUNCTION retailer_age_follow(p_orgs uuid[], p_retailers uuid[], p_dues date[], p_minors bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_age retailer_age;
    v_now record;
BEGIN
    IF cardinality(p_orgs) = 1 THEN
        SELECT * INTO v_age FROM retailer_age a
            WHERE a.org_id = p_orgs[1] AND a.retailer_id = p_retailers[1] FOR UPDATE;
        IF FOUND THEN
            INSERT INTO due_total (org_id, due_on, id, open_minor)
                VALUES (p_orgs[1], p_dues[1], gen_random_uuid(), p_minors[1]);
            SELECT * INTO v_now FROM retailer_age_marks(p_orgs[1], p_retailers[1], v_age.aged_on);
            UPDATE retailer_age a SET open_minor = a.open_minor + p_minors[1],
                overdue_minor = a.overdue_minor + CASE WHEN p_dues[1] < a.aged_on THEN p_minors[1] ELSE 0 END,
                oldest_due_on = v_now.oldest_due_on, bucket_bits = v_now.bucket_bits, holds_until = v_now.holds_until
                WHERE a.org_id = p_orgs[1] AND a.retailer_id = p_retailers[1];
            IF v_now.bucket_bits <> v_age.bucket_bits THEN
                INSERT INTO age_total (org_id, bucket_bits, id, shops)
                    SELECT p_orgs[1], bits, gen_random_uuid(), shops
                    FROM (VALUES (v_age.bucket_bits, -1), (v_now.bucket_bits, 1)) AS moved (bits, shops)
                    WHERE bits <> 0;
            END IF;
            RETURN;
        END IF;
    END IF;
    INSERT INTO due_total (org_id, due_on, id, open_minor)
        SELECT org_id, due_on, gen_random_uuid(), sum(minor)
        FROM unnest(p_orgs, p_dues, p_minors) AS changed (org_id, due_on, minor)
        GROUP BY org_id, due_on HAVING sum(minor) <> 0;
    INSERT INTO retailer_age (org_id, retailer_id, aged_on, open_minor, overdue_minor, bucket_bits)
        SELECT DISTINCT o.org_id, changed.retailer_id, (now() AT TIME ZONE o.timezone)::date, 0, 0, 0
        FROM unnest(p_orgs, p_retailers) AS changed (org_id, retailer_id)
        JOIN organisation o ON o.org_id = changed.org_id
        WHERE NOT EXISTS (
            SELECT FROM retailer_age a WHERE a.org_id = changed.org_id AND a.retailer_id = changed.retailer_id)
        ORDER BY 1, 2 ON CONFLICT DO NOTHING;
    PERFORM FROM retailer_age a
        JOIN (SELECT DISTINCT * FROM unnest(p_orgs, p_retailers) AS one (org_id, retailer_id)) changed
            ON changed.org_id = a.org_id AND changed.retailer_id = a.retailer_id
        ORDER BY a.org_id, a.retailer_id FOR UPDATE OF a;
    WITH changed AS (
        SELECT a.org_id, a.retailer_id, a.aged_on, a.bucket_bits AS bits_before, sum(part.minor)::bigint AS minor,
            coalesce(sum(part.minor) FILTER (WHERE part.due_on < a.aged_on), 0)::bigint AS overdue_minor
        FROM unnest(p_orgs, p_retailers, p_dues, p_minors) AS part (org_id, retailer_id, due_on, minor)
        JOIN retailer_age a ON a.org_id = part.org_id AND a.retailer_id = part.retailer_id
        GROUP BY a.org_id, a.retailer_id
    ), aged AS MATERIALIZED (
        SELECT changed.*, marks.*
        FROM changed, LATERAL retailer_age_marks(changed.org_id, changed.retailer_id, changed.aged_on) marks
    ), kept AS (
        UPDATE retailer_age a SET open_minor = a.open_minor + aged.minor,
            overdue_minor = a.overdue_minor + aged.overdue_minor,
            oldest_due_on = aged.oldest_due_on, bucket_bits = aged.bucket_bits, holds_until = aged.holds_until
        FROM aged WHERE a.org_id = aged.org_id AND a.retailer_id = aged.retailer_id
    )
    INSERT INTO age_total (org_id, bucket_bits, id, shops)
        SELECT org_id, bits, gen_random_uuid(), sum(shops)
        FROM (SELECT org_id, bits_before AS bits, -1 AS shops FROM aged
              UNION ALL SELECT org_id, bucket_bits, 1 FROM aged) moved
        WHERE bits <> 0 GROUP BY org_id, bits HAVING sum(shops) <> 0;
END
$$;
