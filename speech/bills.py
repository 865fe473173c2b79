"""A bill, or a note on one, as a line of a list."""

from zoneinfo import ZoneInfo

from bot.markup import plain
from core.i18n import _, format_day, format_money, isolate
from invoicing.tables import COMMERCIAL_CREDIT_NOTE, CREDIT_NOTE, Invoice

MAX_REASON = 200
CREDITS = (CREDIT_NOTE, COMMERCIAL_CREDIT_NOTE)


def is_credit(bill: Invoice) -> bool:
    """True for a note that gives credit: nothing is due on it."""
    return bill.document_type in CREDITS


def described(bill: Invoice) -> str:
    """`SGT/26-27/000001 of 7 Dec 2026: ₹1,728`, and of a credit note that it is one."""
    facts = {
        "number": isolate(bill.number),
        "day": format_day(bill.issued_on),
        "amount": format_money(bill.total_minor, bill.currency),
    }
    if is_credit(bill):
        return _("%(number)s of %(day)s: %(amount)s, credit note", **facts)
    return _("%(number)s of %(day)s: %(amount)s", **facts)


def cancelled(bill: Invoice, timezone: str) -> str:
    """That it counts no more, since when and why: what staff wrote, in their words."""
    day = format_day(bill.cancelled_at.astimezone(ZoneInfo(timezone)).date()) if bill.cancelled_at else ""
    facts = {"number": isolate(bill.number), "day": day}
    told = (
        _("Credit note %(number)s was cancelled on %(day)s and counts no more.", **facts)
        if is_credit(bill)
        else _("Bill %(number)s was cancelled on %(day)s. Nothing is to be paid for it.", **facts)
    )
    why = plain(bill.cancel_reason or "")[:MAX_REASON].rstrip(" .।۔")
    return told + " " + _("Reason: %(reason)s.", reason=isolate(why)) if why else told
