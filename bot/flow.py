"""A flow is one conversation: states and transitions as data, methods for what is said, heard, guarded and done.

The lists go to `transitions` as they are, so its rules are ours: the first transition whose guard passes wins. One
model-less machine per flow is built when the flow is loaded; the flow object of a turn is its model.

    ask_<state>()          what is said on arriving there: a sentence or a Reply
    hear_<state>(message)  the trigger that an answer means there, or None when it is not understood
    recognise(message)     the trigger that opens this flow from anywhere, or None
    when="name"            a guard: a method that answers yes or no, and changes nothing
    do="name"              an effect: runs in a savepoint; a DomainError undoes it, then the trigger `refused` is tried
    say="name"             what to say on the way: only speaks

A flow begins in START and is over in END, or goes on in another conversation: `place_order.quote` leads to the flow
place_order and opens it with its trigger `quote`. Loading refuses a flow with a mistake, with a sentence for each,
and a file that holds no flow.

Whether a message belongs to a flow is asked of one after the other, in the order of `asked_rank`; those that are
greedy, because they recognise nearly anything, come after all others.
"""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from transitions import Machine

from core.errors import DomainError
from language.phrases import Meaning

if TYPE_CHECKING:
    from bot.ingress import Message
    from bot.turn import Turn

START, END = "start", "end"
REFUSED = "refused"  # the trigger that is tried when an effect raised a DomainError
RENEW = "renew"  # the trigger that brings a prompt of more than a day ago up to date before it is said again
RETAILERS, LEADS, EVERYBODY = "retailers", "leads", "everybody"
PACKAGE = "flows"

Transition = dict[str, Any]


class BrokenFlows(Exception):
    """The flows cannot run as they are written; the message lists every mistake."""


@dataclass(frozen=True)
class Choice:
    """An answer that can be tapped, typed by number or typed by title. `flow` is another flow that it opens."""

    title: str
    trigger: str
    arg: str = ""
    flow: str = ""


@dataclass(frozen=True)
class Reply:
    """Something to say, with the answers that it offers."""

    text: str
    choices: tuple[Choice, ...] = ()


def go(
    heard: str, source: str, target: str, *, when: str | None = None, do: str | None = None, say: str | None = None
) -> Transition:
    """One line of a flow's table, in the words of `transitions`."""
    return {"trigger": heard, "source": source, "dest": target, "conditions": when, "before": do, "after": say}


def onward(target: str) -> tuple[str, str] | None:
    """The flow and the trigger that a target like `place_order.quote` names; None for END and for a state."""
    flow, dot, trigger = target.partition(".")
    return (flow, trigger) if dot else None


class Flow:
    """One conversation of one turn. Subclasses declare; the engine drives."""

    name: ClassVar[str]
    menu_label: ClassVar[str | None] = None  # the menu lists whoever has one
    menu_rank: ClassVar[int] = 50
    states: ClassVar[list[str]] = []
    transitions: ClassVar[list[Transition]] = []
    opened_by: ClassVar[
        dict[Meaning, str]
    ] = {}  # a word that works everywhere -> the trigger that it opens this flow with
    means_here: ClassVar[dict[Meaning, str]] = {}  # the same while this flow is under way, instead of opening another
    audience: ClassVar[str] = RETAILERS  # whom it serves
    keeps_place: ClassVar[bool] = False  # waits while another conversation is held, and goes on after it
    asked_rank: ClassVar[int]  # its place among those that are asked whether they recognise a message; nobody shares it
    greedy: ClassVar[bool] = False  # recognises nearly anything, so it is asked last
    remembers: ClassVar[tuple[str, ...]] = ()  # what it keeps in the conversation's memory, by name
    agreeing: ClassVar[frozenset[str]] = frozenset({"yes"})  # triggers that mean nothing but the prompt they answer
    spending: ClassVar[frozenset[str]] = frozenset()  # those that agree to money: said in words or tapped, by no number
    asked_by: ClassVar[frozenset[str]] = frozenset()  # notices that ask for the same: a yes to them is an answer here
    machine: ClassVar[Machine]

    def __init__(self, turn: "Turn", state: str = START) -> None:
        self.turn, self.session, self.memory = turn, turn.session, turn.place.memory
        self.state = state
        self.arg = ""
        self.error: DomainError | None = None

    def recognise(self, message: "Message") -> str | None:
        """The trigger with which this message opens the flow, if it does."""
        return None

    def holding(self) -> str:
        """One line that reminds of what waits here, after another conversation was held."""
        return ""

    def say(self, text: str | Reply) -> None:
        """Add to the turn's answer."""
        self.turn.say(text, flow=self.name)

    def fire(self, trigger: str) -> bool:
        """Let the machine take one step; False when no guard passed."""
        return bool(self.machine.events[trigger].trigger(self))

    def can(self, trigger: str) -> bool:
        """True when the table knows this trigger in the present state."""
        return any(self._lines(trigger))

    def changes_things(self, trigger: str) -> bool:
        """True when the trigger may run an effect from the present state."""
        return any(line["before"] for line in self._lines(trigger))

    def goes_on(self, trigger: str) -> bool:
        """True when the trigger may lead from the present state to another conversation."""
        return any(onward(line["dest"]) for line in self._lines(trigger))

    def agrees(self, trigger: str) -> bool:
        """True when the trigger is a bare answer that settles what is asked in the present state."""
        settles = any(line["before"] and line["dest"] == END for line in self._lines(trigger))
        return trigger in self.agreeing and settles

    def ask(self) -> str | Reply:
        """What the present state asks."""
        said: str | Reply = getattr(self, f"ask_{self.state}")()
        return said

    def hear(self, message: "Message") -> str | None:
        """What an answer means in the present state."""
        heard: str | None = getattr(self, f"hear_{self.state}")(message)
        return heard

    def _lines(self, trigger: str) -> Iterator[Transition]:
        return (line for line in self.transitions if line["trigger"] == trigger and line["source"] == self.state)


