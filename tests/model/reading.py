"""What the database says, and what the doctor finds, each in one round trip on a connection of its own.

Both statements are planned once and read as the application does, inside one organisation. They see only what is
committed.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from core import db
from reports import doctor, invariants
from reports.invariant import Invariant
from tests.model.books import House, Message, Shop

# Of the schema, secrets and doors: no rule moves them, and the doctor is asked when a shard ends.
ELSEWHERE = {"I12", "I13", "I14", "I19", "I23", "I24", "I25", "I26", "I28", "I32", "I34", "I35", "I36", "I37", "I38"}
WHOLE_CHAINS = ("I21",)  # heads after every step; every hash is computed again when a life ends
KNOWN = [one for one in invariants.load() if one.id not in ELSEWHERE]

_TOLD = """
SELECT json_build_object(
    'accounts', (SELECT json_object_agg(retailer_id, json_build_array(outstanding_minor, reserved_minor,
        allowance_minor, limit_minor, credit_days, max_order_minor, max_outstanding_days, terms, tolerance_minor,
        temporary_limit_minor, temporary_until, group_id IS NOT NULL, watched_at IS NOT NULL,
        CASE WHEN paused_at IS NOT NULL THEN pause_source END, CASE WHEN blocked_at IS NOT NULL THEN block_source END,
        acknowledged))
        FROM credit_account),
    'bills', (SELECT json_object_agg(id, json_build_array(retailer_id, kind, reference, due_on, amount_minor,
        open_minor)) FROM bill),
    'credits', (SELECT json_object_agg(id, json_build_array(retailer_id, kind, method, reference, received_on,
        amount_minor, unapplied_minor, status = 'posted')) FROM payment),
    'parts', (SELECT json_object_agg(place, minor) FROM (SELECT payment_id || ' ' || bill_id AS place,
        sum(amount_minor) AS minor FROM allocation GROUP BY 1 HAVING sum(amount_minor) <> 0) parts),
    'ledger', (SELECT json_object_agg(place, minor) FROM (SELECT retailer_id || ' ' || account AS place,
        sum(amount) AS minor FROM (SELECT retailer_id, debit_account AS account, amount_minor AS amount
        FROM ledger_transfer UNION ALL SELECT retailer_id, credit_account, -amount_minor FROM ledger_transfer) legs
        GROUP BY 1 HAVING sum(amount) <> 0) ledger),
    'orders', (SELECT json_object_agg(id, json_build_array(status, payment_mode, total_minor)) FROM sales_order),
    'shelf', (SELECT json_object_agg('kg', json_build_array(on_hand_milli / 1000.0, reserved_milli / 1000.0))
        FROM stock),
    'held', (SELECT json_object_agg(order_id, qty_milli / 1000.0) FROM stock_reservation WHERE status = 'live'),
    'reserved', (SELECT json_object_agg(reference_id, amount_minor) FROM reservation WHERE status = 'live'),
    'refunds', (SELECT json_object_agg(id, json_build_array(retailer_id, amount_minor, status = 'posted'))
        FROM refund),
    'documents', (SELECT json_object_agg(id, json_build_array(retailer_id, number, total_minor, refers_to_id,
        status = 'cancelled')) FROM invoice),
    'cheques', (SELECT json_object_agg(id, state) FROM cheque),
    'claims', (SELECT json_object_agg(id, status) FROM payment_claim),
    'disputes', (SELECT json_object_agg(id, json_build_array(status, amount_minor, accepted_minor)) FROM dispute),
    'promises', (SELECT json_object_agg(id, status) FROM promise),
    'overrides', (SELECT json_object_agg(id, status) FROM credit_override),
    'caps', (SELECT json_object_agg(id, limit_minor) FROM credit_group),
    'fees', (SELECT json_object_agg(bill_id, minor) FROM (SELECT bill_id, sum(amount_minor) AS minor FROM late_fee
        GROUP BY 1) fees),
    'reminded', (SELECT json_object_agg(bill_id || ' ' || due_on || ' ' || stage,
        json_build_array(status = 'queued', open_minor)) FROM reminder),
    'messages', (SELECT json_object_agg(said, count) FROM (SELECT said, count(*) FROM (SELECT concat_ws(' ',
            retailer_id, template, regexp_replace(coalesce(params->>'amount', params->>'accepted'), '[^0-9]', '', 'g'),
            'then ' || CASE WHEN params->>'balance' LIKE '%in advance%' THEN '-' ELSE '' END
                || regexp_replace(coalesce(params->>'balance', params->>'available'), '[^0-9]', '', 'g'),
            nullif(status, 'queued')) AS said
        FROM outbox_message) each GROUP BY said) messages))
