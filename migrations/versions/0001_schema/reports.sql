-- What was counted of a shop.

-- What is worth knowing of one shop, as it was when it was counted.
CREATE TABLE insight (
    org_id uuid NOT NULL,
    retailer_id uuid NOT NULL,
    facts jsonb NOT NULL,
    computed_at timestamptz NOT NULL,
    CONSTRAINT pk_insight PRIMARY KEY (org_id, retailer_id),
    CONSTRAINT fk_insight_retailer_org_id_retailer_id
        FOREIGN KEY (org_id, retailer_id) REFERENCES retailer (org_id, id) ON DELETE RESTRICT
);
