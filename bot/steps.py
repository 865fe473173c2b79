"""One step of a flow: a trigger, what it does, what is asked next, and where the talk stands after it.

A step with an effect runs in a savepoint. When the effect raises a DomainError, all that the step wrote, said and
remembered is undone, and the flow says why. A step may go through several conversations, where one leads to another;
it stays one step: what the last of them refuses undoes the first one too, and the one that refused says why.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

from bot import prompts
from bot.flow import REFUSED, START, Flow, onward
from bot.turn import Turn
from core.errors import DomainError
from core.i18n import _
from language.phrases import Meaning


def pick(turn: Turn, flow_class: type[Flow], trigger: str, arg: str = "") -> bool:
    """Take a trigger where the flow stands, if it is under way and knows it there; else open the flow with it."""
    return step(turn, _where_it_stands(turn, flow_class, trigger, arg), trigger)


def step(turn: Turn, flow: Flow, trigger: str) -> bool:
    """Let the flow take one step, and those that it goes on to; what was done up to a refusal is undone.

    False when no guard passed.
    """
    if not flow.can(trigger):
        return False
    before = _Before(turn, copies=flow.changes_things(trigger) or flow.goes_on(trigger))
    try:
        return _move(turn, flow, trigger)
    except DomainError as error:
        before.restore(turn)
        _refuse(turn, turn.mover or flow, error)
        return True


def _move(turn: Turn, flow: Flow, trigger: str) -> bool:
    turn.mover = flow
    with _savepoint(turn, flow, trigger):
        moved = flow.fire(trigger)
        if moved:
            _settle(turn, flow)
        return moved


@contextmanager
def _savepoint(turn: Turn, flow: Flow, trigger: str) -> Iterator[None]:
    """One for the whole step, from the first conversation that has an effect."""
    if turn.has_savepoint or not flow.changes_things(trigger):
        yield
        return
    turn.has_savepoint = True
    try:
        with turn.session.begin_nested():
            yield
    finally:
        turn.has_savepoint = False


class _Before:
    """How the turn was before a step: where the talk stood, what was said and what was remembered."""

    def __init__(self, turn: Turn, *, copies: bool) -> None:
        place = turn.place
        self.stood = place.flow, place.state
        self.memory = copy.deepcopy(place.memory) if copies else None
        self.said = len(turn.texts), len(turn.papers), list(turn.choices)

    def restore(self, turn: Turn) -> None:
        """Take back what the step said and remembered."""
        texts, papers, turn.choices = self.said
        del turn.texts[texts:], turn.papers[papers:]
        turn.place.flow, turn.place.state = self.stood
        if self.memory is not None:
            turn.place.memory.clear()
            turn.place.memory.update(self.memory)


def _refuse(turn: Turn, flow: Flow, error: DomainError) -> None:
    """Let the flow say why it could not be done, or say it in general."""
    is_first, flow.error = flow.error is None, error
    if is_first and step(turn, flow, REFUSED):
        return
    turn.say(_("Sorry, that could not be done. Please try again, or type *human*."), flow=flow.name)
    remind_of_what_waits(turn)


def _settle(turn: Turn, flow: Flow) -> None:
    """Remember where the talk stands now, and say what comes next."""
    place = turn.place
    if flow.state in flow.states:
        before = present(turn)
        if before and before.keeps_place and before.name != flow.name:
            place.asked["waiting"] = [before.name, before.state]
        place.flow, place.state = flow.name, flow.state
        ask(turn, flow)
        return
    if place.flow == flow.name:
        place.asked.pop("choices", None)
        place.flow, place.state = place.asked.pop("waiting", None) or (None, None)
    if place.flow is not None:
        prompts.set_aside(turn)
    if not _goes_on(turn, flow):
        remind_of_what_waits(turn)


def _goes_on(turn: Turn, flow: Flow) -> bool:
    """Go on in the conversation that the last one led to, if it led to one."""
    name, trigger = onward(flow.state) or ("", "")
    flow_class = turn.flows.get(name)
    return flow_class is not None and _move(turn, _where_it_stands(turn, flow_class, trigger), trigger)


def ask(turn: Turn, flow: Flow) -> bool:
    """Say what the flow asks where it stands."""
    prompts.put(turn)
    flow.say(flow.ask())
    return True


def ask_again(turn: Turn) -> bool:
    """Say once more what the present conversation asks, if one is under way."""
    flow = present(turn)
    return flow is not None and ask(turn, flow)


def show_menu(turn: Turn) -> bool:
    """Leave what is under way and show the menu, if there is one."""
    found = turn.flows.for_word(Meaning.MENU, lead=turn.is_lead)
    if found is None:
        return False
    turn.place.leave()
    return pick(turn, *found)


def remind_of_what_waits(turn: Turn) -> None:
    """One line of the conversation that goes on after this answer."""
    flow = present(turn)
    if flow is not None and flow.keeps_place:
        flow.say(flow.holding())


# -- where the talk stands -------------------------------------------------------------------------------------------


def present(turn: Turn) -> Flow | None:
    """The conversation that is under way."""
    flow_class = turn.flows.get(turn.place.flow)
    return flow_class(turn, turn.place.state or START) if flow_class else None


def opened(flow_class: type[Flow], turn: Turn, arg: str) -> Flow:
    """A conversation at its start, with what was chosen."""
    flow = flow_class(turn)
    flow.arg = arg
    return flow


def _where_it_stands(turn: Turn, flow_class: type[Flow], trigger: str, arg: str = "") -> Flow:
    """The flow as it is under way, if it knows the trigger there; else at its start."""
    flow = opened(flow_class, turn, arg)
    if turn.place.flow == flow.name and turn.place.state:
        flow.state = turn.place.state
        if not flow.can(trigger):
            flow.state = START
    return flow


def only_shows(flow_class: type[Flow], turn: Turn, trigger: str) -> bool:
    """True when the trigger opens the flow and changes nothing."""
    flow = flow_class(turn)
    return flow.can(trigger) and not flow.changes_things(trigger)
