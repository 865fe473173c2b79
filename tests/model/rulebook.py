"""What the rules of credit say of a shop in the plain books: orders, the status ladder, discounts, fees, reminders."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any
from uuid import UUID

from tests.model.books import AUTOMATIC, STAFF, Bill, Credit, Message, Order, Shop

FAILED, APPROVED = "money failed", "an override is approved"
STOPPED, OPENED = "credit is stopped", "credit is open again"
SETTINGS = "settings of credit changed"
LOOSER, ROOM = "there may be room", "there may be room, and the ladder has looked"  # see following.py

STEPS = ("OK", "WATCH", "PAUSED", "BLOCKED")
REMINDERS = {"T-1": "payment_due_tomorrow", "T+0": "payment_due_today", "T+3": "payment_overdue_3d"}
LEVELS = {"watch": "WATCH", "pause": "PAUSED", "block": "BLOCKED"}
MAY_GIVE = {
    **dict.fromkeys(
        ("return", "damage", "short_supply", "rate_difference", "expiry"), ("owner", "admin", "accountant")
    ),
    **dict.fromkeys(("scheme_claim", "goodwill"), ("owner", "admin")),
    "write_off": ("owner",),
}


def refusals(shop: Shop, amount_minor: int, today: date) -> list[str]:
    """Codes of every rule that says no to an order on account, in the order in which they are told."""
    terms, limit_minor = shop.terms, shop.terms.limit_on(today)
    late = terms.max_outstanding_days
    too_old = [left for bill, left in shop.netted() if late is not None and (today - bill.due_on).days > late]
    over_cap = shop.is_capped and shop.house.cap_used() + amount_minor > shop.house.cap_minor
    rules = [
        ("ACCOUNT_BLOCKED", shop.blocked is not None),
        ("CREDIT_NOT_GRANTED", limit_minor is None),
        ("CREDIT_PAUSED", shop.paused is not None),
        ("OVERDUE_DAYS_EXCEEDED", sum(too_old) > terms.tolerance_minor),
        ("MAX_ORDER_VALUE_EXCEEDED", terms.max_order_minor is not None and amount_minor > terms.max_order_minor),
        ("CREDIT_LIMIT_EXCEEDED", limit_minor is not None and shop.used_minor + amount_minor > limit_minor),
        ("CREDIT_LIMIT_EXCEEDED", over_cap),
    ]
    return [code for code, says_no in rules if says_no]


def try_order(shop: Shop, order: Order, today: date, now: datetime) -> list[str]:
    """The same for one order that is really tried: leave that somebody gave for it is used up and lets it through."""
    said = refusals(shop, order.total_minor, today)
    if said and not {"ACCOUNT_BLOCKED", "CREDIT_NOT_GRANTED"} & set(said):
        for one in shop.overrides.values():
            is_good = one.status == "approved" and one.expires_at > now and one.amount_minor >= order.total_minor
            if one.order_id == order.id and is_good:
                one.status = "used"
                return []
    return said


def available(shop: Shop, today: date) -> int:
    """What the next orders may take: nothing while not even the smallest may be placed."""
    if refusals(shop, 1, today):
        return 0
    rooms = [(shop.terms.limit_on(today) or 0) - shop.used_minor]
    rooms += [shop.house.cap_minor - shop.house.cap_used()] if shop.is_capped else []
    return min(rooms)


def receive(shop: Shop, credit: Credit, chosen: dict[UUID, int], today: date, *, spread: bool = True) -> None:
    """A credit comes in: bills are settled, a promise may be kept, and what the rules did may be undone."""
    shop.take(credit, chosen, spread=spread)
    withdraw_paid(shop, today)
    if credit.kind == "payment":
        keep_promises(shop)
        shop.tell("payment_received", credit.amount_minor, shop.outstanding_minor)
    look_again(shop, today)
    shop.house.happen(ROOM, [shop])


def withdraw_paid(shop: Shop, today: date) -> None:
    """Reminders of today and yesterday that wait are called back once nothing is owed of their bills."""
    owed = {bill.id for bill, _ in shop.netted()}
    for one in shop.messages:
        if one.on and (today - one.on).days <= 1 and owed.isdisjoint(one.bills):
            one.is_withdrawn = True


def look_again(shop: Shop, today: date) -> None:
    """Money may end a watch or an automatic pause at once; it stops nobody."""
    if shop.is_watched or shop.paused == AUTOMATIC:
        evaluate(shop, today, may_stop=False)


def keep_promises(shop: Shop) -> None:
    """A promise is kept once enough money has come in since, dated by its day; however late that is booked."""
    for promise in shop.promises.values():
        if promise.status in ("open", "broken") and shop.money_for(promise) >= promise.amount_minor:
            promise.status = "kept"


def facts(shop: Shop, today: date) -> dict[str, int]:
    """What the ladder looks at."""
    late = [(bill.due_on, left) for bill, left in shop.netted() if bill.due_on < today]
    limit_minor = max(shop.terms.limit_on(today) or 0, 0)
    broken = [one for one in shop.promises.values() if one.status == "broken" and (today - one.on).days < 90]
    bounced = [
        one for one in shop.cheques.values() if one.state == "bounced" and (today - _ended(one.ended_on)).days < 180
    ]
    return {
        "overdue_days": _age(late, shop.terms.tolerance_minor, today),
        "overdue_minor": sum(left for _, left in late),
        "limit_used_percent": max(0, shop.used_minor) * 100 // limit_minor if limit_minor else 0,
        "broken_promises": len(broken),
        "bounced_cheques": len(bounced),
    }


def _age(late: list[tuple[date, int]], tolerance_minor: int, today: date) -> int:
    """For how many days more than the tolerance has been due."""
    old = [due_on for due_on, _ in late if sum(left for other, left in late if other <= due_on) > tolerance_minor]
    return (today - min(old)).days if old else 0


def _ended(on: date | None) -> date:
    assert on is not None
    return on


def wanted(shop: Shop, today: date) -> str:
    """The status that the configured rules ask for: the strictest that fires. What staff know of is only watched."""
    asked = [LEVELS[level] if _is_new(shop, level, rule, today) else "WATCH" for level, rule in _reached(shop, today)]
    return max(asked, key=STEPS.index, default="OK")


def _reached(shop: Shop, today: date) -> list[tuple[str, str]]:
    found, ladder = facts(shop, today), shop.house.settings["ladder"]
    return [(level, rule) for level in ladder for rule, least in ladder[level].items() if found[rule] >= least]


def _is_new(shop: Shop, level: str, rule: str, today: date) -> bool:
    """Counts and amounts have risen since staff lifted the stop; or further bills, those of then aside, are too old."""
    known = shop.known.get(level, {}).get(rule)
    if known is None or rule != "overdue_days":
        return known is None or facts(shop, today)[rule] > known
    before = sum(bill.open_minor for bill in shop.open_bills() if bill.due_on <= known)
    spare = max(0, sum(one.unapplied_minor for one in shop.credits.values()) - before)  # on account, for later bills
    later = [(bill.due_on, bill.open_minor) for bill in shop.open_bills() if known < bill.due_on < today]
    age = _age(later, shop.terms.tolerance_minor + spare, today)
    return age >= shop.house.settings["ladder"][level][rule]


def lift(shop: Shop, level: str, today: date) -> None:
    """Staff end a pause or a block, and acknowledge the rules that fire now; with a block those for a pause too."""
    _acknowledge(shop, level, today)
    if level == "block" and not shop.paused:
        _acknowledge(shop, "pause", today)
    shop.paused, shop.blocked = (None, shop.blocked) if level == "pause" else (shop.paused, None)
    _lifted(shop)


def _lifted(shop: Shop) -> None:
    """Credit is open again when that was the last stop."""
    if not shop.paused and not shop.blocked:
        shop.house.happen(OPENED, [shop])
        shop.house.happen(ROOM, [shop])


def stop(shop: Shop, level: str, by: str) -> None:
    """Nothing goes on account. Twice is once, but staff take over from a rule: then it does not end by itself."""
    before = shop.paused if level == "pause" else shop.blocked
    if level == "pause":
        shop.paused = by if by == STAFF else shop.paused or by
    else:
        shop.blocked = shop.blocked or by
    if not before:
        shop.house.happen(STOPPED, [shop])


def _acknowledge(shop: Shop, level: str, today: date) -> None:
    thresholds, found = shop.house.settings["ladder"].get(level, {}), facts(shop, today)
    kept = {name: rules for name, rules in _still_known(shop, today).items() if name != level}
    now = {
        rule: today - timedelta(days=thresholds[rule]) if rule == "overdue_days" else found[rule]
        for name, rule in _reached(shop, today)
        if name == level
    }
    shop.known = {**kept, level: now} if now else kept


def _still_known(shop: Shop, today: date) -> dict[str, dict[str, Any]]:
    """Forgotten is what a rule would not fire for anyway; of a count that fell, the lower one is known."""
    found: dict[str, dict[str, Any]] = {}
    for level, rule in _reached(shop, today):
        if rule in shop.known.get(level, {}):
            value = shop.known[level][rule]
            found.setdefault(level, {})[rule] = (
                value if rule == "overdue_days" else min(value, facts(shop, today)[rule])
            )
    return found


def evaluate(shop: Shop, today: date, *, may_stop: bool = True, may_lift: bool = True) -> None:
    """Watch, pause, block or restore by the rules; what staff did stays."""
    asked = wanted(shop, today)
    shop.known = _still_known(shop, today)
    shop.is_watched = asked != "OK"
    if may_stop and asked == "BLOCKED":
        stop(shop, "block", AUTOMATIC)
    if may_stop and asked == "PAUSED" and not shop.blocked:
        stop(shop, "pause", AUTOMATIC)
    if may_lift and asked in ("OK", "WATCH") and shop.paused == AUTOMATIC:
        shop.paused = None
        _lifted(shop)


def late_fee(shop: Shop, bill: Bill, today: date) -> int:
    """Simple interest on each day's open amount, actual days over 365, less what was charged; halves go up."""
    minor_days = sum(shop.accrued_minor(bill, today))
    accrued = Fraction(minor_days * shop.house.settings["late_fees"]["rate_bps"], 365 * 10_000)
    return max(0, floor(accrued + Fraction(1, 2)) - bill.fees_minor)


