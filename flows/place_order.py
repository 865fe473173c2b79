"""A customer orders: goods in their own words, what is unclear asked about, a quote, a yes; or why not, and what helps.

The list lives in the conversation's memory and survives every interruption. The quote is a pending order; `yes` means
what the prompt named: credit when the account has terms, else cash. Prices are looked up, never remembered.
"""

import re
from functools import cached_property

from bot import words
from bot.flow import START, Choice, Flow, Reply
from bot.ingress import Message
from bot.markup import MAX_BODY, plain
from core import clock
from core.errors import Invalid
from core.i18n import N_, _, isolate
from credit import accounts
from credit.guardrails import CASH, CREDIT, Refused, Verdict
from flows import cancel_order, cart, my_bills, my_orders, packs, quoting, reading, refusals, splitting
from flows.order_sentences import Sentences
from flows.order_ways import ACTIONS, OPENS, ORDER_KINDS, REMARK, STATES, TRANSITIONS, WANTED_ITSELF, WORDS
from flows.splitting import Basket
from language.yes_and_no import beyond_yes
from orders import catalogue, holding, listing, ordering, usual
from orders.order import CONFIRMED, DISPATCHED, HELD, PENDING, Order
from orders.understanding.facts import Understanding
from parties import tasks

NAMED_ELSEWHERE = (cancel_order.NAMED, my_orders.ASKED, my_bills.ASKED)  # an order or a bill by its number, no goods


