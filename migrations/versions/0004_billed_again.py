"""What a cancelled document was issued for can be billed again, on credit that is promised again.

Revision: 0004_billed_again, after 0003_who_did_it.
"""

from alembic import op

revision = "0004_billed_again"
down_revision = "0003_who_did_it"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    op.execute("ALTER TABLE invoice DROP CONSTRAINT uq_invoice_org_id_source_id")
    op.execute("CREATE UNIQUE INDEX ix_invoice_source ON invoice (org_id, source_id) WHERE status = 'issued'")
    op.execute("ALTER TABLE reservation DROP CONSTRAINT uq_reservation_org_id_reference_id")
    op.execute(
        "CREATE UNIQUE INDEX ix_reservation_reference ON reservation (org_id, reference_id) WHERE status = 'live'"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute("DROP INDEX ix_invoice_source")
    op.execute("ALTER TABLE invoice ADD CONSTRAINT uq_invoice_org_id_source_id UNIQUE (org_id, source_id)")
    op.execute("DROP INDEX ix_reservation_reference")
    op.execute(
        "ALTER TABLE reservation ADD CONSTRAINT uq_reservation_org_id_reference_id UNIQUE (org_id, reference_id)"
    )
