"""Sales tax and further tax of Pakistan on documents and in the ledger.

Revision: 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OLD_ACCOUNTS = (
    "receivable", "sales", "output_cgst", "output_sgst", "output_utgst", "output_igst", "output_cess", "round_off",
    "cash", "upi", "bank", "cheque", "other_receipts", "opening_balance", "returns", "discounts", "bad_debts", "charges",
    "disputed",
)  # fmt: skip
ACCOUNTS = (*OLD_ACCOUNTS, "output_sales_tax", "output_further_tax")
COLUMNS = ("sales_tax_minor", "further_tax_minor")
TABLES = ("invoice", "invoice_line")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    for column in ("debit_account", "credit_account"):
        words("ledger_transfer", column, ACCOUNTS)
    for table in TABLES:
        for column in COLUMNS:
            op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=False, server_default="0"))


def words(table: str, column: str, allowed: tuple[str, ...]) -> None:
    """Only these words may stand in the column from now on."""
    name = op.f(f"ck_{table}_{column}_word")
    op.drop_constraint(name, table)
    listed = ", ".join(f"'{word}'" for word in allowed)
    op.create_check_constraint(name, table, f"{column} IN ({listed})")


def downgrade() -> None:
    """Refused by the narrower checks while the ledger holds such taxes."""
    op.execute("SET LOCAL lock_timeout = '300ms'")
    for table in TABLES:
        for column in COLUMNS:
            op.drop_column(table, column)
    for column in ("debit_account", "credit_account"):
        words("ledger_transfer", column, OLD_ACCOUNTS)
