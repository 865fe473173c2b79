"""Understanding one message, from text to what it means for the order at hand.

The steps, in this order: normalise, tokenise, mark what words do, then ask in turn whether the message answers the
pending question, agrees or refuses, repeats, cancels, merely talks, changes the cart, or orders. The first that
recognises it decides. Pure: the same index, text and context always give the same answer; nothing is looked up,
nothing raises.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from language import lexicon, numbers, particles, phrases
from language.folding import fold
from language.normalise import MAX_LENGTH, normalise
from language.phrases import Meaning
from language.roles import Role
from language.tokens import MAX_TOKENS, Kind, Token, tokenise
from language.yes_and_no import yes_or_no
from orders.understanding import edits, own_names
from orders.understanding.answers import PossibleAnswer, answer
from orders.understanding.carts import Change, added, put
from orders.understanding.clauses import Clause, split
from orders.understanding.desk import Desk
from orders.understanding.doubts import sure_of_verb
from orders.understanding.edits import Result
from orders.understanding.elements import Goods, Piece
from orders.understanding.facts import CartLine, Chosen, Context, Question, ReadLine, Understanding, Unsold
from orders.understanding.gathering import Gathered, gather, last_word
from orders.understanding.gluing import divided
from orders.understanding.index import Index
from orders.understanding.keeping import keeps, kept, leaves_open
from orders.understanding.originals import as_typed
from orders.understanding.remarks import quieted
from orders.understanding.repeating import repeats
from orders.understanding.settling import Outcome
from orders.understanding.statements import Instruction, statements_of
from orders.understanding.strangers import is_order_for_stranger, is_unread, stands_alone
from orders.understanding.talk import intent_of

MAX_LINES = 100
_TALKS = frozenset({Role.QUESTION, Role.PAST, Role.PAYMENT, Role.LATER})
_QUOTED = 80


@dataclass(frozen=True, slots=True)
class MessageRead:
    """One message being read against one catalogue."""

    index: Index
    text: str
    spoken: str
    tokens: tuple[Token, ...]
    clauses: tuple[Clause, ...]
    context: Context

    def settle(self, goods: Goods) -> Outcome:
        """What these goods come to, quoting the message."""
        return own_names.settle(self.index, goods, self.quote(goods), self._said(goods), self.context.learned)

    def quote(self, goods: Goods) -> str:
        """The words of these goods, normalised."""
        pieces: list[Piece] = [p for p in (goods.mention, *goods.amounts, *goods.features) if p.end > p.start]
        if not pieces:
            return self.text
        first, last = min(p.start for p in pieces), max(p.end for p in pieces)
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]

    def _said(self, goods: Goods) -> str:
        """The name as typed; empty for goods that are named by what was said before."""
        start, end = goods.mention.start, goods.mention.end
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if end > start else ""

    def statements(self, clauses: Sequence[Clause]) -> tuple[Instruction, ...]:
        return tuple(s for clause in clauses for s in statements_of(self.index, clause, self.settle))


def understand(index: Index, text: str, *, context: Context | None = None) -> Understanding:
    """What the message means. Never raises, whatever the text; asks rather than guesses."""
    normal = normalise(text)
    tokens = divided(index, tokenise(normal))
    clauses = tuple(split(index, tokens, quieted(tokens, _mended(index, tokens, lexicon.mark(tokens)))))
    message = MessageRead(index, normal, text, tokens, clauses, context or Context())
    readings = (read(message) for read in (_declined, _answer, _agreement, _repeat, _keep, _cancel, _goods))
    found = next(reading for reading in readings if reading is not None)
    cut_short = len(text) > MAX_LENGTH or len(tokens) >= MAX_TOKENS or len(found.lines) > MAX_LINES
    return _too_long(message) if cut_short and found.kind != "chatter" else _quoting(message, text, found)


def _quoting(message: MessageRead, typed: str, found: Understanding) -> Understanding:
    """The same in the letters that were typed."""

    def said(quoted: str) -> str:
        return as_typed(typed, message.text, quoted)

    return replace(
        found,
        unknown=tuple(map(said, found.unknown)),
        unread=tuple(map(said, found.unread)),
        questions=tuple(replace(question, text=said(question.text)) for question in found.questions),
    )


def _mended(index: Index, tokens: Sequence[Token], marks: list[lexicon.Roles]) -> list[lexicon.Roles]:
    """The roles, with those of mistyped words that the catalogue does not know."""
    for at, token in enumerate(tokens):
        if Role.TELLS in marks[at] and index.knows(token.sound):
            marks[at] -= {Role.TELLS}
        if (
            Role.ORDER in marks[at]
            and index.units.unit_at(tokens, at) is not None
            and not lexicon.makes(tokens, at + 1)
        ):
            marks[at] -= {Role.ORDER}  # "maggi 4 pack 5 dozen bacha hai": a pack, and nothing to be packed
        roles = lexicon.near_roles(token.sound) if token.kind is Kind.WORD and not marks[at] else lexicon.NONE
        if roles & _TALKS and at + 1 < len(tokens) and tokens[at + 1].kind is Kind.NUMBER:
            roles = lexicon.NONE  # "complan 500g 3 pc": what is counted is a thing
        if roles and index.spell(token.sound) is None and numbers.number_at(tokens, at) is None:
            marks[at] = roles if index.units.unit_at(tokens, at) is None else lexicon.NONE
    return _with_unknown_verbs(index, tokens, [_emphatic(tokens, marks, at) for at in range(len(tokens))])


def _emphatic(tokens: Sequence[Token], marks: Sequence[lexicon.Roles], at: int) -> lexicon.Roles:
    """The roles of a word, where "na" behind a verb refuses no goods: "bhejo na bhai", "de dijiye na"."""
    if at and Role.NOT in marks[at] and Role.REMOVE not in marks[at] and tokens[at - 1].text in particles.PLACE:
        return lexicon.FILLER  # "ghar pe nahi dukan pe bhejna"
    begs = at > 0 and tokens[at].sound in particles.BEGS and Role.ORDER in marks[at - 1] and Role.NOT in marks[at]
    after = marks[at + 1] if at + 1 < len(tokens) and tokens[at + 1].kind is Kind.WORD else lexicon.FILLER
    return lexicon.FILLER if begs and after & {Role.FILLER, Role.TITLE} and Role.ORDER not in after else marks[at]


def _with_unknown_verbs(index: Index, tokens: Sequence[Token], marks: list[lexicon.Roles]) -> list[lexicon.Roles]:
    """ "5 peti sprite xyz gayi": a word that nobody knows before an auxiliary does something else than order."""
    found = list(marks)
    for at, token in enumerate(tokens[:-1]):
        if token.kind is not Kind.WORD or marks[at] or Role.AUXILIARY not in lexicon.roles_of(tokens[at + 1].sound):
            continue
        known = index.spell(token.sound) is not None or numbers.number_at(tokens, at) is not None
        if not known and index.units.unit_at(tokens, at) is None:
            found[at + 1] = marks[at + 1] | {Role.UNCLEAR_VERB}
    return found


def _too_long(message: MessageRead) -> Understanding:
    """Part of it was not read, so none of it is taken."""
    question = Question("too_long", message.text[:_QUOTED])
    return Understanding("ambiguous", cart=message.context.cart or None, reason="too_long", questions=(question,))


# -- answers and whole-message actions ----------------------------------------------------------------------------


def _declined(message: MessageRead) -> Understanding | None:
    """ "Coke rehne do", "nahi chahiye coke", where it was asked which coke: it is left off, and the list stays."""
    question = message.context.pending_question
    said = [one for one in message.statements(message.clauses) if one.goods or one.said] if question else []
    goods = [one for statement in said for one in statement.goods]
    if question is None or not goods or any(one.op != "remove" or one.said for one in said):
        return None
    asked, listed = set(question.candidates), {line.sku for line in message.context.cart}
    items = message.index.items
    named = [{items[at].sku for at in one.mention.items or one.mention.cover} for one in goods]
    is_asked = all(skus & asked and not skus & listed for skus in named)
    if not is_asked or any(one.amounts for one in goods) or any(clause.talk for clause in message.clauses):
        return None
    return Understanding("edit", action="skip_question", cart=message.context.cart)


def _answer(message: MessageRead) -> Understanding | None:
    question = message.context.pending_question
    if question is None or any(clause.talk for clause in message.clauses):
        return None
    reply = PossibleAnswer(
        message.tokens, tuple(lexicon.mark(message.tokens)), message.statements(message.clauses),
        _agrees(message, question),
    )  # fmt: skip
    found = answer(message.index, question, reply, message.settle)
    if isinstance(found, Question):
        return _asking(replace(found, op=question.op))
    if found is None:
        return None
    named = question.name and found.sku in question.candidates
    chosen = Chosen(question.name, found.sku) if named else None
    cart = message.context.cart
    if not cart:
        return Understanding("order", (found,), reason="answer", chosen=chosen)
    change = added(message.index, cart, found) if question.op == "add" else Change(put(cart, found), found)
    if isinstance(change, Question):
        return _asking(change)
    return replace(_edited([change], cart), chosen=chosen)


def _agrees(message: MessageRead, question: Question) -> bool:
    """A yes; an "ok" only says that it was read, where it was asked whether the goods are wanted at all."""
    only_read = question.reason == "verb_unclear" and fold(message.spoken) in phrases.of(Meaning.ACKNOWLEDGED)
    return yes_or_no(message.spoken) is True and not only_read


def _asking(question: Question) -> Understanding:
    return Understanding("ambiguous", (), question.candidates, reason=question.reason, questions=(question,))


def _agreement(message: MessageRead) -> Understanding | None:
    """Yes confirms a cart; no asks what to change. Without a cart both are talk."""
    said = yes_or_no(message.spoken)
    cart = message.context.cart
    if said is None or _cancels(message):
        return None
    if not cart:
        return Understanding("chatter", reason=intent_of(message.clauses))
    if said:
        return Understanding("edit", action="confirm", cart=cart)
    return Understanding("ambiguous", reason="declined", cart=cart, questions=(Question("declined", message.text),))


def _repeat(message: MessageRead) -> Understanding | None:
    if not repeats(message.clauses):
        return None
    if any(s.goods or (s.said and s.said.amounts) for s in message.statements(message.clauses)):
        return None
    return Understanding("edit", action="repeat_last", cart=message.context.cart)


def _keep(message: MessageRead) -> Understanding | None:
    """ "Baaki sab hata do, coke rehne do": what is named stays, and the rest goes."""
    cart = message.context.cart
    if not cart or any(clause.talk or clause.refuses_removal for clause in message.clauses):
        return None
    if leaves_open(message.clauses):
        return _edited([Question("target_missing", "", None, None, tuple(line.sku for line in cart))], cart)
    if not keeps(message.clauses):
        return None
    said = message.statements(message.clauses)
    desk = Desk(message.index, cart, message.context.last_sku, message.settle)
    goods = [one for statement in said for one in statement.goods]
    removals = sum(_begins_removal(clause) for clause in message.clauses)
    return _edited([kept(cart, goods, lambda one: tuple(edits.target(desk, one)), removals > 1)], cart)


def _begins_removal(clause: Clause) -> int:
    """How often something is removed in a clause; words of one phrase remove once, and "rehne do" lets stay."""
    removing = [Role.REMOVE in roles and Role.STAY not in roles for roles in clause.marks]
    return sum(here and not before for before, here in pairwise([False, *removing]))


def _cancel(message: MessageRead) -> Understanding | None:
    if not _cancels(message) or any(clause.talk or clause.refuses_removal for clause in message.clauses):
        return None
    statements = message.statements(message.clauses)
    if any(s.goods or (s.said and not _only_vague(s.said)) for s in statements):
        return None
    cart = message.context.cart
    counts = {lexicon.ALL_OF[token.sound] for token in message.tokens if token.sound in lexicon.ALL_OF}
    if counts and cart and len(cart) not in counts:  # "dono hata do" of three
        return _edited([Question("target_missing", "", None, None, tuple(line.sku for line in cart))], cart)
    return Understanding("edit", action="cancel_cart", cart=())


def _only_vague(said: Goods) -> bool:
    """ "Cancel kuch": an amount that says nothing."""
    return bool(said.amounts) and said.amounts[0].vague and not said.features and said.place is None


def _cancels(message: MessageRead) -> bool:
    """ "cancel", or removing "the order", "all of it"."""
    roles = _roles(message.clauses)
    return Role.REMOVE in roles and bool(roles & {Role.CANCEL, Role.ALL, Role.CART})


def _roles(clauses: Sequence[Clause]) -> lexicon.Roles:
    return frozenset().union(*(clause.roles for clause in clauses))


# -- goods --------------------------------------------------------------------------------------------------------


def _goods(message: MessageRead) -> Understanding:
    """An order or an edit, if the message orders anything."""
    talk = frozenset().union(*(clause.talk for clause in message.clauses))
    telling = [clause for clause in message.clauses if not clause.talk]
    promises = talk == {Role.PAYMENT}  # "2 peti pepsi, payment kal de dunga" still orders
    orders = any(clause.orders for clause in telling) or _asks_aside(message, telling) or _asks_of_others(message)
    if talk and not promises and not orders:
        return _chatter(message)
    talking = [clause.start for clause in message.clauses if clause.talk]
    heard = gather(message.index, message.statements(telling), message.settle, talking)
    for entry in heard:
        entry.outcome = sure_of_verb(entry)
    entries = [entry for entry in heard if is_order_for_stranger(entry)]
    says_more = len(entries) < len(heard)
    if talk:
        entries = [e for e in entries if isinstance(e.outcome, ReadLine) or (promises and e.goods is not None)]
    if not entries or not _means_goods(message, entries, says_more):
        return _chatter(message)
    meant = {id(entry) for entry in entries}
    entries = [e for e in heard if id(e) in meant or (not is_order_for_stranger(e) and stands_alone(e))]
    unread = tuple(message.quote(e.goods) for e in heard if e not in entries and e.goods is not None and is_unread(e))
    asked = _talked_over(message)
    if message.context.cart:
        results = [*edits.apply(message.index, message.context, entries, message.settle), *asked]
        return replace(_edited(results, message.context.cart), unread=unread)
    return replace(_ordered([*last_word(entries, message.settle), *asked]), unread=unread)


def _asks_aside(message: MessageRead, telling: Sequence[Clause]) -> bool:
    """ "2 peti coke 500 aur mera balance batao": what is asked is the account, and no goods."""
    asking = [clause for clause in message.clauses if clause.talk]
    aside = all(
        clause.talk == {Role.QUESTION} and (Role.ACCOUNT in clause.roles or _of_total(clause)) for clause in asking
    )
    return bool(telling) and aside and not any(statement.goods for statement in message.statements(asking))


def _of_total(clause: Clause) -> bool:
    return clause.tokens[0].text in particles.TOTAL


def _talked_over(message: MessageRead) -> list[Question]:
    """Counted goods in a clause that asks or pays, beside an order: "lux 2 dozen aur rin 1 peti kal tak milegi?"."""
    found: list[Question] = []
    for clause in message.clauses:
        if not clause.talk or not clause.talk <= {Role.QUESTION, Role.PAYMENT, Role.PAST}:
            continue
        for goods in (goods for statement in message.statements([clause]) for goods in statement.goods):
            line, counted = message.settle(goods), [a for a in goods.amounts if a.counts_packs or a.is_measure]
            end = max(piece.end for piece in (goods.mention, *counted)) - clause.start
            if Role.LINK in frozenset().union(*clause.marks[end : end + 1]):
                continue
            if isinstance(line, ReadLine):
                found.append(Question("verb_unclear", line.span, line.qty, line.unit, (line.sku,)))
            elif isinstance(line, Question) and counted:
                found.append(replace(line, reason="verb_unclear"))
    return found


def _asks_of_others(message: MessageRead) -> bool:
    """ "2 peti coke 500, lux ka rate batana": the question names other goods, and no amount."""
    asking = [clause for clause in message.clauses if clause.talk]
    asked = [goods for statement in message.statements(asking) for goods in statement.goods]
    told = message.statements([clause for clause in message.clauses if not clause.talk])
    ordered = [goods for statement in told for goods in statement.goods if isinstance(message.settle(goods), ReadLine)]
    if not asked or not ordered or any(clause.talk != {Role.QUESTION} for clause in asking):
        return False
    named = frozenset().union(*(goods.mention.cover for goods in asked))
    apart = all(goods.mention.cover.isdisjoint(named) for goods in ordered)
    return bool(named) and apart and not any(goods.amounts for goods in asked)


def _chatter(message: MessageRead) -> Understanding:
    return Understanding("chatter", reason=intent_of(message.clauses))


def _means_goods(message: MessageRead, entries: list[Gathered], says_more: bool) -> bool:
    """A name without amount or ordering verb, or an amount without a name, counts only when nothing else is said."""
    if message.context.cart and any(entry.op != "put" or (entry.goods is None and not says_more) for entry in entries):
        return True
    if any(entry.op == "replace" and entry.goods is None for entry in entries):
        return True  # "lux 2 dozen ke badle 3 dozen"
    named = [entry.goods for entry in entries if entry.goods is not None]
    if any(goods.amounts for goods in named) or any(clause.orders for clause in message.clauses):
        return bool(named)
    others = _roles(message.clauses) & {Role.ACCOUNT, Role.GREETING, Role.THANKS, Role.NOT, Role.NO}
    alone = not any(goods.mention.stranger_before or goods.mention.stranger_after for goods in named)
    return bool(named) and alone and not says_more and not others


def _ordered(outcomes: Sequence[Outcome]) -> Understanding:
    lines = tuple(outcome for outcome in outcomes if isinstance(outcome, ReadLine))
    return _judged(lines, outcomes)


def _edited(results: Sequence[Result], before: tuple[CartLine, ...]) -> Understanding:
    """The edits together; a question anywhere leaves the cart as it was."""
    changes = [result for result in results if isinstance(result, Change)]
    problems: list[Outcome] = [result for result in results if not isinstance(result, Change)]
    doubtful = any(isinstance(problem, Question) for problem in problems)
    kept = [] if doubtful else changes
    lines = tuple(change.line for change in kept if change.line is not None)
    found = _judged(lines, problems)
    cart = kept[-1].cart if kept else before
    remove = tuple(sku for change in kept for sku in change.removed)
    kind = "edit" if not problems and results else found.kind
    return Understanding(
        kind, found.lines, found.candidates, found.unknown, None, remove, cart, found.reason, found.questions
    )


def _judged(lines: tuple[ReadLine, ...], outcomes: Sequence[Outcome]) -> Understanding:
    """What must be asked outweighs what is not sold, and both outweigh an order."""
    questions = tuple(outcome for outcome in outcomes if isinstance(outcome, Question))
    unsold = tuple(outcome for outcome in outcomes if isinstance(outcome, Unsold))
    offered = [asked.candidates for asked in questions] + [near.candidates for near in unsold]
    candidates = tuple(dict.fromkeys(sku for skus in offered for sku in skus))
    unknown = tuple(outcome.text for outcome in unsold)
    if questions:
        return Understanding("ambiguous", lines, candidates, unknown, reason=questions[0].reason, questions=questions)
    if unsold:
        return Understanding("unknown", lines, candidates, unknown, reason="not_sold")
    return Understanding("order" if lines else "chatter", lines)
