"""Prompts: whether what was asked is still the question, and how its choices are offered.

A prompt is answered only while it is what the shop reads last. It grows old in a day, and a message that was delayed
agrees to nothing. After another answer a bare `yes` may be meant for that, and after a notice, which asks nothing, an
`ok` or a number, so the prompt is said once more; a tap names its prompt, and acts. Decision 18.
"""

from datetime import datetime, timedelta

from bot import words
from bot.flow import Flow
from bot.markup import fitted
from bot.turn import Turn
from core import db

LIVES = timedelta(hours=24)
LATE_AFTER = timedelta(minutes=10)  # a message delayed for longer confirms nothing: the sender may have moved on
MAX_TITLE = 24
MAX_CHOICES = 10
_LATEST_NOTICE = """
SELECT template FROM outbox_message
WHERE org_id = %s AND retailer_id = %s AND to_address = %s AND created_at > %s
    AND template IS NOT NULL AND status NOT IN ('cancelled', 'failed')
ORDER BY created_at DESC LIMIT 1
"""


def is_late(turn: Turn) -> bool:
    """True when the present question was asked too long ago for this message to answer it."""
    return _is_past(turn, turn.place.prompted_at)


def is_offer_past(turn: Turn) -> bool:
    """The same for the choices that can be tapped now: a menu may be younger than the question that waits."""
    return _is_past(turn, _offered_at(turn))


def is_live(turn: Turn, prompt: str) -> bool:
    """True for the number of the prompt that offered last."""
    return prompt == str(turn.place.asked.get("prompt")) and not is_offer_past(turn)


def set_aside(turn: Turn) -> None:
    """Something else is said now while a question waits: that is no longer the last that was read."""
    turn.place.asked["aside"] = turn.place.version


def put(turn: Turn) -> None:
    """The present question is said in this turn."""
    turn.place.prompted_at = turn.at
    turn.place.asked.pop("choices", None)
    turn.place.asked.pop("aside", None)
    turn.choices = []


def is_passed_over(turn: Turn, flow: Flow) -> bool:
    """True when something else was said since the present question of this flow was put."""
    return "aside" in turn.place.asked or _has_had_notice(turn, flow, turn.place.prompted_at)


def is_offer_passed_over(turn: Turn, flow: Flow) -> bool:
    """The same for the choices that were offered last."""
    kept = turn.place.asked
    is_aside = "aside" in kept and kept["prompt"] <= kept["aside"]
    return is_aside or _has_had_notice(turn, flow, _offered_at(turn))


def offer(turn: Turn) -> list[tuple[str, str]]:
    """The choices with their ids; remembered, so that a number or a title chooses too."""
    offered = turn.choices[:MAX_CHOICES]
    titles = fitted([choice.title for _name, choice in offered], MAX_TITLE)
    if offered:
        turn.place.asked["prompt"] = turn.place.version
        turn.place.asked["offered_at"] = turn.at.isoformat()
        turn.place.asked["choices"] = [
            [name, choice.trigger, choice.arg, title] for (name, choice), title in zip(offered, titles, strict=True)
        ]
    return [
        (f"{name}:{choice.trigger}:{choice.arg}:{turn.place.version}", title)
        for (name, choice), title in zip(offered, titles, strict=True)
    ]


def _offered_at(turn: Turn) -> datetime | None:
    offered_at = turn.place.asked.get("offered_at")
    return datetime.fromisoformat(offered_at) if offered_at else turn.place.prompted_at


def _is_past(turn: Turn, asked_at: datetime | None) -> bool:
    is_old = asked_at is not None and turn.at - asked_at > LIVES
    return is_old or turn.at - turn.received_at > LATE_AFTER


def _has_had_notice(turn: Turn, flow: Flow, since: datetime | None) -> bool:
    """True when this may be said to a notice that came since, and not one that itself asks for what this flow asks."""
    if turn.retailer is None or since is None or not words.may_only_acknowledge(turn.message.folded):
        return False
    asked = (str(turn.line.org_id), str(turn.retailer.id), turn.incoming.from_address, since)
    latest = db.execute(turn.session, _LATEST_NOTICE, asked).scalar()
    return latest is not None and latest not in flow.asked_by
