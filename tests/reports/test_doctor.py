"""The doctor: it finds nothing wrong with a healthy shop, and each planted corruption by its own invariant."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import click.testing
import psycopg2
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import policy
from cli import doctor as command_line
from cli import failures
from core import clock, db, ids
from credit import accounts, bills, cheques, days, disputes, groups, pauses, payments, reminders, reservations
from parties import channels, organisations, retailers, sessions, users
from parties.tables import Retailer
from reports import doctor, invariants
from reports.invariant import Invariant
from reports.invariants import i14_conversation_states, i37_clocks

Make = Callable[..., Retailer]

KNOWN = {invariant.id: invariant for invariant in invariants.load()}
ELSEWHERE = {"I24"}  # asks on another connection, which sees nothing of what is not committed


@pytest.fixture(scope="module")
def history(database: str) -> Iterator[tuple[Session, Retailer]]:
    """An organisation with some history, written as the owner of the tables, who can do what the application cannot.

    Nothing of it is committed.
    """
    engine = create_engine(db.driver_url(database), connect_args={"options": "-c timezone=UTC"})
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            db.enter(session, ids.new())
            yield session, _live(session)
        outer.rollback()
    engine.dispose()


@pytest.fixture
def owner(history: tuple[Session, Retailer]) -> Iterator[Session]:
    """The owner's session; what a test does to the history is undone after it."""
    session = history[0]
    org_id = db.org_of(session)
    undone = session.begin_nested()
    yield session
    undone.rollback()
    db.enter(session, org_id)


@pytest.fixture
def shop(history: tuple[Session, Retailer]) -> Retailer:
    """The shop that the history is about."""
    return history[1]


def _live(session: Session) -> Retailer:
    """Bills, payments, a reversal, a cheque, a dispute, a reservation, a pause, reminders, messages, an invoice."""
    organisations.create(
        session,
        organisations.NewOrganisation(name="Doctor's", country="IN", state_code="27", gstin="27AAPFU0939F1ZV"),
        policy.of_a_new_organisation(),
    )
    channel = channels.register(session, account_sid="AC1", number="+918000000001", tokens=["t"])
    shop = retailers.create(session, retailers.Details(code="R1", name="Sharma Kirana", phone="+919800000000"))
    accounts.open_account(session, shop.id, accounts.Terms(limit_minor=5_000))
    session.flush()  # the rest is hand-written
    _bill(session, shop, 1_000, "A", due_in=0)
    _bill(session, shop, 2_000, "B", due_in=5)
    payments.record(session, payments.NewPayment(shop.id, 700, "upi", reference="41234"))
    bounced = payments.record(session, payments.NewPayment(shop.id, 900, "cheque", reference="000017"))
    payments.reverse(session, bounced.payment_id, "bounced", charge_minor=50)
    reservations.reserve(session, shop.id, ids.new(), 400)
    reminders.claim(session, days.today(session))
    _cheque_and_dispute(session, shop)
    _people(session, shop)
    pauses.pause(session, shop.id, "late")
    _message(session, shop, channel.id)
    _inbound(session, channel.id, shop.id)
    _reminder_run(session)
    _invoice(session, shop)
    return shop


def _bill(session: Session, shop: Retailer, amount_minor: int, reference: str, due_in: int) -> None:
    today = days.today(session)
    due_on = today + timedelta(days=due_in)
    contra = {"sales": amount_minor}
    bills.post(session, bills.Posting(shop.id, bills.INVOICE, reference, today, due_on, amount_minor, contra))


def _cheque_and_dispute(session: Session, shop: Retailer) -> None:
    cheque = cheques.receive(session, cheques.NewCheque(shop.id, 60, "000018"))
    cheques.deposit(session, cheque.id)
    cheques.clear(session, cheque.id)
    (contested,) = [bill for bill in bills.open_bills(session, shop.id) if bill.reference == "B"]
    disputes.start(session, contested.id, 200, "two cases short")


def _people(session: Session, shop: Retailer) -> None:
    """An owner of shops, and somebody who sells."""
    group = groups.create(session, "Sharma & Sons", 9_000)
    groups.set_limit(session, group.id, 8_000, "one shop less", group.version)
    groups.join(session, shop.id, group.id, "one owner")
    users.create(session, email="sells@example.com", role="sales", password="correct horse battery")


