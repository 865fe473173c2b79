"""Goods of Pakistan's Third Schedule, which are taxed by the printed retail price, are a treatment of tax.

Revision: 0009_third_schedule, after 0008_goods_back.
"""

from alembic import op

revision = "0009_third_schedule"
down_revision = "0008_goods_back"
branch_labels = None
depends_on = None

BEFORE = "'taxable', 'exempt', 'nil_rated', 'non_gst'"


def upgrade() -> None:
    _allow(f"{BEFORE}, 'third_schedule'")


def downgrade() -> None:
    _allow(BEFORE)


def _allow(treatments: str) -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    op.execute("ALTER TABLE product_tax DROP CONSTRAINT ck_product_tax_treatment_word")
    op.execute(
        f"ALTER TABLE product_tax ADD CONSTRAINT ck_product_tax_treatment_word CHECK (treatment IN ({treatments}))"
    )
