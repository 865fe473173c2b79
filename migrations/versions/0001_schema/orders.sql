-- Goods, prices, orders and stock.

-- The catalogue's own words for units and categories (dabba, peti, cold drink): one row per organisation.
CREATE TABLE catalogue_words (
    org_id uuid NOT NULL,
    unit_aliases jsonb NOT NULL,
    category_aliases jsonb NOT NULL,
    meta jsonb NOT NULL,
    CONSTRAINT pk_catalogue_words PRIMARY KEY (org_id)
);

-- Something sold. listing is the catalogue entry: names, aliases, sizes and units per base unit.
CREATE TABLE product (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    hsn varchar(64) NOT NULL,
    base_unit varchar(64) NOT NULL,
    default_unit varchar(64) NOT NULL,
    units jsonb NOT NULL,
    aliases jsonb NOT NULL,
    listing jsonb NOT NULL,
    mrp_minor bigint,
    active boolean NOT NULL,
    stocked boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pk_product PRIMARY KEY (org_id, id),
    CONSTRAINT uq_product_org_id_sku UNIQUE (org_id, sku)
);

-- How an organisation sells: one row, read with the catalogue. routes maps a name to weekdays (0 = Monday).
CREATE TABLE selling_rules (
    org_id uuid NOT NULL,
    version integer NOT NULL,
    min_order_minor bigint,
    price_classes jsonb NOT NULL,
    routes jsonb NOT NULL,
    cut_off time,
    lead_days integer NOT NULL,
    stock_hold_hours integer,
    CONSTRAINT pk_selling_rules PRIMARY KEY (org_id),
    CONSTRAINT ck_selling_rules_days_not_negative CHECK (lead_days >= 0 AND stock_hold_hours > 0),
    CONSTRAINT ck_selling_rules_min_order_positive CHECK (min_order_minor > 0)
);

