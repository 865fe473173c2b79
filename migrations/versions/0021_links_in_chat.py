"""Which payment links were asked for in chat, and are told there once they can be paid.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.add_column("payment_link", sa.Column("in_chat", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.drop_column("payment_link", "in_chat")
