"""The two statements of a chat turn: turn_begin stores, finds and locks; turn_end writes what the turn decided.

Revision: 0004, after 0003.

A browsing turn is then two round trips beside BEGIN and COMMIT. The functions hold no rule: they look up, lock and
write what bot/turn.py hands them, as the caller (SECURITY INVOKER), under row-level security.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TURN_CONTACT = """
CREATE FUNCTION turn_contact(
    p_org uuid, p_id uuid, p_phone text, p_external text, p_profile text, p_at timestamptz
) RETURNS contact LANGUAGE plpgsql AS $$
DECLARE
    v_found contact;
BEGIN
    FOR attempt IN 1..3 LOOP
        IF p_phone IS NOT NULL THEN
            SELECT * INTO v_found FROM contact WHERE org_id = p_org AND phone = p_phone FOR NO KEY UPDATE;
        END IF;
        IF v_found.id IS NULL AND p_external IS NOT NULL THEN
            SELECT * INTO v_found FROM contact
                WHERE org_id = p_org AND external_user_id = p_external AND (p_phone IS NULL OR phone IS NULL)
                FOR NO KEY UPDATE;
        END IF;
        EXIT WHEN v_found.id IS NOT NULL;
        INSERT INTO contact (org_id, id, phone, external_user_id, profile_name, created_at)
            VALUES (p_org, p_id, p_phone,
                CASE WHEN EXISTS (SELECT FROM contact WHERE org_id = p_org AND external_user_id = p_external)
                    THEN NULL ELSE p_external END,
                p_profile, p_at)
            ON CONFLICT DO NOTHING;
    END LOOP;
    UPDATE contact SET
        last_inbound_at = greatest(last_inbound_at, p_at),
        profile_name = coalesce(nullif(p_profile, ''), profile_name),
        phone = coalesce(phone, p_phone),
        external_user_id = CASE
            WHEN p_external IS NULL OR p_external = external_user_id THEN external_user_id
            WHEN EXISTS (SELECT FROM contact WHERE org_id = p_org AND external_user_id = p_external)
                THEN external_user_id
            ELSE p_external END,
        retailer_id = coalesce(retailer_id,
            (SELECT id FROM retailer WHERE org_id = p_org AND retailer.phone = coalesce(v_found.phone, p_phone)))
        WHERE org_id = p_org AND id = v_found.id
        RETURNING * INTO STRICT v_found;
    RETURN v_found;
END
$$
"""

TURN_BEGIN = """
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
$$
"""

TURN_END = """
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
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute(TURN_CONTACT)
    op.execute(TURN_BEGIN)
    op.execute(TURN_END)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute("DROP FUNCTION IF EXISTS turn_end")
    op.execute("DROP FUNCTION IF EXISTS turn_begin")
    op.execute("DROP FUNCTION IF EXISTS turn_contact")
