"""GST: CGST + SGST (or UTGST) inside a state, IGST between states and to special economic zones, cess beside."""

from core.errors import Invalid
from countries.india.states import STATES, UNION_TERRITORIES_WITHOUT_LEGISLATURE
from countries.registration import normalised
from tax.discounts import gross
from tax.document import TAXABLE, TaxDocument, TaxLine
from tax.rounding import BPS, divided, share
from tax.rules import Assess, Assessed, Head, TaxRules, checked_rate

HEADS = (
    Head("cgst", "CGST", shares=2),
    Head("sgst", "SGST", shares=2),
    Head("utgst", "UTGST", shares=2),
    Head("igst", "IGST", shares=1),
    Head("cess", "Cess"),
)
UNTAXED = {head.name: 0 for head in HEADS}


class StateUnknown(Invalid):
    """A state code that GST does not have."""

    code = "STATE_UNKNOWN"


def place_of_supply(document: TaxDocument) -> str:
    """The state whose tax it is: the buyer's GSTIN, else the delivery address, else over the counter."""
    if document.place_of_supply:
        return _known(document.place_of_supply)
    if document.buyer_tax_id:
        return _known(normalised(document.buyer_tax_id)[:2])
    return _known(document.buyer_state or document.seller_state)


def assessor(document: TaxDocument) -> Assess:
    """The tax rule of this document: none, within one state, or between states."""
    if not document.tax_charged or document.doc_type == "bill_of_supply":
        return lambda _line, net_minor: _untaxed(net_minor)
    place, seller = place_of_supply(document), _known(document.seller_state)
    head = "sgst"
    if place != seller or document.buyer_is_sez:
        head = "igst"
    elif seller in UNION_TERRITORIES_WITHOUT_LEGISLATURE:
        head = "utgst"
    return lambda line, net_minor: _assessed(document, line, net_minor, head)


def _assessed(document: TaxDocument, line: TaxLine, net_minor: int, head: str) -> Assessed:
    if line.treatment != TAXABLE:
        return _untaxed(net_minor)
    if not document.reverse_charge:
        return _taxed(line, net_minor, document.includes_tax(line), head)
    owed_by_buyer = _taxed(line, net_minor, False, head)  # such a price never holds tax: the seller has none to pay
    return Assessed(net_minor, owed_by_buyer.taxes, net_minor)


def _untaxed(net_minor: int) -> Assessed:
    return Assessed(net_minor, UNTAXED, net_minor)


def _taxed(line: TaxLine, net_minor: int, inclusive: bool, head: str) -> Assessed:
    """Tax on one line; CGST and its local partner are rounded alike, so they are always equal."""
    rate_bps, cess_bps = checked_rate(line.rate_bps), checked_rate(line.cess_bps)
    # What is given away carries no cess by the unit either, and no price can hold more of it than there is.
    unit_cess_minor = gross(line, line.cess_unit_minor) if net_minor and line.cess_unit_minor else 0
    taxable_minor = net_minor
    if inclusive:
        taxable_minor = divided(max(0, net_minor - unit_cess_minor) * BPS, BPS + rate_bps + cess_bps)
    taxes = dict(UNTAXED)
    if head == "igst":
        taxes["igst"] = share(taxable_minor, rate_bps)
    else:
        taxes["cgst"] = taxes[head] = divided(taxable_minor * rate_bps, 2 * BPS)
    taxes["cess"] = share(taxable_minor, cess_bps) + unit_cess_minor
    return Assessed(taxable_minor, taxes, taxable_minor + sum(taxes.values()))


def _known(state: str) -> str:
    code = STATES.current(state)
    if code not in STATES.names:
        raise StateUnknown(f"{state!r} is not a GST state code", state=state)
    return code


RULES = TaxRules(
    heads=HEADS,
    year_starts_in_month=4,
    taxable_name="taxable",
    place_of_supply=place_of_supply,
    assessor=assessor,
    mixed_type="invoice_cum_bill",
    zero_rates_zones=True,  # IGST Act s.16(3)(a)
)
