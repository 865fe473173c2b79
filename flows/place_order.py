"""A customer orders: goods in their own words, what is unclear asked about, a quote, a yes; or why not, and what helps.

The list lives in the conversation's memory and survives every interruption. The quote is a pending order; `yes` means
what the prompt named: credit when the account has terms, else cash. Prices are looked up, never remembered.
"""

from collections.abc import Sequence
from functools import cached_property

from bot import words
from bot.flow import END, REFUSED, RENEW, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import clock
from core.errors import Invalid
from core.i18n import N_, _, isolate
from credit import accounts
from credit.guardrails import CASH, CREDIT, Refused
from flows import cancel_order, cart, quoting, reading, refusals, wording
from orders import catalogue, holding, listing, ordering, usual
from orders.order import CONFIRMED, DISPATCHED, PENDING, Order
from orders.understanding.facts import Understanding
from parties import tasks

WORDS = words.meanings(
    {
        "opened": "order, place order, place an order, new order, my list, list, cart, my cart, show list, show cart,"
        " list dikhao, order karna hai, order dena hai, saman chahiye, maal chahiye, सूची, मेरी सूची, लिस्ट, ऑर्डर, ऑर्डर"
        " करना है, सामान चाहिए, فہرست, میری فہرست, لسٹ, آرڈر, آرڈر کرنا ہے, سامان چاہیے",
        "repeat": "repeat, repeat order, repeat last order, same order, same again, wahi order, phir se wahi, वही ऑर्डर,"
        " फिर से वही, दोबारा वही, وہی آرڈر, پھر سے وہی, دوبارہ وہی",
        "cash": "cash, cash upi, cash/upi, upi, nakad, naqad, nagad, cash par, cash pe, नकद, नगद, कैश, यूपीआई, نقد, کیش,"
        " یو پی آئی",
        "credit": "credit, on credit, udhaar, udhar, udhaar par, khata, khate par, khate mein, उधार, उधार पर, खाता, खाते"
        " पर, खाते में, ادھار, ادھار پر, کھاتہ, کھاتے پر, کھاتے میں",
        "change": "reduce, kam karo, reduce order, कम करो, घटाओ, کم کرو, کم کریں",
        "approve": "approve, approval, manzoori, मंज़ूरी, मंजूरी, منظوری",
    }
)
OPENS = {"opened", "repeat"}
ORDER_KINDS = {"order", "edit", "ambiguous", "unknown"}
ACTIONS = {"confirm": "yes", "cancel_cart": "cancel", "repeat_last": "repeat"}


