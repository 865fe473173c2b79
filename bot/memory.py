"""What a conversation remembers between two messages: a small JSON of ids, counts and words, never a price.

It is stored with the conversation. The engine keeps in it what it offered and what waits (`Asked`); beside that stands
what the flows keep, each under the names that it declares as its `remembers`.
"""

from typing import Any, TypedDict, cast

Memory = dict[str, Any]
Option = list[str]  # a flow, its trigger, the argument and the title: what a number or a title chooses


class Asked(TypedDict, total=False):
    """The engine's own part."""

    prompt: int  # the conversation's version when choices were offered last; their ids carry it
    offered_at: str  # when that was
    choices: list[Option]  # those that can still be chosen
    aside: int  # the version when something else was said while a question waited
    waiting: list[str]  # the flow and the state that go on when the present conversation is over


def asked(memory: Memory) -> Asked:
    """The engine's part of the memory, to read and to write."""
    return cast(Asked, memory)
