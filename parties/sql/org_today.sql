-- The date at a moment where the organisation is: what its people call today.
CREATE FUNCTION org_today(p_org uuid, p_at timestamptz) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (p_at AT TIME ZONE timezone)::date FROM organisation WHERE org_id = p_org
$$;
