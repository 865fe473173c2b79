"""Demo data: a wholesaler with shops in every situation, made by the same functions as real data, once."""

import json
from datetime import date, timedelta
from uuid import UUID

import click
from sqlalchemy.orm import Session

import policy
from cli import demo_story as story
from cli import org
from core import audit, clock, crypto, db, events, ids, settings
from credit import accounts, pauses, payments
from credit.accounts import Terms
from orders import catalogue_import, dispatching, ordering, pricing, rules, stock
from orders.delivery import Timetable
from orders.quotes import Wanted
from orders.rules import Rules
from orders.terms import THOUSANDTHS
from parties import channels, organisations, retailers, users
from parties.tables import TenantRoute

EMAIL = "demo@bahi.example"
DEMO_PASSWORD = "open the demo shop"
_REASON = "demo"


class DemoRefused(settings.ConfigurationError):
    """Demo data has no place in production, and needs somebody to play Twilio."""


@click.command()
def command() -> None:
    """Fill in the sample wholesaler and its retailers; harmless when they are there already."""
    for line in seed():
        click.echo(line, err=True)


def seed() -> list[str]:
    """Make the demo data unless it is there, in one transaction; returns how to sign in."""
    current = settings.current()
    if current.is_production:
        raise DemoRefused("demo data is refused when BAHI_ENV=production")
    if not current.twilio_account_sid or not current.twilio_auth_tokens:
        raise DemoRefused(
            "no Twilio account: run ./bahi up once, which starts the simulator, or set TWILIO_ACCOUNT_SID"
        )
    if not _is_there():
        audit.act_as(org.ACTOR)
        db.run(_tell, ids.new())
    _write_people()
    return [f"sign in as {EMAIL} with the password: {DEMO_PASSWORD}"]


def _is_there() -> bool:
    with db.transaction() as session:
        return session.get(TenantRoute, ("login", crypto.fingerprint(EMAIL))) is not None


def _tell(session: Session) -> None:
    current = settings.current()
    organisation = organisations.create(
        session, organisations.NewOrganisation(**story.ORGANISATION), policy.of_a_new_organisation()
    )
    channels.register(
        session,
        account_sid=current.twilio_account_sid,
        number=story.BUSINESS_NUMBER,
        tokens=list(current.twilio_auth_tokens),
    )
    users.create(session, email=EMAIL, role="owner", password=DEMO_PASSWORD, name="Demo owner")
    policy.change(session, story.ON_PAPERS, "as printed on the bills")
    catalogue_import.import_catalogue(session, _catalogue(), _first_day(organisation.timezone))
    shops = {person.code: _shop(session, person) for person in story.PEOPLE if person.code}
    today = clock.today(organisation.timezone)
    for event in sorted(story.HISTORY, key=lambda one: -one.days_ago):
        on = today - timedelta(days=event.days_ago)
        if isinstance(event, story.Sale):
            _sell(session, shops[event.code], event.wishes, on)
        else:
            _receive(session, shops[event.code], event, on)
    _finish(session, shops)
    _sell_by_rules(session, shops)
    events.forget(session)  # a history that is made up: nobody is told of it


def _catalogue() -> dict[str, object]:
    found: dict[str, object] = json.loads((db.ROOT / "orders" / "data" / "catalog.json").read_text(encoding="utf-8"))
    return found


def _first_day(timezone: str) -> date:
    return clock.today(timezone) - timedelta(days=365)


def _shop(session: Session, person: story.Person) -> UUID:
    shop = retailers.create(
        session,
        retailers.Details(
            code=person.code,
            name=person.name,
            phone=person.phone,
            language=person.language,
            state_code=person.state_code,
            address=person.address,
        ),
    )
    # Without the rule on overdue days for now: the history below happened before anybody was late.
    accounts.open_account(session, shop.id, Terms(person.limit_minor, person.credit_days, person.max_order_minor))
    return shop.id


def _sell(session: Session, shop: UUID, wishes: tuple[story.Wish, ...], left_on: date | None) -> None:
    placed = ordering.place(session, shop, [Wanted(*wish) for wish in wishes], "CREDIT", "console")
    if placed.refusal is not None:
        raise placed.refusal
    if left_on is not None:
        dispatching.dispatch(session, placed.order.id, left_on)


def _receive(session: Session, shop: UUID, event: story.Paid, on: date) -> None:
    amount_minor = event.amount_minor or accounts.get(session, shop).outstanding_minor
    payments.record(session, payments.NewPayment(shop, amount_minor, event.method, None, on))


def _finish(session: Session, shops: dict[str, UUID]) -> None:
    for code, wishes in story.ON_THE_WAY:
        _sell(session, shops[code], wishes, None)
    for code, shop in shops.items():
        account = accounts.get(session, shop)
        limit_minor = account.limit_minor
        if code == story.NEAR:
            limit_minor = account.outstanding_minor + story.HEADROOM_NEAR_MINOR
        terms = Terms(limit_minor, account.credit_days, account.max_order_minor, story.MAX_OUTSTANDING_DAYS)
        accounts.set_terms(session, shop, terms, _REASON)
    pauses.pause(session, shops[story.PAUSED], "cheque bounced twice")


def _sell_by_rules(session: Session, shops: dict[str, UUID]) -> None:
    """From today on: packs, slabs, a class, a scheme, counted goods, delivery days."""
    timetable = Timetable(story.CUT_OFF, 1, story.ROUTES)
    rules.change(session, Rules(price_classes=(story.SEMI,), timetable=timetable, stock_hold_hours=72), _REASON)
    for sku, values in story.TERMS.items():
        pricing.set_terms(session, sku, values, pricing.PriceChange(_REASON, pricing.product(session, sku).version))
    for sku, pieces in story.STOCK.items():
        stock.count(session, sku, pieces * THOUSANDTHS, _REASON)
    for code, shop_id in shops.items():
        shop = retailers.get(session, shop_id)
        price_class = story.SEMI if code == story.WHOLESALE else ""
        retailers.place(session, shop, price_class, story.ON_ROUTES.get(code, ""), _REASON, shop.version)
    _sell(session, shops[story.GOOD], story.OF_COUNTED_GOODS, None)


def _write_people() -> None:
    """The cast of the simulator: who can be played, and in which situation each one is."""
    cast = [
        {
            "phone": person.phone,
            "name": person.name,
            "language": person.language,
            "situation": person.situation,
            "business_number": story.BUSINESS_NUMBER,
        }
        for person in story.PEOPLE
    ]
    path = settings.current().home / "people.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(cast, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
