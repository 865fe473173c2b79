-- Rows are locked in the order of their product, so two orders never wait for each other. Either everything is there
-- and is reserved, or nothing is and the answer names what is left of each product that falls short.
CREATE FUNCTION stock_reserve(p_org uuid, p_order uuid, p_at timestamptz, p_expires timestamptz, p_lines jsonb)
RETURNS TABLE (short_product uuid, available bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM stock s
        WHERE s.org_id = p_org
            AND s.product_id IN (SELECT l.product_id FROM jsonb_to_recordset(p_lines) AS l(product_id uuid))
        ORDER BY s.product_id FOR UPDATE;
    RETURN QUERY SELECT s.product_id, s.on_hand_milli - s.reserved_milli
        FROM stock s JOIN jsonb_to_recordset(p_lines) AS l(product_id uuid, qty bigint) USING (product_id)
        WHERE s.org_id = p_org AND s.on_hand_milli - s.reserved_milli < l.qty;
    IF FOUND THEN
        RETURN;
    END IF;
    WITH taken AS (
        UPDATE stock s SET reserved_milli = s.reserved_milli + l.qty
        FROM jsonb_to_recordset(p_lines) AS l(product_id uuid, qty bigint)
        WHERE s.org_id = p_org AND s.product_id = l.product_id
        RETURNING s.product_id, l.qty
    )
    INSERT INTO stock_reservation (org_id, order_id, product_id, qty_milli, status, created_at, expires_at)
        SELECT p_org, p_order, product_id, qty, 'live', p_at, p_expires FROM taken
        ON CONFLICT (org_id, order_id, product_id) DO UPDATE SET qty_milli = excluded.qty_milli, status = 'live',
            created_at = excluded.created_at, expires_at = excluded.expires_at, ended_at = NULL;
END
$$;
