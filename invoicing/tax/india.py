"""GST: CGST + SGST (or UTGST) inside a state, IGST between states and to special economic zones, cess beside."""

from core.errors import Invalid
from invoicing.identifiers import normalised
from invoicing.tax.country import Assess, Assessed, Country, checked_rate
from invoicing.tax.document import Document, Line
from invoicing.tax.rounding import BPS, divided, share
from parties.states import (
    CURRENT_STATES,
    UNION_TERRITORIES_WITHOUT_LEGISLATURE,
    current_state,
)

HEADS = ("cgst", "sgst", "utgst", "igst", "cess")
UNTAXED = dict.fromkeys(HEADS, 0)


class StateUnknown(Invalid):
    """A state code that GST does not have."""

    code = "STATE_UNKNOWN"


def place_of_supply(document: Document) -> str:
    """The state whose tax it is: the buyer's GSTIN, else the delivery address, else over the counter."""
    if document.place_of_supply:
        return _known(document.place_of_supply)
    if document.buyer_tax_id:
        return _known(normalised(document.buyer_tax_id)[:2])
    return _known(document.buyer_state or document.seller_state)


def assessor(document: Document) -> Assess:
    """The tax rule of this document: none, within one state, or between states."""
    place, seller = place_of_supply(document), _known(document.seller_state)
    inclusive = document.price_mode == "inclusive"
    if not document.tax_charged or document.doc_type == "bill_of_supply":
        return _untaxed
    if place != seller or document.buyer_is_sez:
        return lambda line, net_minor: _taxed(line, net_minor, inclusive, "igst")
    local_head = "utgst" if seller in UNION_TERRITORIES_WITHOUT_LEGISLATURE else "sgst"
    return lambda line, net_minor: _taxed(line, net_minor, inclusive, local_head)


def _untaxed(_line: Line, net_minor: int) -> Assessed:
    return Assessed(net_minor, UNTAXED, net_minor)


def _taxed(line: Line, net_minor: int, inclusive: bool, head: str) -> Assessed:
    """Tax on one line; CGST and its local partner are rounded alike, so they are always equal."""
    rate_bps, cess_bps = checked_rate(line.rate_bps), checked_rate(line.cess_bps)
    taxable_minor = divided(net_minor * BPS, BPS + rate_bps + cess_bps) if inclusive else net_minor
    taxes = dict(UNTAXED)
    if head == "igst":
        taxes["igst"] = share(taxable_minor, rate_bps)
    else:
        taxes["cgst"] = taxes[head] = divided(taxable_minor * rate_bps, 2 * BPS)
    taxes["cess"] = share(taxable_minor, cess_bps)
    return Assessed(taxable_minor, taxes, taxable_minor + sum(taxes.values()))


def _known(state: str) -> str:
    code = current_state(state)
    if code not in CURRENT_STATES:
        raise StateUnknown(f"{state!r} is not a GST state code", state=state)
    return code


RULES = Country(
    code="IN",
    currency="INR",
    heads=HEADS,
    year_starts_in_month=4,
    taxable_name="taxable",
    place_of_supply=place_of_supply,
    assessor=assessor,
)
