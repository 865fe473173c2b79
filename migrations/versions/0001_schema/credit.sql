-- What is owed: terms, bills, money, transfers and reminders.

-- Shops of one owner under one cap, beside each shop's own limit. Its row is what concurrent orders queue on.
CREATE TABLE credit_group (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    limit_minor bigint NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_credit_group PRIMARY KEY (org_id, id),
    CONSTRAINT uq_credit_group_org_id_name UNIQUE (org_id, name),
    CONSTRAINT ck_credit_group_limit_not_negative CHECK (limit_minor >= 0)
);

-- One retailer's terms and running totals; every retailer has one from the start, so there is a row to lock.
CREATE TABLE credit_account (
    org_id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    currency varchar(64) NOT NULL,
    limit_minor bigint,
    outstanding_minor bigint DEFAULT 0 NOT NULL,
    reserved_minor bigint DEFAULT 0 NOT NULL,
    allowance_minor bigint GENERATED ALWAYS AS (greatest(0, outstanding_minor + reserved_minor
        - greatest(coalesce(limit_minor, 0), coalesce(temporary_limit_minor, 0)))) STORED NOT NULL,
    credit_days integer NOT NULL,
    max_order_minor bigint,
    max_outstanding_days integer,
    terms varchar(64) DEFAULT 'days' NOT NULL,
    tolerance_minor bigint DEFAULT 0 NOT NULL,
    temporary_limit_minor bigint,
    temporary_until date,
    group_id uuid,
    watched_at timestamptz,
    paused_at timestamptz,
    pause_reason text,
    pause_source varchar(64),
    blocked_at timestamptz,
    block_reason text,
    block_source varchar(64),
    evaluated_at timestamptz,
    acknowledged jsonb DEFAULT '{}' NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    audit_seq bigint DEFAULT 0 NOT NULL,
    audit_head bytea DEFAULT '\x00' NOT NULL,
    CONSTRAINT pk_credit_account PRIMARY KEY (org_id, retailer_id),
    CONSTRAINT fk_credit_account_credit_group_org_id_group_id
        FOREIGN KEY (org_id, group_id) REFERENCES credit_group (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_credit_account_retailer_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES retailer (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_credit_account_limit_not_negative CHECK (limit_minor IS NULL OR limit_minor >= 0),
    CONSTRAINT ck_credit_account_reserved_not_negative CHECK (reserved_minor >= 0),
    CONSTRAINT ck_credit_account_temporary_limit_ends
        CHECK ((temporary_limit_minor IS NULL) = (temporary_until IS NULL)),
    CONSTRAINT ck_credit_account_temporary_limit_not_negative
        CHECK (temporary_limit_minor IS NULL OR temporary_limit_minor >= 0),
    CONSTRAINT ck_credit_account_terms_word CHECK (terms IN ('days', 'bill_to_bill')),
    CONSTRAINT ck_credit_account_tolerance_not_negative CHECK (tolerance_minor >= 0)
);
CREATE INDEX ix_credit_account_group ON credit_account (org_id, group_id) WHERE group_id IS NOT NULL;
CREATE INDEX ix_credit_account_near_limit ON credit_account (org_id, retailer_id)
    WHERE (outstanding_minor + reserved_minor) * 100 >= coalesce(nullif(limit_minor, 0), temporary_limit_minor) * 80;
CREATE INDEX ix_credit_account_owing ON credit_account (org_id, retailer_id)
    WHERE outstanding_minor <> 0 OR reserved_minor <> 0;
CREATE INDEX ix_credit_account_stopped ON credit_account (org_id, retailer_id)
    WHERE paused_at IS NOT NULL OR blocked_at IS NOT NULL;

-- Something owed, with a due date. open_minor is what payments and credits have not settled yet.
CREATE TABLE bill (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    kind varchar(64) NOT NULL,
    reference text NOT NULL,
    bill_on date NOT NULL,
    due_on date NOT NULL,
    amount_minor bigint NOT NULL,
    open_minor bigint NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_bill PRIMARY KEY (org_id, id),
    CONSTRAINT uq_bill_org_id_retailer_id_kind_reference UNIQUE (org_id, retailer_id, kind, reference),
    CONSTRAINT fk_bill_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT ck_bill_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_bill_kind_word CHECK (kind IN ('invoice', 'opening', 'charge', 'debit_note')),
    CONSTRAINT ck_bill_open_within_amount CHECK (open_minor >= 0 AND open_minor <= amount_minor)
);
CREATE INDEX ix_bill_due ON bill (org_id, due_on, id) INCLUDE (retailer_id, open_minor) WHERE open_minor > 0;
CREATE INDEX ix_bill_open_of_retailer ON bill (org_id, retailer_id, due_on, bill_on, reference) WHERE open_minor > 0;

-- One decision about an account's status and the rules behind it. Never changed, never deleted.
CREATE TABLE credit_evaluation (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    cause varchar(64) NOT NULL,
    status_before varchar(64) NOT NULL,
    status_after varchar(64) NOT NULL,
    trace jsonb NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_credit_evaluation PRIMARY KEY (org_id, id),
    CONSTRAINT fk_credit_evaluation_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT ck_credit_evaluation_status_after_word CHECK (status_after IN ('OK', 'WATCH', 'PAUSED', 'BLOCKED')),
    CONSTRAINT ck_credit_evaluation_status_before_word CHECK (status_before IN ('OK', 'WATCH', 'PAUSED', 'BLOCKED'))
);
CREATE INDEX ix_credit_evaluation_retailer ON credit_evaluation (org_id, retailer_id, at);

-- Leave for one order (reference_id) to go past the rules, up to an amount and until a moment.
CREATE TABLE credit_override (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    reference_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    reason text NOT NULL,
    status varchar(64) NOT NULL,
    requested_by varchar(64) NOT NULL,
    approved_by varchar(64),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT pk_credit_override PRIMARY KEY (org_id, id),
    CONSTRAINT fk_credit_override_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT ck_credit_override_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_credit_override_approved_by_somebody
        CHECK (status NOT IN ('approved', 'used') OR approved_by IS NOT NULL),
    CONSTRAINT ck_credit_override_ended_once
        CHECK ((status IN ('used', 'revoked', 'expired')) = (ended_at IS NOT NULL)),
    CONSTRAINT ck_credit_override_status_word
        CHECK (status IN ('requested', 'approved', 'used', 'revoked', 'expired'))
);
CREATE INDEX ix_credit_override_retailer ON credit_override (org_id, retailer_id, created_at);
CREATE UNIQUE INDEX uq_credit_override_open ON credit_override (org_id, reference_id)
    WHERE status IN ('requested', 'approved');

-- Money moved: debit account, credit account, a positive amount, and why. Never changed, never deleted.
CREATE TABLE ledger_transfer (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    journal_id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    debit_account varchar(64) NOT NULL,
    credit_account varchar(64) NOT NULL,
    amount_minor bigint NOT NULL,
    currency varchar(64) NOT NULL,
    reason varchar(64) NOT NULL,
    reference text NOT NULL,
    reverses_id uuid,
    idempotency_key text NOT NULL,
    effective_on date NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_ledger_transfer PRIMARY KEY (org_id, id),
    CONSTRAINT uq_ledger_transfer_org_id_idempotency_key UNIQUE (org_id, idempotency_key),
    CONSTRAINT fk_ledger_transfer_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT ck_ledger_transfer_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_ledger_transfer_credit_account_word
        CHECK (credit_account IN ('receivable', 'sales', 'output_cgst', 'output_sgst', 'output_utgst',
            'output_igst', 'output_cess', 'output_sales_tax', 'output_further_tax', 'round_off', 'cash', 'upi',
            'bank', 'cheque', 'other_receipts', 'opening_balance', 'returns', 'discounts', 'bad_debts', 'charges',
            'disputed')),
    CONSTRAINT ck_ledger_transfer_debit_account_word
        CHECK (debit_account IN ('receivable', 'sales', 'output_cgst', 'output_sgst', 'output_utgst', 'output_igst',
            'output_cess', 'output_sales_tax', 'output_further_tax', 'round_off', 'cash', 'upi', 'bank', 'cheque',
            'other_receipts', 'opening_balance', 'returns', 'discounts', 'bad_debts', 'charges', 'disputed')),
    CONSTRAINT ck_ledger_transfer_two_accounts CHECK (debit_account <> credit_account)
);
CREATE INDEX ix_ledger_transfer_journal ON ledger_transfer (org_id, journal_id);
CREATE INDEX ix_ledger_transfer_retailer ON ledger_transfer (org_id, retailer_id, effective_on);
CREATE UNIQUE INDEX uq_ledger_transfer_reversed_once ON ledger_transfer (org_id, reverses_id)
    WHERE reverses_id IS NOT NULL;

-- Money received, or another credit. unapplied_minor stays on account until a bill takes it.
CREATE TABLE payment (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    unapplied_minor bigint NOT NULL,
    method varchar(64) NOT NULL,
    reference text,
    received_on date NOT NULL,
    status varchar(64) NOT NULL,
    reversed_at timestamptz,
    recorded_by varchar(64) NOT NULL,
    created_at timestamptz NOT NULL,
    kind varchar(64) DEFAULT 'payment' NOT NULL,
    note text,
    CONSTRAINT pk_payment PRIMARY KEY (org_id, id),
    CONSTRAINT fk_payment_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT ck_payment_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_payment_kind_word
        CHECK (kind IN ('payment', 'opening', 'return', 'damage', 'short_supply', 'rate_difference', 'expiry',
            'scheme_claim', 'goodwill', 'write_off', 'cash_discount', 'dispute')),
    CONSTRAINT ck_payment_method_word CHECK (method IN ('cash', 'upi', 'bank', 'cheque', 'other', 'credit')),
    CONSTRAINT ck_payment_status_word CHECK (status IN ('posted', 'reversed')),
    CONSTRAINT ck_payment_unapplied_within_amount CHECK (unapplied_minor >= 0 AND unapplied_minor <= amount_minor)
);
CREATE INDEX ix_payment_on_account ON payment (org_id, retailer_id) INCLUDE (unapplied_minor)
    WHERE status = 'posted' AND unapplied_minor > 0;
CREATE INDEX ix_payment_retailer ON payment (org_id, retailer_id, received_on);
CREATE UNIQUE INDEX uq_payment_reference ON payment (org_id, method, reference)
    WHERE reference IS NOT NULL AND status = 'posted';

-- Credit promised to a confirmed order. It ends exactly once: posted, voided or expired.
CREATE TABLE reservation (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    reference_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    status varchar(64) NOT NULL,
    created_at timestamptz NOT NULL,
    resolved_at timestamptz,
    CONSTRAINT pk_reservation PRIMARY KEY (org_id, id),
    CONSTRAINT uq_reservation_org_id_reference_id UNIQUE (org_id, reference_id),
    CONSTRAINT fk_reservation_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT ck_reservation_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_reservation_resolved_once CHECK ((status = 'live') = (resolved_at IS NULL)),
    CONSTRAINT ck_reservation_status_word CHECK (status IN ('live', 'posted', 'voided', 'expired'))
);
CREATE INDEX ix_reservation_live ON reservation (org_id, retailer_id) WHERE status = 'live';

-- Part of a payment put to a bill; a reversal adds a row with the negative amount. Never changed, never deleted.
CREATE TABLE allocation (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    payment_id uuid NOT NULL,
    bill_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    created_at timestamptz NOT NULL,
    applied_on date,
    CONSTRAINT pk_allocation PRIMARY KEY (org_id, id),
    CONSTRAINT fk_allocation_bill_org_id_bill_id
        FOREIGN KEY (org_id, bill_id) REFERENCES bill (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_allocation_payment_org_id_payment_id
        FOREIGN KEY (org_id, payment_id) REFERENCES payment (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_allocation_amount_not_zero CHECK (amount_minor <> 0)
);
CREATE INDEX ix_allocation_bill ON allocation (org_id, bill_id);
CREATE INDEX ix_allocation_payment ON allocation (org_id, payment_id);

-- What somebody says was paid. A claim never moves the ledger; staff or the bank confirm it.
CREATE TABLE payment_claim (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    amount_minor bigint,
    reference text,
    status varchar(64) NOT NULL,
    freezes_reminders boolean NOT NULL,
    created_at timestamptz NOT NULL,
    resolved_at timestamptz,
    method varchar(64),
    payment_id uuid,
    note text,
    message_id uuid,
    proof_sha256 text,
    CONSTRAINT pk_payment_claim PRIMARY KEY (org_id, id),
    CONSTRAINT fk_payment_claim_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT fk_payment_claim_payment_org_id_payment_id
        FOREIGN KEY (org_id, payment_id) REFERENCES payment (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_payment_claim_status_word CHECK (status IN ('claimed', 'verified', 'rejected'))
);
CREATE INDEX ix_payment_claim_proof ON payment_claim (org_id, proof_sha256) WHERE proof_sha256 IS NOT NULL;
CREATE INDEX ix_payment_claim_retailer ON payment_claim (org_id, retailer_id);

-- One stage of one bill's reminding, claimed once: unique per bill, due date and stage.
CREATE TABLE reminder (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    bill_id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    due_on date NOT NULL,
    stage varchar(64) NOT NULL,
    status varchar(64) NOT NULL,
    skip_reason varchar(64),
    open_minor bigint NOT NULL,
    local_on date NOT NULL,
    message_id uuid,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_reminder PRIMARY KEY (org_id, id),
    CONSTRAINT uq_reminder_org_id_bill_id_due_on_stage UNIQUE (org_id, bill_id, due_on, stage),
    CONSTRAINT fk_reminder_bill_org_id_bill_id
        FOREIGN KEY (org_id, bill_id) REFERENCES bill (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_reminder_stage_word CHECK (stage IN ('T-1', 'T+0', 'T+3')),
    CONSTRAINT ck_reminder_status_word CHECK (status IN ('queued', 'skipped'))
);
CREATE INDEX ix_reminder_retailer_day ON reminder (org_id, retailer_id, local_on);
