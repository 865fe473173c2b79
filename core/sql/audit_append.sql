-- Adds an entry to a chain: the shop's, whose head stands in its account's row, else the organisation's. The head's row
-- is locked until the commit, so that no two entries follow the same one. The caller in Python: core/audit.py.
CREATE FUNCTION audit_append(
    p_org uuid, p_id uuid, p_retailer uuid, p_at timestamptz, p_actor text, p_action text, p_subject text,
    p_reason text, p_before jsonb, p_after jsonb, p_request text, p_body bytea
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_seq bigint;
    v_previous bytea;
    v_hash bytea;
BEGIN
    IF p_retailer IS NULL THEN
        SELECT audit_seq + 1, audit_head INTO STRICT v_seq, v_previous
            FROM organisation WHERE org_id = p_org FOR UPDATE;
    ELSE
        SELECT audit_seq + 1, audit_head INTO STRICT v_seq, v_previous
            FROM credit_account WHERE org_id = p_org AND retailer_id = p_retailer FOR UPDATE;
    END IF;
    v_hash := sha256(v_previous || int8send(v_seq) || p_body);
    IF p_retailer IS NULL THEN
        UPDATE organisation SET audit_seq = v_seq, audit_head = v_hash WHERE org_id = p_org;
    ELSE
        UPDATE credit_account SET audit_seq = v_seq, audit_head = v_hash
            WHERE org_id = p_org AND retailer_id = p_retailer;
    END IF;
    INSERT INTO audit_entry
        (org_id, id, chain_id, seq, at, actor, action, subject, reason, before, after, request_id, body, prev_hash, hash)
    VALUES
        (p_org, p_id, coalesce(p_retailer, p_org), v_seq, p_at, p_actor, p_action, p_subject, p_reason, p_before,
         p_after, p_request, p_body, v_previous, v_hash);
END
$$;
