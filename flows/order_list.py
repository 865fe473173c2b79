"""A customer makes a list: goods in their own words, what is unclear asked about, until it can be quoted.

The list lives in the conversation's memory and survives every interruption. As soon as nothing is unclear, place_order
quotes it; what is typed to the quote comes back here, changes the list, and is quoted again.
"""

from collections.abc import Sequence
from functools import cached_property

from bot import words
from bot.flow import END, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core.i18n import N_, _, isolate
from language import phrases, ways_of_paying
from language.phrases import Meaning
from orders import cart, learning, listing, usual
from orders.order import CONFIRMED, DISPATCHED, HELD, Order
from speech import hearing, lists, order_facts, questions
from speech.hearing import Heard

WORDS = phrases.table({"opened": Meaning.ORDER, "repeat": Meaning.REPEAT})
QUOTING = "place_order"  # the conversation about the quote of this list


class OrderList(Flow):
    name = "order_list"
    menu_label = N_("Place an order")
    menu_rank = 10
    asked_rank = 220
    remembers = ("cart",)
    keeps_place = True
    greedy = True
    opened_by = {Meaning.CANCEL: "cancel", Meaning.LET_IT_BE: "cancel"}
    means_here = {Meaning.LET_IT_BE: "let_be"}
    agreeing = frozenset()  # a yes to a list brings its quote, and agrees to nothing

    states = ["choosing_items", "clarifying"]
    transitions = [
        go("opened", START, "clarifying", when="has_questions"),
        go("opened", START, "place_order.quote", when="has_list", do="forget_quote"),
        go("opened", START, "choosing_items"),
        go("shown", START, "choosing_items"),
        go("amend", START, "choosing_items", when="has_list"),
        go("amend", START, END, when="has_order_to_cancel", say="say_how_to_amend"),
        *(
            line
            for state in (START, "choosing_items", "clarifying")
            for line in (
                go("items", state, "clarifying", when="something_is_unclear", do="keep_items", say="name_unsold"),
                go("items", state, "choosing_items", when="nothing_is_left", do="keep_items", say="name_unsold"),
                go("items", state, "place_order.quote", do="keep_items", say="name_unsold"),
                go("remarked", state, "clarifying", when="has_questions", do="keep_remark", say="say_remark_kept"),
                go("remarked", state, "place_order.quote", when="has_list", do="keep_remark"),
                go("remarked", state, "choosing_items", do="keep_remark", say="say_remark_kept"),
                go("repeat", state, "clarifying", when="repeats_with_questions", do="repeat_order"),
                go("repeat", state, "place_order.quote", when="ordered_before", do="repeat_order"),
                go("repeat", state, "choosing_items", say="say_never_ordered"),
                go("cancel", state, END, when="has_list", do="drop_list", say="say_dropped"),
                go("cancel", state, END, when="has_questions", do="drop_list", say="say_questions_dropped"),
                go("cancel", state, "cancel_order.latest", when="has_order_to_cancel"),
                go("cancel", state, "held_order.opened", when="has_kept_order"),
                go("cancel", state, END, say="say_nothing_to_drop"),
            )
        ),
        go("picked", "clarifying", "clarifying", when="something_is_unclear", do="keep_items", say="name_unsold"),
        go("picked", "clarifying", "place_order.quote", do="keep_items"),
        go("no", "clarifying", "clarifying", when="more_is_unclear", do="skip_question"),
        go("no", "clarifying", "place_order.quote", when="has_list", do="skip_question"),
        go("no", "clarifying", "choosing_items", do="skip_question"),
        go("let_be", "clarifying", "clarifying", when="more_is_unclear", do="skip_question"),
        go("let_be", "clarifying", "place_order.quote", when="has_list", do="skip_question"),
        go("let_be", "clarifying", END, do="drop_list", say="say_questions_dropped"),
        go("let_be", "choosing_items", END, when="has_list", do="drop_list", say="say_dropped"),
        go("let_be", "choosing_items", END, say="say_nothing_to_drop"),
        go("yes", "choosing_items", "place_order.quote", when="has_list"),
        go("no", "choosing_items", "choosing_items", when="has_list", say="say_not_placed"),
    ]

    # -- hearing ------------------------------------------------------------------------------------------------------

    def recognise(self, message: Message) -> str | None:
        meant = WORDS.get(message.folded)
        if meant:
            return meant
        is_elsewhere = self.state == START and self.turn.place.flow != QUOTING
        if words.answer(message.folded) == "yes":  # no prompt is live: show the list again rather than place it
            return "opened" if self.has_list() and is_elsewhere else None
        if words.answer(message.folded) == "change" and is_elsewhere:
            return "amend"
        return self.heard.trigger(self)

    def hear_choosing_items(self, message: Message) -> str | None:
        answer = words.answer(message.folded)
        return answer if answer in ("yes", "no") and self.has_list() else self.heard.trigger(self)

    def hear_clarifying(self, message: Message) -> str | None:
        if words.answer(message.folded) == "no":
            return "no"
        return self.heard.trigger(self)

    @cached_property
    def heard(self) -> Heard:
        """What the message, or the picked option, says of the list."""
        return hearing.heard(self.turn, self.arg)

    # -- asking -------------------------------------------------------------------------------------------------------

    def ask_choosing_items(self) -> Reply:
        if not self.has_list():
            return Reply(_("What do you need? Type goods and quantities, for example: 5 kg sugar, 2 box tea."))
        listed = lists.listed(cart.lines(self.memory), self.heard.goods)
        how = _("Type what to change, for example: sugar 3 kg, remove tea. When it is right, type *yes*.")
        return Reply(f"{listed}\n\n{how}", (Choice(_("It is right"), "yes"), Choice(_("Drop the list"), "cancel")))

    def ask_clarifying(self) -> Reply:
        asked = cart.question(self.memory)
        if asked is None:
            return self.ask_choosing_items()
        return questions.which(asked, self.heard.goods)

    def holding(self) -> str:
        return lists.still_here(cart.size(self.memory))

    # -- guards -------------------------------------------------------------------------------------------------------

    def has_list(self) -> bool:
        return cart.size(self.memory) > 0

    def has_questions(self) -> bool:
        return cart.has_questions(self.memory)

    def has_order_to_cancel(self) -> bool:
        return self.placed is not None

    def has_kept_order(self) -> bool:
        return bool(listing.page(self.session, retailer_id=self.turn.shop.id, status=HELD, limit=1))

    def something_is_unclear(self) -> bool:
        return bool(cart.questions_after(self.memory, self.heard.read, self.heard.goods))

    def nothing_is_left(self) -> bool:
        return not cart.fitting(self.memory, self.heard.read, self.heard.goods)

    def more_is_unclear(self) -> bool:
        return cart.has_questions(self.memory, beyond=1)

    def ordered_before(self) -> bool:
        return self.earlier is not None

    def repeats_with_questions(self) -> bool:
        return self.ordered_before() and self.has_questions()

    # -- doing --------------------------------------------------------------------------------------------------------

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

    def forget_quote(self) -> None:
        """The list is quoted anew, so what was quoted before is no longer on offer."""
        cart.unquoted(self.memory)

    def keep_items(self) -> None:
        heard = self.heard
        cart.keep(self.memory, heard.read, heard.goods)
        if ways_of_paying.says_cash(self.turn.message.text):
            cart.pay_cash(self.memory)
        chosen = heard.read.chosen
        if chosen is not None:  # an answer says what the shop calls things
            learning.hear(self.session, self.turn.shop.id, chosen.said, chosen.sku)
        if not self.has_list():  # a list with nothing on it has no quote to say yes to
            cart.cancel_quote(self.session, self.memory)

    def skip_question(self) -> None:
        cart.skip_question(self.memory)

    def repeat_order(self) -> None:
        if self.earlier is not None:
            if self.has_list():
                self.say(_("Your last order is added to what your list has already."))
            cart.add_missing(self.memory, usual.again(self.earlier, self.heard.goods))
            self.say_unsold(usual.unsold(self.earlier, self.heard.goods))

    def drop_list(self) -> None:
        cart.cancel_quote(self.session, self.memory)
        cart.clear(self.memory)

    def keep_remark(self) -> None:
        note = self.heard.note
        if note is not None:
            cart.remark(self.memory, note.is_for_packing, plain(note.said))

    # -- saying -------------------------------------------------------------------------------------------------------

    def name_unsold(self) -> None:
        self.say_unsold(self.heard.read.unknown)

    def say_unsold(self, named: Sequence[str]) -> None:
        for text in named[:3]:
            self.say(_("We do not sell “%(what)s”.", what=isolate(plain(text)[:60])))
        for remark in questions.remarks(self.heard.read):
            self.say(remark)

    def say_not_placed(self) -> None:
        self.say(_("All right, nothing is ordered yet."))

    def say_remark_kept(self) -> None:
        self.say(_("Noted. It goes with your order."))

    def say_never_ordered(self) -> None:
        self.say(_("There is no earlier order to repeat."))

    def say_dropped(self) -> None:
        if self.placed is None:
            self.say(_("Your list is dropped; nothing was ordered. Type *menu* or a new order at any time."))
        else:
            self.say(_("Your list is dropped.") + " " + self.what_stands())

    def say_questions_dropped(self) -> None:
        if self.placed is None:
            self.say(_("My question is dropped; nothing was ordered. Type *menu* or a new order at any time."))
        else:
            self.say(_("My question is dropped.") + " " + self.what_stands())

    def what_stands(self) -> str:
        """What was placed before is not touched, and could be meant."""
        if self.placed is None:
            return ""
        facts = {"order": order_facts.numbered(self.placed), "number": isolate(self.placed.number or "")}
        return _("Your order %(order)s stays as it is. To call that off, type *cancel %(number)s*.", **facts)

    def say_how_to_amend(self) -> None:
        if self.placed is not None:
            facts = {"order": order_facts.numbered(self.placed), "number": isolate(self.placed.number or "")}
            self.say(
                _(
                    "Order %(order)s is placed. To change it, type *cancel %(number)s* and then the whole order anew.",
                    **facts,
                )
            )

    def say_nothing_to_drop(self) -> None:
        self.say(_("There is nothing to cancel. Type *menu* to see what I can do."))
