"""A seller that is not registered for tax sells on a plain bill, which is a type of document.

Revision: 0002_plain_bill, after 0001_schema.
"""

from alembic import op

revision = "0002_plain_bill"
down_revision = "0001_schema"
branch_labels = None
depends_on = None

BEFORE = "'tax_invoice', 'bill_of_supply', 'invoice_cum_bill', 'credit_note', 'debit_note', 'commercial_credit_note'"


def upgrade() -> None:
    _allow(f"{BEFORE}, 'plain_bill'")


def downgrade() -> None:
    _allow(BEFORE)


def _allow(types: str) -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    op.execute("ALTER TABLE invoice DROP CONSTRAINT ck_invoice_document_type_word")
    op.execute(f"ALTER TABLE invoice ADD CONSTRAINT ck_invoice_document_type_word CHECK (document_type IN ({types}))")
