"""What words do in a message, each with a name that code can ask for: `if Role.REMOVE in marks[at]`.

Written by `make roles` from `data/roles.json`, which says what each is and which words have it; change that.
"""

from typing import ClassVar, final


@final
class Role:
    """One thing that words do. Two roles are equal only if they are the same."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

    ACCOUNT: ClassVar["Role"]  # the account, bills and balance; harmless beside a complete order
    ADD: ClassVar["Role"]  # more, on top of what is there
    AGAIN: ClassVar["Role"]  # once more, or just like it
    ALL: ClassVar["Role"]  # everything on the list
    AND: ClassVar["Role"]  # joins two items
    AUXILIARY: ClassVar["Role"]  # makes a verb of the word before it
    BIG: ClassVar["Role"]  # the largest size of a family
    # those tellings of the past that say which order is meant, where the same is asked for again
    BOUGHT: ClassVar["Role"]
    CANCEL: ClassVar["Role"]  # calls the whole order off
    CART: ClassVar["Role"]  # the order as a whole
    CHOICE: ClassVar["Role"]  # either this or that, so somebody must choose
    CONDITION: ClassVar["Role"]  # an order that hangs on something else
    CORRECTION: ClassVar["Role"]  # the speaker takes back what was just said
    COURTESY: ClassVar["Role"]  # polite beside a yes or a no, a yes when it stands alone
    EACH: ClassVar["Role"]  # so much of every item named beside it
    EXCEPT: ClassVar["Role"]  # all but what is named
    FILLER: ClassVar["Role"]  # carries no goods and no number
    FRESH_CARE: ClassVar["Role"]  # the wish itself: look at it, fresh, not old
    FRESH_NOUN: ClassVar["Role"]  # what a wish for fresh goods is about
    GONE: ClassVar["Role"]  # telling that something is used up
    GREETING: ClassVar["Role"]  # a greeting
    HAVE: ClassVar["Role"]  # telling what stands in somebody's shop
    INTO: ClassVar["Role"]  # what stands after it comes instead, where something is swapped
    LATER: ClassVar["Role"]  # not now
    LINK: ClassVar["Role"]  # ties the words of a name together
    NO: ClassVar["Role"]  # no, said as a whole message; its words stand in yes_and_no.json
    NOT: ClassVar["Role"]  # a no inside a sentence
    ONLY: ClassVar["Role"]  # nothing else is to stay, or to go: which of the two, nobody can tell
    ORDER: ClassVar["Role"]  # asking for goods to be sent, noted or packed
    PAST: ClassVar["Role"]  # tells what happened, complains or sends back
    PAUSE: ClassVar["Role"]  # asking to wait with it; nothing is ordered and nothing taken off
    PAYMENT: ClassVar["Role"]  # money that was, is or will be paid
    PRICE: ClassVar["Role"]  # the number beside it is a price point, or a size
    PROMISE: ClassVar["Role"]  # the speaker will do it some time; said beside a yes, it is none yet
    QUESTION: ClassVar["Role"]  # wants to know, not to buy
    REDUCE: ClassVar["Role"]  # less by so many
    REJECTS: ClassVar["Role"]  # the English no: what stands behind it is not meant, what stands before it is
    REMOVE: ClassVar["Role"]  # taking something off the list
    REPEAT: ClassVar["Role"]  # the same order once more
    REPLACE: ClassVar["Role"]  # the first thing gives way to the second
    REPLACE_AFTER: ClassVar["Role"]  # the second thing gives way to the first (English order)
    RESEND: ClassVar["Role"]  # the same, asked to be sent
    REST: ClassVar["Role"]  # everything but what is named
    SAME: ClassVar["Role"]  # what was ordered before
    SET: ClassVar["Role"]  # making a quantity exactly this
    SMALL: ClassVar["Role"]  # the smallest size of a family
    STAY: ClassVar["Role"]  # let it be: off the list, or just as it is
    SWAP: ClassVar["Role"]  # the English way to replace: change this to that
    TAKEOUT: ClassVar["Role"]  # taking out: of the list, or off the shelf when nothing is listed
    # telling what happened or usually happens to goods; talk unless something is ordered beside it
    TELLS: ClassVar["Role"]
    THANKS: ClassVar["Role"]  # thanks
    TIME: ClassVar["Role"]  # a number beside it is a time or a date
    TITLE: ClassVar["Role"]  # said to a person, so the word beside it is a name and no goods
    TO: ClassVar["Role"]  # between the two ends of a range
    TOLD: ClassVar["Role"]  # ends a story of what somebody did with goods, though elsewhere it means something else
    UNCLEAR_VERB: ClassVar["Role"]  # could as well take goods back as bring them
    VAGUE: ClassVar["Role"]  # an amount nobody can pack
    WALA: ClassVar["Role"]  # the one with this number: a price point or a size, never a quantity
    YES: ClassVar["Role"]  # yes, said as a whole message; its words stand in yes_and_no.json


BY_NAME = {name.lower(): Role(name.lower()) for name in Role.__annotations__}
for _role in BY_NAME.values():
    setattr(Role, _role.name.upper(), _role)
