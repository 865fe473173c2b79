"""The conversation engine: one message in, one answer out, whatever the flows are about.

A message is tried in this order: words that work everywhere, a tapped choice, a typed option, what the present
conversation hears, what any conversation recognises. So an order or a question typed from anywhere is understood, and
a conversation that keeps its place waits meanwhile. What nobody understands is asked about, twice; then the menu.

What a prompt offered acts only while the prompt is live: a choice carries the number of its prompt, and a day later,
or after a message that was delayed, the prompt is said anew instead. Choices that only show something always work.
"""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import handing_over, media, prompts, steps, words
from bot.flow import RENEW, START, Flow, Flows
from bot.ingress import Incoming
from bot.markup import MAX_BODY, shorten
from bot.tables import Conversation
from bot.turn import NEW, Kept, Turn, begin, end
from core import audit, ids
from core.i18n import N_, _
from language.folding import fold
from language.phrases import Meaning
from parties import consent
from parties.channels import ChannelLine

PATIENCE = 2  # misunderstandings in a row before the menu and a person are offered
REACTION = "reaction"
LEAVING = {
    Meaning.MENU,
    Meaning.CANCEL,
    Meaning.LET_IT_BE,
}  # these end the present conversation; other words only interrupt it

UNREADABLE = {
    "picture": N_("Thank you for the picture. I cannot read pictures yet: please type what you need."),
    "voice": N_("Thank you for the voice note. I cannot listen yet: please type what you need."),
    "video": N_("Thank you for the video. I cannot watch it yet: please type what you need."),
    "document": N_("Thank you for the file. I cannot open files yet: please type what you need."),
    "location": N_("Thank you for the location. I cannot use it yet: please type what you need."),
    "person": N_("Thank you for the contact. I cannot use it yet: please type what you need."),
    "sticker": N_("Thank you! Please type what you need."),
    "unsupported": N_("I cannot read this kind of message. Please type what you need."),
    "nothing": N_("Your message came without text. Please type what you need."),
}


def answer(session: Session, flows: Flows, line: ChannelLine, incoming: Incoming, kept: Kept | None = None) -> str:
    """Take the turn of a message unless it was taken before: new, seen, or queued behind one that waits."""
    turn = begin(session, flows, line, incoming, kept)
    if isinstance(turn, str):
        return turn
    media.note(session, turn.message.id, turn.incoming.payload)
    who = ids.public("ret", turn.retailer.id) if turn.retailer else ids.public("con", turn.contact_id)
    audit.act_as(audit.Actor(f"retailer:{who}", request_id=incoming.message_sid))
    take_turn(session, turn)
    return NEW


def take_turn(session: Session, turn: Turn) -> None:
    """Understand the message, let a flow act, and write the one answer."""
    with turn.voice:
        turn.speak(turn.language or words.script(turn.message.text) or "en")
        _respond(turn)
        turn.place.version += 1
        end(turn, _text(turn), prompts.offer(turn))


def _respond(turn: Turn) -> None:
    word = None if turn.message.tap else words.everywhere(turn.message.folded)
    if word in CONSENT:
        prompts.set_aside(turn)
        return CONSENT[word](turn)
    if word is None and _is_with_staff(turn):
        turn.outcome = "noop"  # a person answers: the bot keeps quiet
        return None
    if turn.place.handed_over_at is not None:  # a yes may answer the person who wrote, not the question before
        turn.place.handed_over_at, turn.place.prompted_at = None, handing_over.LONG_AGO
        turn.place.memory = handing_over.without_choices(turn.place.memory)
    _leave_what_is_gone(turn)
    if any(attempt(turn) for attempt in ATTEMPTS):
        turn.place.not_understood = 0
        return None
    return _not_understood(turn)


# -- ways to understand a message, in order; each says whether it did ------------------------------------------------


def _by_word(turn: Turn) -> bool:
    word = None if turn.message.tap else words.everywhere(turn.message.folded)
    found = turn.flows.for_word(word, lead=turn.is_lead, present=turn.place.flow) if word else None
    if found is None:
        return False
    flow_class, trigger = found
    if word in LEAVING and turn.place.flow != flow_class.name:
        turn.place.leave()
        turn.place.asked.pop("waiting", None)
    return steps.pick(turn, flow_class, trigger)


def _by_tap(turn: Turn) -> bool:
    name, _colon, rest = turn.message.tap.partition(":")
    trigger, _colon, rest = rest.partition(":")
    arg, _colon, prompt = rest.rpartition(":")
    flow_class = turn.flows.get(name)
    if flow_class is None or flow_class not in turn.flows.serving(lead=turn.is_lead):
        return False
    if prompts.is_live(turn, prompt) and steps.pick(turn, flow_class, trigger, arg):
        return True
    if steps.only_shows(flow_class, turn, trigger):
        return steps.step(turn, steps.opened(flow_class, turn, arg), trigger)
    turn.say(_("That choice belongs to an earlier message."), flow=name)
    return steps.ask_again(turn) or steps.show_menu(turn)


