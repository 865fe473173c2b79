-- Five looks into the index of a shop's open bills, however many they are. Bits: 1 not due, 2 to 30 days, 4 to 60, 8 to
-- 90, 16 older.
CREATE FUNCTION retailer_age_marks(
    p_org uuid, p_retailer uuid, p_on date, OUT oldest_due_on date, OUT bucket_bits integer, OUT holds_until date
) LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_edge date;
    v_due date;
BEGIN
    bucket_bits := 0;
    SELECT min(b.due_on) INTO oldest_due_on FROM bill b
        WHERE b.org_id = p_org AND b.retailer_id = p_retailer AND b.open_minor > 0;
    IF oldest_due_on IS NULL THEN
        RETURN;
    END IF;
    FOR v_bucket IN 0..3 LOOP
        v_edge := p_on - 30 * v_bucket;
        v_due := oldest_due_on;
        IF oldest_due_on < v_edge THEN
            SELECT min(b.due_on) INTO v_due FROM bill b
                WHERE b.org_id = p_org AND b.retailer_id = p_retailer AND b.open_minor > 0 AND b.due_on >= v_edge;
        END IF;
        CONTINUE WHEN v_due IS NULL;
        holds_until := least(holds_until, v_due + 30 * v_bucket);
        IF v_bucket = 0 OR v_due < v_edge + 30 THEN
            bucket_bits := bucket_bits | (1 << v_bucket);
        END IF;
    END LOOP;
    IF oldest_due_on < p_on - 90 THEN
        bucket_bits := bucket_bits | 16;
    END IF;
END
$$;