class PlaceOrder(Sentences, Flow):
    name = "place_order"
    menu_label = N_("Place an order")
    menu_rank = 10
    keeps_place = True
    greedy = True
    opened_by = {"cancel": "cancel"}
    agreeing = frozenset({"yes", "credit", "cash", "approve", "pay_rest"})
    asked_by = frozenset({"pending_order_followup"})

    states = STATES
    transitions = TRANSITIONS

    # -- hearing ------------------------------------------------------------------------------------------------------

    def recognise(self, message: Message) -> str | None:
        meant = WORDS.get(message.folded)
        if meant in OPENS:
            return meant
        if words.answer(message.folded) == "yes":  # no prompt is live: show the list again rather than place it
            return "opened" if self.has_list() and self.state == START else None
        if words.answer(message.folded) == "change" and self.state == START:
            return "amend"
        return self.ordered(message)

    def hear_choosing_items(self, message: Message) -> str | None:
        answer = words.answer(message.folded)
        return answer if answer in ("yes", "no") and self.has_list() else self.ordered(message)

    def hear_clarifying(self, message: Message) -> str | None:
        if words.answer(message.folded) == "no":
            return "no"
        return self.ordered(message)

    def hear_confirming(self, message: Message) -> str | None:
        return words.answer(message.folded) or self.spoken(message) or self.ordered(message) or self.hedged()

    hear_refused = hear_confirming

    def hedged(self) -> str | None:
        """A yes with something beside it that may change it: "haan kal bhejo"."""
        return "hedged" if self.read.reason == "yes" and self.can("hedged") else None

    def spoken(self, message: Message) -> str | None:
        """cash, credit, change and the like, also beside a yes ("haan cash kar do"), where the state knows them."""
        beside = words.fold(beyond_yes(message.text))
        meant = WORDS.get(message.folded) or (None if beside in WANTED_ITSELF else WORDS.get(beside))
        return meant if meant and self.can(meant) else None

    def ordered(self, message: Message) -> str | None:
        """What the message does to the list, if it speaks of goods at all."""
        if not message.text or (len(message.text) < 2 and self.state == START):
            return None
        if any(named.fullmatch(message.folded) for named in NAMED_ELSEWHERE):
            return None
        if self.remark is not None:
            return "remarked"
        read = self.read
        if read.kind not in ORDER_KINDS or reading.names_nothing(read):
            return None
        if read.action:
            meant = ACTIONS.get(read.action)
            return meant if meant and self.can(meant) else None
        return "items" if read.lines or read.questions or read.unknown or read.cart is not None else None

    @cached_property
    def remark(self) -> re.Match[str] | None:
        """A note for whoever packs, or where to bring the goods: `note: ...`, `address: ...`."""
        return None if self.arg else REMARK.fullmatch(self.turn.message.text)

    @cached_property
    def read(self) -> Understanding:
        """The message as the catalogue understands it; a picked option counts as its number."""
        text = packs.as_answer(self.arg or self.turn.message.text, cart.question(self.memory), self.goods)
        return reading.read(self.session, self.turn.shop.id, self.goods.index, text, self.memory)

    @cached_property
    def goods(self) -> catalogue.Catalogue:
        """Today's catalogue, usually without a query."""
        business = self.turn.business
        return catalogue.load(self.session, version=business.catalogue_version, on=clock.today(business.timezone))

    # -- asking -------------------------------------------------------------------------------------------------------

    def ask_choosing_items(self) -> Reply:
        if not self.has_list():
            return Reply(_("What do you need? Type goods and quantities, for example: 5 kg sugar, 2 box tea."))
        listed = quoting.listed(cart.lines(self.memory), self.goods)
        how = _("Type what to change, for example: sugar 3 kg, remove tea. When it is right, type *yes*.")
        return Reply(f"{listed}\n\n{how}", (Choice(_("It is right"), "yes"), Choice(_("Drop the list"), "cancel")))

    def ask_clarifying(self) -> Reply:
        asked = cart.question(self.memory)
        if asked is None:
            return self.ask_choosing_items()
        return quoting.which(asked, self.goods)

    def ask_confirming(self) -> Reply:
        quoted = self.order
        cart.quoted(self.memory, quoted, CREDIT if self.has_terms() else CASH)
        ask, choices = self.ways_to_say_yes(quoted)
        room = MAX_BODY - len(ask) - sum(len(text) + 2 for text in self.turn.texts) - 2
        text = f"{quoting.quote(quoted, self.goods, room)}\n\n{ask}"
        return Reply(text, (*choices, Choice(_("Change"), "change")))

    def ways_to_say_yes(self, quoted: Order) -> tuple[str, tuple[Choice, ...]]:
        """The sentence and the choices, with both ways of paying when the account has terms."""
        least_minor = self.goods.rules.min_order_minor
        if least_minor is not None and quoted.total_minor < least_minor:
            return quoting.too_small(quoted, least_minor), ()
        if not self.yes_means_credit():
            ask = _("Reply *yes* to place it for cash or UPI. To change it, type the change.")
            return ask, (Choice(_("Yes, cash / UPI"), "cash"),)
        ask = _("Reply *yes* to place it on credit, or *cash* for cash or UPI. To change it, type the change.")
        return ask, (Choice(_("Yes, on credit"), "credit"), Choice(_("Cash / UPI"), "cash"))

    def ask_refused(self) -> Reply:
        error = self.error
        verdict = error.verdict if isinstance(error, Refused) else refusals.judged(self.session, self.order)
        return refusals.explain(self.turn, self.order, verdict, self.basket(verdict))

    def basket(self, verdict: Verdict) -> Basket | None:
        """What of the refused order fits into the credit that is left."""
        return splitting.basket(self.session, self.order, self.goods, verdict)

    def holding(self) -> str:
        if not self.has_list():
            return ""
        return _(
            "Your list (%(count)s) is still here: type *list* to see it.", count=isolate(str(cart.size(self.memory)))
        )

    # -- guards -------------------------------------------------------------------------------------------------------

    def has_list(self) -> bool:
        return cart.size(self.memory) > 0

    def has_questions(self) -> bool:
        return cart.has_questions(self.memory)

    def has_order_to_call_off(self) -> bool:
        return self.placed is not None

    def has_kept_order(self) -> bool:
        return bool(listing.page(self.session, retailer_id=self.turn.shop.id, status=HELD, limit=1))

    def something_is_unclear(self) -> bool:
        return bool(cart.questions_after(self.memory, self.read, self.goods))

    def nothing_is_left(self) -> bool:
        return not cart.fitting(self.memory, self.read, self.goods)

    def more_is_unclear(self) -> bool:
        return len(self.memory.get("cart", {}).get("questions", ())) > 1

    def yes_means_credit(self) -> bool:
        return cart.yes_means(self.memory) == CREDIT

    def has_terms(self) -> bool:
        return bool(accounts.get(self.session, self.turn.shop.id).limit_minor)

    def ordered_before(self) -> bool:
        return self.earlier is not None

    @cached_property
    def judged(self) -> Verdict:
        """What the guardrails say to the quoted order now."""
        return refusals.judged(self.session, self.order)

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
        return isinstance(self.error, ordering.BelowMinimum)

    def stock_ran_short(self) -> bool:
        return isinstance(self.error, ordering.StockShort)

    def nothing_is_in_stock(self) -> bool:
        return isinstance(self.error, ordering.OutOfStock)

    def input_was_wrong(self) -> bool:
        return isinstance(self.error, Invalid)

    # -- doing --------------------------------------------------------------------------------------------------------

    @property
    def order(self) -> Order:
        """The pending order that was quoted; quoted anew when there is none."""
        kept = cart.order_id(self.memory)
        return self._fresh or (listing.get(self.session, kept) if kept else self._drafted())

    _fresh: Order | None = None
    pay_minor = 0  # what would let the order through, when the shop says that it pays
    agreed_minor: int | None = None  # what the quote came to that this turn said yes to

    def _drafted(self) -> Order:
        wanted, changed = packs.rounded(cart.wanted(self.memory), self.goods)
        self._fresh = ordering.draft(self.session, self.turn.shop.id, wanted, "chat", cart.extras(self.memory))
        for sentence in changed:
            self.say(sentence)
        return self._fresh

    def draft(self) -> None:
        self._drafted()

    def keep_items(self) -> None:
        reading.keep(self.session, self.turn.shop.id, self.read, self.memory, self.goods)
        self._call_off_when_empty()

    def keep_items_and_draft(self) -> None:
        reading.keep(self.session, self.turn.shop.id, self.read, self.memory, self.goods)
        self._drafted()

    def _call_off_when_empty(self) -> None:
        """A list with nothing on it has no quote to say yes to."""
        if not self.has_list():
            self._call_off_quote()

    def _call_off_quote(self) -> None:
        quoted = cart.order_id(self.memory)
        if quoted and listing.get(self.session, quoted).status == PENDING:
            ordering.cancel(self.session, quoted, cancel_order.REASON)
        cart.unquoted(self.memory)

    def skip_question(self) -> None:
        cart.skip_question(self.memory)

    def skip_question_and_draft(self) -> None:
        cart.skip_question(self.memory)
        self._drafted()

    @cached_property
    def earlier(self) -> Order | None:
        """The last order that was placed."""
        latest = listing.page(self.session, retailer_id=self.turn.shop.id, limit=10)
        return next((order for order in latest if order.status in (CONFIRMED, DISPATCHED)), None)

    @cached_property
    def placed(self) -> Order | None:
        """The last order that is placed and has not left."""
        latest = listing.page(self.session, retailer_id=self.turn.shop.id, status=CONFIRMED, limit=1)
        return latest[0] if latest else None

    def repeat_order(self) -> None:
        if self.earlier is not None:
            cart.add_missing(self.memory, usual.again(self.earlier, self.goods))
            self.say_unsold(usual.unsold(self.earlier, self.goods))
        self._drafted()

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

    def open_kept_order(self) -> None:
        self.hand_on("held_order", "opened")

    def drop_list(self) -> None:
        self._call_off_quote()
        cart.clear(self.memory)

    def drop_what_is_wrong(self) -> None:
        """A product that is no longer sold would spoil every quote."""
        sku = self.error.facts.get("sku") if self.error else None
        if sku:
            cart.drop(self.memory, sku)
            self._call_off_when_empty()

    def drop_what_is_missing(self) -> None:
        for short in quoting.shorts_of(self.error):
            cart.drop(self.memory, short["sku"])
        self._call_off_when_empty()

    def keep_remark(self) -> None:
        if self.remark is not None:
            cart.remark(self.memory, self.remark["note"] is not None, plain(self.remark["said"]))

    def keep_remark_and_draft(self) -> None:
        self.keep_remark()
        self._drafted()

    def fit_to_credit(self) -> None:
        """The part that fits becomes the list; it is quoted, and placed only by a yes."""
        fitted = self.basket(self.judged)
        if fitted is not None:
            self.say(splitting.left_out(self.order, fitted))
            cart.write(self.memory, fitted.lines(self.goods))
        self._drafted()

    def hold_for_payment(self) -> None:
        """The order waits, and goes on by itself when the money is booked."""
        self.pay_minor = self.judged.helps.pay_minor or 0
        self._fresh = holding.hold(self.session, self.order.id)
        cart.clear(self.memory)

    def ask_for_approval(self) -> None:
        order = self.order
        if not refusals.judged(self.session, order).allowed:
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
