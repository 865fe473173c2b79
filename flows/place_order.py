"""A customer places an order: a list is quoted, a yes places it; or why not, and what would help.

The quote is a pending order; `yes` means what the prompt named: credit when the account has terms, else cash. Prices
are looked up, never remembered. What is typed about goods goes back to order_list, which knows the list.
"""

from functools import cached_property

from bot import words
from bot.flow import END, REFUSED, RENEW, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import MAX_BODY, plain
from core.errors import Invalid
from core.i18n import _, isolate
from credit import accounts, guardrails
from credit.guardrails import CASH, CREDIT, Refused, Verdict
from credit.standing import Standing
from language import phrases, ways_of_paying
from language.phrases import Meaning
from language.yes_and_no import agreement
from orders import cart, holding, listing, ordering, packs, rules, splitting, supply
from orders.order import Order
from orders.splitting import Basket
from parties import tasks
from speech import baskets, hearing, lists, order_facts, quantities, quotes, refusals, wording
from speech.hearing import Heard

WORDS = phrases.table(
    {
        "opened": Meaning.ORDER,
        "repeat": Meaning.REPEAT,
        "cash": Meaning.CASH,
        "credit": Meaning.ON_CREDIT,
        "change": Meaning.REDUCE,
        "fit": Meaning.WHAT_FITS,
        "pay_rest": Meaning.PAY_DIFFERENCE,
        "approve": Meaning.APPROVAL,
    }
)
SAID_ALONE = WORDS | words.ANSWERS
# "upi do" asks for the code: only alone it says how to pay
BESIDE_A_YES = {said: meant for said, meant in WORDS.items() if said not in phrases.of(Meaning.UPI)}


