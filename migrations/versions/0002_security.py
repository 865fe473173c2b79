"""Roles, row-level security, append-only tables, and the audit chain.

Revision: 0002, after 0001.

`bahi_app` works inside one organisation: policies compare `org_id` with the setting `app.org` of the transaction, and
an unset setting shows nothing. `bahi_doctor` only reads, and sees every organisation. Both are NOLOGIN roles that the
owner's login may take on, so that one DATABASE_URL is enough on any server.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SHARED = ("tenant_route", "heartbeat")  # found before an organisation is known, or about processes
APPEND_ONLY = ("ledger_transfer", "allocation", "audit_entry")
INSERT_ONLY = (*APPEND_ONLY, "outbox_status")
DELETABLE = ("order_line", "idempotency_key", "tenant_route", "user_session")

ROLES = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bahi_app') THEN
        CREATE ROLE bahi_app NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bahi_doctor') THEN
        CREATE ROLE bahi_doctor NOLOGIN;
    END IF;
    EXECUTE format('GRANT bahi_app, bahi_doctor TO %I', session_user);
    GRANT USAGE ON SCHEMA public TO bahi_app, bahi_doctor;
END
$$
"""

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: add a counter-entry instead', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$
"""

AUDIT_APPEND = """
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
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute(ROLES)
    op.execute(REFUSE_CHANGE)
    op.execute(AUDIT_APPEND)
    for table in tables():
        protect(table)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute("GRANT SELECT ON alembic_version TO bahi_app, bahi_doctor")


def protect(table: str) -> None:
    """Grants for one table, and its policies when it belongs to a tenant."""
    rights = "SELECT, INSERT" if table in INSERT_ONLY else "SELECT, INSERT, UPDATE"
    op.execute(f"GRANT {rights} ON {table} TO bahi_app")
    if table in DELETABLE:
        op.execute(f"GRANT DELETE ON {table} TO bahi_app")
    op.execute(f"GRANT SELECT ON {table} TO bahi_doctor")
    if table in SHARED:
        return
    own = "org_id = nullif(current_setting('app.org', true), '')::uuid"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY doctor_reads ON {table} FOR SELECT TO bahi_doctor USING (true)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER IF EXISTS append_only ON {table}")
    for table in tables():
        op.execute(f"REVOKE ALL ON {table} FROM bahi_app, bahi_doctor")
        op.execute(f"DROP POLICY IF EXISTS own_organisation ON {table}")
        op.execute(f"DROP POLICY IF EXISTS doctor_reads ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("REVOKE ALL ON alembic_version FROM bahi_app, bahi_doctor")
    op.execute("DROP FUNCTION IF EXISTS audit_append")
    op.execute("DROP FUNCTION IF EXISTS refuse_change")


def tables() -> list[str]:
    """Every table that the schema migration made."""
    found = op.get_bind().exec_driver_sql(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
    )
    return [name for (name,) in found]
