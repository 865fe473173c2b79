-- Beneath every business: what is sent, what was done, and what was answered to whom.

-- One change. chain_id is the retailer's id, or the organisation's for everything else.
CREATE TABLE audit_entry (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    chain_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    actor varchar(64) NOT NULL,
    action varchar(64) NOT NULL,
    subject varchar(64) NOT NULL,
    reason text,
    before jsonb,
    after jsonb,
    request_id text,
    body bytea NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_audit_entry PRIMARY KEY (org_id, id),
    CONSTRAINT uq_audit_entry_org_id_chain_id_seq UNIQUE (org_id, chain_id, seq)
);
CREATE INDEX ix_audit_entry_recent ON audit_entry (org_id, at);

-- One key of one user on one route, with the hash of the request and the answer that it got.
CREATE TABLE idempotency_key (
    org_id uuid NOT NULL,
    user_id uuid NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    status integer,
    answer jsonb,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_idempotency_key PRIMARY KEY (org_id, user_id, route, key)
);

-- One message to one person. attachment names a document by kind and id; its link is made at sending time.
CREATE TABLE outbox_message (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    retailer_id uuid,
    to_address text NOT NULL,
    language varchar(64) NOT NULL,
    kind varchar(64) NOT NULL,
    body text NOT NULL,
    choices jsonb,
    template varchar(64),
    params jsonb,
    attachment jsonb,
    dedupe_key text,
    reply_to_id uuid,
    status varchar(64) NOT NULL,
    rank smallint NOT NULL,
    attempt integer NOT NULL,
    available_at timestamptz NOT NULL,
    lease_until timestamptz,
    posting_at timestamptz,
    as_template boolean DEFAULT false NOT NULL,
    provider_sid text,
    error_code integer,
    error text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    CONSTRAINT pk_outbox_message PRIMARY KEY (org_id, id),
    CONSTRAINT uq_outbox_message_org_id_dedupe_key UNIQUE (org_id, dedupe_key),
    CONSTRAINT fk_outbox_message_channel_org_id_channel_id
        FOREIGN KEY (org_id, channel_id) REFERENCES channel (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_outbox_message_kind_word CHECK (kind IN ('text', 'template', 'document')),
    CONSTRAINT ck_outbox_message_status_word
        CHECK (status IN ('queued', 'sending', 'unknown', 'on_hold', 'sent', 'delivered', 'undelivered', 'failed',
            'cancelled', 'read'))
);
CREATE INDEX ix_outbox_message_due ON outbox_message (org_id, available_at) WHERE status = 'queued';
CREATE INDEX ix_outbox_message_held ON outbox_message (lease_until) WHERE status IN ('sending', 'unknown');
CREATE INDEX ix_outbox_message_provider_sid ON outbox_message (org_id, provider_sid);
CREATE INDEX ix_outbox_message_retailer ON outbox_message (org_id, retailer_id, created_at);
CREATE INDEX ix_outbox_message_waiting ON outbox_message (org_id, to_address) WHERE status IN ('queued', 'sending');

-- Every status a message has had, once each: callbacks come late, twice and in any order.
CREATE TABLE outbox_status (
    org_id uuid NOT NULL,
    message_id uuid NOT NULL,
    status varchar(64) NOT NULL,
    at timestamptz NOT NULL,
    error_code integer,
    CONSTRAINT pk_outbox_status PRIMARY KEY (org_id, message_id, status),
    CONSTRAINT fk_outbox_status_outbox_message_org_id_message_id
        FOREIGN KEY (org_id, message_id) REFERENCES outbox_message (org_id, id) ON DELETE RESTRICT
);
