"""I26: of each family of refresh tokens one can still be used; each is exchanged at most once.

Who is disabled keeps none.
"""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I26",
    severity=RED,
    title="A signed-in session has one refresh token that can still be exchanged",
    fix="Revoke the family: one of its tokens was copied or exchanged twice.",
    sql="""
SELECT org_id, 'family ' || family_id || ' has ' || count(*) || ' tokens that can be exchanged' AS what
FROM user_session WHERE rotated_at IS NULL AND revoked_at IS NULL GROUP BY org_id, family_id HAVING count(*) > 1
UNION ALL
SELECT org_id, 'token ' || id || ' was exchanged for nothing'
FROM user_session WHERE rotated_at IS NOT NULL AND successor IS NULL
UNION ALL
SELECT s.org_id, 'session ' || s.id || ' of a user who is disabled can still be exchanged'
FROM user_session s JOIN app_user u ON u.org_id = s.org_id AND u.id = s.user_id
WHERE u.status = 'disabled' AND s.rotated_at IS NULL AND s.revoked_at IS NULL
""",
)
