-- Keeps the totals that credit/ages.py describes as bills change, so that no writer can forget them. A bill that was
-- paid in part neither falls due nor leaves a bucket: then its shop's age stands, and only the amounts move.
CREATE FUNCTION bill_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_part record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT b.org_id, b.retailer_id, b.due_on, b.open_minor - w.open_minor AS minor INTO v_part
            FROM was w JOIN became b ON b.org_id = w.org_id AND b.id = w.id
            WHERE (SELECT count(*) FROM became) = 1 AND b.retailer_id = w.retailer_id AND b.due_on = w.due_on
                AND w.open_minor > 0 AND b.open_minor > 0 AND b.open_minor <> w.open_minor;
        IF FOUND THEN
            UPDATE retailer_age a SET open_minor = a.open_minor + v_part.minor,
                overdue_minor = a.overdue_minor + CASE WHEN v_part.due_on < a.aged_on THEN v_part.minor ELSE 0 END
                WHERE a.org_id = v_part.org_id AND a.retailer_id = v_part.retailer_id;
            IF FOUND THEN
                INSERT INTO due_total (org_id, due_on, id, open_minor)
                    VALUES (v_part.org_id, v_part.due_on, gen_random_uuid(), v_part.minor);
                RETURN NULL;
            END IF;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM retailer_age_follow(array_agg(org_id), array_agg(retailer_id), array_agg(due_on), array_agg(minor))
        FROM (SELECT org_id, retailer_id, due_on, sum(open_minor)::bigint AS minor FROM became
              GROUP BY org_id, retailer_id, due_on HAVING sum(open_minor) <> 0) changed
        HAVING count(*) > 0;
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM retailer_age_follow(array_agg(org_id), array_agg(retailer_id), array_agg(due_on), array_agg(minor))
        FROM (SELECT org_id, retailer_id, due_on, sum(minor)::bigint AS minor
              FROM (SELECT org_id, retailer_id, due_on, open_minor AS minor FROM became
                    UNION ALL SELECT org_id, retailer_id, due_on, -open_minor FROM was) each_side
              GROUP BY org_id, retailer_id, due_on HAVING sum(minor) <> 0) changed
        HAVING count(*) > 0;
    ELSE
        PERFORM retailer_age_follow(array_agg(org_id), array_agg(retailer_id), array_agg(due_on), array_agg(-minor))
        FROM (SELECT org_id, retailer_id, due_on, sum(open_minor)::bigint AS minor FROM was
              GROUP BY org_id, retailer_id, due_on HAVING sum(open_minor) <> 0) changed
        HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER keep_ages_insert AFTER INSERT ON bill REFERENCING NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION bill_changed();
CREATE TRIGGER keep_ages_update AFTER UPDATE ON bill REFERENCING OLD TABLE AS was NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION bill_changed();
CREATE TRIGGER keep_ages_delete AFTER DELETE ON bill REFERENCING OLD TABLE AS was
    FOR EACH STATEMENT EXECUTE FUNCTION bill_changed();