def _reminder_run(session: Session) -> None:
    db.execute(
        session,
        "INSERT INTO job_run (org_id, job, slot, status, started_at)"
        " VALUES (%s, 'reminders', 'x', 'done', now() - interval '10 days')",
        (str(db.org_of(session)),),
    )


def _message(session: Session, shop: Retailer, channel_id: UUID) -> None:
    db.execute(
        session,
        "INSERT INTO outbox_message (org_id, id, channel_id, retailer_id, to_address, language, kind, body, status,"
        " rank, attempt, available_at, provider_sid, created_at)"
        " VALUES (%s, gen_random_uuid(), %s, %s, 'whatsapp:+919800000000', 'en', 'text', 'hello', 'delivered', 4, 1,"
        " clock_timestamp(), 'SM1', now())",
        (str(db.org_of(session)), str(channel_id), str(shop.id)),
    )
    db.execute(
        session,
        "INSERT INTO outbox_status (org_id, message_id, status, at)"
        " SELECT org_id, id, 'delivered', now() FROM outbox_message WHERE org_id = %s",
        (str(db.org_of(session)),),
    )


def _inbound(session: Session, channel_id: UUID, retailer_id: UUID) -> None:
    found = db.execute(session, "SELECT id::text FROM contact WHERE retailer_id = %s", (str(retailer_id),))
    contact_id, talk_id = found.scalar_one(), str(ids.new())
    db.execute(
        session,
        "INSERT INTO conversation (org_id, id, channel_id, contact_id, flow, state, memory, version, not_understood,"
        " updated_at) VALUES (%s, %s, %s, %s, 'place_order', 'confirming', '{}', 1, 0, now())",
        (str(db.org_of(session)), talk_id, str(channel_id), contact_id),
    )
    db.execute(
        session,
        "INSERT INTO inbound_message (org_id, id, channel_id, conversation_id, account_sid, message_sid, from_address,"
        " body, payload, status, outcome, attempts, received_at, handled_at)"
        " VALUES (%s, gen_random_uuid(), %s, %s, 'AC1', 'SM1', 'whatsapp:+91', 'hi', '{}', 'handled', 'effect', 1,"
        " now(), now())",
        (str(db.org_of(session)), str(channel_id), talk_id),
    )


def _invoice(session: Session, shop: Retailer) -> None:
    bill = bills.open_bills(session, shop.id)[0]
    db.execute(
        session,
        "INSERT INTO invoice (org_id, id, document_type, financial_year, sequence, number, retailer_id, source_id,"
        " bill_id, status, issued_on, due_on, place_of_supply, currency, seller, buyer, taxable_minor, cgst_minor,"
        " sgst_minor, utgst_minor, igst_minor, cess_minor, round_off_minor, total_minor, created_at)"
        " VALUES (%s, gen_random_uuid(), 'tax_invoice', '2026-27', 1, 'SGT/26-27/1', %s, gen_random_uuid(), %s,"
        " 'issued', %s, %s, '27', 'INR', '{}', '{}', %s, 0, 0, 0, 0, 0, 0, %s, now())",
        (
            str(db.org_of(session)),
            str(shop.id),
            str(bill.id),
            bill.bill_on,
            bill.due_on,
            bill.amount_minor,
            bill.amount_minor,
        ),
    )


def examine(session: Session, invariant: Invariant) -> doctor.Finding:
    mode = doctor.FAST if invariant.id in ELSEWHERE else doctor.FULL
    return doctor.examine(session, invariant, db.org_of(session), mode)


def test_a_healthy_shop_breaks_nothing(owner: Session) -> None:
    findings = [examine(owner, invariant) for invariant in KNOWN.values()]
    assert [finding for finding in findings if finding.status != doctor.HOLDS] == []


