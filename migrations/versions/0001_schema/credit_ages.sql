-- Kept by triggers on bill, so that reading a total does not read every bill.

-- A part of the number of shops with these bucket_bits.
CREATE TABLE age_total (
    org_id uuid NOT NULL,
    bucket_bits integer NOT NULL,
    id uuid NOT NULL,
    shops bigint NOT NULL,
    CONSTRAINT pk_age_total PRIMARY KEY (org_id, bucket_bits, id)
);

-- A part of what is open and due on a day; parts of a day may be below zero, their sum is not.
CREATE TABLE due_total (
    org_id uuid NOT NULL,
    due_on date NOT NULL,
    id uuid NOT NULL,
    open_minor bigint NOT NULL,
    CONSTRAINT pk_due_total PRIMARY KEY (org_id, due_on, id)
);

-- One shop's open bills, and how old they are on the days from aged_on to holds_until (None: for good).
CREATE TABLE retailer_age (
    org_id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    aged_on date NOT NULL,
    open_minor bigint NOT NULL,
    overdue_minor bigint NOT NULL,
    oldest_due_on date,
    bucket_bits integer NOT NULL,
    holds_until date,
    CONSTRAINT pk_retailer_age PRIMARY KEY (org_id, retailer_id),
    CONSTRAINT fk_retailer_age_credit_account_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES credit_account (org_id, retailer_id) ON DELETE RESTRICT
);
CREATE INDEX ix_retailer_age_aged ON retailer_age (org_id, aged_on);
CREATE INDEX ix_retailer_age_holds ON retailer_age (org_id, holds_until);
CREATE INDEX ix_retailer_age_overdue ON retailer_age (org_id, overdue_minor DESC, oldest_due_on, retailer_id)
    WHERE overdue_minor > 0;
