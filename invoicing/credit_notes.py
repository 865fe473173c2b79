"""Credit notes: what is taken back from an invoice, numbered, with the credit that it gives the shop.

With tax (CGST Act s.34, rule 53(1A)): goods came back, or a line was charged too dearly; value and tax of the original
fall in proportion. Without tax: a commercial credit note, by which only the account changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import countries
import tax
from core import db
from core.errors import DomainError, Invalid
from credit import accounts, adjustments, bills, discounts, payments
from credit.adjustments import Adjustment
from credit.allocating import BillShare
from credit.payments import Receipt
from credit.tables import CREDIT
from invoicing import originals, series, snapshots, writing
from invoicing.charging import Goods
from invoicing.originals import Original
from invoicing.series import SeriesPlace
from invoicing.tables import COMMERCIAL_CREDIT_NOTE, CREDIT_NOTE, DAMAGED, GOODS, KEPT, SHELF, Invoice
from invoicing.writing import HEADS, Draft, DraftLine
from parties import organisations, retailers
from tax import THIRD_SCHEDULE, ComputedLine, CreditNote
from tax.rounding import THOUSANDTHS

GOODS_OF = {  # each kind with where its goods go, unless somebody says otherwise
    "return": SHELF,
    "damage": DAMAGED,
    "short_supply": SHELF,  # they never left
    "rate_difference": KEPT,
    "expiry": DAMAGED,
}
KINDS = tuple(GOODS_OF)
UNNUMBERED = frozenset({adjustments.WRITE_OFF})  # the shop gets no paper for what is given up


class TooLate(DomainError):
    """The tax of a supply can no longer be lowered: only a commercial credit note can be given."""

    code = "CREDIT_NOTE_TOO_LATE"


class WorthNothing(Invalid):
    """What comes back is worth less than half a rupee."""

    code = "CREDIT_NOTE_EMPTY"
    detail = "This comes to less than half a rupee: give it back together with something else."


@dataclass(frozen=True, slots=True)
class Correction:
    """What is corrected on one line: so many thousandths of its unit came back, or its value falls by so much."""

    line_no: int
    qty_milli: int = 0
    taxable_minor: int = 0


@dataclass(frozen=True, slots=True)
class NewCreditNote:
    """A credit note to issue; `role` is the giver's. `issued_on` None = today, `goods` None = as its kind has it."""

    invoice_id: UUID
    kind: str
    reason: str
    role: str
    lines: Sequence[Correction]
    issued_on: date | None = None
    goods: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A credit note (None when the credit needs none) and the credit that it gave."""

    note: Invoice | None
    receipt: Receipt


def issue(session: Session, new: NewCreditNote) -> Given:
    """Issue a credit note with tax: settles the invoice's bill, the rest stays on account. Audited.

    Locks the invoice, the series, the account. Raises TooLate, WorthNothing, originals' errors, tax's ReturnInvalid,
    what payments.record raises.
    """
    reason = accounts.given(new.reason)
    if new.kind not in KINDS:
        raise Invalid(f"A credit note with tax is one of {', '.join(KINDS)}.", field="kind", value=new.kind)
    adjustments.allow(new.kind, new.role)
    original = originals.lock(session, new.invoice_id)
    money = _computed(original, new.lines)
    organisation = organisations.get(session)
    place = series.take(session, organisation, CREDIT_NOTE, new.issued_on)
    _check_date(original.invoice, place.issued_on)
    receipt = _credit(session, original.invoice, money, new.kind, reason, place)
    draft = Draft(
        document_type=CREDIT_NOTE,
        place=place,
        retailer_id=original.invoice.retailer_id,
        source_id=receipt.payment_id,
        seller=snapshots.seller(organisation),
        buyer=original.invoice.buyer,
        lines=_lines(original, money, new.lines),
        place_of_supply=original.invoice.place_of_supply,
        currency=original.invoice.currency,
        taxes=money.totals.taxes,
        round_off_minor=money.round_off_minor,
        total_minor=money.grand_total_minor,
        due_on=place.issued_on,
        payment_id=receipt.payment_id,
        refers_to_id=original.invoice.id,
        reason=reason,
        reverse_charge=original.invoice.reverse_charge,
        details={"kind": new.kind},
        goods=_goods(new),
    )
    return Given(writing.write(session, draft), receipt)


def commercial(session: Session, new: Adjustment) -> Given:
    """Give a credit without tax and its numbered paper. Locks the series, the account. Raises like adjustments.create.

    What is written off has no paper.
    """
    adjustments.allow(new.kind, new.role)
    if new.kind in UNNUMBERED:
        return Given(None, adjustments.create(session, new))
    place = series.take(session, organisations.get(session), COMMERCIAL_CREDIT_NOTE, new.on)
    receipt = adjustments.create(session, replace(new, reference=place.number))
    return _commercial_note(session, new, place, receipt)


def cash_discount(session: Session, bill_id: UUID, reason: str, role: str) -> Given:
    """Give the discount that a bill has earned by being paid soon, with its numbered paper and without any tax.

    Locks the series, the account. Raises like credit.discounts.grant.
    """
    place = series.take(session, organisations.get(session), COMMERCIAL_CREDIT_NOTE, None)
    receipt = discounts.grant(session, bill_id, reason, role, place.number)
    said = Adjustment(
        retailer_id=receipt.payment.retailer_id,
        kind=discounts.CASH_DISCOUNT,
        amount_minor=receipt.payment.amount_minor,
        reason=accounts.given(reason),
        role=role,
        bill_id=bill_id,
    )
    return _commercial_note(session, said, place, receipt)


def _commercial_note(session: Session, new: Adjustment, place: SeriesPlace, receipt: Receipt) -> Given:
    organisation, shop = organisations.get(session), retailers.get(session, new.retailer_id)
    original = of_bill(session, new.bill_id)
    draft = Draft(
        document_type=COMMERCIAL_CREDIT_NOTE,
        place=place,
        retailer_id=new.retailer_id,
        source_id=receipt.payment_id,
        seller=snapshots.seller(organisation),
        buyer=original.buyer if original else snapshots.shop(shop),
        lines=[_amount_line(new)],
        place_of_supply=original.place_of_supply if original else shop.state_code or organisation.state_code,
        currency=organisation.currency,
        taxes={},
        round_off_minor=0,
        total_minor=new.amount_minor,
        due_on=place.issued_on,
        payment_id=receipt.payment_id,
        refers_to_id=original.id if original else None,
        reason=new.reason,
        details={"kind": new.kind},
    )
    return Given(writing.write(session, draft), receipt)


def of_payment(session: Session, payment_id: UUID) -> Invoice | None:
    """The note that gave this credit, if one did."""
    found = select(Invoice).where(Invoice.org_id == db.org_of(session), Invoice.payment_id == payment_id)
    return session.scalars(found).first()


def of_bill(session: Session, bill_id: UUID | None) -> Invoice | None:
    """The invoice that this bill was issued on, if one was."""
    if bill_id is None:
        return None
    found = select(Invoice).where(Invoice.org_id == db.org_of(session), Invoice.bill_id == bill_id)
    return session.scalars(found).first()


def _computed(original: Original, lines: Sequence[Correction]) -> CreditNote:
    """The note's money. Raises WorthNothing, MixedCorrection, ReturnInvalid, Invalid."""
    by_value = originals.values(original, frozenset(one.line_no for one in lines if not one.qty_milli))
    for number in by_value:
        if original.line(number).treatment == THIRD_SCHEDULE:
            raise Invalid(
                f"Line {number} is taxed by its printed price, which stays: give a commercial credit note.",
                field="lines",
            )
    returns = {one.line_no: _measure(one) for one in lines}
    if len(returns) != len(lines):
        raise Invalid("A line is named once in a credit note.", field="lines")
    earlier = originals.before(original, by_value)
    if any(one.qty_milli and one.line_no in by_value for one in lines):
        raise originals.MixedCorrection("A line is corrected by quantity or by value, not by both.")
    money = tax.credit_note(originals.computed(original, by_value), returns, earlier)
    if money.grand_total_minor <= 0:
        raise WorthNothing
    return money


