"""Learned names, usual baskets, takeovers and insights.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    learned_name()


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
    op.drop_table("learned_name")
