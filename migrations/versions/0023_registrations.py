"""What the tax portals answered: registrations of documents, and returns that were filed.

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.create_table(
        "registration",
        *identified("invoice_id"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("irn", "ack_number", "signed_code")),
        sa.Column("ack_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_registration")),
        sa.ForeignKeyConstraint(
            ["org_id", "invoice_id"],
            ["invoice.org_id", "invoice.id"],
            name=op.f("fk_registration_invoice_org_id_invoice_id"),
            ondelete="RESTRICT",
        ),
        *(
            sa.UniqueConstraint("org_id", column, name=op.f(f"uq_registration_org_id_{column}"))
            for column in ("invoice_id", "irn")
        ),
    )
    op.create_table(
        "filed_return",
        *identified(),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("taxable_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('gstr1')", name=op.f("ck_filed_return_kind_word")),
        sa.CheckConstraint("extract(day FROM month_on) = 1", name=op.f("ck_filed_return_first_of_month")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_filed_return")),
        sa.UniqueConstraint("org_id", "kind", "month_on", name=op.f("uq_filed_return_org_id_kind_month_on")),
    )
    for table in ("registration", "filed_return"):
        protect(table)


def identified(*references: str) -> list[sa.Column]:
    """The tenant's key, and what the row refers to."""
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("org_id", "id", *references)]


def protect(table: str) -> None:
    """Grants without any to change or delete, and the policies that keep organisations apart."""
    own = "org_id = nullif(current_setting('app.org', true), '')::uuid"
    op.execute(f"GRANT SELECT, INSERT ON {table} TO bahi_app")
    op.execute(f"GRANT SELECT ON {table} TO bahi_doctor")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY doctor_reads ON {table} FOR SELECT TO bahi_doctor USING (true)")


def downgrade() -> None:
    """Forgets what the portals answered; the documents stay."""
    op.execute("SET LOCAL lock_timeout = '300ms'")
    for table in ("filed_return", "registration"):
        op.drop_table(table)
