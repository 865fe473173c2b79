-- The second of a chat turn's two statements: writes what the turn decided, and the answer as an outbox row.
CREATE FUNCTION turn_end(
    p_org uuid, p_inbound uuid, p_outcome text, p_conversation uuid, p_flow text, p_state text, p_memory jsonb,
    p_not_understood int, p_handed_over_at timestamptz, p_prompted_at timestamptz, p_at timestamptz,
    p_message uuid, p_channel uuid, p_retailer uuid, p_to text, p_language text, p_body text, p_choices jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversation SET flow = p_flow, state = p_state, memory = p_memory, version = version + 1,
        not_understood = p_not_understood, handed_over_at = p_handed_over_at, prompted_at = p_prompted_at,
        updated_at = p_at
        WHERE org_id = p_org AND id = p_conversation;
    IF p_message IS NOT NULL THEN
        INSERT INTO outbox_message (org_id, id, channel_id, retailer_id, to_address, language, kind, body, choices,
            reply_to_id, status, rank, attempt, available_at, created_at)
        VALUES (p_org, p_message, p_channel, p_retailer, p_to, p_language, 'text', p_body, p_choices,
            p_inbound, 'queued', 0, 0, clock_timestamp(), p_at);
    END IF;
    IF p_outcome <> 'effect' THEN
        UPDATE inbound_message SET outcome = p_outcome WHERE org_id = p_org AND id = p_inbound;
    END IF;
END
$$;
