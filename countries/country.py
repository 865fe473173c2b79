"""What a country is to the product: facts of its law and custom, its numbers, its papers, its taxes. All of it pure.

Whoever asks what differs between countries asks here; nobody compares a country's code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.errors import Invalid
from countries.cautions import Caution, Deal
from countries.regions import Regions
from countries.registration import Registration
from tax.rules import TaxRules
from tax.year import financial_year_label, month_end


@dataclass(frozen=True, slots=True)
class Papers:
    """What papers say in this country. `titles` are documents that are called otherwise here than by their type."""

    goods_code: str  # the column of the goods' tariff code
    titles: Mapping[str, str] = field(default_factory=dict)
    says_reverse_charge: bool = False
    previews_discounts: bool = False  # of a preview in JSON: whether gross values and discounts stand in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """One country. `returns` are those that can be filed from its documents. Amounts are minor units of `currency`.

    `cash_limit_minor` is the cash of one person a day from which on the law forbids it. Until `corrections_end`, month
    and day after its financial year, a credit note may lower the tax of a supply. `return_due_day`: on which day of the
    next month the return of a month's supplies is due; 0 where there is none.
    """

    code: str
    name: str
    currency: str
    currency_sign: str
    timezone: str
    phone_region: str
    regions: Regions
    registration: Registration
    tax: TaxRules
    papers: Papers
    corrections_end: tuple[int, int]
    return_due_day: int = 0
    cash_limit_minor: int | None = None
    returns: frozenset[str] = frozenset()
    cautions: Callable[[Deal], list[Caution]] = lambda _deal: []

    def financial_year(self, on: date) -> str:
        """`26-27` for a local business date."""
        return financial_year_label(on, self.tax.year_starts_in_month)

    def last_correction_on(self, issued_on: date) -> date:
        """Until when a credit note may lower the tax of a supply."""
        starts_in = self.tax.year_starts_in_month
        return date(issued_on.year + (issued_on.month >= starts_in), *self.corrections_end)

    def last_cancellation_on(self, issued_on: date) -> date:
        """Until when a document of this day can be cancelled: while its month lasts, or its return is not due yet."""
        next_month = month_end(issued_on) + timedelta(days=1)
        return next_month + timedelta(days=self.return_due_day - 1)

    def region_of(self, code: str | None, tax_id: str | None) -> str | None:
        """The region of somebody: the one that is said, else the one that their tax id says."""
        return code or (self.registration.region(tax_id) if tax_id else None)

    def check_region(self, code: str | None, tax_id: str | None = None) -> None:
        """Raise Invalid for a region that decides tax and does not exist, or that is not the tax id's."""
        if code is not None and self.regions.decide_tax and self.regions.current(code) not in self.regions.names:
            raise Invalid(f"{code!r} is not {self.regions.hint}.")
        if differs := self.disagreement(code, tax_id):
            raise Invalid(f"{differs}.")

    def disagreement(self, code: str | None, tax_id: str | None) -> str | None:
        """What is wrong when a tax id says another region than the one that is given."""
        said = self.registration.region(tax_id) if tax_id else None
        if not said or not code or self.regions.current(said) == self.regions.current(code):
            return None
        return f"{tax_id} belongs to state {said}, not to {code}"
