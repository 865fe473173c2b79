"""Federal sales tax on goods, further tax on unregistered buyers, Third Schedule goods taxed on the retail price."""

from core.errors import Invalid
from tax.discounts import gross
from tax.document import TAXABLE, TREATMENTS, TaxDocument, TaxLine
from tax.rounding import BPS, divided, share
from tax.rules import Assess, Assessed, Head, TaxRules, checked_rate

HEADS = (Head("sales_tax", "Sales tax", shares=1), Head("further_tax", "Further tax"))
UNTAXED = {head.name: 0 for head in HEADS}
FURTHER_TAX_BPS = 400  # s.3(1A) since 2023; the Finance Act may change it any 1 July, hence Document.further_tax_bps


class RetailPriceMissing(Invalid):
    """Third Schedule goods need the printed retail price: their tax hangs on it."""

    code = "RETAIL_PRICE_MISSING"


def place_of_supply(document: TaxDocument) -> str:
    """Sales tax on goods is federal: the province is only printed."""
    return document.place_of_supply or document.buyer_state or document.seller_state


def assessor(document: TaxDocument) -> Assess:
    """The tax rule of this document: none, or the line's rate with further tax when the buyer is unregistered."""
    if not document.tax_charged:
        return _untaxed
    further_bps = 0 if _is_registered(document) else _further_bps(document)
    return lambda line, net_minor: _assessed(document, line, net_minor, further_bps)


def _assessed(document: TaxDocument, line: TaxLine, net_minor: int, further_bps: int) -> Assessed:
    if line.treatment != TAXABLE:
        return _untaxed(line, net_minor)
    return _taxed(line, net_minor, document.includes_tax(line), further_bps)


def _is_registered(document: TaxDocument) -> bool:
    stated = document.buyer_is_registered
    return bool(document.buyer_tax_id) if stated is None else stated


def _further_bps(document: TaxDocument) -> int:
    given = document.further_tax_bps
    return checked_rate(FURTHER_TAX_BPS if given is None else given)


def _untaxed(_line: TaxLine, net_minor: int) -> Assessed:
    return Assessed(net_minor, UNTAXED, net_minor)


def _taxed(line: TaxLine, net_minor: int, inclusive: bool, further_bps: int) -> Assessed:
    rate_bps = checked_rate(line.rate_bps)
    if line.third_schedule:
        return _taxed_on_retail_price(line, net_minor, inclusive, rate_bps)
    if rate_bps == 0:
        further_bps = 0  # exempt goods are not taxable supplies, so no further tax either
    taxable_minor = divided(net_minor * BPS, BPS + rate_bps + further_bps) if inclusive else net_minor
    taxes = {"sales_tax": share(taxable_minor, rate_bps), "further_tax": share(taxable_minor, further_bps)}
    return Assessed(taxable_minor, taxes, taxable_minor + sum(taxes.values()))


def _taxed_on_retail_price(line: TaxLine, net_minor: int, inclusive: bool, rate_bps: int) -> Assessed:
    """The base is the retail price without its tax; the buyer pays the selling price plus that tax."""
    if line.retail_price_minor is None:
        raise RetailPriceMissing(f"{line.description or 'a Third Schedule line'} has no retail price")
    retail_minor = gross(line, line.retail_price_minor)
    taxable_minor = divided(retail_minor * BPS, BPS + rate_bps)
    tax_minor = retail_minor - taxable_minor
    total_minor = net_minor if inclusive else net_minor + tax_minor
    return Assessed(taxable_minor, {"sales_tax": tax_minor, "further_tax": 0}, total_minor)


RULES = TaxRules(
    heads=HEADS,
    year_starts_in_month=7,
    taxable_name="value_excl",
    place_of_supply=place_of_supply,
    assessor=assessor,
    treatments=TREATMENTS,
)
