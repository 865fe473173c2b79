"""What the sender needs to know after a crash: whether a request had begun, and what must go as a template.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

QUEUED = sa.text("status = 'queued'")
WAITING = sa.text("status IN ('queued', 'sending')")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.add_column("outbox_message", sa.Column("posting_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "outbox_message", sa.Column("as_template", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.drop_index("ix_outbox_message_due", table_name="outbox_message")
    op.create_index("ix_outbox_message_due", "outbox_message", ["org_id", "available_at"], postgresql_where=QUEUED)
    op.create_index("ix_outbox_message_waiting", "outbox_message", ["org_id", "to_address"], postgresql_where=WAITING)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.drop_index("ix_outbox_message_waiting", table_name="outbox_message")
    op.drop_index("ix_outbox_message_due", table_name="outbox_message")
    op.create_index("ix_outbox_message_due", "outbox_message", ["available_at"], postgresql_where=QUEUED)
    op.drop_column("outbox_message", "as_template")
    op.drop_column("outbox_message", "posting_at")
