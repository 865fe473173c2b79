"""Does a message say yes or no? Never a guess: whatever could change a yes makes the message say neither.

`data/yes_and_no.json` has each word once. Some are a yes or a no wherever one is asked (`phrases.of(Meaning.YES)`);
others agree only where a list or a quote is to be agreed to: here, with what is said beside it.
"""

from collections.abc import Mapping, Sequence

from language import lexicon, particles
from language.folding import fold
from language.lexicon import Roles
from language.normalise import normalise
from language.roles import Role
from language.tokens import Kind, Token, tokenise

_AGREEING: Roles = frozenset({Role.YES, Role.ORDER, Role.CART, Role.TITLE, Role.LINK})
_TURNING: Roles = frozenset({Role.ADD, Role.REMOVE, Role.NOT, Role.TIME, Role.ONLY})


def refuses(sign: str) -> bool:
    """Is this a sign that says no ("❌")?"""
    return lexicon.SIGNS.get(sign) is Role.NO


def yes_or_no(text: str) -> bool | None:
    """True or False when the whole message says yes or no, in words or signs; None when it says anything else.

    A yes acts, so it may hold nothing that could change it: "ok wait", "haan kal" and "bill bhej do" are none.
    """
    tokens = tokenise(normalise(text))
    if any(t.kind in (Kind.NUMBER, Kind.QUESTION) for t in tokens) or _is_folded_letter(text, tokens):
        return None
    spoken = {lexicon.SIGNS[t.text] for t in tokens if t.text in lexicon.SIGNS}
    polite: set[Role] = set()
    said = _of_words(tokens)
    for _, roles in said:
        verdict = _verdict(roles)
        if verdict is None:
            return None
        (polite if Role.COURTESY in roles else spoken).update(verdict)
    spoken = spoken or polite
    if spoken == {Role.YES} and (_wants_list(said) or not all(_agrees(*word) for word in said)):
        return None
    return spoken == {Role.YES} if len(spoken) == 1 else None


def agreement(text: str, whole: Mapping[str, str], beside: Mapping[str, str]) -> str | None:
    """What the message agrees to: found in `whole` by all that it says, or in `beside` by what it says beside a yes.

    Both tables are folded; None where neither has it. "haan cash kar do" agrees to what `beside` calls "cash".
    """
    return whole.get(fold(text)) or beside.get(beyond_yes(text))


def beyond_yes(text: str) -> str:
    """What a message says beside the words that go with any yes: "cash" of "haan cash kar do".

    Empty where something is to be sent: "upi bhejo" wants the code and does not say how to pay.
    """
    said = _of_words(tokenise(normalise(text)))
    return "" if _sends(said) else " ".join(token.text for token, roles in said if not _agrees(token, roles))


def _wants_list(said: Sequence[tuple[Token, Roles]]) -> bool:
    """ "List bhej do" wants it to read; "order bhej do" wants the goods."""
    return _sends(said) and any(Role.CART in roles and Role.ORDER not in roles for _, roles in said)


def _sends(said: Sequence[tuple[Token, Roles]]) -> bool:
    return any(token.sound.startswith(particles.SEND) for token, _ in said)


def _agrees(token: Token, roles: Roles) -> bool:
    """Is this a yes, or a word beside it that leaves it as it is?"""
    return bool(roles & _AGREEING and not roles & _TURNING) or token.sound in lexicon.ASSENT


def _is_folded_letter(text: str, tokens: Sequence[Token]) -> bool:
    """A single letter that only lost its accents ("ǩ") is a slip of the keyboard and no "k"."""
    letters = [token.text for token in tokens if token.kind is Kind.WORD]
    return len(letters) == 1 and len(letters[0]) == 1 and letters[0] not in text.lower()


def _of_words(tokens: Sequence[Token]) -> list[tuple[Token, Roles]]:
    marked = zip(tokens, lexicon.mark(tokens), strict=True)
    return [(token, roles) for token, roles in marked if token.kind is Kind.WORD]


def _verdict(roles: Roles) -> set[Role] | None:
    """What one word adds to a yes or no; None when it belongs to neither."""
    answers = roles & {Role.YES, Role.NO}
    if answers:
        return set(answers)
    if roles & {Role.THANKS, Role.QUESTION, Role.PAST, Role.LATER, Role.PROMISE}:
        return None
    return set() if roles & {Role.FILLER, Role.ORDER, Role.CART, Role.SET, Role.LINK} else None
