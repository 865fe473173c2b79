"""A reference is compared by a key, whichever way it was written and however the money was said to come.

Revision: 0005_references, after 0004_billed_again. What stands already gets the key that `credit/references.py` made
when this was written. Of payments that are in the books under one reference in several spellings, the first has the
key: the others stand without one, and `bahi doctor` names them.
"""

import re
import unicodedata

from alembic import op

revision = "0005_references"
down_revision = "0004_billed_again"
branch_labels = None
depends_on = None

NAMES = (
    "TRANSACTION|REFERENCE|GOOGLEPAY|PHONEPE|PAYMENT|NUMBER|CHEQUE|TRANS|PAYTM|NEFT|IMPS|RTGS|GPAY|BHIM|UTR|UPI|REF|TXN"
    "|RRN|CHQ|NUM|NO|ID"
)
LIVE = "state IN ('received', 'deposited', 'cleared')"
AFTER = f"""
DROP INDEX uq_payment_reference, uq_cheque_number;
CREATE UNIQUE INDEX uq_payment_reference ON payment (org_id, reference_key)
    WHERE reference_key IS NOT NULL AND status = 'posted';
CREATE UNIQUE INDEX uq_payment_claim_reference ON payment_claim (org_id, reference_key)
    WHERE reference_key IS NOT NULL AND status = 'claimed';
CREATE UNIQUE INDEX uq_cheque_number ON cheque (org_id, number_key) WHERE {LIVE};
"""
BEFORE = f"""
DROP INDEX uq_payment_reference, uq_payment_claim_reference, uq_cheque_number;
CREATE UNIQUE INDEX uq_payment_reference ON payment (org_id, method, reference)
    WHERE reference IS NOT NULL AND status = 'posted';
CREATE UNIQUE INDEX uq_cheque_number ON cheque (org_id, number) WHERE {LIVE};
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")  # a lock we cannot get soon would queue every reader behind it
    op.execute("ALTER TABLE payment ADD COLUMN reference_key text")
    op.execute("ALTER TABLE payment_claim ADD COLUMN reference_key text")
    op.execute("ALTER TABLE cheque ADD COLUMN number_key text")
    for org_id in _organisations():
        op.execute(f"SELECT set_config('app.org', '{org_id}', true)")
        _write_keys()
    op.execute(AFTER)


def _organisations() -> list[str]:
    """Everybody's: whoever migrates owns the tables, and sees no row of an organisation that is not named."""
    op.execute("SET LOCAL ROLE bahi_doctor")
    found = [str(org_id) for (org_id,) in op.get_bind().exec_driver_sql("SELECT org_id FROM organisation")]
    op.execute("RESET ROLE")
    return found


def _write_keys() -> None:
    """The keys of what is there; of several that count, the first has it."""
    rows = op.get_bind().exec_driver_sql
    for table, read, made, counts in (
        ("payment", "method, reference", _of_payment, "posted"),
        ("payment_claim", "method, reference, retailer_id", _of_claim, "claimed"),
        ("cheque", "bank, number", _of_cheque, "received deposited cleared"),
    ):
        state, column = ("state", "number_key") if table == "cheque" else ("status", "reference_key")
        taken = set[str]()
        for row_id, status, *said in rows(f"SELECT id, {state}, {read} FROM {table} ORDER BY created_at, id").all():
            key = made(*said)
            if key is None or (key in taken and status in counts.split()):
                continue
            if status in counts.split():
                taken.add(key)
            rows(f"UPDATE {table} SET {column} = %s WHERE id = %s", (key, str(row_id)))


def _of_payment(method: str | None, reference: str | None) -> str | None:
    if not reference or method == "credit":
        return f"{method} {reference}" if reference else None
    bare = _bare(reference)
    return f"{method} {bare}" if bare and method in ("cash", "cheque") else bare or None


def _of_claim(method: str | None, reference: str | None, retailer_id: object) -> str | None:
    key = _of_payment(method, reference)
    return f"{retailer_id} {key}" if key and method in ("cash", "cheque") else key


def _of_cheque(bank: str | None, number: str) -> str | None:
    """The number was kept with its bank before it."""
    bare = _bare(number.removeprefix(" ".join((bank or "").upper().split())))
    return f"cheque {_signs(bank or '')}{bare}" if bare else None


def _bare(reference: str) -> str:
    return re.sub(f"^(?:{NAMES})+", "", _signs(reference))


def _signs(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    return "".join(
        str(unicodedata.digit(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in plain if sign.isalnum()
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '300ms'")
    op.execute(BEFORE)
    op.execute("ALTER TABLE payment DROP COLUMN reference_key")
    op.execute("ALTER TABLE payment_claim DROP COLUMN reference_key")
    op.execute("ALTER TABLE cheque DROP COLUMN number_key")
