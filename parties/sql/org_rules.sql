-- What an organisation's settings say about the accounts of its shops: the one place where SQL reads them.
CREATE FUNCTION org_rules(p_org uuid) RETURNS TABLE (
    counts_promised boolean,  -- whether confirmed orders use up limits before their goods leave
    counts_uncleared boolean  -- whether cheques lower what is owed before the bank has paid, or some did
) LANGUAGE sql STABLE AS $$
    SELECT settings ->> 'exposure' = 'confirmed', (settings ->> 'cheques_counted_early')::boolean
    FROM organisation WHERE org_id = p_org
$$;
