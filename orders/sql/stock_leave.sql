-- The goods of an order leave the shelf, and what it held of them ends. Either everything is there and leaves, or nothing
-- does and the answer names what is there of each product that falls short: what the order holds, as far as it is on
-- the shelf, and what no other order holds. Rows are locked in the order of their product, as in stock_reserve.
CREATE FUNCTION stock_leave(p_org uuid, p_order uuid, p_at timestamptz, p_lines jsonb)
RETURNS TABLE (short_product uuid, there bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM stock s
        WHERE s.org_id = p_org AND (
            s.product_id IN (SELECT l.product_id FROM jsonb_to_recordset(p_lines) AS l(product_id uuid))
            OR s.product_id IN (
                SELECT r.product_id FROM stock_reservation r
                WHERE r.org_id = p_org AND r.order_id = p_order AND r.status = 'live'))
        ORDER BY s.product_id FOR UPDATE;
    RETURN QUERY SELECT s.product_id, found.there
        FROM stock s JOIN jsonb_to_recordset(p_lines) AS l(product_id uuid, qty bigint) USING (product_id)
        LEFT JOIN stock_reservation r ON r.org_id = p_org AND r.order_id = p_order AND r.product_id = s.product_id
            AND r.status = 'live'
        CROSS JOIN LATERAL (
            SELECT greatest(
                least(coalesce(r.qty_milli, 0), s.on_hand_milli),
                s.on_hand_milli - s.reserved_milli + coalesce(r.qty_milli, 0)) AS there) found
        WHERE s.org_id = p_org AND found.there < l.qty;
    IF FOUND THEN
        RETURN;
    END IF;
    WITH ended AS (
        UPDATE stock_reservation r SET status = 'used', ended_at = p_at
        WHERE r.org_id = p_org AND r.order_id = p_order AND r.status = 'live'
        RETURNING r.product_id, r.qty_milli
    )
    UPDATE stock s SET reserved_milli = s.reserved_milli - ended.qty_milli
        FROM ended WHERE s.org_id = p_org AND s.product_id = ended.product_id;
    WITH gone AS (
        UPDATE stock s SET on_hand_milli = s.on_hand_milli - l.qty, version = s.version + 1
        FROM jsonb_to_recordset(p_lines) AS l(product_id uuid, qty bigint, movement uuid)
        WHERE s.org_id = p_org AND s.product_id = l.product_id AND l.qty > 0
        RETURNING s.product_id, l.qty, l.movement
    )
    INSERT INTO stock_movement (org_id, id, product_id, change_milli, kind, order_id, reason, created_at)
        SELECT p_org, movement, product_id, -qty, 'dispatch', p_order, '', p_at FROM gone;
END
$$;