class PlaceOrder(Flow):
    name = "place_order"
    menu_label = N_("Place an order")
    menu_rank = 10
    keeps_place = True
    greedy = True
    opened_by = {"cancel": "cancel"}

    states = ["choosing_items", "clarifying", "confirming", "refused"]
    transitions = [
        go("opened", START, "confirming", when="has_list", do="draft"),
        go("opened", START, "choosing_items"),
        *(
            line
            for state in (START, "choosing_items", "clarifying", "confirming", "refused")
            for line in (
                go("items", state, "clarifying", when="something_is_unclear", do="keep_items", say="name_unsold"),
                go("items", state, "choosing_items", when="nothing_is_left", do="keep_items", say="name_unsold"),
                go("items", state, "confirming", do="keep_items_and_draft", say="name_unsold"),
                go("repeat", state, "confirming", when="ordered_before", do="repeat_order"),
                go("repeat", state, "choosing_items", say="say_never_ordered"),
                go("cancel", state, END, when="has_list", do="drop_list", say="say_dropped"),
                go("cancel", state, END, when="has_questions", do="drop_list", say="say_questions_dropped"),
                go("cancel", state, END, when="has_order_to_call_off", say="say_how_to_call_off"),
                go("cancel", state, END, say="say_nothing_to_drop"),
            )
        ),
        go("picked", "clarifying", "clarifying", when="something_is_unclear", do="keep_items", say="name_unsold"),
        go("picked", "clarifying", "confirming", do="keep_items_and_draft"),
        go("no", "clarifying", "clarifying", when="more_is_unclear", do="skip_question"),
        go("no", "clarifying", "confirming", when="has_list", do="skip_question_and_draft"),
        go("no", "clarifying", "choosing_items", do="skip_question"),
        go("yes", "choosing_items", "confirming", when="has_list", do="draft"),
        go("yes", "confirming", END, when="yes_means_credit", do="place_on_credit", say="say_placed"),
        go("yes", "confirming", END, do="place_for_cash", say="say_placed"),
        go("credit", "confirming", END, when="has_terms", do="place_on_credit", say="say_placed"),
        go("credit", "confirming", "confirming", say="say_no_terms"),
        go("cash", "confirming", END, do="place_for_cash", say="say_placed"),
        go("no", "confirming", "choosing_items", say="say_not_placed"),
        go("change", "confirming", "choosing_items"),
        go("cash", "refused", END, do="place_for_cash", say="say_placed"),
        go("yes", "refused", END, do="place_on_credit", say="say_placed"),
        go("credit", "refused", END, do="place_on_credit", say="say_placed"),
        go("approve", "refused", END, do="ask_for_approval", say="say_asked"),
        go("no", "refused", "choosing_items", say="say_not_placed"),
        go("change", "refused", "choosing_items"),
        go(RENEW, "confirming", "confirming", do="draft"),
        go(RENEW, "refused", "confirming", do="draft"),
        *(
            line
            for state in ("confirming", "refused")
            for line in (
                go(REFUSED, state, "refused", when="credit_was_refused"),
                go(REFUSED, state, "confirming", when="prices_changed", do="draft", say="say_prices_changed"),
                go(REFUSED, state, "confirming", when="quote_is_gone", do="draft", say="say_quote_gone"),
            )
        ),
        *(
            go(REFUSED, state, "choosing_items", when="input_was_wrong", do="drop_what_is_wrong", say="explain_wrong")
            for state in (START, "choosing_items", "clarifying", "confirming")
        ),
    ]

    # -- hearing ------------------------------------------------------------------------------------------------------

    def recognise(self, message: Message) -> str | None:
        meant = WORDS.get(message.folded)
        if meant in OPENS:
            return meant
        if words.answer(message.folded) == "yes":  # no prompt is live: show the list again rather than place it
            return "opened" if self.has_list() and self.state == START else None
        return self.ordered(message)

    def hear_choosing_items(self, message: Message) -> str | None:
        if words.answer(message.folded) == "yes" and self.has_list():
            return "yes"
        return self.ordered(message)

    def hear_clarifying(self, message: Message) -> str | None:
        if words.answer(message.folded) == "no":
            return "no"
        return self.ordered(message)

    def hear_confirming(self, message: Message) -> str | None:
        return words.answer(message.folded) or self.spoken(message) or self.ordered(message)

    hear_refused = hear_confirming

    def spoken(self, message: Message) -> str | None:
        """cash, credit, change and the like, where the state knows them."""
        meant = WORDS.get(message.folded)
        return meant if meant and self.can(meant) else None

    def ordered(self, message: Message) -> str | None:
        """What the message does to the list, if it speaks of goods at all."""
        if not message.text or (len(message.text) < 2 and self.state == START):
            return None
        if cancel_order.NAMED.fullmatch(message.folded):  # an order that is placed, not this list
            return None
        read = self.read
        if read.kind not in ORDER_KINDS:
            return None
        if read.action:
            meant = ACTIONS.get(read.action)
            return meant if meant and self.can(meant) else None
        return "items" if read.lines or read.questions or read.unknown or read.cart is not None else None

    @cached_property
    def read(self) -> Understanding:
        """The message as the catalogue understands it; a picked option counts as its number."""
        text = self.arg or self.turn.message.text
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
        return Reply(f"{listed}\n\n{how}", (Choice(_("It is right"), "yes"),))

    def ask_clarifying(self) -> Reply:
        asked = cart.question(self.memory)
        if asked is None:
            return self.ask_choosing_items()
        return quoting.which(asked, self.goods)

    def ask_confirming(self) -> Reply:
        quoted = self.order
        cart.quoted(self.memory, quoted, CREDIT if self.has_terms() else CASH)
        ask, choices = self.ways_to_say_yes()
        return Reply(f"{quoting.quote(quoted)}\n\n{ask}", (*choices, Choice(_("Change"), "change")))

    def ways_to_say_yes(self) -> tuple[str, tuple[Choice, ...]]:
        """The sentence and the choices, with both ways of paying when the account has terms."""
        if not self.yes_means_credit():
            ask = _("Reply *yes* to place it for cash or UPI. To change it, type the change.")
            return ask, (Choice(_("Yes, cash / UPI"), "cash"),)
        ask = _("Reply *yes* to place it on credit, or *cash* for cash or UPI. To change it, type the change.")
        return ask, (Choice(_("Yes, on credit"), "credit"), Choice(_("Cash / UPI"), "cash"))

    def ask_refused(self) -> Reply:
        error = self.error
        verdict = error.verdict if isinstance(error, Refused) else refusals.judged(self.session, self.order)
        return refusals.explain(self.turn, self.order, verdict)

    def holding(self) -> str:
        return _("Your list (%(count)s) is still here: type *list* to see it.", count=cart.size(self.memory))

    # -- guards -------------------------------------------------------------------------------------------------------

    def has_list(self) -> bool:
        return cart.size(self.memory) > 0

    def has_questions(self) -> bool:
        return cart.has_questions(self.memory)

    def has_order_to_call_off(self) -> bool:
        return self.placed is not None

    def something_is_unclear(self) -> bool:
        return bool(cart.questions_after(self.memory, self.read))

    def nothing_is_left(self) -> bool:
        return not cart.after(self.memory, self.read)

    def more_is_unclear(self) -> bool:
        return len(self.memory.get("cart", {}).get("questions", ())) > 1

    def yes_means_credit(self) -> bool:
        return cart.yes_means(self.memory) == CREDIT

    def has_terms(self) -> bool:
        return bool(accounts.get(self.session, self.turn.shop.id).limit_minor)

    def ordered_before(self) -> bool:
        return self.earlier is not None

    def credit_was_refused(self) -> bool:
        return isinstance(self.error, Refused)

    def prices_changed(self) -> bool:
        return isinstance(self.error, ordering.PriceChanged)

    def quote_is_gone(self) -> bool:
        return isinstance(self.error, ordering.NotPending)

    def input_was_wrong(self) -> bool:
        return isinstance(self.error, Invalid)

    # -- doing --------------------------------------------------------------------------------------------------------

    @property
    def order(self) -> Order:
        """The pending order that was quoted; quoted anew when there is none."""
        kept = cart.order_id(self.memory)
        return self._fresh or (listing.get(self.session, kept) if kept else self._drafted())

    _fresh: Order | None = None

    def _drafted(self) -> Order:
        self._fresh = ordering.draft(self.session, self.turn.shop.id, cart.wanted(self.memory), "chat")
        return self._fresh

    def draft(self) -> None:
        self._drafted()

    def keep_items(self) -> None:
        reading.keep(self.session, self.turn.shop.id, self.read, self.memory)
        self._call_off_when_empty()

    def keep_items_and_draft(self) -> None:
        reading.keep(self.session, self.turn.shop.id, self.read, self.memory)
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
        self._fresh = ordering.confirm(self.session, order_id, payment_mode)
        cart.clear(self.memory)

    def drop_list(self) -> None:
        self._call_off_quote()
        cart.clear(self.memory)

    def drop_what_is_wrong(self) -> None:
        """A product that is no longer sold would spoil every quote."""
        sku = self.error.facts.get("sku") if self.error else None
        if sku:
            cart.drop(self.memory, sku)
            self._call_off_when_empty()

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
            dedupe_key=f"approve:{order.id}",
        )

    # -- saying -------------------------------------------------------------------------------------------------------

    def name_unsold(self) -> None:
        self.say_unsold(self.read.unknown)

    def say_unsold(self, named: Sequence[str]) -> None:
        for text in named[:3]:
            self.say(_("We do not sell “%(what)s”.", what=isolate(plain(text)[:60])))
        for remark in reading.remarks(self.read):
            self.say(remark)

    def say_placed(self) -> None:
        self.say(quoting.thanks(self.order))
        self.say(_("You get the bill here when the goods leave our shop."))

    def say_not_placed(self) -> None:
        self.say(_("All right, nothing is ordered yet."))

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

    def say_nothing_to_drop(self) -> None:
        self.say(_("There is nothing to cancel. Type *menu* to see what I can do."))

    def say_prices_changed(self) -> None:
        self.say(_("Prices have changed since, so here is the new total. Nothing is ordered yet."))

    def say_quote_gone(self) -> None:
        kept = cart.order_id(self.memory)
        self.say(quoting.gone(listing.get(self.session, kept) if kept else None))

    def say_asked(self) -> None:
        self.say(
            _("We have asked for approval and will answer you here. Your order is kept: you need not send it again.")
        )

    def explain_wrong(self) -> None:
        sku = self.error.facts.get("sku") if self.error else None
        if sku in self.goods.products:
            product = self.goods.product(str(sku))
            units = ", ".join(wording.unit(name) for name in product.units)
            facts = {"name": isolate(plain(product.name)), "units": isolate(units)}
            self.say(_("That quantity of %(name)s does not work. It is sold by: %(units)s.", **facts))
        else:
            self.say(_("That could not be ordered like this. Please type it in another way."))
