"""Every kind of document, its print and where it is kept.

Revision: 0015, after 0014.

Notes that correct an invoice are rows of the same table. What was printed cannot be changed by the application: its
role may update only the columns that say what became of the document. Statements and order confirmations, which are no
documents of the tax law, are papers: a snapshot and a file. A link leads to either, and who followed it is noted.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OLD_TYPES = ("tax_invoice", "bill_of_supply")
TYPES = (*OLD_TYPES, "invoice_cum_bill", "credit_note", "debit_note", "commercial_credit_note")
CHANGEABLE = "status, cancelled_at, cancel_reason, pdf_sha256"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    documents()
    paper()
    links()
    for table in ("paper", "share_access"):
        protect(table)
    op.execute("REVOKE UPDATE ON invoice, invoice_line, paper FROM bahi_app")
    op.execute(f"GRANT UPDATE ({CHANGEABLE}) ON invoice TO bahi_app")
    op.execute("GRANT UPDATE (pdf_sha256) ON paper TO bahi_app")


def documents() -> None:
    words("invoice", "document_type", TYPES)
    op.add_column("invoice", sa.Column("refers_to_id", sa.Uuid(), nullable=True))
    op.add_column("invoice", sa.Column("payment_id", sa.Uuid(), nullable=True))
    op.add_column("invoice", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("invoice", sa.Column("reverse_charge", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("invoice", sa.Column("discount_minor", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("invoice", sa.Column("details", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.add_column("invoice", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invoice", sa.Column("cancel_reason", sa.Text(), nullable=True))
    refer("invoice", "invoice", "refers_to_id")
    refer("invoice", "payment", "payment_id")
    op.create_index("ix_invoice_refers_to", "invoice", ["org_id", "refers_to_id"])
    op.create_index("ix_invoice_issued", "invoice", ["org_id", "issued_on"])
    op.add_column("invoice_line", sa.Column("discount_minor", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("invoice_line", sa.Column("cess_bps", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("invoice_line", sa.Column("mrp_minor", sa.BigInteger(), nullable=True))
    op.add_column("invoice_line", sa.Column("original_line_no", sa.Integer(), nullable=True))


def paper() -> None:
    op.create_table(
        "paper",
        *identified("retailer_id"),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("pdf_sha256", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        check("paper", "kind_word", "kind IN ('statement', 'order_confirmation')"),
        *keys("paper", ("retailer", "retailer_id", "id")),
    )
    op.create_index("ix_paper_retailer", "paper", ["org_id", "retailer_id", "created_at"])


def links() -> None:
    op.alter_column("share_link", "invoice_id", nullable=True)
    op.add_column("share_link", sa.Column("paper_id", sa.Uuid(), nullable=True))
    op.add_column("share_link", sa.Column("burst_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("share_link", sa.Column("burst", sa.Integer(), nullable=False, server_default="0"))
    refer("share_link", "paper", "paper_id")
    op.create_check_constraint(
        op.f("ck_share_link_one_target"), "share_link", "(invoice_id IS NULL) <> (paper_id IS NULL)"
    )
    op.create_index("ix_share_link_invoice", "share_link", ["org_id", "invoice_id"])
    op.create_table(
        "share_access",
        *identified("link_id"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        *keys("share_access", ("share_link", "link_id", "id")),
    )
    op.create_index("ix_share_access_link", "share_access", ["org_id", "link_id", "at"])


def identified(*references: str) -> list[sa.Column]:
    """The tenant's key, and what the row refers to."""
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("org_id", "id", *references)]


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def keys(table: str, *references: tuple[str, str, str]) -> list[sa.Constraint]:
    """The primary key, and references within the organisation: table, column here, column there."""
    return [
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint(
                ["org_id", column],
                [f"{other}.org_id", f"{other}.{key}"],
                name=op.f(f"fk_{table}_{other}_org_id_{column}"),
                ondelete="RESTRICT",
            )
            for other, column, key in references
        ),
    ]


def refer(table: str, other: str, column: str) -> None:
    """A reference of a table that exists, within the organisation."""
    name = op.f(f"fk_{table}_{other}_org_id_{column}")
    op.create_foreign_key(name, table, other, ["org_id", column], ["org_id", "id"], ondelete="RESTRICT")


def words(table: str, column: str, allowed: tuple[str, ...]) -> None:
    """Only these words may stand in the column from now on."""
    name = op.f(f"ck_{table}_{column}_word")
    op.drop_constraint(name, table)
    listed = ", ".join(f"'{word}'" for word in allowed)
    op.create_check_constraint(name, table, f"{column} IN ({listed})")


def protect(table: str) -> None:
    """Grants, and the policies that keep organisations apart."""
    own = "org_id = nullif(current_setting('app.org', true), '')::uuid"
    op.execute(f"GRANT SELECT, INSERT ON {table} TO bahi_app")
    op.execute(f"GRANT SELECT ON {table} TO bahi_doctor")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY doctor_reads ON {table} FOR SELECT TO bahi_doctor USING (true)")


def downgrade() -> None:
    """Refused by the narrower checks while documents of the new kinds, or links to papers, exist."""
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute(f"REVOKE UPDATE ({CHANGEABLE}) ON invoice FROM bahi_app")
    op.execute("GRANT UPDATE ON invoice, invoice_line TO bahi_app")
    op.drop_table("share_access")
    op.drop_index("ix_share_link_invoice", table_name="share_link")
    op.drop_constraint(op.f("ck_share_link_one_target"), "share_link")
    op.drop_constraint(op.f("fk_share_link_paper_org_id_paper_id"), "share_link")
    for column in ("burst", "burst_at", "paper_id"):
        op.drop_column("share_link", column)
    op.alter_column("share_link", "invoice_id", nullable=False)
    op.drop_table("paper")
    for column in ("original_line_no", "mrp_minor", "cess_bps", "discount_minor"):
        op.drop_column("invoice_line", column)
    for index in ("ix_invoice_issued", "ix_invoice_refers_to"):
        op.drop_index(index, table_name="invoice")
    op.drop_constraint(op.f("fk_invoice_payment_org_id_payment_id"), "invoice")
    op.drop_constraint(op.f("fk_invoice_invoice_org_id_refers_to_id"), "invoice")
    for column in (
        "cancel_reason", "cancelled_at", "details", "discount_minor", "reverse_charge", "reason", "payment_id",
        "refers_to_id",
    ):  # fmt: skip
        op.drop_column("invoice", column)
    words("invoice", "document_type", OLD_TYPES)