def _goods(new: NewCreditNote) -> str | None:
    """Where the goods of a note go; None when only a value falls. Raises Invalid."""
    if new.goods is not None and new.goods not in GOODS:
        raise Invalid(f"Goods went to one of {', '.join(GOODS)}.", field="goods", value=new.goods)
    if not any(one.qty_milli for one in new.lines):
        return None
    return new.goods or GOODS_OF[new.kind]


def _measure(one: Correction) -> Decimal:
    if bool(one.qty_milli) == bool(one.taxable_minor):
        raise Invalid("Say for each line how many came back, or by how much its value falls.", field="lines")
    return Decimal(one.qty_milli or one.taxable_minor) / THOUSANDTHS


def _check_date(invoice: Invoice, on: date) -> None:
    last_on = countries.of(invoice.seller).last_correction_on(invoice.issued_on)
    if on > last_on:
        raise TooLate(
            f"The tax of {invoice.number} could be lowered until {last_on}; give a commercial credit note instead.",
            last_on=last_on.isoformat(),
        )


def _credit(
    session: Session, invoice: Invoice, money: CreditNote, kind: str, reason: str, place: SeriesPlace
) -> Receipt:
    amounts = {"taxable": money.totals.taxable_minor, **money.totals.taxes, "round_off": money.round_off_minor}
    return payments.record(
        session,
        payments.NewPayment(
            retailer_id=invoice.retailer_id,
            amount_minor=money.grand_total_minor,
            method=CREDIT,
            reference=place.number,
            received_on=place.issued_on,
            chosen=_chosen(session, invoice, money.grand_total_minor),
            kind=kind,
            note=reason,
            spread=False,
            contra=writing.books(payments.BORNE_BY[kind], amounts, reverse_charge=invoice.reverse_charge),
        ),
    )