"""


class Reader:
    """One connection, as the application, that reads without ever being in a transaction."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        # Planned once, while tables are empty: without these the planner would expect a row, and loop over hundreds.
        self._run("SET enable_seqscan = off; SET enable_nestloop = off; SET jit = off")
        self._run(f"PREPARE told AS {_TOLD}")
        self._run(f"PREPARE wrong AS {' UNION ALL '.join(_statements())}")

    def enter(self, org_id: UUID) -> None:
        """Read this organisation from now on."""
        self._run("SELECT set_config('app.org', %s, false)", (str(org_id),))

    def told(self) -> dict[str, dict[str, Any]]:
        """Everything that `told` says of the plain books, from the tables."""
        ((answer,),) = self._run("EXECUTE told")
        return {part: rows or {} for part, rows in answer.items()}

    def wrong(self) -> list[tuple[str, str]]:
        """What the invariants find: (invariant, what)."""
        return self._run("EXECUTE wrong")

    def _run(self, sql: str, parameters: tuple[Any, ...] | None = None) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def reader() -> Iterator[Reader]:
    """A reader on a connection that nobody else gets afterwards."""
    pooled = db.engine().raw_connection()
    connection = pooled.driver_connection
    pooled.detach()
    connection.autocommit = True
    try:
        yield Reader(connection)
    finally:
        connection.close()


def _statements() -> Iterator[str]:
    for one in KNOWN:
        for sql in (one.sql, one.full_sql if one.id not in WHOLE_CHAINS else ""):
            if sql:
                yield f"SELECT '{one.id}' AS id, what FROM ({sql.replace('%%', '%')}) found"


def findings(org_id: UUID, which: list[Invariant] | None = None) -> list[doctor.Finding]:
    """What the doctor itself finds in full mode, of one organisation."""
    with db.transaction(org_id) as session:
        found = [doctor.examine(session, one, org_id, doctor.FULL) for one in which or KNOWN]
    return [one for one in found if one.status != doctor.HOLDS]


def told(house: House) -> dict[str, dict[str, Any]]:
    """The plain books in the shape of `Reader.told`."""
    parts: dict[str, dict[str, Any]] = {
        "accounts": {str(shop.id): _account(shop) for shop in house.shops},
        "caps": {str(house.cap_id): house.cap_minor},
        "shelf": {} if house.shelf is None else {"kg": [house.shelf, house.held()]},
    }
    for shop in house.shops:
        for part, rows in _of(shop).items():
            parts.setdefault(part, {}).update({str(key): row for key, row in rows.items()})
    return parts


def _account(shop: Shop) -> list[Any]:
    terms, owed, reserved = shop.terms, shop.outstanding_minor, shop.reserved_minor
    granted = max(terms.limit_minor or 0, terms.temporary_limit_minor or 0)
    return [
        owed,
        reserved,
        max(0, owed + reserved - granted),
        terms.limit_minor,
        terms.credit_days,
        terms.max_order_minor,
        terms.max_outstanding_days,
        terms.terms,
        terms.tolerance_minor,
        terms.temporary_limit_minor,
        terms.temporary_until and terms.temporary_until.isoformat(),
        shop.is_capped,
        shop.is_watched,
        shop.paused,
        shop.blocked,
        {level: {rule: value if isinstance(value, int) else value.isoformat() for rule, value in rules.items()}
         for level, rules in shop.known.items()},
    ]  # fmt: skip


def _said(message: Message) -> str:
    said = [message.template]
    if message.amount_minor is not None:
        said.append(_rupees(message.amount_minor))
    if message.balance_minor is not None:
        said.append(f"then {_rupees(message.balance_minor)}")
    return " ".join([*said, "cancelled"] if message.is_withdrawn else said)


def _rupees(minor: int) -> str:
    """The digits that people read: paise are left out when there are none."""
    rupees, paise = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{rupees}{f'{paise:02}' if paise else ''}"


def _of(shop: Shop) -> dict[str, dict[Any, Any]]:
    own, orders, credits = str(shop.id), shop.orders.values(), shop.credits.values()
    return {
        "bills": {
            one.id: [own, one.kind, one.reference, one.due_on.isoformat(), one.amount_minor, one.open_minor]
            for one in shop.bills.values()
        },
        "credits": {
            one.id: [own, one.kind, one.method, one.reference, one.received_on.isoformat(), one.amount_minor,
                     one.unapplied_minor, one.is_posted]
            for one in credits
        },
        "parts": {f"{one.id} {bill_id}": part for one in credits for bill_id, part in one.parts.items()},
        "ledger": {f"{own} {account}": amount for account, amount in shop.balances().items()},
        "orders": {one.id: [one.status, one.mode, one.total_minor] for one in orders},
        "reserved": {one.id: one.total_minor for one in orders if (one.status, one.mode) == ("confirmed", "CREDIT")},
        "refunds": {one.id: [own, one.amount_minor, one.is_posted] for one in shop.refunds.values()},
        "documents": {
            one.id: [own, one.number, one.total_minor, one.of and str(one.of), one.is_cancelled]
            for one in shop.documents.values()
        },
        "held": {one.id: one.holds for one in orders if one.holds},
        "cheques": {one.id: one.state for one in shop.cheques.values()},
        "claims": {one.id: one.status for one in shop.claims.values()},
        "disputes": {one.id: [one.status, one.amount_minor, one.accepted_minor] for one in shop.disputes.values()},
        "promises": {one.id: one.status for one in shop.promises.values()},
        "overrides": {one.id: one.status for one in shop.overrides.values()},
        "fees": {one.id: one.fees_minor for one in shop.bills.values() if one.fees_minor},
        "reminded": {f"{bill} {due_on} {stage}": [*sent] for (bill, due_on, stage), sent in shop.reminded.items()},
        "messages": Counter(f"{own} {_said(one)}" for one in shop.messages),
    }  # fmt: skip