def discount_of(shop: Shop, bill: Bill) -> int:
    """A share of what the bill came to after returns and other credits; halves go up."""
    aside = ("payment", "opening", "cash_discount", "dispute")
    credits = [one for one in shop.credits.values() if one.is_posted and one.kind not in aside]
    worth = bill.amount_minor - sum(one.parts.get(bill.id, 0) for one in credits)
    return floor(Fraction(worth * shop.house.settings["cash_discount"]["percent_bps"], 10_000) + Fraction(1, 2))


def earns_discount(shop: Shop, bill: Bill) -> bool:
    """Paid in time, all but the discount, nothing of it contested, and not given before."""
    offer = shop.house.settings["cash_discount"]
    worth = discount_of(shop, bill)
    paid = [one for one in shop.credits.values() if one.is_posted and bill.id in one.parts]
    money = [one.received_on for one in paid if one.kind == "payment"]
    in_time = bool(money) and max(money) <= bill.bill_on + timedelta(days=offer["within_days"])
    is_given = any(one.kind == "cash_discount" for one in paid)
    is_contested = any(one.bill_id == bill.id and one.status == "open" for one in shop.disputes.values())
    return bool(worth) and in_time and 0 < bill.open_minor <= worth and not is_given and not is_contested


def remind(shop: Shop, today: date, now: datetime) -> bool:
    """One message about all bills that are due a stage today, with what is open on them beyond money on account."""
    asked: list[tuple[str, UUID, int]] = []
    for bill, stage, open_minor in _due_a_stage(shop, today):
        holds = shop.promise is not None and shop.promise.on >= today
        holds |= any(one.status == "claimed" and now - one.at < timedelta(hours=24) for one in shop.claims.values())
        holds |= shop.outstanding_minor <= 0 or open_minor == 0 or shop.reminded_on == today
        shop.reminded[bill.id, bill.due_on, stage] = not holds, open_minor
        asked += [] if holds else [(stage, bill.id, open_minor)]
    if asked:
        shop.reminded_on = today
        template = REMINDERS[asked[0][0]] if len(asked) == 1 else "payment_reminder_merged"
        bills, owed_minor = tuple(bill_id for _, bill_id, _ in asked), sum(minor for _, _, minor in asked)
        shop.messages.append(Message(template, owed_minor, on=today, bills=bills))
    return bool(asked)


def _due_a_stage(shop: Shop, today: date) -> Iterator[tuple[Bill, str, int]]:
    """Open bills that were not reminded of at this stage; money on account counts for the oldest first."""
    left = {bill.id: left_minor for bill, left_minor in shop.netted()}
    stages = {-1: "T-1", 0: "T+0", 3: "T+3"}
    for bill in shop.open_bills():
        stage = stages.get((today - bill.due_on).days)
        if stage and (bill.id, bill.due_on, stage) not in shop.reminded:
            yield bill, stage, left.get(bill.id, 0)
