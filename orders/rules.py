"""The rules an organisation sells by: smallest order, classes of shops, routes and cut-off, how long goods are held.

They are read with the catalogue and cached with it, so changing them raises the catalogue's version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any

from sqlalchemy.orm import Session

from core import audit, db
from core.errors import DomainError, Invalid
from core.money import MAX_MINOR
from orders.delivery import Timetable
from orders.tables import SellingRules
from parties import organisations
from parties.settings import Hours

MAX_NAMES = 50
MAX_LEAD_DAYS = 30
MAX_HOLD_HOURS = 24 * 60
_READ = """
SELECT s.version, s.min_order_minor, s.price_classes, s.routes, s.cut_off, s.lead_days, s.stock_hold_hours, g.settings
FROM organisation g LEFT JOIN selling_rules s ON s.org_id = g.org_id WHERE g.org_id = %s
"""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules as they hold now. `version` 0: nobody has set any."""

    version: int = 0
    min_order_minor: int | None = None
    price_classes: tuple[str, ...] = ()
    timetable: Timetable = field(default_factory=Timetable)
    stock_hold_hours: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """As the API shows and takes them."""
        cut_off = self.timetable.cut_off
        return {
            "min_order_minor": self.min_order_minor,
            "price_classes": list(self.price_classes),
            "routes": {name: list(days) for name, days in self.timetable.routes.items()},
            "cut_off": cut_off.strftime("%H:%M") if cut_off else None,
            "lead_days": self.timetable.lead_days,
            "stock_hold_hours": self.stock_hold_hours,
        }


DEFAULT = Rules()


class RulesChanged(DomainError):
    """Somebody changed the rules since they were read."""

    code = "VERSION_CONFLICT"
    status = 412
    detail = "The selling rules were changed by somebody else meanwhile. Read them again before you change them."


class BelowMinimum(DomainError):
    """The order is worth less than the smallest that is brought."""

    code = "ORDER_BELOW_MINIMUM"

    def __init__(self, total_minor: int, min_minor: int) -> None:
        super().__init__(
            "This order is below the smallest that is delivered.",
            total_minor=total_minor,
            min_minor=min_minor,
            missing_minor=min_minor - total_minor,
        )


def read(session: Session) -> Rules:
    """The rules as the database has them."""
    row = db.execute(session, _READ, (str(db.org_of(session)),)).one()
    hours = Hours.read(row.settings)
    if row.version is None:
        return Rules(timetable=Timetable(hours=hours))
    return Rules(
        version=row.version,
        min_order_minor=row.min_order_minor,
        price_classes=tuple(row.price_classes),
        timetable=Timetable(row.cut_off, row.lead_days, row.routes, hours),
        stock_hold_hours=row.stock_hold_hours,
    )


def check_minimum(rules: Rules, total_minor: int) -> None:
    """Raise BelowMinimum for an order that is too small to be brought."""
    if rules.min_order_minor is not None and total_minor < rules.min_order_minor:
        raise BelowMinimum(total_minor, rules.min_order_minor)


def change(session: Session, given: Rules, reason: str) -> Rules:
    """Set the rules, audited unless they are as they were; `given.version` is the one that was seen.

    The caller raises the catalogue's version.

    Raises RulesChanged, Invalid.
    """
    _check(given)
    before = read(session)
    if before.version != given.version:
        raise RulesChanged(version=before.version)
    if before.as_dict() == given.as_dict():
        return before
    row = session.get(SellingRules, db.org_of(session)) or SellingRules()
    row.version = given.version + 1
    row.min_order_minor, row.price_classes = given.min_order_minor, list(given.price_classes)
    row.routes = {name: sorted(set(days)) for name, days in given.timetable.routes.items()}
    row.cut_off, row.lead_days = given.timetable.cut_off, given.timetable.lead_days
    row.stock_hold_hours = given.stock_hold_hours
    session.add(row)
    session.flush()  # the catalogue reads them by plain SQL
    subject = organisations.public_id(db.org_of(session))
    audit.record(
        session, "selling_rules.changed", subject=subject, before=before.as_dict(), after=given.as_dict(), reason=reason
    )
    return replace(given, version=row.version)


def declare(session: Session, price_classes: set[str], reason: str) -> None:
    """Add classes that a file named prices for."""
    if not price_classes:
        return
    known = read(session)
    missing = sorted(price_classes - set(known.price_classes))
    if missing:
        change(session, replace(known, price_classes=(*known.price_classes, *missing)), reason)


def check_names(rules: Rules, price_class: str, route: str) -> None:
    """Refuse a class or a route that the rules do not have; empty is none. Raises Invalid."""
    if price_class and price_class not in rules.price_classes:
        raise Invalid(f"There is no price class {price_class!r}.", field="price_class")
    if route and route not in rules.timetable.routes:
        raise Invalid(f"There is no route {route!r}.", field="route")


def at_time(text: str | None) -> time | None:
    """`HH:MM` as a time of day. Raises Invalid."""
    if text is None:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is not a time of day: write HH:MM.", field="cut_off") from error


def _check(given: Rules) -> None:
    if given.min_order_minor is not None and not 0 < given.min_order_minor <= MAX_MINOR:
        raise Invalid("The smallest order is worth more than nothing.", field="min_order_minor")
    if not 0 <= given.timetable.lead_days <= MAX_LEAD_DAYS:
        raise Invalid(f"Orders take 0 to {MAX_LEAD_DAYS} days.", field="lead_days")
    if given.stock_hold_hours is not None and not 0 < given.stock_hold_hours <= MAX_HOLD_HOURS:
        raise Invalid(f"Goods are held for 1 to {MAX_HOLD_HOURS} hours.", field="stock_hold_hours")
    _check_listed("price_classes", given.price_classes)
    _check_listed("routes", tuple(given.timetable.routes))
    _check_days(given.timetable.routes)


def _check_listed(field_name: str, names: Sequence[str]) -> None:
    if len(names) > MAX_NAMES or any(not name.strip() or len(name) > 64 for name in names):
        raise Invalid(f"At most {MAX_NAMES} names of 1 to 64 characters.", field=field_name)


def _check_days(routes: Mapping[str, Sequence[int]]) -> None:
    for name, days in routes.items():
        if not days or any(not 0 <= one <= 6 for one in days):
            raise Invalid(f"The route {name!r} needs weekdays from 0 (Monday) to 6 (Sunday).", field="routes")