def _chosen(session: Session, invoice: Invoice, amount_minor: int) -> tuple[BillShare, ...]:
    """The part of the credit that its bill still has room for; the rest stays on account."""
    if invoice.bill_id is None:
        return ()
    accounts.get(session, invoice.retailer_id, lock=True)  # what is open must not change under us
    part_minor = min(amount_minor, bills.of(session, invoice.retailer_id, invoice.bill_id).open_minor)
    return ((invoice.bill_id, part_minor),) if part_minor > 0 else ()


def _lines(original: Original, money: CreditNote, corrections: Sequence[Correction]) -> list[DraftLine]:
    quantities = {one.line_no: one.qty_milli for one in corrections}
    return [
        DraftLine(
            goods=originals.goods_of(original.line(line.line_number), quantities[line.line_number]),
            money=line.money,
            original_line_no=line.line_number,
        )
        for line in money.lines
    ]


def _amount_line(new: Adjustment) -> DraftLine:
    """The one line of a paper without goods: why, and how much."""
    goods = Goods(
        sku=new.kind.upper(),
        description=new.reason,
        hsn="",
        qty_milli=THOUSANDTHS,
        unit="",
        price_minor=new.amount_minor,
        price_mode="exclusive",
        rate_bps=0,
        cess_bps=0,
        treatment="non_gst",
    )
    money = ComputedLine(
        gross_minor=new.amount_minor,
        line_discount_minor=0,
        invoice_discount_share_minor=0,
        net_minor=new.amount_minor,
        taxable_minor=new.amount_minor,
        taxes=dict.fromkeys(HEADS, 0),
        total_minor=new.amount_minor,
        rate_bps=0,
    )
    return DraftLine(goods, money)
