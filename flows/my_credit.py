"""What a shop owes and may still take: limit, used, available, and every open bill with its due date."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from bot.flow import END, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core.i18n import N_, _, format_day, format_money, isolate
from credit import days, guardrails, standing
from credit.standing import OwedBill, Standing
from language import phrases
from language.phrases import Meaning
from speech import why, wording

MAX_BILLS = 10
MAX_READ = 100  # more open bills than these are not counted one by one

WORDS = phrases.table({"why": Meaning.WHY, "opened": Meaning.BALANCE})


class MyCredit(Flow):
    name = "my_credit"
    menu_label = N_("My credit")
    menu_rank = 20
    asked_rank = 80
    transitions = [go("opened", START, END, say="show"), go("why", START, END, say="explain")]

    def recognise(self, message: Message) -> str | None:
        return WORDS.get(message.folded)

    def explain(self) -> None:
        self.say(why.explain(self.session, self.turn.shop.id))

    def show(self) -> None:
        stands, bills = standing.with_bills(self.session, self.turn.shop.id, limit=MAX_READ)
        self.say(self.account(stands))
        self.say(self.listing(stands, [bill for bill in bills if bill.owed_minor]))

    def account(self, at: Standing) -> str:
        lines = [*figures(at)]
        if not at.takes_credit:
            lines.append(_("No credit is agreed: your orders are paid in cash or by UPI."))
        if at.is_stopped:
            lines.append(_("Credit is on hold at present. You can order on cash or UPI."))
        elif at.available_reason == guardrails.OVERDUE:
            allowed = isolate(str(at.terms.max_outstanding_days))
            lines.append(_(guardrails.ALLOWS[guardrails.OVERDUE], max_outstanding_days=allowed))
        business = isolate(plain(self.turn.business.name))
        return wording.titled(_("Your account with %(business)s", business=business), lines)

    def listing(self, at: Standing, bills: list[OwedBill]) -> str | Reply:
        if not bills:
            return _("You have no open bills.")
        described = [describe(bill, at.currency, at.today) for bill in bills]
        text = wording.titled(_("Open bills"), wording.shortened(described, MAX_BILLS))
        if self.turn.place.flow is not None:
            return text
        return Reply(text, self.ways_on(at.overdue_minor > 0))

    def ways_on(self, is_late: bool) -> tuple[Choice, ...]:
        """To pay, to say when, to look closer."""
        promise = Choice(_("Promise a day"), "promised", flow="promise")
        bills = Choice(_("My bills"), "opened", flow="my_bills")
        return (Choice(_("Pay"), "opened", flow="pay"), *([promise] if is_late else []), bills)


def figures(at: Standing) -> Iterator[str]:
    """The limit, what uses it up and what is left; where more than what is owed uses it up, each part of it."""
    money = partial(format_money, currency=at.currency)
    if at.limit_minor:
        yield _("Limit: %(amount)s", amount=money(at.limit_minor))
    if at.outstanding_minor < 0 or at.used_minor != at.outstanding_minor or not at.limit_minor:
        yield wording.owed(at.outstanding_minor, at.currency)
    if at.promised_minor:
        yield _("Promised to your orders: %(amount)s", amount=money(at.promised_minor))
    if at.uncleared_minor:
        yield _("Cheques not cleared yet: %(amount)s", amount=money(at.uncleared_minor))
    if at.limit_minor and at.used_minor >= 0:
        yield _("Used: %(amount)s", amount=money(at.used_minor))
    if at.takes_credit and at.shared_limit_minor is not None:
        shared = {"used": money(max(0, at.shared_used_minor or 0)), "limit": money(at.shared_limit_minor)}
        yield _("All your shops together: %(used)s of %(limit)s used", **shared)
    if at.takes_credit:
        yield _("Available: %(amount)s", amount=money(at.available_minor))


def describe(bill: OwedBill, currency: str, today: date) -> str:
    """What is left to pay of a bill, on one line."""
    facts = {
        "number": isolate(plain(bill.reference)),
        "amount": format_money(bill.owed_minor, currency),
        "day": format_day(bill.due_on),
        "days": isolate(str(days.overdue(bill.due_on, today))),
    }
    if bill.due_on < today:
        return _("%(number)s: %(amount)s, was due on %(day)s (%(days)s days late)", **facts)
    return _("%(number)s: %(amount)s, due on %(day)s", **facts)
