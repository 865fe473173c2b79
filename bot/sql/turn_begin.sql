-- The first of a chat turn's two statements stores the message, finds who wrote it and locks contact and conversation.
-- It holds no rule and runs as the caller, under row-level security.
CREATE FUNCTION turn_begin(
    p_org uuid, p_inbound uuid, p_again boolean, p_channel uuid, p_account text, p_sid text, p_from text,
    p_phone text, p_external text, p_profile text, p_body text, p_payload jsonb, p_at timestamptz,
    p_now timestamptz, p_contact uuid, p_conversation uuid,
    OUT result text,
    OUT contact_id uuid, OUT contact_language text, OUT opted_out_at timestamptz,
    OUT retailer_id uuid, OUT retailer_code text, OUT retailer_name text, OUT retailer_language text,
    OUT retailer_state text, OUT retailer_tax_id text,
    OUT conversation_id uuid, OUT flow text, OUT state text, OUT memory jsonb, OUT version bigint,
    OUT not_understood int, OUT handed_over_at timestamptz, OUT prompted_at timestamptz,
    OUT business_name text, OUT business_phone text, OUT business_country text, OUT business_state text,
    OUT business_currency text, OUT timezone text, OUT catalogue_version int
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_contact contact;
    v_talk conversation;
BEGIN
    PERFORM set_config('app.org', p_org::text, true);
    result := 'seen';
    IF NOT p_again AND EXISTS (
        SELECT FROM inbound_message WHERE org_id = p_org AND account_sid = p_account AND message_sid = p_sid
    ) THEN
        RETURN;
    END IF;

    -- The usual case in one statement: somebody of a shop, whose ids are all known.
    UPDATE contact SET
        last_inbound_at = greatest(last_inbound_at, p_at), profile_name = coalesce(nullif(p_profile, ''), profile_name)
        WHERE org_id = p_org AND phone = p_phone AND retailer_id IS NOT NULL
            AND (p_external IS NULL OR external_user_id = p_external)
        RETURNING * INTO v_contact;
    IF NOT FOUND THEN
        v_contact := turn_contact(p_org, p_contact, p_phone, p_external, p_profile, p_at);
    END IF;
    FOR attempt IN 1..2 LOOP
        SELECT * INTO v_talk FROM conversation c
            WHERE c.org_id = p_org AND c.channel_id = p_channel AND c.contact_id = v_contact.id FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO conversation (org_id, id, channel_id, contact_id, memory, version, not_understood, updated_at)
            VALUES (p_org, p_conversation, p_channel, v_contact.id, '{}', 0, 0, p_at) ON CONFLICT DO NOTHING;
    END LOOP;

    IF p_again THEN
        UPDATE inbound_message m
            SET status = 'handled', outcome = 'effect', handled_at = p_now, conversation_id = v_talk.id
            WHERE m.org_id = p_org AND m.id = p_inbound AND m.status = 'retry';
        IF NOT FOUND THEN
            RETURN;
        END IF;
        result := 'new';
    ELSE
        -- Messages of one conversation act in the order in which they came: behind one that waits, this one waits.
        result := CASE WHEN EXISTS (
            SELECT FROM inbound_message m WHERE m.status = 'retry' AND m.org_id = p_org
                AND m.channel_id = p_channel AND m.from_address = p_from
        ) THEN 'queued' ELSE 'new' END;
        INSERT INTO inbound_message (
            org_id, id, channel_id, conversation_id, account_sid, message_sid, from_address, body, payload, status,
            outcome, attempts, next_try_at, received_at, handled_at
        ) VALUES (
            p_org, p_inbound, p_channel, v_talk.id, p_account, p_sid, p_from, p_body, p_payload,
            CASE result WHEN 'new' THEN 'handled' ELSE 'retry' END,
            CASE result WHEN 'new' THEN 'effect' ELSE 'waiting' END,
            0, CASE result WHEN 'queued' THEN clock_timestamp() END, p_at, CASE result WHEN 'new' THEN p_now END
        ) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            result := 'seen';
        END IF;
        IF result <> 'new' THEN
            RETURN;
        END IF;
    END IF;

    contact_id := v_contact.id;
    contact_language := v_contact.language;
    opted_out_at := v_contact.opted_out_at;
    conversation_id := v_talk.id;
    flow := v_talk.flow;
    state := v_talk.state;
    memory := v_talk.memory;
    version := v_talk.version;
    not_understood := v_talk.not_understood;
    handed_over_at := v_talk.handed_over_at;
    prompted_at := v_talk.prompted_at;
    SELECT o.name, o.phone, o.country, o.state_code, o.currency, o.timezone, o.catalogue_version,
            r.id, r.code, r.name, r.language, r.state_code, r.gstin
        INTO STRICT business_name, business_phone, business_country, business_state, business_currency, timezone,
            catalogue_version, retailer_id, retailer_code, retailer_name, retailer_language, retailer_state,
            retailer_tax_id
        FROM organisation o
        LEFT JOIN retailer r ON r.org_id = o.org_id AND r.id = v_contact.retailer_id AND r.status = 'active'
        WHERE o.org_id = p_org;
END
$$;
