"""What something costs, or whether it is sold: answered with the shop's own prices. Asking orders nothing."""

import re
from functools import cached_property

from bot.flow import END, START, Flow, go
from bot.ingress import Message
from bot.markup import plain
from core.i18n import _, format_money, isolate
from language import phrases
from language.phrases import Meaning, Word, any_of
from orders import drafting, terms
from orders.catalogue import Catalogue, ProductOnSale
from orders.terms import THOUSANDTHS
from orders.understanding.read import understand
from speech import hearing, wording

MAX_SHOWN = 8
INCLUSIVE = "inclusive"

WORDS = phrases.of(Meaning.THANKS)
_THANKS = re.compile(rf"(?:{any_of(Word.BEFORE_THANKS)}\s)*{any_of(Word.THANKS)}(?:\s{any_of(Word.AFTER_THANKS)})*")
_ASKS = re.compile(phrases.a_whole(Word.ASKS_ABOUT_GOODS))
_SOLD = re.compile(rf"(.+?)\s{any_of(Word.IS_IT_SOLD)}[?؟]?|{any_of(Word.IS_THERE)}\s(.+)")
_BESIDE = re.compile(phrases.a_whole(Word.BESIDE_A_QUESTION) + r"|[?؟]")


class GoodsQuestion(Flow):
    name = "goods_question"
    asked_rank = 30
    transitions = [
        go("asked", START, END, say="tell_prices"),
        go("thanked", START, END, say="answer_thanks"),
    ]

    def recognise(self, message: Message) -> str | None:
        if message.folded in WORDS or _THANKS.fullmatch(message.folded):
            return "thanked"
        return "asked" if self.asked_of and self.named else None

    @cached_property
    def asked_of(self) -> str:
        """What is asked about, without the words that ask; empty when nothing is."""
        said = self.turn.message.folded
        if not _ASKS.search(said) and not _SOLD.fullmatch(said):
            return ""
        return " ".join(_BESIDE.sub(" ", _ASKS.sub(" ", said)).split())

    @cached_property
    def goods(self) -> Catalogue:
        """Today's catalogue, usually without a query."""
        return hearing.goods(self.turn)

    @cached_property
    def named(self) -> list[ProductOnSale]:
        """The goods that the question names, if it is a question and names nothing else."""
        if understand(self.goods.index, self.turn.message.text).kind != "chatter":
            return []
        read = understand(self.goods.index, self.asked_of)
        if read.unknown or read.unread:
            return []
        found = [line.sku for line in read.lines] + [sku for asked in read.questions for sku in asked.candidates]
        return [self.goods.product(sku) for sku in dict.fromkeys(found) if sku in self.goods.products]

    def tell_prices(self) -> None:
        """A line for each, at the price of this shop's class; how to order it."""
        price_class = drafting.standing(self.session, self.turn.shop.id).price_class
        lines = [self.priced(product, price_class) for product in self.named]
        self.say(wording.titled(_("Today's prices"), wording.shortened(lines, MAX_SHOWN)))
        self.say(_("To order, type the quantity with the name."))

    def priced(self, product: ProductOnSale, price_class: str) -> str:
        """`Sugar M-30 (loose): ₹42 / kg + tax`"""
        price_minor = terms.price_for(product.terms, price_class, THOUSANDTHS, product.price_minor)
        facts = {
            "name": isolate(plain(product.name)),
            "price": format_money(price_minor, self.turn.business.currency),
            "unit": wording.unit(product.base_unit),
        }
        if product.price_mode == INCLUSIVE or not product.rate_bps:
            return _("%(name)s: %(price)s per %(unit)s", **facts)
        return _("%(name)s: %(price)s per %(unit)s and tax", **facts)

    def answer_thanks(self) -> None:
        self.say(_("You are welcome."))
