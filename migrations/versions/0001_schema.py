"""The schema: tables package by package, then who may do what with them.

Revision: 0001_schema, the first.

The tables stand in `0001_schema/PACKAGE.sql`. `bahi_app` works inside one organisation: policies compare `org_id` with
the setting `app.org` of the transaction, and an unset setting shows nothing. `bahi_doctor` only reads, and sees every
organisation. Both are NOLOGIN roles that the owner's login may take on, so that one DATABASE_URL is enough on any
server.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from alembic import op

revision = "0001_schema"
down_revision = None
branch_labels = None
depends_on = None

PACKAGES = (
    "parties",
    "core",
    "credit",
    "credit_arrangements",
    "credit_online",
    "credit_ages",
    "invoicing",
    "orders",
    "bot",
    "jobs",
    "reports",
)  # each after those that it refers to

SHARED = ("tenant_route", "heartbeat")  # found before an organisation is known, or about processes
ADDED_ONLY = (  # a mistake in these is corrected by another row
    "allocation",
    "audit_entry",
    "credit_evaluation",
    "filed_return",
    "invoice_line",
    "late_fee",
    "ledger_transfer",
    "outbox_status",
    "registration",
    "share_access",
    "stock_movement",
)
CHANGEABLE = {  # documents: what they say stays, what became of them is noted
    "invoice": "status, cancelled_at, cancel_reason, pdf_sha256",
    "paper": "pdf_sha256",
}
DELETABLE = (
    "age_total",
    "due_total",
    "idempotency_key",
    "learned_name",
    "order_line",
    "retailer_age",
    "tenant_route",
    "user_session",
)

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
OWN = "org_id = nullif(current_setting('app.org', true), '')::uuid"
APART = f"""
ALTER TABLE {{table}} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {{table}} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON {{table}} USING ({OWN}) WITH CHECK ({OWN});
CREATE POLICY doctor_reads ON {{table}} FOR SELECT TO bahi_doctor USING (true);
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    _run(ROLES)
    for text in _texts():
        _run(text)
    _run("".join(_protection(table) for table in _tables()))
    _run("GRANT SELECT ON alembic_version TO bahi_app, bahi_doctor")


def _protection(table: str) -> str:
    """Grants for one table, and its policies when it belongs to a tenant."""
    rights = "SELECT, INSERT"
    if table in CHANGEABLE:
        rights += f", UPDATE ({CHANGEABLE[table]})"
    elif table not in ADDED_ONLY:
        rights += ", UPDATE"
    if table in DELETABLE:
        rights += ", DELETE"
    granted = f"GRANT {rights} ON {table} TO bahi_app; GRANT SELECT ON {table} TO bahi_doctor;"
    return granted if table in SHARED else granted + APART.format(table=table)


def _texts() -> Iterator[str]:
    for package in PACKAGES:
        yield Path(__file__).with_suffix("").joinpath(f"{package}.sql").read_text()


def _tables() -> list[str]:
    return [table for text in _texts() for table in re.findall(r"^CREATE TABLE (\w+)", text, re.MULTILINE)]


def _run(statements: str) -> None:
    """As they are: a colon or a percent sign in them means nothing else."""
    op.get_bind().connection.cursor().execute(statements)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    _run(f"DROP TABLE {', '.join(_tables())}")
    _run("REVOKE ALL ON alembic_version FROM bahi_app, bahi_doctor")
