"""India: GST, whose place of supply is one of the states."""

from countries.country import Country, Papers
from countries.india.cautions import CASH_LIMIT_MINOR, of
from countries.india.registration import REGISTRATION
from countries.india.states import STATES
from countries.india.tax import RULES

COUNTRY = Country(
    code="IN",
    name="India",
    currency="INR",
    currency_sign="₹",
    timezone="Asia/Kolkata",
    phone_region="IN",
    regions=STATES,
    registration=REGISTRATION,
    tax=RULES,
    papers=Papers(goods_code="HSN", says_reverse_charge=True, previews_discounts=True),
    return_due_day=11,  # rule 59(1) and notification 83/2020: GSTR-1 of a month
    corrections_end=(11, 30),  # s.34(2): 30 November after the end of the financial year
    cash_limit_minor=CASH_LIMIT_MINOR,
    returns=frozenset({"gstr1", "einvoice"}),
    cautions=of,
)
