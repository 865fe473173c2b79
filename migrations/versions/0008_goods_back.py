"""Goods come back with a document, which says where they went; each movement names its document.

Revision: 0008_goods_back, after 0007_receipt_number.
"""

from alembic import op

revision = "0008_goods_back"
down_revision = "0007_receipt_number"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    op.execute("ALTER TABLE invoice ADD COLUMN goods varchar(64)")
    op.execute("ALTER TABLE invoice ADD CONSTRAINT ck_invoice_goods_word CHECK (goods IN ('shelf', 'damaged', 'kept'))")
    op.execute("GRANT UPDATE (goods) ON invoice TO bahi_app")  # a cancelled document says what became of its goods
    op.execute("ALTER TABLE stock_movement ADD COLUMN invoice_id uuid")
    op.execute(
        "ALTER TABLE stock_movement ADD CONSTRAINT fk_stock_movement_invoice_org_id_invoice_id"
        " FOREIGN KEY (org_id, invoice_id) REFERENCES invoice (org_id, id) ON DELETE RESTRICT"
    )
    op.execute("CREATE INDEX ix_stock_movement_order ON stock_movement (org_id, order_id)")
    op.execute("CREATE INDEX ix_stock_movement_invoice ON stock_movement (org_id, invoice_id)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute("DROP INDEX ix_stock_movement_invoice")
    op.execute("DROP INDEX ix_stock_movement_order")
    op.execute("ALTER TABLE stock_movement DROP COLUMN invoice_id")
    op.execute("ALTER TABLE invoice DROP COLUMN goods")
