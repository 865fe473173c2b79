"""Charges on top of what was billed: numbered documents that bear the tax of what they belong to.

Freight, what was billed short and a difference of rates are part of a supply's value (CGST Act s.15(2), s.34(3)). With
an invoice they are a debit note that bears its rates, in proportion to its lines. Without one, whoever charges says the
rate and the code, and it is a document of sale of its own. Anything else is owed without tax and without a document.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from core import db, ids
from core.errors import Forbidden, Invalid
from core.events import happened
from credit import accounts, bills, days
from credit import debit_notes as untaxed
from credit.adjustments import BOOKKEEPERS
from credit.tables import Bill
from invoicing import debit_notes, issuing, papers
from invoicing.charging import Goods
from invoicing.debit_notes import NewDebitNote, Raised
from invoicing.events import ChargeBilled
from invoicing.tables import Invoice
from parties import retailers
from tax import TAXABLE
from tax.rounding import THOUSANDTHS, apportioned


@dataclass(frozen=True, slots=True)
class ExtraCharge(untaxed.DebitNote):
    """What is owed on top, its amount without tax, and what it may bear.

    `invoice_id` is the invoice that it belongs to; without one, `rate_bps` and `hsn` say how it is taxed.
    """

    invoice_id: UUID | None = None
    rate_bps: int | None = None
    hsn: str = ""


@dataclass(frozen=True, slots=True)
class Charged:
    """The bill of a charge, and the document that says it; None: it bears no tax and has none."""

    bill: Bill
    document: Invoice | None


def bill(session: Session, charge: ExtraCharge) -> Charged:
    """Make a shop owe a charge, with the tax that it bears; the shop gets the document. Audited.

    Raises Invalid, untaxed.TaxBasisNeeded, Forbidden, NotFound, and what debit_notes and issuing raise.
    """
    if charge.kind not in untaxed.EARNED_AS:
        raise Invalid(f"The kind is one of {', '.join(untaxed.EARNED_AS)}.", field="kind", value=charge.kind)
    if charge.invoice_id is not None and charge.rate_bps is not None:
        raise Invalid("The rates of an invoice are its own: name the invoice or a rate, not both.", field="rate_bps")
    if charge.invoice_id is not None:
        return _charged(session, _of_invoice(session, charge, charge.invoice_id))
    if charge.rate_bps is not None:
        return _charged(session, _of_its_own(session, charge, charge.rate_bps))
    return Charged(untaxed.issue(session, charge), None)


def _charged(session: Session, document: Invoice) -> Charged:
    if document.bill_id is None:
        raise AssertionError(f"{document.number} was issued without a bill")
    return Charged(bills.get(session, document.bill_id), document)


def _of_invoice(session: Session, charge: ExtraCharge, invoice_id: UUID) -> Invoice:
    """A debit note: the charge over the lines of the invoice, by what they come to without tax."""
    invoice = db.fetch(session, Invoice, invoice_id)
    if invoice.retailer_id != charge.retailer_id:
        raise Invalid("This invoice is another shop's.", field="invoice_id")
    worths = [line.taxable_minor for line in papers.lines_of(session, invoice_id)]
    parts = apportioned(charge.amount_minor, worths if any(worths) else [1, *[0] * (len(worths) - 1)])
    raised = [Raised(number, part) for number, part in enumerate(parts, start=1) if part]
    new = NewDebitNote(invoice_id, charge.kind, charge.reason, charge.role, raised, charge.due_on)
    return debit_notes.issue(session, new)


def _of_its_own(session: Session, charge: ExtraCharge, rate_bps: int) -> Invoice:
    """A document of sale with the charge as its one line."""
    reason = accounts.given(charge.reason)
    if charge.role not in BOOKKEEPERS:
        raise Forbidden("A charge is billed by bookkeeping.")
    if not charge.hsn.strip():
        raise Invalid("Say the code (HSN) that the rate belongs to; carriage by road is 996511.", field="hsn")
    today = days.today(session)
    credit_days = accounts.get(session, charge.retailer_id).credit_days
    if charge.due_on is not None:
        credit_days = (charge.due_on - today).days
    line = Goods(
        sku=charge.kind.upper(),
        description=reason,
        hsn=charge.hsn.strip(),
        qty_milli=THOUSANDTHS,
        unit="",
        price_minor=charge.amount_minor,
        price_mode="exclusive",
        rate_bps=rate_bps,
        cess_bps=0,
        treatment=TAXABLE if rate_bps else "nil_rated",
        is_charge=True,
    )
    buyer = issuing.buyer_of(retailers.get(session, charge.retailer_id))
    request = issuing.Request(ids.new(), charge.retailer_id, buyer, [line], "CREDIT", credit_days)
    document = issuing.issue(session, request)
    happened(session, ChargeBilled(document.id))
    return document
