"""Payment gateways, links and their events.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OLD_ROUTES = ("channel", "login", "share", "session")
ROUTES = (*OLD_ROUTES, "gateway")
OUTCOMES = ("posted", "seen", "noted", "unknown_link", "mismatch", "paid_again", "refused")
TABLES = ("payment_gateway", "payment_link", "gateway_event")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    words("tenant_route", "kind", ROUTES)
    gateway()
    link()
    event()
    for table in TABLES:
        protect(table)


def gateway() -> None:
    op.create_table(
        "payment_gateway",
        *identified(),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        check("payment_gateway", "provider_word", "provider IN ('razorpay', 'stripe')"),
        sa.UniqueConstraint("org_id", "provider", name=op.f("uq_payment_gateway_org_id_provider")),
        *keys("payment_gateway"),
    )


def link() -> None:
    op.create_table(
        "payment_link",
        *identified("retailer_id", "gateway_id"),
        sa.Column("bill_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(64), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("provider_link_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        check("payment_link", "amount_positive", "amount_minor > 0"),
        check("payment_link", "paid_by_a_payment", "(status = 'paid') = (payment_id IS NOT NULL)"),
        check(
            "payment_link",
            "status_word",
            "status IN ('requested', 'open', 'failed', 'paid', 'cancelled', 'expired')",
        ),
        unique("payment_link", "gateway_id", "reference"),
        unique("payment_link", "gateway_id", "provider_link_id"),
        *keys(
            "payment_link",
            ("credit_account", "retailer_id", "retailer_id"),
            ("payment_gateway", "gateway_id", "id"),
            ("bill", "bill_id", "id"),
            ("payment", "payment_id", "id"),
        ),
    )
    op.create_index("ix_payment_link_retailer", "payment_link", ["org_id", "retailer_id"])
    op.create_index(
        "ix_payment_link_requested", "payment_link", ["org_id"], postgresql_where=sa.text("status = 'requested'")
    )


def event() -> None:
    listed = ", ".join(f"'{word}'" for word in OUTCOMES)
    op.create_table(
        "gateway_event",
        *identified("gateway_id"),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("provider_payment_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(64), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        check("gateway_event", "outcome_word", f"outcome IN ({listed})"),
        check("gateway_event", "posted_as_a_payment", "(outcome = 'posted') = (payment_id IS NOT NULL)"),
        unique("gateway_event", "gateway_id", "event_id"),
        *keys(
            "gateway_event",
            ("payment_gateway", "gateway_id", "id"),
            ("payment_link", "link_id", "id"),
            ("payment", "payment_id", "id"),
        ),
    )
    op.create_index("ix_gateway_event_received", "gateway_event", ["org_id", "received_at"])
    op.create_index(
        "uq_gateway_event_posted_once",
        "gateway_event",
        ["org_id", "gateway_id", "provider_payment_id"],
        unique=True,
        postgresql_where=sa.text("outcome = 'posted'"),
    )


def identified(*references: str) -> list[sa.Column]:
    """The tenant's key, and what the row refers to."""
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("org_id", "id", *references)]


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    """Once within the organisation."""
    return sa.UniqueConstraint("org_id", *columns, name=op.f(f"uq_{table}_org_id_{'_'.join(columns)}"))


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


def words(table: str, column: str, allowed: tuple[str, ...]) -> None:
    """Only these words may stand in the column from now on."""
    name = op.f(f"ck_{table}_{column}_word")
    op.drop_constraint(name, table)
    listed = ", ".join(f"'{word}'" for word in allowed)
    op.create_check_constraint(name, table, f"{column} IN ({listed})")


def protect(table: str) -> None:
    """Grants, and the policies that keep organisations apart."""
    own = "org_id = nullif(current_setting('app.org', true), '')::uuid"
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO bahi_app")
    op.execute(f"GRANT SELECT ON {table} TO bahi_doctor")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY doctor_reads ON {table} FOR SELECT TO bahi_doctor USING (true)")


def downgrade() -> None:
    """Forgets gateways, links and what was told of them; the payments that they became stay."""
    op.execute("SET LOCAL lock_timeout = '300ms'")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DELETE FROM tenant_route WHERE kind = 'gateway'")
    words("tenant_route", "kind", OLD_ROUTES)
