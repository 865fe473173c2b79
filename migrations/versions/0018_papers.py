"""What an order says about its bill, and what a kept paper was made of.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.add_column("paper", sa.Column("source_id", sa.Uuid(), nullable=True))
    op.create_index("ix_paper_source", "paper", ["org_id", "source_id"])
    op.add_column("sales_order", sa.Column("billing", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.add_column("retailer", sa.Column("sez", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.drop_column("retailer", "sez")
    op.drop_column("sales_order", "billing")
    op.drop_index("ix_paper_source", table_name="paper")
    op.drop_column("paper", "source_id")