SABOTAGE = {
    "a check on transfers is dropped": (
        "I01",
        "ALTER TABLE ledger_transfer DROP CONSTRAINT ck_ledger_transfer_two_accounts",
    ),
    "the ledger's guard is switched off": ("I02", "ALTER TABLE ledger_transfer DISABLE TRIGGER append_only"),
    "the application may edit allocations": ("I02", "GRANT UPDATE ON allocation TO bahi_app"),
    "a reversal takes back another amount": (
        "I02",
        "ALTER TABLE ledger_transfer DISABLE TRIGGER append_only;"
        "UPDATE ledger_transfer SET amount_minor = amount_minor + 1 WHERE reverses_id IS NOT NULL",
    ),
    "a transfer is deleted": (
        "I03",
        "ALTER TABLE ledger_transfer DISABLE TRIGGER append_only;"
        "DELETE FROM ledger_transfer WHERE reason = 'bill.charge'",
    ),
    "a transfer belongs to nothing": (
        "I03",
        "INSERT INTO ledger_transfer SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(),"
        " 'journal_id', gen_random_uuid(), 'idempotency_key', 'x'))).* FROM ledger_transfer t"
        " WHERE t.reason = 'bill.charge' AND t.org_id = current_setting('app.org')::uuid",
    ),
    "the outstanding is edited": (
        "I04",
        "UPDATE credit_account SET outstanding_minor = outstanding_minor - 1",
    ),
    "a bill is shown as settled": ("I05", "UPDATE bill SET open_minor = 0 WHERE amount_minor = 2000"),
    "money on account is invented": (
        "I06",
        "UPDATE payment SET unapplied_minor = 10 WHERE status = 'posted'",
    ),
    "a reversed payment is posted again": ("I06", "UPDATE payment SET status = 'posted'"),
    "a limit is cut by hand": ("I22", "UPDATE credit_account SET limit_minor = 1"),
    "the reserved total is edited": ("I08", "UPDATE credit_account SET reserved_minor = reserved_minor + 1"),
    "an invoice's total is edited": ("I10", "UPDATE invoice SET total_minor = total_minor + 100"),
    "a bill differs from its invoice": ("I10", "UPDATE invoice SET total_minor = 1, taxable_minor = 1"),
    "credit notes take more than was billed": (
        "I10",
        "INSERT INTO invoice SELECT (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(), 'source_id',"
        " gen_random_uuid(), 'number', 'C1', 'document_type', 'credit_note', 'refers_to_id', i.id, 'bill_id', null,"
        " 'total_minor', i.total_minor + 1, 'taxable_minor', i.taxable_minor + 1))).* FROM invoice i"
        " WHERE i.org_id = current_setting('app.org')::uuid",
    ),
    "a bill without tax carries some": (
        "I53",
        "UPDATE invoice SET document_type = 'plain_bill', cgst_minor = 5, round_off_minor = -5",
    ),
    "tax is asked for under no number": ("I53", "UPDATE invoice SET igst_minor = 5, seller = seller - 'gstin'"),
    "sales tax is asked for under a number of income tax": (
        "I53",
        """UPDATE invoice SET sales_tax_minor = 5, seller = '{"country": "PK", "gstin": "1234567-8"}'""",
    ),
    "tax is left to a buyer who is not registered": ("I53", "UPDATE invoice SET reverse_charge = true"),
    "a document asks for tax that nobody owes": ("I54", "UPDATE invoice SET cgst_minor = 5, round_off_minor = -5"),
    "a document's tax is in the books of another month": (
        "I54",
        "INSERT INTO ledger_transfer SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(),"
        " 'debit_account', 'sales', 'credit_account', 'output_igst', 'idempotency_key', 'tax'))).*"
        " FROM ledger_transfer t WHERE t.reason = 'bill.charge' AND t.org_id = current_setting('app.org')::uuid",
    ),
    "an invoice number is skipped": ("I11", "UPDATE invoice SET sequence = 2"),
    "an invoice number has a forbidden letter": ("I11", "UPDATE invoice SET number = 'INV_1'"),
    "a message is taken twice": (
        "I12",
        "ALTER TABLE inbound_message DROP CONSTRAINT uq_inbound_message_org_id_account_sid_message_sid;"
        "INSERT INTO inbound_message SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid()))).*"
        " FROM inbound_message m WHERE org_id = current_setting('app.org')::uuid",
    ),
    "a handled message has no outcome": ("I12", "UPDATE inbound_message SET outcome = 'waiting'"),
    "a conversation took a step without a message": ("I13", "UPDATE conversation SET version = version + 1"),
    "a message acted past one that waited": (
        "I13",
        "INSERT INTO inbound_message SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(),"
        " 'message_sid', 'SM2', 'received_at', m.received_at - interval '1 hour', 'status', 'retry', 'outcome',"
        " 'waiting', 'next_try_at', clock_timestamp()))).* FROM inbound_message m"
        " WHERE org_id = current_setting('app.org')::uuid",
    ),
    "a conversation stands where no flow goes on": ("I14", "UPDATE conversation SET state = 'limbo'"),
    "a message has waited for two days": (
        "I14",
        "UPDATE inbound_message SET status = 'retry', next_try_at = clock_timestamp() - interval '2 days'",
    ),
    "a stage was never claimed": (
        "I16",
        "UPDATE bill SET due_on = current_date - 5, created_at = now() - interval '9 days' WHERE reference = 'B'",
    ),
    "a reminder was claimed on another day": ("I15", "UPDATE reminder SET local_on = local_on + 20"),
    "a paid bill was reminded": ("I15", "UPDATE reminder SET open_minor = 0"),
    "a sent message has no provider id": ("I17", "UPDATE outbox_message SET provider_sid = NULL"),
    "a message is stuck in the middle of sending": (
        "I17",
        "UPDATE outbox_message SET status = 'sending', lease_until = clock_timestamp() - interval '16 minutes'",
    ),
    "nobody sends the queue": (
        "I17",
        "UPDATE outbox_message SET status = 'queued', available_at = clock_timestamp() - interval '31 minutes'",
    ),
    "a delivered message is shown as sent": ("I18", "UPDATE outbox_message SET status = 'sent', rank = 3"),
    "a rank was not raised": ("I18", "UPDATE outbox_message SET rank = 3"),
    "a key was committed without its answer": (
        "I19",
        "INSERT INTO idempotency_key (org_id, user_id, route, key, request_hash, created_at)"
        " SELECT org_id, org_id, '/payment/record', 'k', 'h', now() FROM organisation WHERE name = 'Doctor''s'",
    ),
    "a key of a request is kept for more than its time": (
        "I36",
        "INSERT INTO idempotency_key (org_id, user_id, route, key, request_hash, status, answer, created_at)"
        " SELECT org_id, org_id, '/payment/record', 'k', 'h', 201, '{}', now() - interval '34 days'"
        " FROM organisation WHERE name = 'Doctor''s'",
    ),
    "the route of a link that ended long ago still leads there": (
        "I36",
        "INSERT INTO pay_code (org_id, id, retailer_id, amount_minor, reference, link, token_hash, expires_at,"
        " created_at) SELECT org_id, id, id, 1, 'r', 'l', repeat('b', 64), now() - interval '11 days', now()"
        " FROM retailer WHERE code = 'R1' AND org_id = current_setting('app.org')::uuid;"
        "INSERT INTO tenant_route (kind, key, org_id, target_id)"
        " VALUES ('share', repeat('b', 64), current_setting('app.org')::uuid, gen_random_uuid())",
    ),
    "one reference pays twice": (
        "I20",
        "DROP INDEX uq_payment_reference; UPDATE payment SET status = 'posted', method = 'upi', reference = '1'",
    ),
    "an audit entry is edited": (
        "I21",
        "ALTER TABLE audit_entry DISABLE TRIGGER append_only;"
        "UPDATE audit_entry SET body = body || ' ' WHERE action = 'payment.recorded'",
    ),
    "an audit entry shows another reason than was hashed": (
        "I21",
        "ALTER TABLE audit_entry DISABLE TRIGGER append_only;UPDATE audit_entry SET reason = 'fine' WHERE reason <> ''",
    ),
    "an audit entry in the middle is deleted": (
        "I21",
        "ALTER TABLE audit_entry DISABLE TRIGGER append_only;"
        "DELETE FROM audit_entry WHERE action = 'payment.recorded' AND chain_id <> org_id",
    ),
    "the end of an audit chain is cut off": (
        "I21",
        "ALTER TABLE audit_entry DISABLE TRIGGER append_only; DELETE FROM audit_entry WHERE action = 'credit.paused'",
    ),
    "two audit entries change places": (
        "I21",
        "ALTER TABLE audit_entry DISABLE TRIGGER append_only;"
        "ALTER TABLE audit_entry DROP CONSTRAINT uq_audit_entry_org_id_chain_id_seq;"
        "UPDATE audit_entry SET seq = 5 - seq WHERE seq IN (2, 3) AND chain_id <> org_id",
    ),
    "all but the beginning of a chain is cut off": (
        "I21",
        "ALTER TABLE audit_entry DISABLE TRIGGER append_only;"
        "DELETE FROM audit_entry WHERE seq > 2 AND chain_id <> org_id",
    ),
    "a bill is inserted past the services": (
        "I22",
        "INSERT INTO bill SELECT (jsonb_populate_record(b, jsonb_build_object('id', gen_random_uuid(),"
        " 'reference', 'X'))).* FROM bill b WHERE reference = 'A' AND org_id = current_setting('app.org')::uuid",
    ),
    "a promise of credit was never audited": (
        "I22",
        "ALTER TABLE audit_entry DISABLE TRIGGER append_only;DELETE FROM audit_entry WHERE action = 'credit.reserved'",
    ),
    "a payment was never audited": (
        "I22",
        "ALTER TABLE audit_entry DISABLE TRIGGER append_only;DELETE FROM audit_entry WHERE action = 'payment.recorded'",
    ),
    "a cheque came in past the services": (
        "I22",
        "INSERT INTO cheque SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(),"
        " 'number', 'X', 'number_key', 'X', 'state', 'received', 'deposited_on', NULL))).* FROM cheque c"
        " WHERE c.org_id = current_setting('app.org')::uuid",
    ),
    "a limit is raised by hand": ("I22", "UPDATE credit_account SET limit_minor = 900000"),
    "a pause is lifted by hand": ("I22", "UPDATE credit_account SET paused_at = NULL"),
    "the cap of a group is raised by hand": ("I22", "UPDATE credit_group SET limit_minor = 900000"),
    "a shop leaves its group by hand": ("I22", "UPDATE credit_account SET group_id = NULL"),
    "somebody makes himself the owner": ("I22", "UPDATE app_user SET role = 'owner'"),
    "somebody's wish for no messages is forgotten": (
        "I22",
        "UPDATE contact SET opted_out_at = now() WHERE org_id = current_setting('app.org')::uuid",
    ),
    "row-level security is switched off": ("I23", "ALTER TABLE bill DISABLE ROW LEVEL SECURITY"),
    "row-level security spares the owner": ("I23", "ALTER TABLE payment NO FORCE ROW LEVEL SECURITY"),
    "a policy is dropped": ("I23", "DROP POLICY own_organisation ON staff_task"),
    "a table without a tenant appears": ("I23", "CREATE TABLE scratch (id bigint PRIMARY KEY)"),
    "a reference leaves the organisation": (
        "I23",
        "CREATE UNIQUE INDEX by_id ON bill (id);"
        "ALTER TABLE reminder ADD CONSTRAINT loose FOREIGN KEY (bill_id) REFERENCES bill (id)",
    ),
    "the application may empty a table": ("I24", "GRANT TRUNCATE ON bill TO bahi_app"),
    "the doctor may write": ("I24", "GRANT UPDATE ON bill TO bahi_doctor"),
    "money becomes a fraction": ("I28", "ALTER TABLE bill ADD COLUMN fee_minor numeric"),
    "the dashboard's source is edited": ("I30", "UPDATE due_total SET open_minor = open_minor - 7"),
    "the ageing's source is edited": ("I30", "UPDATE bill SET open_minor = open_minor - 3 WHERE reference = 'B'"),
    "a constraint is not validated": (
        "I35",
        "ALTER TABLE bill ADD CONSTRAINT later CHECK (amount_minor < 1000000000) NOT VALID",
    ),
    "the schema is of another version": ("I35", "UPDATE alembic_version SET version_num = '0000'"),
    "a function is changed by hand": (
        "I35",
        "CREATE OR REPLACE FUNCTION org_today(p_org uuid, p_at timestamptz) RETURNS date LANGUAGE sql STABLE"
        " AS $$ SELECT p_at::date $$",
    ),
    "a function is gone": ("I35", "DROP FUNCTION totals_fold(uuid)"),
    "a trigger is gone with its function": ("I35", "DROP FUNCTION bill_changed() CASCADE"),
    "a trigger is gone": ("I35", "DROP TRIGGER keep_ages_update ON bill"),
    "a trigger is disabled": ("I35", "ALTER TABLE bill DISABLE TRIGGER keep_ages_update"),
    "a function runs with its owner's rights": ("I35", "ALTER FUNCTION totals_fold(uuid) SECURITY DEFINER"),
    "a moment has no zone": ("I37", "ALTER TABLE bill ADD COLUMN printed_at timestamp"),
    "a cleared cheque loses its payment": ("I39", "UPDATE payment SET status = 'reversed' WHERE reference = '000018'"),
    "a cheque that counts is hidden from the limit": ("I39", "UPDATE cheque SET state = 'deposited'"),
    "a bounced cheque keeps its payment": ("I39", "UPDATE cheque SET state = 'bounced'"),
    "a dispute loses its freeze": ("I40", "UPDATE payment SET status = 'reversed' WHERE kind = 'dispute'"),
    "a receipt's number is lost": ("I61", "UPDATE payment SET receipt_number = NULL WHERE kind = 'payment'"),
    "a receipt's number is skipped": ("I61", "UPDATE number_series SET last_number = last_number + 1"),
    "a kept total of a due date is edited": ("I60", "UPDATE due_total SET open_minor = open_minor + 1"),
    "a shop's kept age is edited": ("I60", "UPDATE retailer_age SET overdue_minor = overdue_minor + 1"),
    "a shop is counted in another bucket": ("I60", "UPDATE age_total SET bucket_bits = bucket_bits + 16"),
    "a bill changes behind the kept totals": (
        "I60",
        "ALTER TABLE bill DISABLE TRIGGER keep_ages_update; UPDATE bill SET due_on = due_on - 1 WHERE reference = 'B';"
        "ALTER TABLE bill ENABLE TRIGGER keep_ages_update",
    ),
    "a freeze outlives its dispute": ("I40", "UPDATE dispute SET status = 'settled', settled_at = now()"),
}


