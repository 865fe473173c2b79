"""Books that were kept before references had keys: each gets its own, and of several spellings the first has it."""

from typing import Any

from alembic import command
from sqlalchemy import Connection, create_engine, text

from core import db, ids, schema

ORG, SHOP = ids.new(), ids.new()
ORGANISATION = """
INSERT INTO organisation (org_id, name, country, state_code, address, phone, timezone, currency, catalogue_version,
    settings, created_at)
VALUES (:org, 'Before', 'IN', '27', '', '', 'Asia/Kolkata', 'INR', 1, :settings, now())
"""
SETTINGS = '{"cheques_counted_early": false, "exposure": "confirmed", "further_tax_bps": 0, "gst_scheme": "regular"}'
PAYMENT = """
INSERT INTO payment (org_id, id, retailer_id, amount_minor, unapplied_minor, method, reference, received_on, status,
    recorded_by, created_at)
VALUES (:org, :id, :shop, 500, 500, :method, :reference, current_date, :status, 'system',
    now() + :place * interval '1 s')
"""
CLAIM = """
INSERT INTO payment_claim (org_id, id, retailer_id, reference, status, freezes_reminders, created_at)
VALUES (:org, :id, :shop, :reference, 'claimed', true, now() + :place * interval '1 s')
"""
CHEQUE = """
INSERT INTO cheque (org_id, id, retailer_id, amount_minor, number, bank, dated_on, received_on, state, chosen,
    created_at)
VALUES (:org, :id, :shop, 500, 'HDFC 000123', 'hdfc', current_date, current_date, 'received', '[]', now())
"""
ALONE = """
DO $$
DECLARE named record;
BEGIN  -- no shop need stand behind them
    FOR named IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid IN ('payment'::regclass, 'payment_claim'::regclass, 'cheque'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', named.owner, named.conname);
    END LOOP;
END
$$
"""
PAID = (
    ("upi", "5123 4567 8901", "posted"),
    ("bank", "UTR 512345678901", "posted"),  # the same money once more: it is left without a key
    ("other", "UPI-512345678901", "reversed"),
    ("cash", "NO. 7", "posted"),
    ("upi", "UTR", "posted"),
    ("credit", "CN/26-27/000001", "posted"),
)


def test_references_of_before_are_compared_from_now_on(endpoints: Any) -> None:
    url = endpoints.database_url.rsplit("/", 1)[0] + "/before"
    with create_engine(db.driver_url(endpoints.database_url), isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CREATE DATABASE before"))
    command.upgrade(schema.alembic_config(url), "0004_billed_again")
    engine = create_engine(db.driver_url(url))
    with engine.begin() as connection:
        _fill(connection)
    schema.migrate(url)
    with engine.connect() as connection:
        keys = connection.scalars(text("SELECT reference_key FROM payment ORDER BY created_at")).all()
        assert keys == ["512345678901", None, "512345678901", "cash 7", None, "credit CN/26-27/000001"]
        claimed = connection.scalars(text("SELECT reference_key FROM payment_claim ORDER BY created_at")).all()
        assert claimed == ["412345678901", None]
        assert connection.scalars(text("SELECT number_key FROM cheque")).all() == ["cheque HDFC000123"]
    engine.dispose()


def _fill(connection: Connection) -> None:
    known = {"org": ORG, "shop": SHOP}
    connection.execute(text(ALONE))
    connection.execute(text("SELECT set_config('app.org', :org, true)"), {"org": str(ORG)})
    connection.execute(text(ORGANISATION), {**known, "settings": SETTINGS})
    for place, (method, reference, status) in enumerate(PAID):
        said = {"method": method, "reference": reference, "status": status, "place": place}
        connection.execute(text(PAYMENT), {**known, "id": ids.new(), **said})
    for place, reference in enumerate(("412345678901", "utr 4123-4567-8901")):
        connection.execute(text(CLAIM), {**known, "id": ids.new(), "reference": reference, "place": place})
    connection.execute(text(CHEQUE), {**known, "id": ids.new()})
