"""What an organisation has decided about orders that cannot go on at once."""

from dataclasses import dataclass

from core.options import Whole, option
from parties.settings import Settings


@dataclass(frozen=True, kw_only=True)
class OrderSettings(Settings):
    """How long orders wait."""

    retry_failed_hours: int = option(24, Whole(most=24 * 30))  # how long an order to be let through is tried; 0 = never
    hold_days: int = option(7, Whole(least=1, most=90))  # how long an order is held for want of credit
