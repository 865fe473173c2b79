-- What people wrote, and where each conversation stands.

-- One message from outside, kept as it came. Each (account, MessageSid) is taken once.
CREATE TABLE inbound_message (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    conversation_id uuid,
    account_sid text NOT NULL,
    message_sid text NOT NULL,
    from_address text NOT NULL,
    body text NOT NULL,
    payload jsonb NOT NULL,
    status varchar(64) NOT NULL,
    outcome varchar(64) NOT NULL,
    attempts integer NOT NULL,
    next_try_at timestamptz,
    error text,
    received_at timestamptz NOT NULL,
    handled_at timestamptz,
    CONSTRAINT pk_inbound_message PRIMARY KEY (org_id, id),
    CONSTRAINT uq_inbound_message_org_id_account_sid_message_sid UNIQUE (org_id, account_sid, message_sid),
    CONSTRAINT fk_inbound_message_channel_org_id_channel_id
        FOREIGN KEY (org_id, channel_id) REFERENCES channel (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_inbound_message_outcome_word CHECK (outcome IN ('effect', 'noop', 'dead', 'waiting')),
    CONSTRAINT ck_inbound_message_status_word CHECK (status IN ('handled', 'retry', 'dead'))
);
CREATE INDEX ix_inbound_message_conversation ON inbound_message (org_id, conversation_id, received_at);
CREATE INDEX ix_inbound_message_retry ON inbound_message (next_try_at) WHERE status = 'retry';

-- A content resource at Twilio for one of our templates or button shapes, in one language, on one channel.
CREATE TABLE provider_template (
    org_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    name text NOT NULL,
    language varchar(64) NOT NULL,
    content_sid text NOT NULL,
    needs_approval boolean NOT NULL,
    approval varchar(64) NOT NULL,
    checked_at timestamptz NOT NULL,
    CONSTRAINT pk_provider_template PRIMARY KEY (org_id, channel_id, name, language),
    CONSTRAINT fk_provider_template_channel_org_id_channel_id
        FOREIGN KEY (org_id, channel_id) REFERENCES channel (org_id, id) ON DELETE RESTRICT
);

-- Where the talk with one contact stands. memory holds ids and counts, never prices to be trusted later.
CREATE TABLE conversation (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    flow varchar(64),
    state varchar(64),
    memory jsonb NOT NULL,
    version bigint NOT NULL,
    not_understood integer NOT NULL,
    handed_over_at timestamptz,
    handed_over_until timestamptz,
    handed_over_to uuid,
    prompted_at timestamptz,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_conversation PRIMARY KEY (org_id, id),
    CONSTRAINT uq_conversation_org_id_channel_id_contact_id UNIQUE (org_id, channel_id, contact_id),
    CONSTRAINT fk_conversation_app_user_org_id_handed_over_to
        FOREIGN KEY (org_id, handed_over_to) REFERENCES app_user (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_conversation_channel_org_id_channel_id
        FOREIGN KEY (org_id, channel_id) REFERENCES channel (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_conversation_contact_org_id_contact_id
        FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX ix_conversation_recent ON conversation (org_id, updated_at, id);

-- A picture or file that came with a message: fetched from the provider once, and kept as it was.
CREATE TABLE inbound_media (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    place integer NOT NULL,
    url text NOT NULL,
    content_type text NOT NULL,
    status varchar(64) NOT NULL,
    attempts integer NOT NULL,
    next_try_at timestamptz,
    sha256 text,
    size integer,
    error text,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_inbound_media PRIMARY KEY (org_id, id),
    CONSTRAINT uq_inbound_media_org_id_message_id_place UNIQUE (org_id, message_id, place),
    CONSTRAINT fk_inbound_media_inbound_message_org_id_message_id
        FOREIGN KEY (org_id, message_id) REFERENCES inbound_message (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_inbound_media_status_word CHECK (status IN ('waiting', 'kept', 'gone'))
);
CREATE INDEX ix_inbound_media_waiting ON inbound_media (org_id, next_try_at) WHERE status = 'waiting';