@pytest.mark.parametrize("what", SABOTAGE)
def test_a_corruption_is_found_by_its_invariant(owner: Session, what: str) -> None:
    identifier, sabotage = SABOTAGE[what]
    for statement in sabotage.split(";"):
        db.execute(owner, statement.strip())
    finding = examine(owner, KNOWN[identifier])
    assert (finding.status, bool(finding.violations)) == (doctor.VIOLATED, True), finding


@pytest.mark.parametrize("what", [name for name, (identifier, _) in SABOTAGE.items() if identifier == "I60"])
def test_kept_totals_are_made_anew_from_the_bills(owner: Session, what: str) -> None:
    for statement in SABOTAGE[what][1].split(";"):
        db.execute(owner, statement.strip())
    db.execute(owner, "SELECT totals_rebuild(%s)", (str(db.org_of(owner)),))
    assert examine(owner, KNOWN["I60"]).status == doctor.HOLDS


def test_credit_reserved_while_paused_is_found_in_the_audit_trail(owner: Session, shop: Retailer) -> None:
    db.execute(owner, "UPDATE credit_account SET paused_at = NULL")
    reservations.reserve(owner, shop.id, ids.new(), 100)
    assert examine(owner, KNOWN["I09"]).count == 1


def test_credit_reserved_while_blocked_is_found_in_the_audit_trail(owner: Session, shop: Retailer) -> None:
    db.execute(owner, "UPDATE credit_account SET paused_at = NULL")
    pauses.unpause(owner, shop.id, "paid")
    pauses.block(owner, shop.id, "closed down")
    db.execute(owner, "UPDATE credit_account SET paused_at = NULL, blocked_at = NULL")
    reservations.reserve(owner, shop.id, ids.new(), 100)
    (violation,) = [one for one in examine(owner, KNOWN["I09"]).violations if "blocked" in one]
    assert "reserved while blocked" in violation