class Flows:
    """The loaded flows by name, in the order in which they are asked."""

    def __init__(self, classes: list[type[Flow]]) -> None:
        in_order = sorted(classes, key=lambda found: (found.greedy, found.asked_rank))
        self._by_name = {found.name: found for found in in_order}

    def __iter__(self) -> Iterator[type[Flow]]:
        return iter(self._by_name.values())

    def get(self, name: str | None) -> type[Flow] | None:
        """The flow of this name; None after a deploy that removed it."""
        return self._by_name.get(name or "")

    def for_word(self, word: Meaning, *, lead: bool, present: str | None = None) -> tuple[type[Flow], str] | None:
        """Who takes a word that works everywhere, and with which trigger: the present flow, or who opens on it."""
        here = self.get(present)
        if here is not None and word in here.means_here:
            return here, here.means_here[word]
        for found in self.serving(lead=lead):
            if word in found.opened_by:
                return found, found.opened_by[word]
        return None

    def serving(self, *, lead: bool) -> list[type[Flow]]:
        """The flows for this kind of person."""
        mine = LEADS if lead else RETAILERS
        return [found for found in self if found.audience in (mine, EVERYBODY)]

    def on_menu(self) -> list[type[Flow]]:
        """What the menu lists, in its order."""
        return sorted((found for found in self if found.menu_label), key=lambda found: found.menu_rank)


@lru_cache(maxsize=1)
def installed() -> Flows:
    """The flows of this program, loaded once. Raises BrokenFlows."""
    return load(PACKAGE)


def known_states() -> dict[str, Sequence[str]]:
    """Every flow of this program with its states: what the doctor is told before it looks at conversations."""
    return {known.name: known.states for known in installed()}


def load(package: str) -> Flows:
    """Load every flow of a package, check it and build its machine. Raises BrokenFlows with all mistakes."""
    classes, mistakes = _find(package)
    for module, found in classes:
        mistakes += [f"{module}: {mistake}" for mistake in inspect(found, module.rpartition(".")[2])]
    mistakes += [f"{package}: {mistake}" for mistake in _between([found for _, found in classes])]
    if mistakes:
        raise BrokenFlows("\n".join(mistakes))
    for _, found in classes:
        found.machine = build(found)
    return Flows([found for _, found in classes])


def build(found: type[Flow]) -> Machine:
    """The shared machine of a flow: no model of its own, no methods added."""
    return Machine(
        model=None,
        states=[START, *found.states, END, *_onward_targets(found)],
        transitions=[dict(line) for line in found.transitions],
        initial=START,
        auto_transitions=False,
    )


def inspect(found: type[Flow], file_name: str) -> list[str]:
    """Every mistake in one flow, as sentences."""
    if getattr(found, "name", None) != file_name:
        return [f"the flow in {file_name}.py must have name = {file_name!r}, not {getattr(found, 'name', None)!r}"]
    if not hasattr(found, "asked_rank"):
        return ["it has no asked_rank: its place in the order in which flows are asked"]
    if found.audience not in (RETAILERS, LEADS, EVERYBODY):
        return [f"it serves {found.audience!r}, whom nobody knows"]
    unknown = list(_unknown_states(found))
    lost = [] if unknown else _lost_states(found)
    return [*unknown, *_missing_methods(found), *_unknown_triggers(found), *_lost_lines(found), *lost]


