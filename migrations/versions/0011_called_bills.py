"""Which invoice called in which earlier one, and when that had been due: its day comes back with a cancellation.

Revision: 0011_called_bills, after 0010_refunds.
"""

from alembic import op

revision = "0011_called_bills"
down_revision = "0010_refunds"
branch_labels = None
depends_on = None

OWN = "org_id = nullif(current_setting('app.org', true), '')::uuid"
STATEMENTS = (
    """
    CREATE TABLE called_bill (
        org_id uuid NOT NULL,
        bill_id uuid NOT NULL,
        by_bill_id uuid NOT NULL,
        due_on date NOT NULL,
        agreed_on date NOT NULL,
        ended_at timestamptz,
        CONSTRAINT pk_called_bill PRIMARY KEY (org_id, bill_id, by_bill_id),
        CONSTRAINT fk_called_bill_bill_org_id_bill_id
            FOREIGN KEY (org_id, bill_id) REFERENCES bill (org_id, id) ON DELETE RESTRICT,
        CONSTRAINT fk_called_bill_bill_org_id_by_bill_id
            FOREIGN KEY (org_id, by_bill_id) REFERENCES bill (org_id, id) ON DELETE RESTRICT,
        CONSTRAINT ck_called_bill_called_earlier CHECK (due_on < agreed_on)
    )
    """,
    "CREATE INDEX ix_called_bill_by ON called_bill (org_id, by_bill_id)",
    "GRANT SELECT, INSERT, UPDATE (ended_at) ON called_bill TO bahi_app",
    "GRANT SELECT ON called_bill TO bahi_doctor",
    "ALTER TABLE called_bill ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE called_bill FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY own_organisation ON called_bill USING ({OWN}) WITH CHECK ({OWN})",
    "CREATE POLICY doctor_reads ON called_bill FOR SELECT TO bahi_doctor USING (true)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute("DROP TABLE called_bill")
