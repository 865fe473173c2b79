"""The measured shop: its database, its goods, its customers; and what must be true of them after every load."""

import base64
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2

import policy
from bench import processor_time, webhooks
from bot import flow
from cli.embedded import postgres_server, services
from core import db, ids, schema, settings
from orders.catalogue_import import import_catalogue
from parties import channels, organisations
from reports import doctor
from reports.invariants import i14_conversation_states

CATALOGUE = Path(__file__).resolve().parents[1] / "orders" / "data" / "catalog.json"
GSTIN = "27AAPFU0939F1ZV"  # without one nothing would be taxed
LIMIT_MINOR = 100_000_000_000  # nobody reaches it: a refused order would be a cheaper one
OF_PROCESSES = {"I14", "I34", "I35", "I37"}  # of the program, a scheduler and workers, which do not run here

_FLOOR = """
CREATE SCHEMA floor;
CREATE TABLE floor.conversation (address text PRIMARY KEY, state text NOT NULL, turns int NOT NULL);
CREATE TABLE floor.message (
    id bigserial PRIMARY KEY, sid text NOT NULL, address text NOT NULL, body text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
"""
_SHOPS = """
WITH fresh AS (
    SELECT * FROM unnest(%(shops)s::uuid[], %(contacts)s::uuid[], %(talks)s::uuid[], %(numbers)s::int[])
        AS fresh(shop, contact, talk, number)
), shop AS (
    INSERT INTO retailer (org_id, id, code, name, phone, language, status, state_code, address, reminders_paused,
        created_at)
    SELECT %(org)s, shop, 'S' || number, 'Shop ' || number, '+9199' || lpad(number::text, 8, '0'), 'en', 'active',
        '27', 'Pune', false, now() FROM fresh
), account AS (
    INSERT INTO credit_account (org_id, retailer_id, currency, limit_minor, credit_days)
    SELECT %(org)s, shop, 'INR', %(limit)s, 15 FROM fresh
), contact AS (
    INSERT INTO contact (org_id, id, retailer_id, phone, profile_name, last_inbound_at, created_at)
    SELECT %(org)s, contact, shop, '+9199' || lpad(number::text, 8, '0'), 'Shop ' || number, now(), now() FROM fresh
)
INSERT INTO conversation (org_id, id, channel_id, contact_id, memory, version, not_understood, updated_at)
SELECT %(org)s, talk, %(channel)s, contact, '{}', 0, 0, now() FROM fresh
"""
_FLOOR_SHOPS = """
INSERT INTO floor.conversation (address, state, turns)
SELECT 'whatsapp:+9199' || lpad(number::text, 8, '0'), 'a', 0 FROM generate_series(%s, %s) AS number
"""
_COUNTS = """
SELECT (SELECT count(*) FROM inbound_message) AS inbound,
    (SELECT count(*) FROM inbound_message WHERE status <> 'handled') AS failed,
    (SELECT count(*) FROM outbox_message) AS outbox,
    (SELECT count(*) FROM conversation WHERE not_understood > 0) AS not_understood,
    (SELECT count(*) FROM sales_order WHERE status = 'pending') AS pending,
    (SELECT count(*) FROM sales_order WHERE status = 'confirmed') AS confirmed,
    (SELECT coalesce(sum(total_minor), 0)::bigint FROM sales_order
        WHERE status = 'confirmed' AND payment_mode = 'CREDIT') AS promised_minor,
    (SELECT coalesce(sum(reserved_minor), 0)::bigint FROM credit_account) AS reserved_minor,
    (SELECT count(*) FROM audit_entry WHERE action = 'order.confirmed') AS audited,
    (SELECT count(*) FROM outbox_status) AS reported
"""
_AS_SENT = """
WITH sent AS (
    UPDATE outbox_message SET status = 'sent', rank = 3, attempt = 1, sent_at = now(),
        provider_sid = 'SM' || replace(gen_random_uuid()::text, '-', '')
    WHERE org_id = %(org)s AND status = 'queued' RETURNING org_id, id
)
INSERT INTO outbox_status (org_id, message_id, status, at) SELECT org_id, id, 'sent', now() FROM sent
"""


class Wrong(Exception):
    """A load left the database in a state that it must never be in, so its figures mean nothing."""


@dataclass(frozen=True)
class Counts:
    """What the database holds. Fields are counts of rows, and two sums of money in minor units."""

    inbound: int
    failed: int
    outbox: int
    not_understood: int
    pending: int
    confirmed: int
    promised_minor: int
    reserved_minor: int
    audited: int
    reported: int


@dataclass
class World:
    """One organisation with `shops` customers, and where its servers are."""

    org_id: UUID
    channel_id: UUID
    database_url: str
    postmaster: int
    shops: int = 0