def _find(package: str) -> tuple[list[tuple[str, type[Flow]]], list[str]]:
    """Every conversation with its module, and a sentence for each module that holds none."""
    root, classes, mistakes = importlib.import_module(package), [], []
    for info in pkgutil.iter_modules(root.__path__):
        module = importlib.import_module(f"{package}.{info.name}")
        declared = [item for item in vars(module).values() if isinstance(item, type) and issubclass(item, Flow)]
        own = [(module.__name__, found) for found in declared if found.__module__ == module.__name__]
        classes += own
        if not own:
            mistakes.append(f"{module.__name__}: it holds no conversation, and nothing else stands here")
    return classes, mistakes


def _between(classes: list[type[Flow]]) -> Iterator[str]:
    """Mistakes that one flow alone does not show."""
    for what, attribute in (("are called", "name"), ("have the asked_rank", "asked_rank")):
        given = Counter(getattr(found, attribute) for found in classes if hasattr(found, attribute))
        for value in sorted(value for value, count in given.items() if count > 1):
            yield f"two flows {what} {value!r}"
    for word, audience in sorted({(word, audience) for found in classes for word, audience in _opened(found)}):
        openers = [found.name for found in classes if (word, audience) in _opened(found)]
        if len(openers) > 1:
            yield f"the word {word!r} opens {' and '.join(openers)} for the same people: {audience}"
    lines = ((found, line) for found in classes for line in found.transitions)
    opening = {(found.name, line["trigger"]) for found, line in lines if line["source"] == START}
    for found in classes:
        for target in _onward_targets(found):
            if onward(target) not in opening:
                yield f"{found.name} goes on to {target!r}, which no flow begins with"


def _opened(found: type[Flow]) -> set[tuple[str, str]]:
    """The words that open it, each with the people that it serves."""
    people = (RETAILERS, LEADS) if found.audience == EVERYBODY else (found.audience,)
    return {(str(word), audience) for word in found.opened_by for audience in people}


def _onward_targets(found: type[Flow]) -> list[str]:
    return sorted({line["dest"] for line in found.transitions if onward(line["dest"])})


def _unknown_states(found: type[Flow]) -> Iterator[str]:
    for line in found.transitions:
        if line["source"] not in (START, *found.states):
            yield f"{_show(line)} leaves a state that is not listed: {line['source']!r}"
        if line["dest"] not in (END, *found.states) and not onward(line["dest"]):
            yield f"{_show(line)} goes to a state that is not listed: {line['dest']!r}"
    for state in sorted({state for state in found.states if found.states.count(state) > 1}):
        yield f"state {state!r} is listed twice"
    for state in {START, END} & set(found.states):
        yield f"state {state!r} is not to be listed: it is everybody's"


def _missing_methods(found: type[Flow]) -> Iterator[str]:
    for state in found.states:
        for verb in ("ask", "hear"):
            if not hasattr(found, f"{verb}_{state}"):
                yield f"state {state!r} has no method {verb}_{state}"
    for line in found.transitions:
        for role, key in (("guard", "conditions"), ("effect", "before"), ("sentence", "after")):
            if line[key] and not callable(getattr(found, line[key], None)):
                yield f"{_show(line)} names the {role} {line[key]!r}, which does not exist"


def _unknown_triggers(found: type[Flow]) -> Iterator[str]:
    known = {(line["source"], line["trigger"]) for line in found.transitions}
    for word, trigger in found.opened_by.items():
        if (START, trigger) not in known:
            yield f"the word {str(word)!r} opens it with {trigger!r}, which leads nowhere from the start"
    for word, trigger in found.means_here.items():
        for state in found.states:
            if (state, trigger) not in known:
                yield f"the word {str(word)!r} means {trigger!r} here, which leads nowhere from state {state!r}"


def _lost_lines(found: type[Flow]) -> Iterator[str]:
    """Lines that are never taken, because one before them takes every such trigger."""
    taken = set()
    for line in found.transitions:
        heard = line["source"], line["trigger"]
        if heard in taken:
            yield f"{_show(line)} is never taken: a line before it has no guard"
        if not line["conditions"]:
            taken.add(heard)


def _lost_states(found: type[Flow]) -> Iterator[str]:
    reached = _closure(found, {START}, "source", "dest")
    homeward = _closure(found, {END, *_onward_targets(found)}, "dest", "source")
    for state in found.states:
        if state not in reached:
            yield f"state {state!r} is unreachable: no way leads to it from the start"
        elif state not in homeward:
            yield f"state {state!r} is a dead end: no way leads from it to the end"
    if START not in homeward:
        yield "no way leads from the start to the end"


def _closure(found: type[Flow], origins: set[str], near: str, far: str) -> set[str]:
    seen, waiting = set(origins), list(origins)
    while waiting:
        state = waiting.pop()
        fresh = {line[far] for line in found.transitions if line[near] == state} - seen
        seen |= fresh
        waiting += fresh
    return seen


def _show(line: Transition) -> str:
    return f"go({line['trigger']!r}, {line['source']!r}, {line['dest']!r})"