class PlaceOrder(Flow):
    name = "place_order"
    asked_rank = 210
    remembers = ("cart",)
    keeps_place = True
    greedy = True
    means_here = {Meaning.CANCEL: "cancel", Meaning.LET_IT_BE: "cancel"}
    agreeing = frozenset({"yes", "credit", "cash", "approve", "pay_rest"})
    spending = agreeing
    asked_by = frozenset({"pending_order_followup"})

    states = ["confirming", "refused"]
    transitions = [
        go("quote", START, "place_order.offer", do="draft"),
        go("offer", START, "refused", when="credit_would_be_refused"),
        go("offer", START, "confirming"),
        *(
            go(heard, state, f"order_list.{heard}")
            for state in ("confirming", "refused")
            for heard in ("items", "remarked", "repeat", "cancel")
        ),
        go("yes", "confirming", END, when="yes_means_credit", do="place_on_credit", say="say_placed"),
        go("yes", "confirming", END, do="place_for_cash", say="say_placed"),
        go("credit", "confirming", END, when="has_terms", do="place_on_credit", say="say_placed"),
        go("credit", "confirming", "confirming", say="say_no_terms"),
        go("cash", "confirming", END, do="place_for_cash", say="say_placed"),
        go("no", "confirming", "order_list.shown", say="say_not_placed"),
        go("change", "confirming", "order_list.shown"),
        go("hedged", "confirming", "confirming", say="say_more_than_yes"),
        go("pays_cash", "confirming", "confirming", do="take_cash"),
        go("pays_cash", "refused", "confirming", do="take_cash"),
        go("cash", "refused", END, do="place_for_cash", say="say_placed"),
        go("yes", "refused", END, do="place_on_credit", say="say_placed"),
        go("credit", "refused", END, do="place_on_credit", say="say_placed"),
        go("approve", "refused", END, do="ask_for_approval", say="say_asked"),
        go("fit", "refused", "confirming", when="some_fits", do="fit_to_credit"),
        go("pay_rest", "refused", END, when="paying_helps", do="hold_for_payment", say="say_how_to_pay"),
        go("no", "refused", "order_list.shown", say="say_not_placed"),
        go("change", "refused", "order_list.shown"),
        go(RENEW, "confirming", "place_order.offer", do="draft"),
        go(RENEW, "refused", "place_order.offer", do="draft"),
        *(
            line
            for state in ("confirming", "refused")
            for line in (
                go(REFUSED, state, "refused", when="credit_was_refused"),
                go(REFUSED, state, "place_order.offer", when="prices_changed", do="draft", say="say_prices_changed"),
                go(REFUSED, state, "place_order.offer", when="quote_is_gone", do="draft", say="say_quote_gone"),
                go(REFUSED, state, "place_order.offer", when="stock_ran_short", do="draft", say="say_stock_ran_short"),
                go(REFUSED, state, "confirming", when="order_is_too_small"),
            )
        ),
        *(
            go(REFUSED, state, "order_list.shown", when="nothing_is_in_stock", do="drop_missing", say="say_missing")
            for state in (START, "confirming", "refused")
        ),
        *(
            go(REFUSED, state, "order_list.shown", when="input_was_wrong", do="drop_what_is_wrong", say="explain_wrong")
            for state in (START, "confirming")
        ),
    ]

    # -- hearing ------------------------------------------------------------------------------------------------------

    def recognise(self, message: Message) -> str | None:
        """Goods typed to a quote that stands, however long ago it was asked; from anywhere else they open the list."""
        if self.state == START:
            return None
        return "repeat" if WORDS.get(message.folded) == "repeat" else self.heard.trigger(self)

    def hear_confirming(self, message: Message) -> str | None:
        """yes, no, cash, credit, change and the like, where the state knows them; then goods; then a doubtful yes.

        "Cash dunga" is no yes yet, but from then on a yes means cash.
        """
        meant = agreement(message.text, SAID_ALONE, BESIDE_A_YES)
        if meant and self.can(meant):
            return meant
        if ways_of_paying.says_cash(message.text) and not self.heard.changes_the_list:
            return "pays_cash"
        found = self.heard.trigger(self)
        if found:
            return found
        return "hedged" if self.heard.is_hedged_yes and self.can("hedged") else None

    hear_refused = hear_confirming

    @cached_property
    def heard(self) -> Heard:
        """What the message says of the list."""
        return hearing.heard(self.turn)

    # -- asking -------------------------------------------------------------------------------------------------------

    def ask_confirming(self) -> Reply:
        quoted = self.order
        cart.quoted(self.memory, quoted, CREDIT if self.may_go_on_credit() else CASH)
        ask, choices = self.ways_to_say_yes(quoted)
        room = MAX_BODY - len(ask) - sum(len(text) + 2 for text in self.turn.texts) - 2
        text = f"{quotes.quote(quoted, self.heard.goods, room)}\n\n{ask}"
        return Reply(text, (*choices, Choice(_("Change"), "change")))

    def ways_to_say_yes(self, quoted: Order) -> tuple[str, tuple[Choice, ...]]:
        """The sentence and the choices, with both ways of paying when the account has terms."""
        least_minor = self.heard.goods.rules.min_order_minor
        if least_minor is not None and quoted.total_minor < least_minor:
            return quotes.too_small(quoted, least_minor), ()
        if not self.yes_means_credit():
            ask = _("Reply *yes* to place it for cash or UPI. To change it, type the change.")
            return ask, (Choice(_("Yes, cash / UPI"), "cash"),)
        ask = _("Reply *yes* to place it on credit, or *cash* for cash or UPI. To change it, type the change.")
        return ask, (Choice(_("Yes, on credit"), "credit"), Choice(_("Cash / UPI"), "cash"))

    def ask_refused(self) -> Reply:
        """Why it cannot go on credit and what can be done; below the quote, where that was not shown yet."""
        error, order = self.error, self.order
        verdict = error.verdict if isinstance(error, Refused) else holding.judged(self.session, order)
        told = refusals.explain(self.turn, order, verdict, self.basket(verdict))
        if self._fresh is None:
            return told
        cart.quoted(self.memory, order, CREDIT)
        room = MAX_BODY - len(told.text) - sum(len(text) + 2 for text in self.turn.texts) - 2
        return Reply(f"{quotes.quote(order, self.heard.goods, room)}\n\n{told.text}", told.choices)

    def basket(self, verdict: Verdict) -> Basket | None:
        """What of the refused order fits into the credit that is left."""
        return splitting.basket(self.session, self.order, self.heard.goods, verdict)

    def holding(self) -> str:
        return lists.still_here(cart.size(self.memory))

    # -- guards -------------------------------------------------------------------------------------------------------

    def yes_means_credit(self) -> bool:
        return cart.yes_means(self.memory) == CREDIT

    def has_terms(self) -> bool:
        return self.stands.takes_credit

    def may_go_on_credit(self) -> bool:
        """Not where the shop said that it pays in cash."""
        return self.has_terms() and not cart.pays_cash(self.memory)

    def credit_would_be_refused(self) -> bool:
        """No credit is offered that a yes would not get."""
        return self.may_go_on_credit() and not guardrails.verdict(self.stands, self.order.total_minor).allowed

    @cached_property
    def stands(self) -> Standing:
        """The account as it is now."""
        return accounts.position(self.session, self.turn.shop.id)

    @cached_property
    def judged(self) -> Verdict:
        """What the guardrails say to the quoted order now."""
        return holding.judged(self.session, self.order)

    def some_fits(self) -> bool:
        return self.basket(self.judged) is not None

    def paying_helps(self) -> bool:
        return bool(self.judged.helps.pay_minor)

    def credit_was_refused(self) -> bool:
        return isinstance(self.error, Refused)

    def prices_changed(self) -> bool:
        return isinstance(self.error, ordering.PriceChanged)

    def quote_is_gone(self) -> bool:
        return isinstance(self.error, ordering.NotPending)

    def order_is_too_small(self) -> bool:
        return isinstance(self.error, rules.BelowMinimum)

    def stock_ran_short(self) -> bool:
        return isinstance(self.error, supply.StockShort)

    def nothing_is_in_stock(self) -> bool:
        return isinstance(self.error, supply.OutOfStock)

    def input_was_wrong(self) -> bool:
        return isinstance(self.error, Invalid)

    # -- doing --------------------------------------------------------------------------------------------------------

    @property
    def order(self) -> Order:
        """The pending order that was quoted; quoted anew when there is none."""
        kept = cart.order_id(self.memory)
        return self._fresh or (listing.get(self.session, kept) if kept else self._drafted())

    @property
    def _fresh(self) -> Order | None:
        """What became of the order in this turn: the conversation may lead back to its own beginning."""
        found: Order | None = self.turn.noted.get("order")
        return found

    @_fresh.setter
    def _fresh(self, order: Order) -> None:
        self.turn.noted["order"] = order

    pay_minor = 0  # what would let the order through, when the shop says that it pays
    agreed_minor: int | None = None  # what the quote came to that this turn said yes to

    def draft(self) -> None:
        self._drafted()

    def _drafted(self) -> Order:
        wanted, changed = packs.rounded(cart.wanted(self.memory), self.heard.goods)
        drafted = ordering.draft(self.session, self.turn.shop.id, wanted, "chat", cart.extras(self.memory))
        self._fresh = drafted
        for change in changed:
            self.say(quantities.rounded(change))
        return drafted

    def place_on_credit(self) -> None:
        self._place(CREDIT)

    def place_for_cash(self) -> None:
        self._place(CASH)

    def _place(self, payment_mode: str) -> None:
        kept = cart.order_id(self.memory)
        order_id = kept or self._drafted().id
        self.agreed_minor = cart.agreed_minor(self.memory)
        self._fresh = ordering.confirm(self.session, order_id, payment_mode)
        cart.clear(self.memory)

    def take_cash(self) -> None:
        cart.pay_cash(self.memory)

    def drop_what_is_wrong(self) -> None:
        """A product that is no longer sold would spoil every quote."""
        sku = self.error.facts.get("sku") if self.error else None
        if sku:
            cart.drop(self.memory, sku)
            self._cancel_when_empty()

    def drop_missing(self) -> None:
        for short in supply.shorts_of(self.error):
            cart.drop(self.memory, short["sku"])
        self._cancel_when_empty()

    def _cancel_when_empty(self) -> None:
        """A list with nothing on it has no quote to say yes to."""
        if not cart.size(self.memory):
            cart.cancel_quote(self.session, self.memory)

    def fit_to_credit(self) -> None:
        """The part that fits becomes the list; it is quoted, and placed only by a yes."""
        fitted = self.basket(self.judged)
        if fitted is not None:
            self.say(baskets.left_out(self.order, fitted))
            cart.write(self.memory, fitted.lines(self.heard.goods))
        self._drafted()

    def hold_for_payment(self) -> None:
        """The order waits, and goes on by itself when the money is booked."""
        self.pay_minor = self.judged.helps.pay_minor or 0
        self._fresh = holding.hold(self.session, self.order.id)
        cart.clear(self.memory)

    def ask_for_approval(self) -> None:
        order = self.order
        if not holding.judged(self.session, order).allowed:
            order = holding.hold(self.session, order.id)
            cart.clear(self.memory)
        tasks.ask_staff(
            self.session,
            "approval_wanted",
            f"{self.turn.shop.name} asks to approve an order above the terms of credit.",
            retailer_id=order.retailer_id,
            facts={"order": order.public_id, "total_minor": order.total_minor},
            dedupe_key=holding.approval_key(order.id),
        )

    # -- saying -------------------------------------------------------------------------------------------------------

    def say_placed(self) -> None:
        self.say(quotes.thanks(self.order))
        if self.agreed_minor is not None and self.order.total_minor < self.agreed_minor:
            self.say(quotes.cheaper(self.order, self.agreed_minor))
        self.say(_("You get the bill here when the goods leave our shop."))

    def say_not_placed(self) -> None:
        self.say(_("All right, nothing is ordered yet."))

    def say_more_than_yes(self) -> None:
        self.say(_("Nothing is placed yet, because your message says more than *yes*."))

    def say_no_terms(self) -> None:
        self.say(_("No credit is agreed for your shop yet, so this order can go on cash or UPI."))

    def say_prices_changed(self) -> None:
        self.say(_("Prices have changed since, so here is the new total. Nothing is ordered yet."))

    def say_stock_ran_short(self) -> None:
        self.say(_("Some of it was sold meanwhile, so here is what is left for you. Nothing is ordered yet."))

    def say_missing(self) -> None:
        for line in order_facts.shortage(supply.shorts_of(self.error)):
            self.say(line)

    def say_quote_gone(self) -> None:
        kept = cart.order_id(self.memory)
        self.say(quotes.gone(listing.get(self.session, kept) if kept else None))

    def say_how_to_pay(self) -> None:
        self.say(baskets.how_to_pay(self.order, self.pay_minor))

    def say_asked(self) -> None:
        self.say(
            _("We have asked for approval and will answer you here. Your order is kept: you need not send it again.")
        )

    def explain_wrong(self) -> None:
        sku = self.error.facts.get("sku") if self.error else None
        if sku in self.heard.goods.products:
            product = self.heard.goods.product(str(sku))
            units = wording.joined(wording.unit(name) for name in product.units)
            facts = {"name": isolate(plain(product.name)), "units": units}
            self.say(_("That quantity of %(name)s does not work. It is sold by: %(units)s.", **facts))
        else:
            self.say(_("That could not be ordered like this. Please type it in another way."))
