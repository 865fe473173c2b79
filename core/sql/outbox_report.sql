-- A delivery callback in one round trip with cached plans: callbacks outnumber messages three to one, and planning
-- their statement cost more than running it. No rule stands here: ranks come from core/outbox.py through
-- core/sending.py.
CREATE FUNCTION outbox_report(
    p_org uuid, p_id uuid, p_status text, p_rank smallint, p_reported text, p_sid text, p_code int, p_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_rose boolean;
BEGIN
    PERFORM set_config('app.org', p_org::text, true);
    UPDATE outbox_message SET status = p_status, rank = p_rank, error_code = p_code,
        provider_sid = coalesce(provider_sid, p_sid), sent_at = coalesce(sent_at, p_at), lease_until = NULL
        WHERE org_id = p_org AND id = p_id AND rank < p_rank;
    v_rose := FOUND;
    IF v_rose OR EXISTS (SELECT FROM outbox_message WHERE org_id = p_org AND id = p_id) THEN
        INSERT INTO outbox_status (org_id, message_id, status, at, error_code)
            VALUES (p_org, p_id, p_reported, p_at, p_code) ON CONFLICT DO NOTHING;
    END IF;
    RETURN v_rose;
END
$$;