@pytest.fixture
def signed_in(owner: Session) -> Session:
    """The owner's session, with somebody signed in."""
    user = users.create(owner, email=f"{ids.new()}@example.com", role="owner", password="correct horse battery")
    sessions.start(owner, user.id)
    owner.flush()
    assert [doctor.examine(owner, KNOWN[one], db.org_of(owner)).status for one in ("I26", "I32")] == ["holds"] * 2
    return owner


@pytest.mark.parametrize(
    ("identifier", "sabotage"),
    [
        ("I26", "UPDATE app_user SET status = 'disabled' WHERE org_id = current_setting('app.org')::uuid"),
        (
            "I26",
            "INSERT INTO user_session SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(),"
            " 'token_hash', repeat('a', 64)))).* FROM user_session s WHERE org_id = current_setting('app.org')::uuid",
        ),
        ("I26", "UPDATE user_session SET rotated_at = now()"),
        ("I32", "UPDATE user_session SET token_hash = 'the token itself'"),
    ],
)
def test_a_weakened_session_is_found(signed_in: Session, identifier: str, sabotage: str) -> None:
    db.execute(signed_in, sabotage)
    assert examine(signed_in, KNOWN[identifier]).status == doctor.VIOLATED


@pytest.mark.parametrize(
    "change", ["tokens = 'plain'::bytea", "tokens = 'gone:'::bytea || tokens", "id = gen_random_uuid()"]
)
def test_a_secret_that_is_plain_moved_or_without_its_key_is_found(owner: Session, change: str) -> None:
    assert doctor.examine(owner, KNOWN["I25"], db.org_of(owner), doctor.FULL).status == doctor.HOLDS
    db.execute(
        owner,
        "INSERT INTO channel SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(),"
        " 'whatsapp_number', '+1'))).* FROM channel c WHERE org_id = current_setting('app.org')::uuid",
    )
    if not change.startswith("id"):
        db.execute(owner, f"UPDATE channel SET {change} WHERE whatsapp_number = '+1'")
    found = doctor.examine(owner, KNOWN["I25"], db.org_of(owner), doctor.FULL)
    assert (found.status, found.count) == (doctor.VIOLATED, 1)


