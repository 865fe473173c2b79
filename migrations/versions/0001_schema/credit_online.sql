-- Payment providers, their links and what they tell.

-- An account with a payment provider. secrets are encrypted: what signs its webhooks, and the API's key.
CREATE TABLE payment_gateway (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    provider varchar(64) NOT NULL,
    secrets bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_payment_gateway PRIMARY KEY (org_id, id),
    CONSTRAINT uq_payment_gateway_org_id_provider UNIQUE (org_id, provider),
    CONSTRAINT ck_payment_gateway_provider_word CHECK (provider IN ('razorpay', 'stripe'))
);

-- A request for one amount, paid at the gateway. reference is ours, provider_link_id the gateway's.
CREATE TABLE payment_link (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    gateway_id uuid NOT NULL,
    bill_id uuid,
    payment_id uuid,
    reference text NOT NULL,
    in_chat boolean DEFAULT false NOT NULL,
    amount_minor bigint NOT NULL,
    currency varchar(64) NOT NULL,
    status varchar(64) NOT NULL,
    provider_link_id text,
    url text,
    failure text,
    attempts integer NOT NULL,
    try_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_payment_link PRIMARY KEY (org_id, id),
    CONSTRAINT uq_payment_link_org_id_gateway_id_provider_link_id UNIQUE (org_id, gateway_id, provider_link_id),
    CONSTRAINT uq_payment_link_org_id_gateway_id_reference UNIQUE (org_id, gateway_id, reference),
    CONSTRAINT fk_payment_link_bill_org_id_bill_id
        FOREIGN KEY (org_id, bill_id) REFERENCES bill (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_payment_link_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT,
    CONSTRAINT fk_payment_link_payment_gateway_org_id_gateway_id
        FOREIGN KEY (org_id, gateway_id) REFERENCES payment_gateway (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_payment_link_payment_org_id_payment_id
        FOREIGN KEY (org_id, payment_id) REFERENCES payment (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_payment_link_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_payment_link_paid_by_a_payment CHECK ((status = 'paid') = (payment_id IS NOT NULL)),
    CONSTRAINT ck_payment_link_status_word
        CHECK (status IN ('requested', 'open', 'failed', 'paid', 'cancelled', 'expired'))
);
CREATE INDEX ix_payment_link_requested ON payment_link (org_id) WHERE status = 'requested';
CREATE INDEX ix_payment_link_retailer ON payment_link (org_id, retailer_id);

-- One event as a gateway signed it, kept once, and what became of it.
CREATE TABLE gateway_event (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    gateway_id uuid NOT NULL,
    event_id text NOT NULL,
    kind text NOT NULL,
    outcome varchar(64) NOT NULL,
    link_id uuid,
    payment_id uuid,
    provider_payment_id text,
    amount_minor bigint,
    currency varchar(64),
    detail text,
    body text NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT pk_gateway_event PRIMARY KEY (org_id, id),
    CONSTRAINT uq_gateway_event_org_id_gateway_id_event_id UNIQUE (org_id, gateway_id, event_id),
    CONSTRAINT fk_gateway_event_payment_gateway_org_id_gateway_id
        FOREIGN KEY (org_id, gateway_id) REFERENCES payment_gateway (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_gateway_event_payment_link_org_id_link_id
        FOREIGN KEY (org_id, link_id) REFERENCES payment_link (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_gateway_event_payment_org_id_payment_id
        FOREIGN KEY (org_id, payment_id) REFERENCES payment (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_gateway_event_outcome_word
        CHECK (outcome IN ('posted', 'seen', 'noted', 'unknown_link', 'mismatch', 'paid_again', 'refused')),
    CONSTRAINT ck_gateway_event_posted_as_a_payment CHECK ((outcome = 'posted') = (payment_id IS NOT NULL))
);
CREATE INDEX ix_gateway_event_received ON gateway_event (org_id, received_at);
CREATE UNIQUE INDEX uq_gateway_event_posted_once ON gateway_event (org_id, gateway_id, provider_payment_id)
    WHERE outcome = 'posted';
