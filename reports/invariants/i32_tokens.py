"""I32: of tokens only hashes are stored, and a link to an invoice ends."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I32",
    severity=RED,
    title="Tokens of links and sessions are stored as hashes only, and links end within eight days",
    fix="Revoke the links and sessions concerned: whoever reads the database could use them.",
    sql="""
SELECT org_id, 'link ' || id || ' is not stored as a hash' AS what
FROM share_link WHERE token_hash !~ '^[0-9a-f]{64}$'
UNION ALL
SELECT org_id, 'session ' || id || ' is not stored as a hash' FROM user_session WHERE token_hash !~ '^[0-9a-f]{64}$'
UNION ALL
SELECT org_id, 'link ' || id || ' lives from ' || created_at || ' to ' || expires_at
FROM share_link WHERE expires_at > created_at + interval '8 days'
""",
)