def test_rows_of_no_organisation_are_found(owner: Session) -> None:
    nowhere = ids.new()
    db.enter(owner, nowhere)
    db.execute(
        owner,
        "INSERT INTO staff_task (org_id, id, kind, detail, facts, created_at)"
        " VALUES (%s, %s, 'call', 'x', '{}', now())",
        (str(nowhere), str(nowhere)),
    )
    (violation,) = doctor.examine(owner, KNOWN["I38"], mode=doctor.FULL).violations
    assert violation == "staff_task has 1 rows of no organisation"


def test_a_table_open_to_everybody_is_found_by_asking_as_the_application(
    database: str, org: UUID, new_org: Callable[..., UUID]
) -> None:
    other = new_org()
    with db.transaction(other) as session:
        db.execute(session, "INSERT INTO catalogue_words VALUES (%s, '{}', '{}', '{}')", (str(other),))
    engine = create_engine(db.driver_url(database), connect_args={"options": "-c lock_timeout=5000"})
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE catalogue_words DISABLE ROW LEVEL SECURITY")
        findings = {finding.id: finding for finding in doctor.check(org, doctor.FULL)}
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE catalogue_words ENABLE ROW LEVEL SECURITY")
        engine.dispose()
    assert any("catalogue_words" in violation for violation in findings["I24"].violations)
    assert findings["I23"].status == doctor.VIOLATED


