"""What Indian law or custom makes worth a look on a document of sale.

Limits of the law that change are settings or defaults here.
"""

from collections.abc import Iterator

from countries.cautions import Caution, Deal, Sold
from countries.india.places import states_of
from countries.india.registration import buyer_id_problem
from countries.india.states import STATES
from tax import TAXED
from tax.rounding import THOUSANDTHS

EWAY_LIMIT_MINOR = 50_000_00  # rule 138: with tax, without exempt goods; several states allow more inside the state
EWAY_LIMITS_INSIDE = {"07": 1_00_000_00, "10": 1_00_000_00}  # Delhi, Bihar
CASH_LIMIT_MINOR = 2_00_000_00  # s.269ST of the Income-tax Act 1961: nobody may take so much in cash
CASH_EXPENSE_MINOR = 10_000_00  # s.40A(3): what a buyer pays in cash above this a day is no expense of his
ADDRESS_LIMIT_MINOR = 50_000_00  # rule 46(e): from here on an unregistered buyer is named with address and state
UPI_LIMIT_MINOR = 1_00_000_00  # what an ordinary UPI payment carries a day
HSN_DIGITS = 4  # up to 5 crore of turnover; six above. Notification 78/2020
MOST_HSN_DIGITS = 8


def of(deal: Deal) -> list[Caution]:
    """Everything that deserves a look, the document's first, then line by line."""
    found = [_eway(deal), _cash(deal), _upi(deal), _buyer(deal), _tax_id(deal), _delivery(deal)]
    lines = (caution for number, line in enumerate(deal.lines, start=1) for caution in _line(deal, number, line))
    return [caution for caution in found if caution is not None] + list(lines)


def _eway(deal: Deal) -> Caution | None:
    value_minor = sum(line.total_minor for line in deal.lines if line.treatment in TAXED)
    limit_minor = deal.eway_limit_minor
    if limit_minor is None:
        is_inside = deal.place_of_supply == deal.seller_state
        limit_minor = EWAY_LIMITS_INSIDE.get(deal.seller_state, EWAY_LIMIT_MINOR) if is_inside else EWAY_LIMIT_MINOR
    if value_minor <= limit_minor:
        return None
    said = "Goods of this value need an e-way bill before they move."
    return Caution("EWAY_BILL_NEEDED", said, value_minor=value_minor, limit_minor=limit_minor)


def _cash(deal: Deal) -> Caution | None:
    limit_minor = CASH_LIMIT_MINOR if deal.cash_limit_minor is None else deal.cash_limit_minor
    if not deal.is_cash or deal.total_minor <= min(CASH_EXPENSE_MINOR, limit_minor - 1):
        return None
    if deal.total_minor < limit_minor:
        said = "A buyer who pays so much in cash in a day cannot deduct it: offer UPI or a bank transfer."
        return Caution("CASH_NOT_DEDUCTIBLE", said, value_minor=deal.total_minor, limit_minor=CASH_EXPENSE_MINOR)
    said = "So much may not be taken in cash from one buyer in a day."
    return Caution("CASH_LIMIT", said, value_minor=deal.total_minor, limit_minor=limit_minor)


def _upi(deal: Deal) -> Caution | None:
    if deal.total_minor <= UPI_LIMIT_MINOR:
        return None
    said = "Ordinary UPI payments carry up to one lakh a day: offer NEFT or RTGS, or several payments."
    return Caution("UPI_LIMIT", said, value_minor=deal.total_minor, limit_minor=UPI_LIMIT_MINOR)


def _buyer(deal: Deal) -> Caution | None:
    taxable_minor = sum(line.taxable_minor for line in deal.lines if line.treatment in TAXED)
    if deal.buyer_tax_id or taxable_minor < ADDRESS_LIMIT_MINOR or (deal.buyer_address and deal.buyer_state):
        return None
    said = "An unregistered buyer of so much is named with address and state on the invoice."
    return Caution("BUYER_ADDRESS_NEEDED", said, value_minor=taxable_minor, limit_minor=ADDRESS_LIMIT_MINOR)


def _tax_id(deal: Deal) -> Caution | None:
    problem = buyer_id_problem(deal.buyer_tax_id) if deal.buyer_tax_id else None
    return Caution("GSTIN_INVALID", f"The buyer's GSTIN cannot be right: {problem}.") if problem else None


def _delivery(deal: Deal) -> Caution | None:
    """Goods for a buyer who is not registered are supplied where they are delivered. Source: IGST Act s.10(1)."""
    states = states_of(deal.goods_to)
    if deal.buyer_tax_id or not states or STATES.current(deal.place_of_supply) in states:
        return None
    there = ", ".join(f"{STATES.name(code)} ({code})" for code in sorted(states))
    here = f"{STATES.name(deal.place_of_supply)} ({deal.place_of_supply})"
    said = f"The goods go to {there}, and the tax is that of {here}: say the state of delivery, which decides it."
    return Caution("DELIVERY_STATE_DIFFERS", said)


def _line(deal: Deal, number: int, line: Sold) -> Iterator[Caution]:
    if line.mrp_minor is not None and line.total_minor * THOUSANDTHS > line.mrp_minor * line.qty_milli:
        each_minor = -(-line.total_minor * THOUSANDTHS // line.qty_milli)
        said = "With its tax this costs more than the MRP printed on the pack."
        yield Caution("MRP_EXCEEDED", said, number, each_minor, line.mrp_minor)
    digits = deal.hsn_digits or HSN_DIGITS
    is_asked = deal.buyer_tax_id or digits > HSN_DIGITS  # the smaller sellers' sales to others need none
    if is_asked and not line.is_charge and not _is_hsn(line.hsn, digits):
        yield Caution("HSN_DIGITS", f"An HSN code of at least {digits} digits is needed here.", number)


def _is_hsn(code: str, digits: int) -> bool:
    return code.isascii() and code.isdecimal() and digits <= len(code) <= MOST_HSN_DIGITS and len(code) % 2 == 0
