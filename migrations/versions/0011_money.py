"""Credits other than money, debit notes, cheques, promises, disputes, late fees; a claim knows what it became.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OLD_ACCOUNTS = (
    "receivable", "sales", "output_cgst", "output_sgst", "output_utgst", "output_igst", "output_cess", "round_off",
    "cash", "upi", "bank", "cheque", "other_receipts", "opening_balance", "returns", "discounts", "bad_debts", "charges",
)  # fmt: skip
ACCOUNTS = (*OLD_ACCOUNTS, "disputed")
OLD_METHODS = ("cash", "upi", "bank", "cheque", "other")
METHODS = (*OLD_METHODS, "credit")
OLD_BILLS = ("invoice", "opening", "charge")
BILLS = (*OLD_BILLS, "debit_note")
CREDITS = (
    "payment", "opening", "return", "damage", "short_supply", "rate_difference", "expiry", "scheme_claim", "goodwill",
    "write_off", "cash_discount", "dispute",
)  # fmt: skip
TABLES = ("cheque", "promise", "dispute", "late_fee")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    words("ledger_transfer", "debit_account", ACCOUNTS)
    words("ledger_transfer", "credit_account", ACCOUNTS)
    words("payment", "method", METHODS)
    words("bill", "kind", BILLS)
    op.add_column("payment", sa.Column("kind", sa.String(64), nullable=False, server_default="payment"))
    op.add_column("payment", sa.Column("note", sa.Text(), nullable=True))
    words("payment", "kind", CREDITS, replace=False)
    op.add_column("allocation", sa.Column("applied_on", sa.Date(), nullable=True))
    op.add_column("payment_claim", sa.Column("method", sa.String(64), nullable=True))
    op.add_column("payment_claim", sa.Column("payment_id", sa.Uuid(), nullable=True))
    op.add_column("payment_claim", sa.Column("note", sa.Text(), nullable=True))
    op.create_foreign_key(
        "fk_payment_claim_payment_org_id_payment_id",
        "payment_claim",
        "payment",
        ["org_id", "payment_id"],
        ["org_id", "id"],
        ondelete="RESTRICT",
    )
    op.create_index("ix_payment_claim_retailer", "payment_claim", ["org_id", "retailer_id"])
    cheque()
    promise()
    dispute()
    late_fee()
    for table in TABLES:
        protect(table)


def cheque() -> None:
    op.create_table(
        "cheque",
        *identified("retailer_id"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("bank", sa.Text(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("chosen", postgresql.JSONB(), nullable=False),
        sa.Column("deposited_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        check("cheque", "amount_positive", "amount_minor > 0"),
        check("cheque", "state_word", "state IN ('received', 'deposited', 'cleared', 'bounced', 'returned')"),
        *keys("cheque", ("credit_account", "retailer_id", "retailer_id")),
    )
    op.create_index(
        "uq_cheque_number",
        "cheque",
        ["org_id", "number"],
        unique=True,
        postgresql_where=sa.text("state IN ('received', 'deposited', 'cleared')"),
    )
    op.create_index("ix_cheque_retailer", "cheque", ["org_id", "retailer_id"])


def promise() -> None:
    op.create_table(
        "promise",
        *identified("retailer_id"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        check("promise", "amount_positive", "amount_minor > 0"),
        check("promise", "status_word", "status IN ('open', 'kept', 'broken', 'withdrawn')"),
        check("promise", "resolved_once", "(status = 'open') = (resolved_at IS NULL)"),
        *keys("promise", ("credit_account", "retailer_id", "retailer_id")),
    )
    op.create_index(
        "uq_promise_open",
        "promise",
        ["org_id", "retailer_id"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("ix_promise_retailer", "promise", ["org_id", "retailer_id", "promised_on"])


def dispute() -> None:
    op.create_table(
        "dispute",
        *identified("retailer_id", "bill_id", "freeze_id"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settlement", sa.Text(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        check("dispute", "amount_positive", "amount_minor > 0"),
        check("dispute", "accepted_within_amount", "accepted_minor >= 0 AND accepted_minor <= amount_minor"),
        check("dispute", "status_word", "status IN ('open', 'settled')"),
        check("dispute", "settled_once", "(status = 'open') = (settled_at IS NULL)"),
        *keys(
            "dispute",
            ("credit_account", "retailer_id", "retailer_id"),
            ("bill", "bill_id", "id"),
            ("payment", "freeze_id", "id"),
        ),
    )
    op.create_index(
        "ix_dispute_open", "dispute", ["org_id", "retailer_id"], postgresql_where=sa.text("status = 'open'")
    )
    op.create_index("ix_dispute_bill", "dispute", ["org_id", "bill_id"])


def late_fee() -> None:
    op.create_table(
        "late_fee",
        *identified("bill_id", "charge_id"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("through_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        check("late_fee", "amount_positive", "amount_minor > 0"),
        *keys("late_fee", ("bill", "bill_id", "id"), ("bill", "charge_id", "id")),
    )
    op.create_index("ix_late_fee_bill", "late_fee", ["org_id", "bill_id"])


def identified(*references: str) -> list[sa.Column]:
    """The tenant's key, and what the row refers to."""
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("org_id", "id", *references)]


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def keys(table: str, *references: tuple[str, str, str]) -> list[sa.Constraint]:
    """The primary key, and references within the organisation: table, column here, column there."""
    return [
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint(
                ["org_id", column],
                [f"{other}.org_id", f"{other}.{key}"],
                name=op.f(f"fk_{table}_{other}_org_id_{column}"),
                ondelete="RESTRICT",
            )
            for other, column, key in references
        ),
    ]


def words(table: str, column: str, allowed: tuple[str, ...], *, replace: bool = True) -> None:
    """Only these words may stand in the column from now on."""
    name = op.f(f"ck_{table}_{column}_word")
    if replace:
        op.drop_constraint(name, table)
    listed = ", ".join(f"'{word}'" for word in allowed)
    op.create_check_constraint(name, table, f"{column} IN ({listed})")


def protect(table: str) -> None:
    """Grants, and the policies that keep organisations apart."""
    own = "org_id = nullif(current_setting('app.org', true), '')::uuid"
    rights = "SELECT, INSERT" if table == "late_fee" else "SELECT, INSERT, UPDATE"
    op.execute(f"GRANT {rights} ON {table} TO bahi_app")
    op.execute(f"GRANT SELECT ON {table} TO bahi_doctor")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY doctor_reads ON {table} FOR SELECT TO bahi_doctor USING (true)")


def downgrade() -> None:
    """Refused by the narrower checks while rows of the new kinds exist: what was booked cannot be unbooked."""
    op.execute("SET LOCAL lock_timeout = '300ms'")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_payment_claim_retailer", table_name="payment_claim")
    op.drop_constraint("fk_payment_claim_payment_org_id_payment_id", "payment_claim")
    for column in ("note", "payment_id", "method"):
        op.drop_column("payment_claim", column)
    op.drop_column("allocation", "applied_on")
    op.drop_constraint(op.f("ck_payment_kind_word"), "payment")
    op.drop_column("payment", "note")
    op.drop_column("payment", "kind")
    words("bill", "kind", OLD_BILLS)
    words("payment", "method", OLD_METHODS)
    words("ledger_transfer", "credit_account", OLD_ACCOUNTS)
    words("ledger_transfer", "debit_account", OLD_ACCOUNTS)
