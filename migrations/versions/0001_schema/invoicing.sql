-- Documents of the tax law, other papers, their numbers and the links to them.

-- A month whose return was filed: what it said, and its reference at the portal. Written once.
CREATE TABLE filed_return (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    kind varchar(64) NOT NULL,
    month_on date NOT NULL,
    filed_on date NOT NULL,
    reference text NOT NULL,
    documents integer NOT NULL,
    taxable_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_filed_return PRIMARY KEY (org_id, id),
    CONSTRAINT uq_filed_return_org_id_kind_month_on UNIQUE (org_id, kind, month_on),
    CONSTRAINT ck_filed_return_first_of_month CHECK (extract(day FROM month_on) = 1),
    CONSTRAINT ck_filed_return_kind_word CHECK (kind IN ('gstr1'))
);

-- The counter of one document type in one financial year, locked in the transaction that issues.
CREATE TABLE number_series (
    org_id uuid NOT NULL,
    document_type varchar(64) NOT NULL,
    financial_year varchar(64) NOT NULL,
    prefix varchar(64) NOT NULL,
    last_number integer NOT NULL,
    CONSTRAINT pk_number_series PRIMARY KEY (org_id, document_type, financial_year),
    CONSTRAINT ck_number_series_last_number_not_negative CHECK (last_number >= 0)
);

