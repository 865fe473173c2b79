-- The next number of what stands on no document, R/26-27/000123. Numbers go by the day on which they are given.
CREATE FUNCTION credit_next_number(p_org uuid, p_series text, p_prefix text, p_year text) RETURNS text
LANGUAGE sql AS $$
    SELECT prefix || '/' || p_year || '/' || lpad(number::text, greatest(6, length(number::text)), '0')
    FROM series_next(p_org => p_org, p_series => p_series, p_prefix => p_prefix, p_year => p_year)
$$;
