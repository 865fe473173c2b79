"""Money received has a number of its own, in a series without gaps: what people are told instead of its id.

Revision: 0007_receipt_number, after 0006_reversed_on.
"""

from alembic import op

revision = "0007_receipt_number"
down_revision = "0006_reversed_on"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    op.execute("ALTER TABLE payment ADD COLUMN receipt_number text")
    op.execute("ALTER TABLE payment ADD CONSTRAINT uq_payment_org_id_receipt_number UNIQUE (org_id, receipt_number)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute("ALTER TABLE payment DROP COLUMN receipt_number")
