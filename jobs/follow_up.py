"""Asks once about a quote that nobody answered, 20 to 22 hours after the last message: free text is allowed then.

Only the quote of a list that still stands in the conversation as it was quoted: a yes must mean it, and nothing else.
Outside the window such a message would be marketing in WhatsApp's eyes, so a quote that was missed is left alone.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.markup import plain
from core import clock, db, outbox
from core.i18n import format_money, isolate

TEMPLATE = "pending_order_followup"
EARLIEST, LATEST = timedelta(hours=20), timedelta(hours=22)
LIMIT = 1000

_QUIET = """
SELECT DISTINCT ON (r.id) o.id, o.total_minor, a.currency, r.id AS retailer_id, r.name,
    jsonb_array_length(t.memory->'cart'->'lines') AS size,
    coalesce(c.language, r.language) AS language, t.channel_id,
    'whatsapp:' || coalesce(c.phone, c.external_user_id) AS to_address
FROM contact c
JOIN retailer r ON r.org_id = c.org_id AND r.id = c.retailer_id AND r.status = 'active'
JOIN credit_account a ON a.org_id = r.org_id AND a.retailer_id = r.id
JOIN conversation t ON t.org_id = c.org_id AND t.contact_id = c.id AND t.handed_over_at IS NULL
    AND coalesce(t.flow, 'place_order') IN ('place_order', 'order_list')
    AND t.memory->'cart'->>'yes' IS NOT NULL AND jsonb_array_length(t.memory->'cart'->'lines') > 0
JOIN sales_order o ON o.org_id = r.org_id AND o.retailer_id = r.id AND o.status = 'pending'
    AND o.id::text = t.memory->'cart'->>'order'
WHERE c.org_id = %(org)s AND c.opted_out_at IS NULL
    AND c.last_inbound_at > %(from)s AND c.last_inbound_at <= %(until)s
ORDER BY r.id, o.created_at DESC LIMIT %(limit)s
"""


def run(session: Session) -> dict[str, int]:
    """One message per quote, ever; returns the count."""
    now = clock.now()
    asked = {"org": str(db.org_of(session)), "from": now - LATEST, "until": now - EARLIEST, "limit": LIMIT}
    rows = db.execute(session, _QUIET, asked).all()
    return {"asked": sum(_ask(session, row) for row in rows)}


def _ask(session: Session, row: Any) -> bool:
    message_id = outbox.put(
        session,
        channel_id=row.channel_id,
        to_address=row.to_address,
        language=row.language,
        template=TEMPLATE,
        params={
            "name": isolate(plain(row.name), row.language),
            "order_ref": isolate(f"({row.size})", row.language),  # as the chat calls it: your list (3)
            "amount": format_money(row.total_minor, row.currency, row.language),
        },
        retailer_id=row.retailer_id,
        dedupe_key=f"follow-up:{row.id}",
    )
    return message_id is not None
