"""Learned names, payment codes, hand-overs, media that came in, and insights.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    learned_name()
    pay_code()
    insight()
    inbound_media()
    op.add_column("conversation", sa.Column("handed_over_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("handed_over_to", sa.Uuid(), nullable=True))
    refer("conversation", "app_user", "handed_over_to")
    op.create_index("ix_conversation_recent", "conversation", ["org_id", "updated_at", "id"])
    op.add_column("payment_claim", sa.Column("message_id", sa.Uuid(), nullable=True))
    op.add_column("payment_claim", sa.Column("proof_sha256", sa.Text(), nullable=True))
    op.create_index(
        "ix_payment_claim_proof",
        "payment_claim",
        ["org_id", "proof_sha256"],
        postgresql_where=sa.text("proof_sha256 IS NOT NULL"),
    )


def learned_name() -> None:
    op.create_table(
        "learned_name",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("retailer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_learned_name")),
        sa.UniqueConstraint("org_id", "retailer_id", "name", name=op.f("uq_learned_name_org_id_retailer_id_name")),
        sa.CheckConstraint("uses > 0", name=op.f("ck_learned_name_uses_positive")),
        sa.ForeignKeyConstraint(
            ["org_id", "retailer_id"],
            ["retailer.org_id", "retailer.id"],
            name=op.f("fk_learned_name_retailer_org_id_retailer_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "product_id"],
            ["product.org_id", "product.id"],
            name=op.f("fk_learned_name_product_org_id_product_id"),
            ondelete="RESTRICT",
        ),
    )
    protect("learned_name", "SELECT, INSERT, UPDATE, DELETE")


def pay_code() -> None:
    op.create_table(
        "pay_code",
        *identified("retailer_id"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_pay_code_amount_positive")),
        *keys("pay_code", ("retailer", "retailer_id", "id")),
        sa.UniqueConstraint("org_id", "token_hash", name=op.f("uq_pay_code_org_id_token_hash")),
    )
    protect("pay_code")


def insight() -> None:
    op.create_table(
        "insight",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("retailer_id", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "retailer_id", name=op.f("pk_insight")),
        reference("insight", "retailer", "retailer_id"),
    )
    protect("insight")


def inbound_media() -> None:
    op.create_table(
        "inbound_media",
        *identified("message_id"),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'kept', 'gone')", name=op.f("ck_inbound_media_status_word")),
        *keys("inbound_media", ("inbound_message", "message_id", "id")),
        sa.UniqueConstraint("org_id", "message_id", "place", name=op.f("uq_inbound_media_org_id_message_id_place")),
    )
    op.create_index(
        "ix_inbound_media_waiting",
        "inbound_media",
        ["org_id", "next_try_at"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    protect("inbound_media")


def identified(*references: str) -> list[sa.Column]:
    """The tenant's key, and what the row refers to."""
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("org_id", "id", *references)]


def keys(table: str, *references: tuple[str, str, str]) -> list[sa.Constraint]:
    """The primary key, and references within the organisation: table, column here, column there."""
    return [
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f(f"pk_{table}")),
        *(reference(table, other, column, key) for other, column, key in references),
    ]


def reference(table: str, other: str, column: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", column],
        [f"{other}.org_id", f"{other}.{key}"],
        name=op.f(f"fk_{table}_{other}_org_id_{column}"),
        ondelete="RESTRICT",
    )


def refer(table: str, other: str, column: str) -> None:
    """A reference of a table that exists, within the organisation."""
    name = op.f(f"fk_{table}_{other}_org_id_{column}")
    op.create_foreign_key(name, table, other, ["org_id", column], ["org_id", "id"], ondelete="RESTRICT")


def protect(table: str, rights: str = "SELECT, INSERT, UPDATE") -> None:
    """Grants, and the policies that keep organisations apart."""
    own = "org_id = nullif(current_setting('app.org', true), '')::uuid"
    op.execute(f"GRANT {rights} ON {table} TO bahi_app")
    op.execute(f"GRANT SELECT ON {table} TO bahi_doctor")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY doctor_reads ON {table} FOR SELECT TO bahi_doctor USING (true)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.drop_index("ix_payment_claim_proof", table_name="payment_claim")
    op.drop_column("payment_claim", "proof_sha256")
    op.drop_column("payment_claim", "message_id")
    op.drop_index("ix_conversation_recent", table_name="conversation")
    op.drop_constraint(op.f("fk_conversation_app_user_org_id_handed_over_to"), "conversation")
    op.drop_column("conversation", "handed_over_to")
    op.drop_column("conversation", "handed_over_until")
    for table in ("inbound_media", "insight", "pay_code", "learned_name"):
        op.drop_table(table)
