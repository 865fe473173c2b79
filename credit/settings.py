"""What an organisation has decided about credit: what counts against a limit, what is granted, given and charged."""

from dataclasses import dataclass, replace
from typing import Self

from core.options import Flag, Judged, OneOf, Part, Section, Whole, needed, option
from credit import thresholds
from credit.terms import MAX_DAYS, UsualTerms
from credit.thresholds import Ladder
from parties.settings import Settings
from tax.rules import MAX_RATE_BPS

CONFIRMED, DISPATCHED, INVOICED = EXPOSURES = ("confirmed", "dispatched", "invoiced")  # goods leave with a bill
RECEIPT, DEPOSIT, CLEARING = CHEQUES_COUNT_ON = ("receipt", "deposit", "clearing")


@dataclass(frozen=True, kw_only=True)
class CashDiscount(Section):
    """For a bill that is paid early; 0 = none is given."""

    percent_bps: int = needed(Whole(most=MAX_RATE_BPS))
    within_days: int = needed(Whole(most=MAX_DAYS))


@dataclass(frozen=True, kw_only=True)
class LateFees(Section):
    """Interest a year on what is overdue; 0 = off."""

    rate_bps: int = needed(Whole(most=MAX_RATE_BPS))
    grace_days: int = needed(Whole(most=MAX_DAYS))


@dataclass(frozen=True, kw_only=True)
class CreditSettings(Settings):
    """`cheques_counted_early` remembers that cheques once counted before the bank had paid them: what it has not paid
    of those still uses up limits, however the setting stands now. While it is false nobody looks for such cheques.
    """

    exposure: str = option(CONFIRMED, OneOf(values=EXPOSURES))  # from when on an order uses up the limit
    cheque_counts_on: str = option(CLEARING, OneOf(values=CHEQUES_COUNT_ON))  # when a cheque lowers what is owed
    cheques_counted_early: bool = option(False, Flag(), is_ours=True)
    smallest_reminder_minor: int = option(0, Whole())
    apply_advances: bool = option(False, Flag())  # whether money on account goes to the next bill by itself
    cash_discount: CashDiscount = option(CashDiscount(percent_bps=0, within_days=7), Part(of=CashDiscount))
    late_fees: LateFees = option(LateFees(rate_bps=0, grace_days=0), Part(of=LateFees))
    cash_limit_minor: int | None = option(None, Whole(optional=True))  # of a shop and day, to warn; None: the law's
    ladder: Ladder = option(thresholds.USUAL, Judged(read=thresholds.check))  # see credit/ladder.py
    override_max_minor: int = option(50_000_000, Whole())  # more than this no override lets through
    override_second_minor: int = option(10_000_000, Whole())  # above this a second person approves
    override_hours: int = option(24, Whole(least=1, most=24 * 30))
    default_terms: UsualTerms = option(UsualTerms(), Part(of=UsualTerms))

    def after(self, before: Self) -> Self:
        """As it is kept from now on."""
        return replace(self, cheques_counted_early=before.cheques_counted_early or self.cheque_counts_on != CLEARING)
