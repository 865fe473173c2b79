"""What the books ask of PostgreSQL at the least: money put to the oldest bills by a loop in the database, and a
dashboard read from balances that are kept per due date and from an index of who owes the most."""

from typing import Any

import psycopg2

SCHEMA = """
CREATE TABLE floor.account (shop int PRIMARY KEY, owed_minor bigint NOT NULL, overdue_minor bigint NOT NULL);
CREATE INDEX ON floor.account (overdue_minor DESC);
CREATE TABLE floor.bill (
    id bigserial PRIMARY KEY, shop int NOT NULL, due_on date NOT NULL,
    open_minor bigint NOT NULL CHECK (open_minor >= 0)
);
CREATE INDEX ON floor.bill (shop, due_on, id) WHERE open_minor > 0;
CREATE TABLE floor.payment (id bigserial PRIMARY KEY, shop int NOT NULL, amount_minor bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now());
CREATE TABLE floor.allocation (payment bigint NOT NULL, bill bigint NOT NULL, amount_minor bigint NOT NULL);
CREATE TABLE floor.balance (due_on date PRIMARY KEY, open_minor bigint NOT NULL, bills bigint NOT NULL);
CREATE FUNCTION floor.pay(p_shop int, p_amount bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_left bigint := p_amount;
    v_part bigint;
    v_payment bigint;
    v_bill record;
BEGIN
    UPDATE floor.account SET owed_minor = owed_minor - p_amount WHERE shop = p_shop;
    INSERT INTO floor.payment (shop, amount_minor) VALUES (p_shop, p_amount) RETURNING id INTO v_payment;
    FOR v_bill IN
        SELECT id, open_minor FROM floor.bill WHERE shop = p_shop AND open_minor > 0 ORDER BY due_on, id FOR UPDATE
    LOOP
        v_part := least(v_left, v_bill.open_minor);
        UPDATE floor.bill SET open_minor = open_minor - v_part WHERE id = v_bill.id;
        INSERT INTO floor.allocation VALUES (v_payment, v_bill.id, v_part);
        v_left := v_left - v_part;
        EXIT WHEN v_left = 0;
    END LOOP;
    RETURN v_left;
END $$;
"""
BILLS = """
INSERT INTO floor.bill (shop, due_on, open_minor)
SELECT shop, current_date - ((shop + bill * 37) %% 120) + 30, %(amount)s
FROM generate_series(%(first)s, %(last)s) shop, generate_series(1, %(bills)s) bill;
INSERT INTO floor.account
SELECT shop, sum(open_minor), coalesce(sum(open_minor) FILTER (WHERE due_on < current_date), 0)
FROM floor.bill WHERE shop BETWEEN %(first)s AND %(last)s GROUP BY shop;
TRUNCATE floor.balance;
INSERT INTO floor.balance SELECT due_on, sum(open_minor), count(*) FROM floor.bill GROUP BY due_on;
"""
TOTALS = """
SELECT CASE WHEN due_on >= current_date THEN 0 ELSE least((current_date - due_on - 1) / 30, 3) + 1 END,
    sum(open_minor), sum(bills) FROM floor.balance GROUP BY 1
"""
WORST = """
SELECT a.*, b.* FROM (SELECT * FROM floor.account ORDER BY overdue_minor DESC LIMIT 50) a
CROSS JOIN LATERAL (
    SELECT sum(open_minor), min(due_on), sum(open_minor) FILTER (WHERE due_on >= current_date),
        sum(open_minor) FILTER (WHERE due_on < current_date AND due_on >= current_date - 30),
        sum(open_minor) FILTER (WHERE due_on < current_date - 30 AND due_on >= current_date - 60),
        sum(open_minor) FILTER (WHERE due_on < current_date - 60 AND due_on >= current_date - 90),
        sum(open_minor) FILTER (WHERE due_on < current_date - 90)
    FROM floor.bill WHERE shop = a.shop AND open_minor > 0
) b
"""


def open_books(url: str) -> Any:
    """A connection with the floor's own tables beside the product's."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(SCHEMA)
    return connection


def owe(connection: Any, first: int, last: int, bills: int, amount_minor: int) -> None:
    """Give each of these shops so many open bills."""
    with connection, connection.cursor() as cursor:
        cursor.execute(BILLS, {"first": first, "last": last, "bills": bills, "amount": amount_minor})
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE floor.bill, floor.account, floor.balance")
    connection.autocommit = False


def pay(connection: Any, shop: int, amount_minor: int) -> None:
    """One payment, committed."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT floor.pay(%s, %s)", (shop, amount_minor))
        cursor.fetchone()


def dashboard(connection: Any) -> None:
    """Totals by age, and the fifty shops that are the most overdue, each with what it owes by age."""
    with connection, connection.cursor() as cursor:
        for sql in (TOTALS, WORST):
            cursor.execute(sql)
            cursor.fetchall()
