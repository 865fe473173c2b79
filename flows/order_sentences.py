"""What is said on the way through an order, between its questions."""

from collections.abc import Sequence

from bot.markup import plain
from core.i18n import _, isolate
from flows import cancel_order, cart, quoting, reading, splitting, wording
from orders import listing


class Sentences:
    """The sentences of place_order; mixed into it, since a step names what it says by a method."""

    def name_unsold(self) -> None:
        self.say_unsold(self.read.unknown)

    def say_unsold(self, named: Sequence[str]) -> None:
        for text in named[:3]:
            self.say(_("We do not sell “%(what)s”.", what=isolate(plain(text)[:60])))
        for remark in reading.remarks(self.read):
            self.say(remark)

    def say_placed(self) -> None:
        self.say(quoting.thanks(self.order))
        if self.agreed_minor is not None and self.order.total_minor < self.agreed_minor:
            self.say(quoting.cheaper(self.order, self.agreed_minor))
        self.say(_("You get the bill here when the goods leave our shop."))

    def say_not_placed(self) -> None:
        self.say(_("All right, nothing is ordered yet."))

    def say_more_than_yes(self) -> None:
        self.say(_("Nothing is placed yet, because your message says more than *yes*."))

    def say_no_terms(self) -> None:
        self.say(_("No credit is agreed for your shop yet, so this order can go on cash or UPI."))

    def say_never_ordered(self) -> None:
        self.say(_("There is no earlier order to repeat."))

    def say_dropped(self) -> None:
        self.say(_("Your list is dropped; nothing was ordered. Type *menu* or a new order at any time."))

    def say_questions_dropped(self) -> None:
        self.say(_("My question is dropped; nothing was ordered. Type *menu* or a new order at any time."))

    def say_how_to_call_off(self) -> None:
        if self.placed is not None:
            facts = {"order": cancel_order.described(self.placed), "number": isolate(self.placed.number or "")}
            self.say(_("Order %(order)s is placed. To call it off, type *cancel %(number)s*.", **facts))

    def say_how_to_amend(self) -> None:
        if self.placed is not None:
            facts = {"order": cancel_order.described(self.placed), "number": isolate(self.placed.number or "")}
            self.say(
                _(
                    "Order %(order)s is placed. To change it, type *cancel %(number)s* and then the whole order anew.",
                    **facts,
                )
            )

    def say_nothing_to_drop(self) -> None:
        self.say(_("There is nothing to cancel. Type *menu* to see what I can do."))

    def say_prices_changed(self) -> None:
        self.say(_("Prices have changed since, so here is the new total. Nothing is ordered yet."))

    def say_stock_ran_short(self) -> None:
        self.say(_("Some of it was sold meanwhile, so here is what is left for you. Nothing is ordered yet."))

    def say_missing(self) -> None:
        for line in quoting.shortage(quoting.shorts_of(self.error)):
            self.say(line)

    def say_quote_gone(self) -> None:
        kept = cart.order_id(self.memory)
        self.say(quoting.gone(listing.get(self.session, kept) if kept else None))

    def say_remark_kept(self) -> None:
        self.say(_("Noted. It goes with your order."))

    def say_how_to_pay(self) -> None:
        self.say(splitting.how_to_pay(self.order, self.pay_minor))

    def say_asked(self) -> None:
        self.say(
            _("We have asked for approval and will answer you here. Your order is kept: you need not send it again.")
        )

    def explain_wrong(self) -> None:
        sku = self.error.facts.get("sku") if self.error else None
        if sku in self.goods.products:
            product = self.goods.product(str(sku))
            units = wording.joined(wording.unit(name) for name in product.units)
            facts = {"name": isolate(plain(product.name)), "units": units}
            self.say(_("That quantity of %(name)s does not work. It is sold by: %(units)s.", **facts))
        else:
            self.say(_("That could not be ordered like this. Please type it in another way."))
