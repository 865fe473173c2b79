-- Two folds at once are harmless: each adds up what it took away itself.
CREATE FUNCTION totals_fold(p_org uuid) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_dues integer;
    v_ages integer;
BEGIN
    WITH taken AS (
        DELETE FROM due_total d USING (
            SELECT due_on FROM due_total WHERE org_id = p_org GROUP BY due_on HAVING count(*) > 1) many
        WHERE d.org_id = p_org AND d.due_on = many.due_on RETURNING d.due_on, d.open_minor
    ), folded AS (
        INSERT INTO due_total (org_id, due_on, id, open_minor)
        SELECT p_org, due_on, gen_random_uuid(), sum(open_minor) FROM taken GROUP BY due_on HAVING sum(open_minor) <> 0
    )
    SELECT count(*) INTO v_dues FROM taken;
    WITH taken AS (
        DELETE FROM age_total a USING (
            SELECT bucket_bits FROM age_total WHERE org_id = p_org GROUP BY bucket_bits HAVING count(*) > 1) many
        WHERE a.org_id = p_org AND a.bucket_bits = many.bucket_bits RETURNING a.bucket_bits, a.shops
    ), folded AS (
        INSERT INTO age_total (org_id, bucket_bits, id, shops)
        SELECT p_org, bucket_bits, gen_random_uuid(), sum(shops) FROM taken GROUP BY bucket_bits HAVING sum(shops) <> 0
    )
    SELECT count(*) INTO v_ages FROM taken;
    RETURN v_dues + v_ages;
END
$$;
