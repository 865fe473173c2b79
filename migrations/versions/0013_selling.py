"""Price lists, slabs, schemes, stock and delivery days.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("product_terms", "selling_rules", "stock", "stock_reservation", "stock_movement")
APPEND_ONLY = {"stock_movement"}

# Rows are locked in the order of their product, so two orders never wait for each other. Either everything is there
# and is reserved, or nothing is and the answer names what is left of each product that falls short.
STOCK_RESERVE = """
CREATE FUNCTION stock_reserve(p_org uuid, p_order uuid, p_at timestamptz, p_expires timestamptz, p_lines jsonb)
RETURNS TABLE (short_product uuid, available bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM stock s
        WHERE s.org_id = p_org
            AND s.product_id IN (SELECT l.product_id FROM jsonb_to_recordset(p_lines) AS l(product_id uuid))
        ORDER BY s.product_id FOR UPDATE;
    RETURN QUERY SELECT s.product_id, s.on_hand_milli - s.reserved_milli
        FROM stock s JOIN jsonb_to_recordset(p_lines) AS l(product_id uuid, qty bigint) USING (product_id)
        WHERE s.org_id = p_org AND s.on_hand_milli - s.reserved_milli < l.qty;
    IF FOUND THEN
        RETURN;
    END IF;
    WITH taken AS (
        UPDATE stock s SET reserved_milli = s.reserved_milli + l.qty
        FROM jsonb_to_recordset(p_lines) AS l(product_id uuid, qty bigint)
        WHERE s.org_id = p_org AND s.product_id = l.product_id
        RETURNING s.product_id, l.qty
    )
    INSERT INTO stock_reservation (org_id, order_id, product_id, qty_milli, status, created_at, expires_at)
        SELECT p_org, p_order, product_id, qty, 'live', p_at, p_expires FROM taken
        ON CONFLICT (org_id, order_id, product_id) DO UPDATE SET qty_milli = excluded.qty_milli, status = 'live',
            created_at = excluded.created_at, expires_at = excluded.expires_at, ended_at = NULL;
END
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.add_column("retailer", sa.Column("price_class", sa.String(64), nullable=False, server_default=""))
    op.add_column("retailer", sa.Column("route", sa.String(64), nullable=False, server_default=""))
    op.add_column("product", sa.Column("stocked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("product", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    product_terms()
    selling_rules()
    stock()
    orders()
    for table in TABLES:
        protect(table)
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_movement"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(STOCK_RESERVE)


def product_terms() -> None:
    op.create_table(
        "product_terms",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("min_qty", sa.Integer(), nullable=False),
        sa.Column("multiple", sa.Integer(), nullable=False),
        sa.Column("rates", postgresql.JSONB(), nullable=False),
        sa.Column("scheme_buy", sa.Integer(), nullable=True),
        sa.Column("scheme_free", sa.Integer(), nullable=True),
        sa.Column("scheme_until", sa.Date(), nullable=True),
        check("product_terms", "quantities_positive", "min_qty > 0 AND multiple > 0"),
        check(
            "product_terms",
            "scheme_whole",
            "(scheme_buy IS NULL AND scheme_free IS NULL AND scheme_until IS NULL)"
            " OR (scheme_buy > 0 AND scheme_free > 0)",
        ),
        primary_key("product_terms", "org_id", "product_id", "valid_from"),
        reference("product_terms", "product", "product_id"),
    )


def selling_rules() -> None:
    op.create_table(
        "selling_rules",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("min_order_minor", sa.BigInteger(), nullable=True),
        sa.Column("price_classes", postgresql.JSONB(), nullable=False),
        sa.Column("routes", postgresql.JSONB(), nullable=False),
        sa.Column("cut_off", sa.Time(), nullable=True),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("stock_hold_hours", sa.Integer(), nullable=True),
        check("selling_rules", "min_order_positive", "min_order_minor > 0"),
        check("selling_rules", "days_not_negative", "lead_days >= 0 AND stock_hold_hours > 0"),
        primary_key("selling_rules", "org_id"),
    )


def stock() -> None:
    op.create_table(
        "stock",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("on_hand_milli", sa.BigInteger(), nullable=False),
        sa.Column("reserved_milli", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        check("stock", "never_negative", "on_hand_milli >= 0 AND reserved_milli >= 0"),
        primary_key("stock", "org_id", "product_id"),
        reference("stock", "product", "product_id"),
    )
    op.create_table(
        "stock_reservation",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("qty_milli", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        check("stock_reservation", "quantity_positive", "qty_milli > 0"),
        check("stock_reservation", "status_word", "status IN ('live', 'used', 'released', 'expired')"),
        check("stock_reservation", "ended_once", "(status = 'live') = (ended_at IS NULL)"),
        primary_key("stock_reservation", "org_id", "order_id", "product_id"),
        reference("stock_reservation", "sales_order", "order_id"),
        reference("stock_reservation", "product", "product_id"),
    )
    op.create_index(
        "ix_stock_reservation_live",
        "stock_reservation",
        ["org_id", "expires_at"],
        postgresql_where=sa.text("status = 'live'"),
    )
    op.create_table(
        "stock_movement",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("change_milli", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        check(
            "stock_movement", "kind_word", "kind IN ('count', 'receipt', 'dispatch', 'return', 'damage', 'correction')"
        ),
        primary_key("stock_movement", "org_id", "id"),
        reference("stock_movement", "product", "product_id"),
        reference("stock_movement", "sales_order", "order_id"),
    )
    op.create_index("ix_stock_movement_product", "stock_movement", ["org_id", "product_id", "created_at"])


def orders() -> None:
    op.add_column("sales_order", sa.Column("price_class", sa.String(64), nullable=False, server_default=""))
    op.add_column("sales_order", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column("sales_order", sa.Column("delivery_address", sa.Text(), nullable=False, server_default=""))
    op.add_column("sales_order", sa.Column("deliver_on", sa.Date(), nullable=True))
    op.add_column("sales_order", sa.Column("shorts", postgresql.JSONB(), nullable=True))
    op.add_column("sales_order", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_sales_order_failed", "sales_order", ["org_id", "created_at"], postgresql_where=sa.text("status = 'failed'")
    )
    op.add_column("order_line", sa.Column("free_milli", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("order_line", sa.Column("list_price_minor", sa.BigInteger(), nullable=True))
    op.execute("GRANT DELETE ON order_line TO bahi_app")  # a line that is not in stock leaves an order that shrinks
    op.create_check_constraint(op.f("ck_order_line_free_not_negative"), "order_line", "free_milli >= 0")


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def primary_key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def reference(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    """A reference within the organisation."""
    return sa.ForeignKeyConstraint(
        ["org_id", column],
        [f"{other}.org_id", f"{other}.id"],
        name=op.f(f"fk_{table}_{other}_org_id_{column}"),
        ondelete="RESTRICT",
    )


def protect(table: str) -> None:
    """Grants, and the policies that keep organisations apart."""
    own = "org_id = nullif(current_setting('app.org', true), '')::uuid"
    rights = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE"
    op.execute(f"GRANT {rights} ON {table} TO bahi_app")
    op.execute(f"GRANT SELECT ON {table} TO bahi_doctor")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_organisation ON {table} USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY doctor_reads ON {table} FOR SELECT TO bahi_doctor USING (true)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute("DROP FUNCTION IF EXISTS stock_reserve")
    op.execute("REVOKE DELETE ON order_line FROM bahi_app")
    op.drop_constraint(op.f("ck_order_line_free_not_negative"), "order_line")
    for column in ("list_price_minor", "free_milli"):
        op.drop_column("order_line", column)
    op.drop_index("ix_sales_order_failed", table_name="sales_order")
    for column in ("tries", "shorts", "deliver_on", "delivery_address", "note", "price_class"):
        op.drop_column("sales_order", column)
    for table in reversed(TABLES):
        op.drop_table(table)
    for column in ("version", "stocked"):
        op.drop_column("product", column)
    for column in ("route", "price_class"):
        op.drop_column("retailer", column)
