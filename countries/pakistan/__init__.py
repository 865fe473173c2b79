"""Pakistan: a federal sales tax on goods; provinces are only printed."""

from countries.country import Country, Papers
from countries.pakistan.registration import REGISTRATION
from countries.pakistan.tax import RULES
from countries.regions import Regions

PROVINCES = {
    "BA": "Balochistan",
    "GB": "Gilgit-Baltistan",
    "IS": "Islamabad",
    "JK": "Azad Jammu and Kashmir",
    "KP": "Khyber Pakhtunkhwa",
    "PB": "Punjab",
    "SD": "Sindh",
}

COUNTRY = Country(
    code="PK",
    name="Pakistan",
    currency="PKR",
    currency_sign="Rs",
    timezone="Asia/Karachi",
    phone_region="PK",
    regions=Regions(PROVINCES),
    registration=REGISTRATION,
    tax=RULES,
    papers=Papers(
        goods_code="HS code",
        titles={
            "tax_invoice": "Sales tax invoice",
            "bill_of_supply": "Invoice",
            "invoice_cum_bill": "Invoice",
        },
    ),
    return_due_day=18,  # Sales Tax Rules 2006, rule 18 (unverified): the monthly return with its annexes
    corrections_end=(11, 30),
)
