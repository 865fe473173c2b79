"""What a shop owes and may still take: limit, used, available, and every open bill with its due date."""

from datetime import date

from bot import words
from bot.flow import END, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import clock
from core.i18n import N_, _, format_day, format_money, isolate
from credit import accounts, bills, days
from credit.tables import Bill, CreditAccount
from flows import wording

MAX_BILLS = 10

WORDS = words.meanings(
    {
        "balance": "balance, my balance, my credit, credit, credit limit, limit, my limit, account, my account, khata,"
        " mera khata, hisab, hisaab, mera hisab, baki, baaki, baki kitna, kitna baki hai, kitna baki, udhaar, udhar,"
        " mera udhaar, outstanding, due, dues, how much do i owe, बैलेंस, बकाया, बाकी, कितना बाकी है, कितना बकाया है,"
        " मेरा बकाया, खाता, मेरा खाता, हिसाब, मेरा हिसाब, उधार, मेरा उधार, लिमिट, सीमा, بیلنس, بقایا, کتنا باقی ہے,"
        " باقی, کھاتہ, میرا کھاتہ, حساب, میرا حساب, ادھار, میرا ادھار, لمٹ, حد"
    }
)


class MyCredit(Flow):
    name = "my_credit"
    menu_label = N_("My credit")
    menu_rank = 20
    transitions = [go("opened", START, END, say="show")]

    def recognise(self, message: Message) -> str | None:
        return "opened" if message.folded in WORDS else None

    def show(self) -> None:
        account = accounts.get(self.session, self.turn.shop.id)
        open_bills = bills.open_bills(self.session, self.turn.shop.id)
        self.say(self.standing(account))
        self.say(self.listing(account, open_bills))

    def standing(self, account: CreditAccount) -> str:
        stands = accounts.position_of(account)
        title = _("Your account with %(business)s", business=isolate(plain(self.turn.business.name)))
        lines = [_("Used: %(amount)s", amount=format_money(stands.outstanding_minor, stands.currency))]
        if stands.reserved_minor:
            promised = format_money(stands.reserved_minor, stands.currency)
            lines.append(_("Promised to your orders: %(amount)s", amount=promised))
        if account.limit_minor:
            lines.insert(0, _("Limit: %(amount)s", amount=format_money(account.limit_minor, stands.currency)))
            lines.append(_("Available: %(amount)s", amount=format_money(stands.available_minor, stands.currency)))
        else:
            lines.append(_("No credit is agreed: your orders are paid in cash or by UPI."))
        if account.paused_at is not None:
            lines.append(_("Credit is on hold at present. You can order on cash or UPI."))
        return wording.titled(title, lines)

    def listing(self, account: CreditAccount, open_bills: list[Bill]) -> str | Reply:
        if not open_bills:
            return _("You have no open bills.")
        today = clock.today(self.turn.business.timezone)
        shown = wording.shortened([describe(bill, account.currency, today) for bill in open_bills], MAX_BILLS)
        text = wording.titled(_("Open bills"), shown)
        if self.turn.place.flow is not None:
            return text
        return Reply(text, (Choice(_("My bills"), "opened", flow="my_bills"), Choice(_("Menu"), "opened", flow="menu")))


def describe(bill: Bill, currency: str, today: date) -> str:
    """One open bill on one line."""
    facts = {
        "number": isolate(plain(bill.reference)),
        "amount": format_money(bill.open_minor, currency),
        "day": format_day(bill.due_on),
        "days": isolate(str(days.overdue(bill.due_on, today))),
    }
    if bill.due_on < today:
        return _("%(number)s: %(amount)s, was due on %(day)s (%(days)s days late)", **facts)
    return _("%(number)s: %(amount)s, due on %(day)s", **facts)
