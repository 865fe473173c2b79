"""Money on account can be paid back, and what was paid back can come back.

Revision: 0010_refunds, after 0009_third_schedule.
"""

from alembic import op

revision = "0010_refunds"
down_revision = "0009_third_schedule"
branch_labels = None
depends_on = None

BILLS = "'invoice', 'opening', 'charge', 'debit_note'"
CREDITS = (
    "'payment', 'opening', 'return', 'damage', 'short_supply', 'rate_difference', 'expiry', 'scheme_claim', 'goodwill',"
    " 'write_off', 'cash_discount', 'dispute'"
)
OWN = "org_id = nullif(current_setting('app.org', true), '')::uuid"
REFUND = f"""
CREATE TABLE refund (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    method varchar(64) NOT NULL,
    reference text,
    reference_key text,
    paid_on date NOT NULL,
    status varchar(64) NOT NULL,
    reason text NOT NULL,
    recorded_by varchar(64) NOT NULL,
    created_at timestamptz NOT NULL,
    reversed_at timestamptz,
    CONSTRAINT pk_refund PRIMARY KEY (org_id, id),
    CONSTRAINT fk_refund_bill_org_id_id FOREIGN KEY (org_id, id) REFERENCES bill (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_refund_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT ck_refund_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_refund_method_word CHECK (method IN ('cash', 'upi', 'bank', 'cheque', 'other')),
    CONSTRAINT ck_refund_status_word CHECK (status IN ('posted', 'reversed')),
    CONSTRAINT ck_refund_reversed_once CHECK ((status = 'reversed') = (reversed_at IS NOT NULL))
);
CREATE UNIQUE INDEX uq_refund_reference ON refund (org_id, reference_key)
    WHERE reference_key IS NOT NULL AND status = 'posted';
CREATE INDEX ix_refund_retailer ON refund (org_id, retailer_id);
GRANT SELECT, INSERT, UPDATE ON refund TO bahi_app;
GRANT SELECT ON refund TO bahi_doctor;
ALTER TABLE refund ENABLE ROW LEVEL SECURITY;
ALTER TABLE refund FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON refund USING ({OWN}) WITH CHECK ({OWN});
CREATE POLICY doctor_reads ON refund FOR SELECT TO bahi_doctor USING (true);
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    op.execute(REFUND)
    _allow("bill", f"{BILLS}, 'refund'")
    _allow("payment", f"{CREDITS}, 'refund_returned'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute("DROP TABLE refund")
    _allow("bill", BILLS)
    _allow("payment", CREDITS)


def _allow(table: str, kinds: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_kind_word")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_kind_word CHECK (kind IN ({kinds}))")
