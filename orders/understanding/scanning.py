"""From tokens to pieces: the only place that decides whether "do", "tin" or "bottle" is a number, a unit or a name."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from language import lexicon, numbers, particles
from language.lexicon import Roles
from language.roles import Role
from language.tokens import Kind, Token
from orders.understanding.elements import Amount, Binder, Feature, Form, LinePlace, LooseUnit, Mark, Mention, Piece
from orders.understanding.index import Index, Name, NameKind, Spelled
from orders.understanding.units import Unit

_SILENT = frozenset({
    Role.FILLER, Role.LINK, Role.GREETING, Role.THANKS, Role.CART, Role.WALA, Role.PRICE, Role.AND, Role.TO, Role.YES,
    Role.TITLE, Role.EACH, Role.ONLY, Role.SAME, Role.AGAIN, Role.INTO, Role.HAVE, Role.GONE, Role.REST, Role.EXCEPT,
    Role.CONDITION,
})  # fmt: skip
_MARKS = frozenset({
    Role.ORDER, Role.REMOVE, Role.ADD, Role.SET, Role.REDUCE, Role.REPLACE, Role.REPLACE_AFTER, Role.SWAP,
    Role.NOT, Role.REJECTS, Role.CORRECTION, Role.CHOICE, Role.ALL,
})  # fmt: skip
_TALK = frozenset({Role.QUESTION, Role.PAST, Role.PAYMENT, Role.ACCOUNT, Role.LATER, Role.TIME, Role.REPEAT, Role.NO})
_VERBS = frozenset({Role.ORDER, Role.REMOVE, Role.ADD, Role.REDUCE})
_OUTRANKS_WEAK_NAMES = _MARKS | _TALK | {Role.FILLER, Role.LINK, Role.VAGUE}
_EDITING = frozenset({Role.REMOVE, Role.REDUCE, Role.SET, Role.REPLACE, Role.SWAP})
_REMOVING = frozenset({Role.REMOVE, Role.REDUCE, Role.REPLACE, Role.SWAP})
_HALF, _TWO, _DOZEN = Decimal("0.5"), Decimal(2), Decimal(12)
_MAX_AMOUNT_DIGITS = 6  # longer is a telephone or reference number, unless a unit follows


class Scanner:
    """Reads the pieces of one clause. Lives for one clause; `pieces` is its result."""

    def __init__(self, index: Index, tokens: Sequence[Token], marks: Sequence[Roles], offset: int = 0) -> None:
        self.index, self.tokens, self.marks, self.offset = index, tokens, marks, offset
        self._spelled: dict[int, Spelled | None] = {}

    def pieces(self) -> list[Piece]:
        found: list[Piece] = []
        at = 0
        while at < len(self.tokens):
            piece = self._piece_at(at)
            if piece is not None:
                found.append(replace(piece, start=piece.start + self.offset, end=piece.end + self.offset))
            at = max(at + 1, piece.end if piece is not None else 0)
        return found

    def _piece_at(self, at: int) -> Piece | None:
        token = self.tokens[at]
        if token.kind is Kind.BIND:
            return Binder(at, at + 1, token.text)
        if token.kind not in (Kind.WORD, Kind.NUMBER):
            return None
        for read in (
            self._name, self._place, self._factor, self._amount, self._unit, self._vague, self._feature, self._mark
        ):  # fmt: skip
            piece = read(at)
            if piece is not None:
                return piece
        return None if self.marks[at] & _SILENT or token.kind is Kind.NUMBER else self._part_or_stranger(at)

    # -- names ---------------------------------------------------------------------------------------------------

    def _spell(self, at: int) -> Spelled | None:
        """The catalogue's word for this token; words with a role, units and numbers are never corrected."""
        if at not in self._spelled:
            token = self.tokens[at]
            exact = token.kind is Kind.NUMBER or self.index.knows(token.sound)
            fixed = exact or bool(self.marks[at]) or self._is_number_or_unit(at)
            self._spelled[at] = Spelled(token.sound, sure=True) if fixed else self.index.spell(token.sound)
        return self._spelled[at]

    def _spell_by_next(self, at: int) -> Spelled | None:
        """ "Dary milk": a mistyped word that alone could be several is told by the word it belongs to."""
        pair = self.tokens[at : at + 2]
        if len(pair) < 2 or not pair[0].kind is pair[1].kind is Kind.WORD:
            return None
        if len(pair[0].text) == 1:
            return self.index.initialled(pair[0].text, pair[1].sound)
        return self.index.spell_before(pair[0].sound, pair[1].sound)

    def _is_number_or_unit(self, at: int) -> bool:
        return numbers.number_at(self.tokens, at) is not None or self.index.units.unit_at(self.tokens, at) is not None

    def _name(self, at: int) -> Mention | None:
        """The longest whole name that starts here."""
        best: Mention | None = None
        phrase: tuple[str, ...] = ()
        sure, here = True, at
        while here < len(self.tokens):
            if phrase and Role.LINK in self.marks[here]:
                here += 1
                continue
            spelled = self._spell(here) or (None if phrase else self._spell_by_next(here))
            if spelled is None or (*phrase, spelled.sound) not in self.index.beginnings:
                break
            phrase, sure, here = (*phrase, spelled.sound), sure and spelled.sure, here + 1
            name = self.index.names.get(phrase)
            if name is not None and self._may_be(name, phrase, at):
                best = Mention(
                    at, here, name.kind, name.items, self._cover(phrase, name), phrase, sure or here - at > 1
                )
        return best

    def _may_be(self, name: Name, phrase: tuple[str, ...], at: int) -> bool:
        """One word that also means something else is a name only where the other meaning makes no sense."""
        if len(phrase) > 1:
            return Role.GREETING not in self.marks[at] or self._is_counted(at, at + len(phrase))
        if self.tokens[at].kind is Kind.NUMBER:
            return False
        if numbers.number_at(self.tokens, at) is not None:
            return not self._counts_what_follows(at + 1)
        if self.tokens[at].sound in lexicon.COLOURS:
            return False
        return name.kind is NameKind.ALIAS or not self.marks[at] & _OUTRANKS_WEAK_NAMES

    def _is_counted(self, start: int, end: int) -> bool:
        """ "Good night 5 box", "order me se good night hata do": an amount or a verb of edits stands beside it."""
        before = start - (start > 0 and self.tokens[start - 1].kind is Kind.BIND)
        if before and self._is_number_or_unit(before - 1):
            return True
        end += end < len(self.tokens) and (
            self.tokens[end].kind is Kind.BIND or bool(self.marks[end] & {Role.ADD, Role.WALA})
        )
        return self._next_is_number(end) or self._edits(end)

    def _cover(self, phrase: tuple[str, ...], name: Name) -> frozenset[int]:
        postings = [self.index.postings[word] for word in phrase if word in self.index.postings]
        return frozenset.intersection(*postings) | name.items if postings else name.items

    def _part_or_stranger(self, at: int) -> Mention:
        """A word that is only part of names, or one the catalogue does not have."""
        spelled = self._spell(at)
        if spelled is None or spelled.sound not in self.index.postings:
            return Mention(at, at + 1, NameKind.PART, frozenset(), frozenset(), (self.tokens[at].sound,))
        cover = self.index.postings[spelled.sound]
        return Mention(at, at + 1, NameKind.PART, frozenset(), cover, (spelled.sound,), spelled.sure)

    # -- amounts -------------------------------------------------------------------------------------------------

    def _amount(self, at: int) -> Amount | None:
        number = numbers.number_at(self.tokens, at)
        if number is None or (not number.in_digits and not self._is_meant(number)):
            return None
        if number.in_digits and self._is_a_reference(number):
            return None
        if self._is_a_time(number.end) or self._is_a_total(number):
            return None
        far = self._other_end(number)
        unclear = number.unclear or (far is not None and far.unclear)
        end = far.end if far is not None else number.end
        unit, end = self._unit_after(end)
        packing, after = self._unit_after(end)
        dozens = unit is not None and unit.name == "dozen" and packing is not None
        dozens = dozens and packing is not None and not packing.is_measure and packing.name != "dozen"
        unit, end = (packing, after) if dozens else (unit, end)
        form, end = self._form(at, end, unit)
        apart, end = self._each(at, end)
        each = apart or (far is not None and far.value == number.value)
        vague = unclear or (far is not None and not each)
        value = number.value * _DOZEN if dozens else number.value  # "1 dozen peti"
        return Amount(at, end, value, unit, form, vague=vague, each=each and not unclear, unclear=unclear)

    def _place(self, at: int) -> LinePlace | None:
        """ "Pehla wala", "last item", "item 2", "2 number wala": which line of the list is to be edited."""
        if not _EDITING & frozenset().union(*self.marks):
            return None
        place = lexicon.ORDINALS.get(self.tokens[at].sound) if self.tokens[at].kind is Kind.WORD else None
        if place is not None and self._sounds_at(at + 1) & lexicon.PLACES:
            return LinePlace(at, at + 2, place)
        if place is not None and (self._says_wala(at + 1) or self._edits(at + 1)):
            return LinePlace(at, at + 1, place)
        number = numbers.number_at(self.tokens, at)
        if number is not None and self._sounds_at(number.end) & lexicon.PLACES and self._says_wala(number.end + 1):
            return _placed(number, at, number.end + 1)
        if not self._sounds_at(at) & lexicon.PLACES or not _REMOVING & frozenset().union(*self.marks):
            return None
        number = numbers.number_at(self.tokens, at + 1)
        return _placed(number, at, number.end) if number is not None else None

    def _sounds_at(self, at: int) -> set[str]:
        return {self.tokens[at].sound} if at < len(self.tokens) else set()

    def _says_wala(self, at: int) -> bool:
        """Also inside a phrase that has other roles ("last wala")."""
        return at < len(self.tokens) and Role.WALA in lexicon.roles_of(self.tokens[at].sound)

    def _edits(self, at: int) -> bool:
        return at < len(self.tokens) and bool(self.marks[at] & _EDITING)

    def _factor(self, at: int) -> Amount | None:
        """ "Double kar do", "2 guna"; and "aadha kar do", which halves and does not order a half."""
        times = lexicon.FACTORS.get(self.tokens[at].sound)
        if times is not None:
            return Amount(at, at + 1, times, form=Form.TIMES)
        number = numbers.number_at(self.tokens, at)
        if number is None or number.in_digits or number.value != _HALF or number.end >= len(self.tokens):
            return None
        return Amount(at, number.end, _HALF, form=Form.TIMES) if Role.SET in self.marks[number.end] else None

    def _is_a_reference(self, number: numbers.Number) -> bool:
        return len(self.tokens[number.start].text) > _MAX_AMOUNT_DIGITS and self._unit_after(number.end)[0] is None

    def _is_meant(self, number: numbers.Number) -> bool:
        """Careful words are numbers only before a unit, an item, "wala" or another number."""
        if self.marks[number.start] & {Role.REMOVE, Role.PAST, Role.PAYMENT, Role.VAGUE}:
            return False
        if Role.BIG in self.marks[number.start] and self._counts_elsewhere(number.end):
            return False
        two = number.value == _TWO
        if number.careful and two and self._follows_a_name(number.start) and self._verb_of_two_words(number.end):
            return True
        if Role.ORDER in self.marks[number.start]:
            far = numbers.number_at(self.tokens, number.end)
            unit = self._unit_after(far.end if far is not None else number.end)[0]
            return self._ends_a_name(number.start) and unit is not None
        after_verb = number.start > 0 and bool(self.marks[number.start - 1] & _VERBS)
        after_verb |= number.end - number.start == 1 and self.tokens[number.start].text in numbers.ARTICLES
        return not number.careful or self._counts_what_follows(number.end, only_units=after_verb)

    def _counts_elsewhere(self, at: int) -> bool:
        """ "Bara colgate 6": the big one, as six of it are wanted; "bara peti" are twelve."""
        return self._unit_after(at)[0] is None and any(token.kind is Kind.NUMBER for token in self.tokens[at:])

    def _follows_a_name(self, at: int) -> bool:
        """Is the word before a whole name, and no verb?"""
        return at > 0 and not self.marks[at - 1] and (self.tokens[at - 1].sound,) in self.index.names

    def _verb_of_two_words(self, at: int) -> bool:
        """ "Ghee do de do", "lux do bhej dena": a "do" before the whole verb is no part of it."""
        verb = self.marks[at : at + 2]
        return len(verb) == 2 and Role.ORDER in verb[0] and bool(verb[1] & {Role.ORDER, Role.FILLER})

    def _ends_a_name(self, at: int) -> bool:
        """ "Moong dal do kilo": "dal" belongs to the name, and is no verb whose auxiliary "do" would be."""
        spoken = [self.tokens[place].sound for place in range(at) if Role.LINK not in self.marks[place]]
        return tuple(spoken[-2:]) in self.index.beginnings and len(spoken) > 1

    def _counts_what_follows(self, at: int, *, only_units: bool = False) -> bool:
        at = self._skip_fullness(at)
        at += at + 1 < len(self.tokens) and self.tokens[at].text in particles.MORE
        if at >= len(self.tokens):
            return False
        if at and self.tokens[at].text == self.tokens[at - 1].text:  # "ek ek peti"
            return self._counts_what_follows(at + 1, only_units=only_units)
        if self.index.units.unit_at(self.tokens, at) is not None or Role.WALA in self.marks[at]:
            return True
        if Role.NOT in self.marks[at] or Role.CORRECTION in self.marks[at]:
            return self._next_is_number(at + 1)
        spelled = self._spell(at)
        known = spelled is not None and self.index.knows(spelled.sound) and not self.marks[at] & _SILENT
        return known and not only_units

    def _next_is_number(self, at: int) -> bool:
        return at < len(self.tokens) and numbers.number_at(self.tokens, at) is not None

    def _skip_fullness(self, at: int) -> int:
        """ "2 full peti", "2 badi peti", "ek aur peti": a word between number and unit."""
        if at + 1 >= len(self.tokens) or not self.marks[at] & {Role.FILLER, Role.BIG, Role.SMALL, Role.AND, Role.ADD}:
            return at
        if Role.WALA in self.marks[at]:  # "oreo 10 wala box" is no ten boxes
            return at
        counts = numbers.number_at(self.tokens, at) is not None and self.tokens[at].text not in numbers.ARTICLES
        unit = self.index.units.unit_at(self.tokens, at + 1)
        return at + 1 if unit is not None and not counts else at  # a number counts itself: "500 do peti"

    def _each(self, start: int, end: int) -> tuple[bool, int]:
        """ "5 each", "2 pcs each of", "har ek 1 dozen"."""
        if end < len(self.tokens) and Role.EACH in self.marks[end]:
            return True, end + 1
        return start > 0 and Role.EACH in self.marks[start - 1], end

    def _is_a_time(self, at: int) -> bool:
        return at < len(self.tokens) and (Role.TIME in self.marks[at] or self.tokens[at].text == "%")

    def _is_a_total(self, number: numbers.Number) -> bool:
        """ "Total 3 item" under a list."""
        summing = number.start > 0 and self.tokens[number.start - 1].text in particles.TOTAL_OF_LINES
        return summing and bool(self._sounds_at(number.end) & lexicon.PLACES)

    def _is_packing(self, at: int) -> bool:
        """ "Sprite 500 pack kar do": a verb, and no 500 packs."""
        return Role.ORDER in self.marks[at] and lexicon.makes(self.tokens, at + 1)

    def _unit_after(self, at: int) -> tuple[Unit | None, int]:
        at_unit = self._skip_fullness(at) if at < len(self.tokens) else at
        found = self.index.units.unit_at(self.tokens, at_unit) if at_unit < len(self.tokens) else None
        if found is None:
            return self._mistyped_unit(at)
        return (None, at) if self._starts_longer_name(at_unit) or self._is_packing(at_unit) else found

    def _mistyped_unit(self, at: int) -> tuple[Unit | None, int]:
        """ "2 dozn": a word right behind a number that is nothing else and nearly a unit."""
        if at >= len(self.tokens) or self.tokens[at].kind is not Kind.WORD:
            return None, at
        spelled = self._spell(at)
        unknown = spelled is None or not spelled.sure
        unit = self.index.units.near(self.tokens[at]) if unknown else None
        if unit is None and spelled is not None and not spelled.sure:  # "15 bg": "bag" is also in names of goods
            unit = self.index.units.sounding(spelled.sound, self.tokens[at].text)
        return (unit, at + 1) if unit is not None else (None, at)

    def _starts_longer_name(self, at: int) -> bool:
        name = self._name(at)
        return name is not None and len(name.words) > 1

    def _form(self, start: int, end: int, unit: Unit | None) -> tuple[Form, int]:
        """Is it a price? "rs 10", "10 rs", "mrp 12", and everything "wala"."""
        rupees = start > 0 and Role.PRICE in self.marks[start - 1] and not self._ends_a_number(start - 2)
        while end < len(self.tokens) and Role.PRICE in self.marks[end] and unit is None:
            rupees, end = True, end + 1
        if end < len(self.tokens) and Role.WALA in self.marks[end]:
            return Form.PLAIN if unit is not None and not unit.is_measure else Form.PRICE, end + 1
        if not rupees and unit is None and self._names_a_price(end):
            return Form.OF, end + 1
        return (Form.RATE if rupees else Form.PLAIN), end

    def _names_a_price(self, at: int) -> bool:
        """ "Sugar 44 ka", "maggi 12 ka 2 box": a bare number with "ka" is a price or a size, never how many."""
        if at >= len(self.tokens):
            return False
        if self.tokens[at].sound.startswith(particles.PRICED) or self.tokens[at].text in particles.PRICE:
            return True
        if self.marks[at] != {Role.LINK} or self.tokens[at].text in particles.OF:
            return False
        after = at + 1
        named = after < len(self.tokens) and (self._name(after) is not None or (self._is_number_or_unit(after) and
                                              not self._next_is_number(after)))  # fmt: skip
        return not named

    def _ends_a_number(self, at: int) -> bool:
        """ "10 rs 1 peti": these rupees belong to the number before them."""
        return at >= 0 and numbers.number_at(self.tokens, at) is not None

    def _other_end(self, number: numbers.Number) -> numbers.Number | None:
        """The far end of a range ("5-6 box", "5 se 6 peti", "2 ya 3", "do teen peti"), or the second "1" of "1-1"."""
        at = number.end
        if at >= len(self.tokens):
            return None
        dash = self.tokens[at].text == "-"
        if dash or self.marks[at] & {Role.TO, Role.CHOICE}:
            at += 1
        elif number.in_digits or self.tokens[at].kind is Kind.NUMBER:
            return None
        far = numbers.number_at(self.tokens, at) if at < len(self.tokens) else None
        if at < len(self.tokens) and self.tokens[at].text in numbers.ARTICLES:  # "half a dozen"
            return None
        if far is None or far.value < number.value or (dash and not _is_close(number.value, far.value)):
            return None
        return None if far.careful and not self._counts_what_follows(far.end) else far

    # -- the rest ------------------------------------------------------------------------------------------------

    def _unit(self, at: int) -> LooseUnit | None:
        found = self.index.units.unit_at(self.tokens, at)
        if found is None or self.marks[at] & {Role.NOT, Role.FILLER, Role.LINK} or self._is_packing(at):
            return None
        unit, end = found
        return LooseUnit(at, end, unit)

    def _vague(self, at: int) -> Amount | None:
        if Role.VAGUE not in self.marks[at]:
            return None
        end = at + 1
        while end < len(self.tokens) and Role.VAGUE in self.marks[end]:
            end += 1
        unit, end = self._unit_after(end)
        return Amount(at, end, Decimal(0), unit, vague=True)

    def _feature(self, at: int) -> Feature | None:
        colour = lexicon.is_colour(self.tokens[at].sound)
        size = next(iter(self.marks[at] & {Role.BIG, Role.SMALL}), None)
        kind = colour or (size.name if size is not None else None)
        return Feature(at, at + 1, kind) if kind is not None else None

    def _mark(self, at: int) -> Mark | None:
        roles = self.marks[at] & (_MARKS | _TALK)
        if not roles:
            return None
        end = at + 1
        while end < len(self.tokens) and self.marks[end] == self.marks[at]:
            end += 1
        return Mark(at, end, roles)


def _placed(number: numbers.Number, start: int, end: int) -> LinePlace | None:
    """The place that a whole number tells."""
    return LinePlace(start, end, int(number.value)) if number.value == int(number.value) and number.value > 0 else None


def _is_close(near: Decimal, far: Decimal) -> bool:
    """A dash joins the ends of a range only if they are near each other: "5-6", "10-15", not "500-600"."""
    return far - near <= max(Decimal(2), near / 2) and far < 100
