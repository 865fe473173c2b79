-- Who: organisations, their channels and users, retailers and the people who write for them.

-- A founder or a member of staff who signs in.
CREATE TABLE app_user (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    role varchar(64) NOT NULL,
    status varchar(64) NOT NULL,
    password_hash text NOT NULL,
    totp_secret bytea,
    totp_last_step bigint,
    failed_logins integer NOT NULL,
    locked_until timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_app_user PRIMARY KEY (org_id, id),
    CONSTRAINT uq_app_user_org_id_email UNIQUE (org_id, email),
    CONSTRAINT ck_app_user_role_word CHECK (role IN ('owner', 'admin', 'accountant', 'sales', 'analyst')),
    CONSTRAINT ck_app_user_status_word CHECK (status IN ('active', 'disabled'))
);

-- A WhatsApp number at Twilio. Tokens are encrypted; several are accepted while one is being rotated.
CREATE TABLE channel (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    account_sid text NOT NULL,
    whatsapp_number text NOT NULL,
    tokens bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_channel PRIMARY KEY (org_id, id),
    CONSTRAINT uq_channel_org_id_account_sid_whatsapp_number UNIQUE (org_id, account_sid, whatsapp_number)
);

-- A wholesaler. audit_seq and audit_head are the end of its audit chain (see core/audit.py).
CREATE TABLE organisation (
    org_id uuid NOT NULL,
    name text NOT NULL,
    country varchar(64) NOT NULL,
    state_code varchar(64) NOT NULL,
    gstin text,
    address text NOT NULL,
    phone text NOT NULL,
    timezone varchar(64) NOT NULL,
    currency varchar(64) NOT NULL,
    upi_vpa text,
    catalogue_version integer NOT NULL,
    settings jsonb NOT NULL,
    settings_version integer DEFAULT 1 NOT NULL,
    audit_seq bigint DEFAULT 0 NOT NULL,
    audit_head bytea DEFAULT '\x00' NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_organisation PRIMARY KEY (org_id),
    CONSTRAINT ck_organisation_settings_whole
        CHECK (settings ?& ARRAY['cheques_counted_early', 'exposure', 'further_tax_bps', 'gst_scheme'])
);

-- A shop that orders. order_seq numbers its orders; the credit account stands beside it in credit.
CREATE TABLE retailer (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    language varchar(64) NOT NULL,
    status varchar(64) NOT NULL,
    gstin text,
    state_code varchar(64),
    address text NOT NULL,
    reminders_paused boolean NOT NULL,
    price_class varchar(64) DEFAULT '' NOT NULL,
    route varchar(64) DEFAULT '' NOT NULL,
    sez boolean DEFAULT false NOT NULL,
    order_seq integer DEFAULT 0 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_retailer PRIMARY KEY (org_id, id),
    CONSTRAINT uq_retailer_org_id_code UNIQUE (org_id, code),
    CONSTRAINT uq_retailer_org_id_phone UNIQUE (org_id, phone),
    CONSTRAINT ck_retailer_status_word CHECK (status IN ('active', 'lead', 'closed'))
);
CREATE INDEX ix_retailer_name ON retailer (org_id, name);

-- From something the outside names (a WhatsApp number, a login, a link, a gateway) to the organisation it is of.
CREATE TABLE tenant_route (
    kind varchar(64) NOT NULL,
    key text NOT NULL,
    org_id uuid NOT NULL,
    target_id uuid NOT NULL,
    CONSTRAINT pk_tenant_route PRIMARY KEY (kind, key),
    CONSTRAINT ck_tenant_route_kind_word CHECK (kind IN ('channel', 'login', 'share', 'session', 'gateway'))
);
CREATE INDEX ix_tenant_route_org_id ON tenant_route (org_id);

-- A person on WhatsApp: a phone, a business-scoped id (IN.abc), or both. Without a retailer it is a lead.
CREATE TABLE contact (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid,
    phone text,
    external_user_id text,
    profile_name text NOT NULL,
    language varchar(64),
    opted_out_at timestamptz,
    last_inbound_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_contact PRIMARY KEY (org_id, id),
    CONSTRAINT uq_contact_org_id_external_user_id UNIQUE (org_id, external_user_id),
    CONSTRAINT uq_contact_org_id_phone UNIQUE (org_id, phone),
    CONSTRAINT fk_contact_retailer_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES retailer (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_contact_reachable CHECK (phone IS NOT NULL OR external_user_id IS NOT NULL)
);
CREATE INDEX ix_contact_retailer ON contact (org_id, retailer_id);

-- Something a person must do. The same dedupe_key is never open twice.
CREATE TABLE staff_task (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    kind varchar(64) NOT NULL,
    retailer_id uuid,
    detail text NOT NULL,
    facts jsonb NOT NULL,
    dedupe_key text,
    created_at timestamptz NOT NULL,
    done_at timestamptz,
    done_by varchar(64),
    CONSTRAINT pk_staff_task PRIMARY KEY (org_id, id),
    CONSTRAINT fk_staff_task_retailer_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES retailer (org_id, id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX uq_staff_task_open ON staff_task (org_id, dedupe_key) WHERE done_at IS NULL;

-- A refresh token: hashed, rotated at each use; the family falls when an old one comes back.
CREATE TABLE user_session (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    family_id uuid NOT NULL,
    token_hash text NOT NULL,
    successor bytea,
    rotated_at timestamptz,
    revoked_at timestamptz,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_user_session PRIMARY KEY (org_id, id),
    CONSTRAINT uq_user_session_org_id_token_hash UNIQUE (org_id, token_hash),
    CONSTRAINT fk_user_session_app_user_org_id_user_id
        FOREIGN KEY (org_id, user_id) REFERENCES app_user (org_id, id) ON DELETE RESTRICT
);