@contextmanager
def open_world(provider_url: str) -> Iterator[World]:
    """Fresh services with fsync on, migrated, with goods and no customers yet; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bahi-bench-")).resolve()
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)  # never measure, and never fill, somebody's database
    try:
        with services.running(folder) as endpoints:
            _name(folder, endpoints, provider_url)
            try:
                yield _create(endpoints.database_url)
            finally:
                db.dispose()
    finally:
        postgres_server.discard(services.Home(folder / "services").postgres)
        shutil.rmtree(folder, ignore_errors=True)


def _name(folder: Path, endpoints: services.Endpoints, provider_url: str) -> None:
    os.environ.update(
        BAHI_ENV="demo",
        BAHI_HOME=str(folder),
        DATABASE_URL=endpoints.database_url,
        REDIS_URL=endpoints.redis_url,
        SECRET_KEY=secrets.token_urlsafe(48),
        ENCRYPTION_KEYS="k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        PUBLIC_BASE_URL=webhooks.BASE_URL,
        TWILIO_ACCOUNT_SID=webhooks.ACCOUNT_SID,
        TWILIO_AUTH_TOKEN=webhooks.AUTH_TOKEN,
        TWILIO_API_KEY="",
        TWILIO_API_SECRET="",
        TWILIO_API_BASE_URL=provider_url,
        LOG_LEVEL="INFO",
        SENTRY_DSN="",
    )
    settings.current.cache_clear()


def _create(database_url: str) -> World:
    schema.migrate(database_url)
    org_id = ids.new()
    with db.transaction(org_id) as session:
        organisations.create(
            session,
            organisations.NewOrganisation("Bench Traders", "IN", "27", GSTIN, phone=webhooks.NUMBER),
            policy.of_a_new_organisation(),
        )
        channel = channels.register(
            session, account_sid=webhooks.ACCOUNT_SID, number=webhooks.NUMBER, tokens=[webhooks.AUTH_TOKEN]
        )
        import_catalogue(session, json.loads(CATALOGUE.read_text()))
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(_FLOOR)
        postmaster = processor_time.parent_of(connection.info.backend_pid)
    connection.close()
    return World(org_id, channel.id, database_url, postmaster)


def new_organisation(name: str) -> UUID:
    """Another organisation with goods, for what is measured beside the chats."""
    org_id = ids.new()
    with db.transaction(org_id) as session:
        organisations.create(
            session,
            organisations.NewOrganisation(name, "IN", "27", GSTIN, phone=webhooks.NUMBER),
            policy.of_a_new_organisation(),
        )
        import_catalogue(session, json.loads(CATALOGUE.read_text()))
    return org_id


def grow(world: World, shops: int) -> None:
    """Add customers until there are so many, for the product and for the floor, and gather statistics."""
    numbers = list(range(world.shops, shops))
    fresh = {name: [str(ids.new()) for _ in numbers] for name in ("shops", "contacts", "talks")}
    known = {"org": str(world.org_id), "channel": str(world.channel_id), "limit": LIMIT_MINOR, "numbers": numbers}
    with db.transaction(world.org_id) as session:
        db.execute(session, _SHOPS, {**known, **fresh})
    _as_owner(world, _FLOOR_SHOPS, (world.shops, shops - 1))
    _as_owner(world, "VACUUM ANALYZE")
    world.shops = shops


def counts(world: World) -> Counts:
    """What the database holds now."""
    with db.transaction(world.org_id) as session:
        return Counts(**db.execute(session, _COUNTS).one()._asdict())


def floor_counts(world: World) -> tuple[int, int]:
    """(messages stored, turns counted) by the floor."""
    return _as_owner(
        world, "SELECT (SELECT count(*) FROM floor.message), (SELECT sum(turns) FROM floor.conversation)::int"
    )


def mark_sent(world: World) -> None:
    """Let everything queued count as sent, as after a worker's run: callbacks are about sent messages."""
    with db.transaction(world.org_id) as session:
        db.execute(session, _AS_SENT, {"org": str(world.org_id)})


def unreported(world: World, limit: int) -> list[Any]:
    """Messages that were sent and about which nothing was reported: (id, provider_sid, to_address)."""
    with db.transaction(world.org_id) as session:
        return db.execute(
            session,
            "SELECT id, provider_sid, to_address FROM outbox_message WHERE org_id = %s AND status = 'sent' LIMIT %s",
            (str(world.org_id), limit),
        ).all()


def must(holds: bool, what: str) -> None:
    """Raise Wrong unless it holds."""
    if not holds:
        raise Wrong(what)


def check_always(world: World, now: Counts) -> None:
    """Whatever was done: no turn failed, none was misunderstood, credit promised is credit reserved and audited."""
    must(now.failed == 0, f"{now.failed} turns failed and were kept to be tried again")
    must(now.not_understood == 0, f"{now.not_understood} messages were not understood")
    must(
        now.promised_minor == now.reserved_minor,
        f"orders promise {now.promised_minor}, accounts reserve {now.reserved_minor}",
    )
    must(now.audited == now.confirmed, f"{now.confirmed} orders were confirmed, {now.audited} audited")
    stored, counted = floor_counts(world)
    must(stored == counted, f"the floor stored {stored} messages and counted {counted}")


def check_thoroughly(world: World) -> None:
    """Every invariant of the data, as the doctor knows them."""
    i14_conversation_states.declare(flow.known_states())
    for finding in doctor.check(world.org_id, doctor.FULL):
        if finding.id not in OF_PROCESSES:
            must(finding.status == doctor.HOLDS, f"{finding.id} {finding.title}: {finding.violations[:3]}")


def _as_owner(world: World, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
    connection = psycopg2.connect(world.database_url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()