def test_a_scheduler_that_fell_silent_is_found_unless_the_clock_was_just_moved(session: Session) -> None:
    long_ago = clock.now() - timedelta(minutes=4)
    db.execute(
        session, "INSERT INTO heartbeat VALUES ('tick', %s) ON CONFLICT (name) DO UPDATE SET at = %s", (long_ago,) * 2
    )
    assert doctor.examine(session, KNOWN["I34"]).status == doctor.VIOLATED
    clock.move_to(datetime.now(UTC) + timedelta(days=3))
    assert doctor.examine(session, KNOWN["I34"]).status == doctor.HOLDS


def test_clocks_that_run_apart_are_found(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.examine(session, KNOWN["I37"]).status == doctor.HOLDS
    monkeypatch.setattr(i37_clocks, "MOST_SECONDS", -1)
    (violation,) = doctor.examine(session, KNOWN["I37"]).violations
    assert "seconds apart" in violation


def test_what_cannot_be_checked_is_not_called_healthy(session: Session) -> None:
    broken = Invariant(id="X", severity="red", title="t", fix="f", sql="SELECT org_id, what FROM no_such_table")
    finding = doctor.examine(session, broken)
    assert finding.status == doctor.UNCHECKED
    assert doctor.exit_code([finding]) == 2
    assert doctor.examine(session, KNOWN["I01"]).status == doctor.HOLDS
    assert doctor.exit_code([]) == 2


def test_a_probe_that_breaks_could_not_check_and_the_next_one_goes_on(session: Session) -> None:
    def probe(_session: Session, _org_id: UUID | None) -> list[str]:
        raise KeyError("nothing like this")

    finding = doctor.examine(session, Invariant(id="X", severity="red", title="t", fix="f", probe=probe))
    assert finding.status == doctor.UNCHECKED
    assert "KeyError" in finding.violations[0]
    assert doctor.exit_code([finding]) == 2
    assert doctor.examine(session, KNOWN["I01"]).status == doctor.HOLDS


def test_a_connection_that_breaks_on_the_way_could_not_check(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def probe(session: Session, _org_id: UUID | None) -> list[str]:
        with contextlib.closing(psycopg2.connect(database)) as other, other.cursor() as cursor:
            pid = db.execute(session, "SELECT pg_backend_pid()").scalar()
            cursor.execute("SELECT pg_terminate_backend(%s)", (pid,))
        return []

    breaking = Invariant(id="X", severity="red", title="t", fix="f", probe=probe)
    monkeypatch.setattr(invariants, "load", lambda: [KNOWN["I01"], breaking, KNOWN["I04"]])
    result = click.testing.CliRunner().invoke(command_line.command, [], standalone_mode=False)
    assert result.return_value == 2, result.exception


def test_an_organisation_that_does_not_exist_is_not_found(database: str) -> None:
    unknown = organisations.public_id(ids.new())
    result = click.testing.CliRunner().invoke(command_line.command, ["--org", unknown], standalone_mode=False)
    assert failures.code_of(result.exception) == 4


def test_every_invariant_has_a_number_of_its_own_and_a_remedy() -> None:
    listed = invariants.load()
    assert len({invariant.id for invariant in listed}) == len(listed)
    assert all(invariant.title and invariant.fix and invariant.severity in ("red", "amber") for invariant in listed)


def test_an_invoice_whose_file_was_exchanged_is_found(owner: Session, home: Path) -> None:
    (invoice_id,) = db.execute(owner, "SELECT id FROM invoice WHERE org_id = %s", (str(db.org_of(owner)),)).one()
    path = home / "documents" / str(db.org_of(owner)) / f"{invoice_id}.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"as drawn")
    db.execute(owner, "UPDATE invoice SET pdf_sha256 = encode(sha256('as drawn'), 'hex')")
    assert examine(owner, KNOWN["I31"]).status == doctor.HOLDS
    path.write_bytes(b"as forged")
    assert examine(owner, KNOWN["I31"]).violations == ("document SGT/26-27/1: the file is not the one that was drawn",)


def test_of_every_invariant_that_is_asked_for_it_is_known_whether_it_is_checked_and_why_not() -> None:
    asked = {f"I{number:02d}" for number in range(1, 39)}
    assert set(KNOWN) & set(invariants.NOT_APPLICABLE) == set()
    assert asked <= set(KNOWN) | set(invariants.NOT_APPLICABLE)


def test_a_doctor_who_was_not_told_of_the_flows_cannot_check_conversations(owner: Session) -> None:
    known = {flow: list(states) for flow, states in i14_conversation_states._declared.items()}
    i14_conversation_states.declare({})
    try:
        assert examine(owner, KNOWN["I14"]).status == doctor.UNCHECKED
    finally:
        i14_conversation_states.declare(known)


def test_the_doctor_reads_as_a_role_that_cannot_write(org: UUID) -> None:
    with db.transaction(org, role=db.DOCTOR) as session, pytest.raises(Exception, match="permission denied"):
        db.execute(session, "UPDATE credit_account SET outstanding_minor = 0")


def test_the_command_is_green_on_a_healthy_organisation_and_prints_json(org: UUID) -> None:
    arguments = ["--full", "--json", "--org", organisations.public_id(org)]
    result = click.testing.CliRunner().invoke(command_line.command, arguments, standalone_mode=False)
    assert result.return_value == 0, result.output
    assert '"id": "I04"' in result.stdout


def test_the_command_says_what_is_wrong_and_what_to_do(org: UUID, make_retailer: Make) -> None:
    with db.transaction(org) as session:
        shop = make_retailer(session)
        db.execute(session, "UPDATE credit_account SET outstanding_minor = 5 WHERE retailer_id = %s", (str(shop.id),))
    result = click.testing.CliRunner().invoke(
        command_line.command, ["--org", organisations.public_id(org)], standalone_mode=False
    )
    assert result.return_value == 1
    assert "FAIL I04" in result.stdout
    assert "Remedy: " in result.stdout
