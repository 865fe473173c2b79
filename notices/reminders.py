"""What a shop is reminded of: the bills of one day, in one message."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from bot.markup import plain
from core.i18n import format_day, format_money, isolate, speaking
from credit.reminders import Digest, DueBill
from notices import addressing

BEFORE, TODAY = "payment_due_tomorrow", "payment_due_today"
PASSED = {"T+0": "payment_was_due", "T+3": "payment_overdue_3d"}  # of a closed day, and three days after
MERGED = "payment_reminder_merged"


def remind(session: Session, digest: Digest) -> UUID | None:
    """Remind of the bills of one digest in one message, with what is open on them now."""
    to = addressing.addressee(session, digest.retailer_id)
    if to is None:
        return None
    currency, first = to.business.currency, digest.bills[0]
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "amount": format_money(digest.total_minor, currency),
            "due_date": format_day(min(bill.due_on for bill in digest.bills)),
            "phone": isolate(to.phone),
            "bill_no": isolate(plain(first.reference)),
            "count": isolate(str(len(digest.bills))),
        }
    template = _single(first, digest.local_on) if len(digest.bills) == 1 else MERGED
    key = f"reminder:{digest.retailer_id}:{digest.local_on.isoformat()}"
    return addressing.put(session, to, template, params, dedupe_key=key)


def _single(bill: DueBill, on: date) -> str:
    """The words of one bill: true on the day that says them, whichever day the stage belongs to."""
    if bill.due_on < on:
        return PASSED[bill.stage]
    return TODAY if bill.due_on == on else BEFORE
