-- Cheques, promises, disputes and late fees.

-- A cheque in hand. The payment that it becomes has the same id; chosen are the bills that it is meant for.
CREATE TABLE cheque (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    number text NOT NULL,
    bank text,
    dated_on date NOT NULL,
    received_on date NOT NULL,
    state varchar(64) NOT NULL,
    chosen jsonb NOT NULL,
    deposited_on date,
    ended_on date,
    note text,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_cheque PRIMARY KEY (org_id, id),
    CONSTRAINT fk_cheque_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT ck_cheque_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_cheque_state_word CHECK (state IN ('received', 'deposited', 'cleared', 'bounced', 'returned'))
);
CREATE INDEX ix_cheque_retailer ON cheque (org_id, retailer_id);
CREATE INDEX ix_cheque_uncleared ON cheque (org_id, retailer_id) WHERE state IN ('received', 'deposited');
CREATE UNIQUE INDEX uq_cheque_number ON cheque (org_id, number) WHERE state IN ('received', 'deposited', 'cleared');

-- Somebody promised to pay an amount by a day. Open until then: kept, broken, or withdrawn.
CREATE TABLE promise (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    promised_on date NOT NULL,
    status varchar(64) NOT NULL,
    note text,
    made_on date NOT NULL,
    recorded_by varchar(64) NOT NULL,
    created_at timestamptz NOT NULL,
    resolved_at timestamptz,
    CONSTRAINT pk_promise PRIMARY KEY (org_id, id),
    CONSTRAINT fk_promise_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT ck_promise_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_promise_resolved_once CHECK ((status = 'open') = (resolved_at IS NULL)),
    CONSTRAINT ck_promise_status_word CHECK (status IN ('open', 'kept', 'broken', 'withdrawn'))
);
CREATE INDEX ix_promise_retailer ON promise (org_id, retailer_id, promised_on);
CREATE UNIQUE INDEX uq_promise_open ON promise (org_id, retailer_id) WHERE status = 'open';

-- Part of a bill that is contested. freeze_id is the credit that keeps it out of what is owed until settled.
CREATE TABLE dispute (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    bill_id uuid NOT NULL,
    freeze_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    accepted_minor bigint NOT NULL,
    status varchar(64) NOT NULL,
    reason text NOT NULL,
    settlement text,
    opened_on date NOT NULL,
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    CONSTRAINT pk_dispute PRIMARY KEY (org_id, id),
    CONSTRAINT fk_dispute_bill_org_id_bill_id
        FOREIGN KEY (org_id, bill_id) REFERENCES bill (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_dispute_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT fk_dispute_payment_org_id_freeze_id
        FOREIGN KEY (org_id, freeze_id) REFERENCES payment (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_dispute_accepted_within_amount CHECK (accepted_minor >= 0 AND accepted_minor <= amount_minor),
    CONSTRAINT ck_dispute_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_dispute_settled_once CHECK ((status = 'open') = (settled_at IS NULL)),
    CONSTRAINT ck_dispute_status_word CHECK (status IN ('open', 'settled'))
);
CREATE INDEX ix_dispute_bill ON dispute (org_id, bill_id);
CREATE INDEX ix_dispute_open ON dispute (org_id, retailer_id) WHERE status = 'open';

-- Interest that staff charged on a late bill, through a day; charge_id is the bill that charges it.
CREATE TABLE late_fee (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    bill_id uuid NOT NULL,
    charge_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    through_on date NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_late_fee PRIMARY KEY (org_id, id),
    CONSTRAINT fk_late_fee_bill_org_id_bill_id
        FOREIGN KEY (org_id, bill_id) REFERENCES bill (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_late_fee_bill_org_id_charge_id
        FOREIGN KEY (org_id, charge_id) REFERENCES bill (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_late_fee_amount_positive CHECK (amount_minor > 0)
);
CREATE INDEX ix_late_fee_bill ON late_fee (org_id, bill_id);
