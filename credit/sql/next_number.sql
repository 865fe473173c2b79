-- The next number of a series, R/26-27/000123: the counter's row is locked until the transaction ends, and a rollback
-- gives the number back, so that none is skipped. Numbers go by the day on which they are given.
CREATE FUNCTION credit_next_number(p_org uuid, p_series text, p_prefix text, p_year text) RETURNS text
LANGUAGE sql AS $$
    INSERT INTO number_series (org_id, document_type, financial_year, prefix, last_number)
        VALUES (p_org, p_series, p_year, p_prefix, 1)
        ON CONFLICT (org_id, document_type, financial_year)
        DO UPDATE SET last_number = number_series.last_number + 1
    RETURNING prefix || '/' || financial_year || '/' || lpad(last_number::text, greatest(6, length(last_number::text)), '0')
$$;
