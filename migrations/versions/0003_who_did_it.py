"""Claims, disputes and tax documents say who noted, issued and ended them; of what was before nobody is named.

Revision: 0003_who_did_it, after 0002_plain_bill.
"""

from alembic import op

revision = "0003_who_did_it"
down_revision = "0002_plain_bill"
branch_labels = None
depends_on = None

PEOPLE = {
    "payment_claim": ("recorded_by", "resolved_by"),
    "dispute": ("recorded_by", "settled_by"),
    "invoice": ("issued_by", "cancelled_by"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    for table, columns in PEOPLE.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column} varchar(64)")
    op.execute("GRANT UPDATE (cancelled_by) ON invoice TO bahi_app")  # what it says stays, what became of it is noted


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    for table, columns in PEOPLE.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
