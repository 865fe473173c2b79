-- Finds or makes the contact behind a phone or an external id, locks it, and learns what was not known of it.
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
$$;
