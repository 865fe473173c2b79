"""A bill, or a note on one, as a line of a list."""

from core.i18n import _, format_day, format_money, isolate
from invoicing.tables import COMMERCIAL_CREDIT_NOTE, CREDIT_NOTE, Invoice

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