def _by_option(turn: Turn) -> bool:
    if turn.message.tap:
        return False
    for number, (name, trigger, arg, title) in enumerate(turn.place.asked.get("choices", ()), 1):
        if turn.message.folded in (str(number), fold(title)):
            flow_class = turn.flows.get(name)
            is_past = prompts.is_offer_past(turn)
            if flow_class is None or (is_past and not steps.only_shows(flow_class, turn, trigger)):
                return False
            flow = steps.present(turn)
            if flow and flow.name == name and flow.agrees(trigger):
                if trigger in flow.spending and turn.message.folded == str(number):
                    return _ask_for_words(turn, flow)
                if prompts.is_offer_passed_over(turn, flow):
                    return _say_once_more(turn, flow)
            return steps.pick(turn, flow_class, trigger, arg)
    return False


def _by_hearing(turn: Turn) -> bool:
    flow = steps.present(turn)
    if flow is None or prompts.is_late(turn):
        return False
    trigger = flow.hear(turn.message)
    if trigger is not None and flow.agrees(trigger) and prompts.is_passed_over(turn, flow):
        return _say_once_more(turn, flow)
    return trigger is not None and steps.step(turn, flow, trigger)


def _by_recognising(turn: Turn) -> bool:
    for flow_class in turn.flows.serving(lead=turn.is_lead):
        flow = flow_class(turn, (turn.place.state or START) if turn.place.flow == flow_class.name else START)
        trigger = flow.recognise(turn.message)
        if trigger is None or flow.agrees(trigger):  # only a live prompt is agreed to, and that is heard
            continue
        if not flow.can(trigger):
            flow.state = START
        if flow.can(trigger) and steps.step(turn, flow, trigger):
            return True
    return False


def _by_resuming(turn: Turn) -> bool:
    flow = steps.present(turn)
    if flow is None or not flow.keeps_place or not prompts.is_late(turn):
        return False
    turn.say(_("Welcome back. Everything is still here; let us go on where we stopped."), flow=flow.name)
    return steps.step(turn, flow, RENEW) or steps.ask(turn, flow)


def _say_once_more(turn: Turn, flow: Flow) -> bool:
    """Ask again, brought up to date, what a bare answer may not have been meant for."""
    turn.say(_("To be sure that we mean the same, here it is once more."), flow=flow.name)
    return steps.step(turn, flow, RENEW) or steps.ask(turn, flow)


def _ask_for_words(turn: Turn, flow: Flow) -> bool:
    """A number may be the answer to the question before, or sent twice: it never agrees to money."""
    turn.say(_("A number alone orders nothing and pays nothing. Please reply in words, or tap an answer."), flow="")
    return steps.ask(turn, flow)


ATTEMPTS: tuple[Callable[[Turn], bool], ...] = (
    _by_word,
    _by_tap,
    _by_option,
    _by_hearing,
    _by_recognising,
    _by_resuming,
)


def _not_understood(turn: Turn) -> None:
    message, place = turn.message, turn.place
    if message.kind == REACTION:
        return _react(turn)
    if message.kind in UNREADABLE:
        turn.say(_(UNREADABLE[message.kind]), flow="")
        steps.ask_again(turn)
        return None
    place.not_understood += 1
    turn.say(_("Sorry, I did not understand that."), flow="")
    if place.not_understood < PATIENCE and steps.ask_again(turn):
        return None
    if place.not_understood >= PATIENCE:
        turn.say(_("Type *human* and one of us will write to you here."), flow="")
        place.not_understood = 0
    steps.show_menu(turn)
    return None


def _react(turn: Turn) -> None:
    """A reaction needs no answer, unless somebody may take it for one to a question that waits."""
    if steps.present(turn) is None:
        turn.outcome = "noop"
        return
    turn.say(_("A reaction alone decides nothing here. Please reply in words, or tap an answer."), flow="")
    steps.ask_again(turn)


# -- where the talk stands -------------------------------------------------------------------------------------------


def _leave_what_is_gone(turn: Turn) -> None:
    """A flow or state of an older program, or a retailer's flow in the hands of a lead, is left."""
    place = turn.place
    flow_class = turn.flows.get(place.flow)
    if flow_class not in turn.flows.serving(lead=turn.is_lead) or place.state not in flow_class.states:
        place.leave()
        place.asked.pop("waiting", None)


def _is_with_staff(turn: Turn) -> bool:
    since = turn.place.handed_over_at
    if since is None:
        return False
    until = turn.session.scalars(
        select(Conversation.handed_over_until).where(
            Conversation.org_id == turn.line.org_id, Conversation.id == turn.place.id
        )
    ).one()
    return handing_over.ends_at(since, until) > turn.at


# -- consent ---------------------------------------------------------------------------------------------------------


def _stop(turn: Turn) -> None:
    consent.stop(turn.session, turn.contact_id)
    turn.say(
        _("You will get no more automatic messages from us. You can still write here; send *start* to undo this."),
        flow="",
    )


def _start(turn: Turn) -> None:
    consent.start(turn.session, turn.contact_id)
    turn.say(_("You will get our messages again. Send *stop* to end them, or *menu* to see what I can do."), flow="")


CONSENT: dict[Meaning | None, Callable[[Turn], None]] = {Meaning.STOP: _stop, Meaning.START: _start}


# -- the answer ------------------------------------------------------------------------------------------------------


def _text(turn: Turn) -> str:
    return shorten("\n\n".join(text for text in turn.texts if text), MAX_BODY)