-- A statement or an order confirmation as it was printed: content is all that the drawing needs.
CREATE TABLE paper (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    kind varchar(64) NOT NULL,
    retailer_id uuid NOT NULL,
    source_id uuid,
    name text NOT NULL,
    content jsonb NOT NULL,
    pdf_sha256 text,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_paper PRIMARY KEY (org_id, id),
    CONSTRAINT fk_paper_retailer_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES retailer (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_paper_kind_word CHECK (kind IN ('statement', 'order_confirmation'))
);
CREATE INDEX ix_paper_retailer ON paper (org_id, retailer_id, created_at);
CREATE INDEX ix_paper_source ON paper (org_id, source_id);

-- A UPI code that was shown to a shop: exactly this amount, with this reference. Fetched by a link of its own.
CREATE TABLE pay_code (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    reference text NOT NULL,
    link text NOT NULL,
    token_hash text,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_pay_code PRIMARY KEY (org_id, id),
    CONSTRAINT uq_pay_code_org_id_token_hash UNIQUE (org_id, token_hash),
    CONSTRAINT fk_pay_code_retailer_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES retailer (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_pay_code_amount_positive CHECK (amount_minor > 0)
);

-- An issued document: number, parties and totals as printed. source_id is what it was issued for.
CREATE TABLE invoice (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    document_type varchar(64) NOT NULL,
    financial_year varchar(64) NOT NULL,
    sequence integer NOT NULL,
    number text NOT NULL,
    retailer_id uuid NOT NULL,
    source_id uuid NOT NULL,
    bill_id uuid,
    payment_id uuid,
    refers_to_id uuid,
    reason text,
    status varchar(64) NOT NULL,
    cancelled_at timestamptz,
    cancel_reason text,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    place_of_supply varchar(64) NOT NULL,
    currency varchar(64) NOT NULL,
    seller jsonb NOT NULL,
    buyer jsonb NOT NULL,
    details jsonb DEFAULT '{}' NOT NULL,
    reverse_charge boolean DEFAULT false NOT NULL,
    discount_minor bigint DEFAULT '0'::bigint NOT NULL,
    taxable_minor bigint NOT NULL,
    cgst_minor bigint NOT NULL,
    sgst_minor bigint NOT NULL,
    utgst_minor bigint NOT NULL,
    igst_minor bigint NOT NULL,
    cess_minor bigint NOT NULL,
    sales_tax_minor bigint DEFAULT '0'::bigint NOT NULL,
    further_tax_minor bigint DEFAULT '0'::bigint NOT NULL,
    round_off_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    pdf_sha256 text,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_invoice PRIMARY KEY (org_id, id),
    CONSTRAINT uq_invoice_org_id_document_type_financial_year_sequence
        UNIQUE (org_id, document_type, financial_year, sequence),
    CONSTRAINT uq_invoice_org_id_number UNIQUE (org_id, number),
    CONSTRAINT uq_invoice_org_id_source_id UNIQUE (org_id, source_id),
    CONSTRAINT fk_invoice_bill_org_id_bill_id
        FOREIGN KEY (org_id, bill_id) REFERENCES bill (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_invoice_invoice_org_id_refers_to_id
        FOREIGN KEY (org_id, refers_to_id) REFERENCES invoice (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_invoice_payment_org_id_payment_id
        FOREIGN KEY (org_id, payment_id) REFERENCES payment (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_invoice_retailer_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES retailer (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_invoice_document_type_word
        CHECK (document_type IN ('tax_invoice', 'bill_of_supply', 'invoice_cum_bill', 'credit_note', 'debit_note',
            'commercial_credit_note')),
    CONSTRAINT ck_invoice_status_word CHECK (status IN ('issued', 'cancelled'))
);
CREATE INDEX ix_invoice_issued ON invoice (org_id, issued_on);
CREATE INDEX ix_invoice_refers_to ON invoice (org_id, refers_to_id);
CREATE INDEX ix_invoice_retailer ON invoice (org_id, retailer_id, issued_on);

-- One line as printed. discount_minor is its own discount and its share of the invoice's together.
CREATE TABLE invoice_line (
    org_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    line_no integer NOT NULL,
    sku text NOT NULL,
    description text NOT NULL,
    hsn varchar(64) NOT NULL,
    qty_milli bigint NOT NULL,
    unit varchar(64) NOT NULL,
    packs text NOT NULL,
    price_minor bigint NOT NULL,
    price_mode varchar(64) NOT NULL,
    rate_bps integer NOT NULL,
    cess_bps integer DEFAULT 0 NOT NULL,
    mrp_minor bigint,
    original_line_no integer,
    treatment varchar(64) NOT NULL,
    discount_minor bigint DEFAULT '0'::bigint NOT NULL,
    taxable_minor bigint NOT NULL,
    cgst_minor bigint NOT NULL,
    sgst_minor bigint NOT NULL,
    utgst_minor bigint NOT NULL,
    igst_minor bigint NOT NULL,
    cess_minor bigint NOT NULL,
    sales_tax_minor bigint DEFAULT '0'::bigint NOT NULL,
    further_tax_minor bigint DEFAULT '0'::bigint NOT NULL,
    total_minor bigint NOT NULL,
    CONSTRAINT pk_invoice_line PRIMARY KEY (org_id, invoice_id, line_no),
    CONSTRAINT fk_invoice_line_invoice_org_id_invoice_id
        FOREIGN KEY (org_id, invoice_id) REFERENCES invoice (org_id, id) ON DELETE RESTRICT
);

-- What the registration portal (IRP) answered for a document. Written once; the role may not change it.
CREATE TABLE registration (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    irn text NOT NULL,
    ack_number text NOT NULL,
    ack_at timestamptz NOT NULL,
    signed_code text NOT NULL,
    is_signed boolean NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_registration PRIMARY KEY (org_id, id),
    CONSTRAINT uq_registration_org_id_invoice_id UNIQUE (org_id, invoice_id),
    CONSTRAINT uq_registration_org_id_irn UNIQUE (org_id, irn),
    CONSTRAINT fk_registration_invoice_org_id_invoice_id
        FOREIGN KEY (org_id, invoice_id) REFERENCES invoice (org_id, id) ON DELETE RESTRICT
);

-- A random token for one document, stored hashed: 24 hours for Twilio's fetch, 7 days for a person, revocable.
CREATE TABLE share_link (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid,
    paper_id uuid,
    token_hash text NOT NULL,
    purpose varchar(64) NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    downloads integer NOT NULL,
    burst_at timestamptz,
    burst integer DEFAULT 0 NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_share_link PRIMARY KEY (org_id, id),
    CONSTRAINT uq_share_link_org_id_token_hash UNIQUE (org_id, token_hash),
    CONSTRAINT fk_share_link_invoice_org_id_invoice_id
        FOREIGN KEY (org_id, invoice_id) REFERENCES invoice (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_share_link_paper_org_id_paper_id
        FOREIGN KEY (org_id, paper_id) REFERENCES paper (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_share_link_one_target CHECK ((invoice_id IS NULL) <> (paper_id IS NULL)),
    CONSTRAINT ck_share_link_purpose_word CHECK (purpose IN ('media', 'share'))
);
CREATE INDEX ix_share_link_invoice ON share_link (org_id, invoice_id);

-- Somebody fetched a document by its link: when, from which network (not which machine), with what.
CREATE TABLE share_access (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    link_id uuid NOT NULL,
    at timestamptz NOT NULL,
    network text NOT NULL,
    agent text NOT NULL,
    CONSTRAINT pk_share_access PRIMARY KEY (org_id, id),
    CONSTRAINT fk_share_access_share_link_org_id_link_id
        FOREIGN KEY (org_id, link_id) REFERENCES share_link (org_id, id) ON DELETE RESTRICT
);
CREATE INDEX ix_share_access_link ON share_access (org_id, link_id, at);
