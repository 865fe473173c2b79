-- The next number of a series in a financial year, and the prefix with which that year began: the counter's row is locked
-- until the transaction ends, and a rollback gives the number back, so that none is skipped. Documents (invoicing/series.py)
-- and what stands on no document (credit/numbers.py) are counted by it alike.
CREATE FUNCTION series_next(p_org uuid, p_series text, p_prefix text, p_year text, OUT prefix text, OUT number integer)
LANGUAGE sql AS $$
    INSERT INTO number_series (org_id, document_type, financial_year, prefix, last_number)
        VALUES (p_org, p_series, p_year, p_prefix, 1)
        ON CONFLICT (org_id, document_type, financial_year)
        DO UPDATE SET last_number = number_series.last_number + 1
    RETURNING number_series.prefix, number_series.last_number
$$;
