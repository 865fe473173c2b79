"""The day as of which a payment or another credit was taken back, beside the moment at which that was done.

Revision: 0006_reversed_on, after 0005_references.
"""

from alembic import op

revision = "0006_reversed_on"
down_revision = "0005_references"
branch_labels = None
depends_on = None

READ = ("payment", "organisation")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    op.execute("ALTER TABLE payment ADD COLUMN reversed_on date")
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # the owner sees every organisation
    op.execute(
        "UPDATE payment p SET reversed_on = (p.reversed_at AT TIME ZONE g.timezone)::date FROM organisation g"
        " WHERE g.org_id = p.org_id AND p.reversed_at IS NOT NULL"  # until now it was the day of the moment
    )
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute("ALTER TABLE payment DROP COLUMN reversed_on")