-- A shop's own name for a product, learned from its answers. name is the sound of it, said how it was typed.
CREATE TABLE learned_name (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    name text NOT NULL,
    said text NOT NULL,
    product_id uuid NOT NULL,
    uses integer NOT NULL,
    used_at timestamptz NOT NULL,
    CONSTRAINT pk_learned_name PRIMARY KEY (org_id, id),
    CONSTRAINT uq_learned_name_org_id_retailer_id_name UNIQUE (org_id, retailer_id, name),
    CONSTRAINT fk_learned_name_product_org_id_product_id
        FOREIGN KEY (org_id, product_id) REFERENCES product (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_learned_name_retailer_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES retailer (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_learned_name_uses_positive CHECK (uses > 0)
);

-- The price of a base unit from a day on. mode says whether tax is inside.
CREATE TABLE product_price (
    org_id uuid NOT NULL,
    product_id uuid NOT NULL,
    valid_from date NOT NULL,
    price_minor bigint NOT NULL,
    mode varchar(64) NOT NULL,
    CONSTRAINT pk_product_price PRIMARY KEY (org_id, product_id, valid_from),
    CONSTRAINT fk_product_price_product_org_id_product_id
        FOREIGN KEY (org_id, product_id) REFERENCES product (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_product_price_mode_word CHECK (mode IN ('exclusive', 'inclusive')),
    CONSTRAINT ck_product_price_price_not_negative CHECK (price_minor >= 0)
);

-- The tax rate of a product from a day on, in hundredths of a percent (500 = 5 %).
CREATE TABLE product_tax (
    org_id uuid NOT NULL,
    product_id uuid NOT NULL,
    valid_from date NOT NULL,
    rate_bps integer NOT NULL,
    cess_bps integer NOT NULL,
    treatment varchar(64) NOT NULL,
    CONSTRAINT pk_product_tax PRIMARY KEY (org_id, product_id, valid_from),
    CONSTRAINT fk_product_tax_product_org_id_product_id
        FOREIGN KEY (org_id, product_id) REFERENCES product (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_product_tax_rate_not_negative CHECK (rate_bps >= 0 AND cess_bps >= 0),
    CONSTRAINT ck_product_tax_treatment_word CHECK (treatment IN ('taxable', 'exempt', 'nil_rated', 'non_gst'))
);

-- How a product is sold from a day on: quantities in base units, rates as orders/terms.py has them.
CREATE TABLE product_terms (
    org_id uuid NOT NULL,
    product_id uuid NOT NULL,
    valid_from date NOT NULL,
    min_qty integer NOT NULL,
    multiple integer NOT NULL,
    rates jsonb NOT NULL,
    scheme_buy integer,
    scheme_free integer,
    scheme_until date,
    CONSTRAINT pk_product_terms PRIMARY KEY (org_id, product_id, valid_from),
    CONSTRAINT fk_product_terms_product_org_id_product_id
        FOREIGN KEY (org_id, product_id) REFERENCES product (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_product_terms_quantities_positive CHECK (min_qty > 0 AND multiple > 0),
    CONSTRAINT ck_product_terms_scheme_whole
        CHECK ((scheme_buy IS NULL AND scheme_free IS NULL AND scheme_until IS NULL) OR (scheme_buy > 0 AND
            scheme_free > 0))
);

-- An order. number is the shop's code and a counter (R1-7), given when it is confirmed.
CREATE TABLE sales_order (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    number text,
    status varchar(64) NOT NULL,
    payment_mode varchar(64),
    source varchar(64) NOT NULL,
    currency varchar(64) NOT NULL,
    total_minor bigint NOT NULL,
    catalogue_version integer NOT NULL,
    failure jsonb,
    invoice_id uuid,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    closed_at timestamptz,
    price_class varchar(64) DEFAULT '' NOT NULL,
    note text DEFAULT '' NOT NULL,
    delivery_address text DEFAULT '' NOT NULL,
    deliver_on date,
    shorts jsonb,
    tries integer DEFAULT 0 NOT NULL,
    billing jsonb DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_sales_order PRIMARY KEY (org_id, id),
    CONSTRAINT uq_sales_order_org_id_number UNIQUE (org_id, number),
    CONSTRAINT fk_sales_order_retailer_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES retailer (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_sales_order_payment_mode_word CHECK (payment_mode IN ('CREDIT', 'CASH')),
    CONSTRAINT ck_sales_order_source_word CHECK (source IN ('chat', 'api', 'console')),
    CONSTRAINT ck_sales_order_status_word
        CHECK (status IN ('pending', 'confirmed', 'dispatched', 'cancelled', 'expired', 'failed', 'held'))
);
CREATE INDEX ix_sales_order_failed ON sales_order (org_id, created_at) WHERE status = 'failed';
CREATE INDEX ix_sales_order_held ON sales_order (org_id, created_at) WHERE status = 'held';
CREATE INDEX ix_sales_order_pending ON sales_order (org_id, created_at) WHERE status = 'pending';
CREATE INDEX ix_sales_order_retailer ON sales_order (org_id, retailer_id, created_at);

-- What is on the shelf and how much of it is promised, in thousandths of a base unit.
CREATE TABLE stock (
    org_id uuid NOT NULL,
    product_id uuid NOT NULL,
    on_hand_milli bigint NOT NULL,
    reserved_milli bigint NOT NULL,
    version integer NOT NULL,
    CONSTRAINT pk_stock PRIMARY KEY (org_id, product_id),
    CONSTRAINT fk_stock_product_org_id_product_id
        FOREIGN KEY (org_id, product_id) REFERENCES product (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_stock_never_negative CHECK (on_hand_milli >= 0 AND reserved_milli >= 0)
);

-- One product of an order at its confirmed price. Quantities are thousandths (2.5 kg = 2500).
CREATE TABLE order_line (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    line_no integer NOT NULL,
    product_id uuid NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    hsn varchar(64) NOT NULL,
    qty_milli bigint NOT NULL,
    unit varchar(64) NOT NULL,
    base_qty_milli bigint NOT NULL,
    base_unit varchar(64) NOT NULL,
    price_minor bigint NOT NULL,
    price_mode varchar(64) NOT NULL,
    rate_bps integer NOT NULL,
    cess_bps integer NOT NULL,
    treatment varchar(64) NOT NULL,
    taxable_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    free_milli bigint DEFAULT '0'::bigint NOT NULL,
    list_price_minor bigint,
    CONSTRAINT pk_order_line PRIMARY KEY (org_id, order_id, line_no),
    CONSTRAINT fk_order_line_product_org_id_product_id
        FOREIGN KEY (org_id, product_id) REFERENCES product (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_order_line_sales_order_org_id_order_id
        FOREIGN KEY (org_id, order_id) REFERENCES sales_order (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_order_line_free_not_negative CHECK (free_milli >= 0),
    CONSTRAINT ck_order_line_quantity_positive CHECK (qty_milli > 0 AND base_qty_milli > 0)
);

-- One change of what is on the shelf, and why; only added. A product's movements sum up to its stock.
CREATE TABLE stock_movement (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    change_milli bigint NOT NULL,
    kind varchar(64) NOT NULL,
    order_id uuid,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_stock_movement PRIMARY KEY (org_id, id),
    CONSTRAINT fk_stock_movement_product_org_id_product_id
        FOREIGN KEY (org_id, product_id) REFERENCES product (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_stock_movement_sales_order_org_id_order_id
        FOREIGN KEY (org_id, order_id) REFERENCES sales_order (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_stock_movement_kind_word
        CHECK (kind IN ('count', 'receipt', 'dispatch', 'return', 'damage', 'correction'))
);
CREATE INDEX ix_stock_movement_product ON stock_movement (org_id, product_id, created_at);

-- Goods that a confirmed order holds until they leave, are given back, or were held for too long.
CREATE TABLE stock_reservation (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    product_id uuid NOT NULL,
    qty_milli bigint NOT NULL,
    status varchar(64) NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT pk_stock_reservation PRIMARY KEY (org_id, order_id, product_id),
    CONSTRAINT fk_stock_reservation_product_org_id_product_id
        FOREIGN KEY (org_id, product_id) REFERENCES product (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT fk_stock_reservation_sales_order_org_id_order_id
        FOREIGN KEY (org_id, order_id) REFERENCES sales_order (org_id, id) ON DELETE RESTRICT,
    CONSTRAINT ck_stock_reservation_ended_once CHECK ((status = 'live') = (ended_at IS NULL)),
    CONSTRAINT ck_stock_reservation_quantity_positive CHECK (qty_milli > 0),
    CONSTRAINT ck_stock_reservation_status_word CHECK (status IN ('live', 'used', 'released', 'expired'))
);
CREATE INDEX ix_stock_reservation_live ON stock_reservation (org_id, expires_at) WHERE status = 'live';
