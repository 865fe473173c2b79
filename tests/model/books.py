"""What credit should be, told once more in plain Python: records and sums, without a database, SQL or locks.

Nothing here imports the product. The state machine compares the real books with these after every step.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

CANCELLED = "a document is cancelled"  # following.py says what follows from it
STAFF, AUTOMATIC = "staff", "automatic"
BORNE_BY = {
    "return": "returns",
    "damage": "returns",
    "short_supply": "returns",
    "expiry": "returns",
    "rate_difference": "discounts",
    "scheme_claim": "discounts",
    "goodwill": "discounts",
    "cash_discount": "discounts",
    "write_off": "bad_debts",
    "dispute": "disputed",
    "opening": "opening_balance",
}
KEPT_IN = {"cash": "cash", "upi": "upi", "bank": "bank", "cheque": "cheque", "other": "other_receipts"}


def compared(method: str, reference: str) -> tuple[str, str]:
    """A transfer is one whichever way it came; of the words that name a reference these lives only say a few."""
    if method == "credit":
        return method, reference
    signs = "".join(sign for sign in reference.upper() if sign.isalnum())
    for word in ("UTR", "REF", "NO"):
        signs = signs.removeprefix(word)
    return "" if method in ("upi", "bank", "other") else method, signs


@dataclass
class Bill:
    """Something owed."""

    id: UUID
    kind: str
    reference: str
    bill_on: date
    due_on: date
    amount_minor: int
    open_minor: int
    fees_minor: int = 0
    called_to: dict[UUID, date] = field(default_factory=dict)  # by which deliveries, to which day
    agreed_on: date = date.max

    def __post_init__(self) -> None:
        self.agreed_on = self.due_on

    def fall_due(self) -> None:
        """On the first day that was agreed, or that a delivery called it in for."""
        self.due_on = min([self.agreed_on, *self.called_to.values()])

    @property
    def key(self) -> tuple[date, date, str]:
        """The order in which money settles bills."""
        return self.due_on, self.bill_on, self.reference


@dataclass
class Credit:
    """Money received, or another credit: what each bill took, and what is left on account."""

    id: UUID
    kind: str
    method: str
    reference: str | None
    amount_minor: int
    received_on: date
    number: int
    at: datetime | None = None
    parts: dict[UUID, int] = field(default_factory=dict)
    applied: dict[UUID, int] = field(default_factory=dict)  # of these parts, what was on account before
    unapplied_minor: int = 0
    is_posted: bool = True
    against: str | None = None  # the account of what it undoes: a cancelled bill's, or a refund's
    moves: list[tuple[date, UUID, int]] = field(default_factory=list)  # on which day how much was put to which bill
    gone_on: date | None = None

    def is_gone(self, day: date) -> bool:
        """Whether it was taken back by the end of a day."""
        return self.gone_on is not None and self.gone_on <= day

    @property
    def borne_by(self) -> str:
        """The account of the ledger that bears it."""
        return self.against or BORNE_BY.get(self.kind) or KEPT_IN[self.method]


@dataclass
class Order:
    """An order of so many kilograms: its status in the words of the product, and how much `holds` of the shelf."""

    id: UUID
    status: str
    total_minor: int
    mode: str | None
    created_at: datetime
    kg: int = 0
    holds: int = 0
    held_at: datetime | None = None
    out: int = 0  # what of it is with the shop
    is_short: bool = False
    invoice: "Document | None" = None

    @property
    def is_unbilled(self) -> bool:
        """It left on a bill that was cancelled since: it can be billed again, or called off."""
        return self.status == "dispatched" and self.invoice is not None and self.invoice.is_cancelled

    def cut(self, kg: int) -> None:
        """Less than was wanted, at the same price."""
        self.total_minor, self.kg, self.is_short = self.total_minor // self.kg * kg, kg, True


@dataclass
class Cheque:
    """A cheque; `chosen` are the bills that it was given for."""

    id: UUID
    number: str
    amount_minor: int
    dated_on: date
    chosen: dict[UUID, int]
    state: str = "received"
    ended_on: date | None = None


@dataclass
class Claim:
    """What somebody says was paid."""

    id: UUID
    reference: str | None
    amount_minor: int
    at: datetime
    status: str = "claimed"


@dataclass
class Refund:
    """Money on account that was paid back; its bill has its id."""

    id: UUID
    amount_minor: int
    method: str
    reference: str | None
    is_posted: bool = True


@dataclass
class Dispute:
    """A contested part of a bill; `freeze` is the credit that keeps it out of what is owed."""

    id: UUID
    bill_id: UUID
    freeze: Credit
    amount_minor: int
    accepted_minor: int = 0
    status: str = "open"


@dataclass
class Promise:
    """So much until a day; money counts that was booked after `number`."""

    id: UUID
    amount_minor: int
    on: date
    number: int
    status: str = "open"


@dataclass
class Override:
    """Somebody's leave for one order to go past the rules."""

    id: UUID
    order_id: UUID
    amount_minor: int
    status: str
    asked_by: str
    expires_at: datetime
    is_alone: bool = False


@dataclass
class Document:
    """A numbered paper: an invoice with its bill, or a note (`of` the invoice) with its credit. `kg` of goods."""

    id: UUID
    number: str
    total_minor: int
    on: date
    kg: int = 0
    bill_id: UUID | None = None
    credit_id: UUID | None = None
    of: UUID | None = None
    is_back: bool = False  # its goods came back
    brought: int = 0  # on the shelf, as far as somebody counts it
    is_cancelled: bool = False

    def cancellable_until(self) -> date:
        """The day on which the return of its month is due. A note without tax stands in none."""
        next_month = (self.on.replace(day=1) + timedelta(days=32)).replace(day=11)
        return next_month if self.kg else date.max

    def undone_on(self, today: date) -> date:
        """A cancellation belongs to the document's own month."""
        month_end = (self.on.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return min(today, month_end) if self.kg else today


@dataclass
class Message:
    """What a shop was told unasked, with its figures. A reminder says `on` which day it was of which `bills`.

    `brings` is the document that comes with it.
    """

    template: str
    amount_minor: int | None = None
    balance_minor: int | None = None
    on: date | None = None
    bills: tuple[UUID, ...] = ()
    brings: UUID | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Event:
    """Something that others follow from, in the same unit of work: see following.py, which has their names."""

    what: str
    shops: tuple["Shop", ...]
    about: Override | Document | None = None


@dataclass(frozen=True)
class Terms:
    """What is granted, by the product's names."""

    limit_minor: int | None = None
    credit_days: int = 0
    max_order_minor: int | None = None
    max_outstanding_days: int | None = None
    terms: str = "days"
    tolerance_minor: int = 0
    temporary_limit_minor: int | None = None
    temporary_until: date | None = None

    def limit_on(self, today: date) -> int | None:
        """The limit of a day."""
        extra = self.temporary_limit_minor if self.temporary_until and self.temporary_until >= today else None
        granted = [one for one in (self.limit_minor, extra) if one is not None]
        return max(granted) if granted else None

    def let_more_through_than(self, before: "Terms", today: date) -> bool:
        """A higher limit, or a rule that says no to less."""
        limits = self.limit_on(today), before.limit_on(today)
        orders = self.max_order_minor, before.max_order_minor
        late = self.max_outstanding_days, before.max_outstanding_days
        is_granted = limits[0] is not None and (limits[1] is None or limits[0] > limits[1])
        is_milder = any(was is not None and (now is None or now > was) for now, was in (orders, late))
        return is_granted or is_milder or self.tolerance_minor > before.tolerance_minor


@dataclass
class House:
    """One wholesaler: its settings by the product's names, its shops, and the cap that some of them share."""

    settings: dict[str, Any]
    cap_id: UUID | None = None
    cap_minor: int = 0
    shops: list["Shop"] = field(default_factory=list)
    shelf: int | None = None  # kilograms on it; None: nobody counts them
    number: int = 0
    happened: list[Event] = field(default_factory=list)  # what was not followed yet

    def next(self) -> int:
        """Numbers events in the order in which they happen."""
        self.number += 1
        return self.number

    def happen(self, what: str, shops: Sequence["Shop"], about: Override | Document | None = None) -> None:
        """Something follows from this."""
        self.happened.append(Event(what, tuple(shops), about))

    def held(self) -> int:
        """What orders hold of the shelf."""
        return sum(order.holds for shop in self.shops for order in shop.orders.values())

    def there_for(self, order: Order) -> int:
        """How much of it can leave: what it holds, as far as it is on the shelf, and what no other order holds."""
        if self.shelf is None:
            return order.kg
        return min(order.kg, max(min(order.holds, self.shelf), self.shelf - self.held() + order.holds))

    def there(self, kg: int) -> int:
        """How much of it can be promised."""
        return kg if self.shelf is None else min(kg, max(0, self.shelf - self.held()))

    def capped(self) -> list["Shop"]:
        """The shops under the cap."""
        return [shop for shop in self.shops if shop.is_capped]

    def references(self) -> set[tuple[str, str]]:
        """What references are compared by that cannot be used again."""
        moved = (one for shop in self.shops for one in (*shop.credits.values(), *shop.refunds.values()))
        return {compared(one.method, one.reference) for one in moved if one.is_posted and one.reference}

    def cap_used(self) -> int:
        """What the shops under the cap use together."""
        return sum(shop.used_minor for shop in self.capped())


@dataclass(eq=False)
class Shop:
    """One retailer's account."""

    house: House
    id: UUID
    terms: Terms
    is_capped: bool = False
    is_watched: bool = False
    paused: str | None = None
    blocked: str | None = None
    known: dict[str, dict[str, Any]] = field(default_factory=dict)  # by level and rule: what staff have acknowledged
    bills: dict[UUID, Bill] = field(default_factory=dict)
    credits: dict[UUID, Credit] = field(default_factory=dict)
    orders: dict[UUID, Order] = field(default_factory=dict)
    cheques: dict[UUID, Cheque] = field(default_factory=dict)
    claims: dict[UUID, Claim] = field(default_factory=dict)
    disputes: dict[UUID, Dispute] = field(default_factory=dict)
    promises: dict[UUID, Promise] = field(default_factory=dict)
    overrides: dict[UUID, Override] = field(default_factory=dict)
    refunds: dict[UUID, Refund] = field(default_factory=dict)
    documents: dict[UUID, Document] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    entries: list[tuple[date, str, str, int]] = field(default_factory=list)  # day, debit, credit, amount
    # True: sent, False: skipped; and what was owed of the bill
    reminded: dict[tuple[UUID, date, str], tuple[bool, int]] = field(default_factory=dict)
    reminded_on: date | None = None

    @property
    def outstanding_minor(self) -> int:
        """Open bills less money on account."""
        owed = sum(bill.open_minor for bill in self.bills.values())
        return owed - sum(credit.unapplied_minor for credit in self.credits.values())

    @property
    def reserved_minor(self) -> int:
        """What confirmed orders on account will come to."""
        return sum(one.total_minor for one in self.orders.values() if (one.status, one.mode) == ("confirmed", "CREDIT"))

    @property
    def used_minor(self) -> int:
        """What counts against limits."""
        counts = self.house.settings["exposure"] == "confirmed"
        return self.outstanding_minor + self.uncleared_minor + (self.reserved_minor if counts else 0)

    @property
    def uncleared_minor(self) -> int:
        """What cheques have settled that the bank has not paid."""
        waiting = [one.id for one in self.cheques.values() if one.state in ("received", "deposited")]
        return sum(self.credits[one].amount_minor for one in waiting if one in self.credits)

    def confirm(self, order: Order, mode: str, how: str, now: datetime) -> None:
        """Promise an order with its goods, and say so."""
        order.status, order.mode = "confirmed", mode
        order.holds, order.held_at = 0 if self.house.shelf is None else order.kg, now
        self.tell(f"order_{how}_short" if order.is_short else f"order_{how}", order.total_minor)

    def cancel(self, document: Document) -> None:
        """It counts no more, and what it called in is due when it was agreed."""
        document.is_cancelled = True
        for bill in self.bills.values():
            if document.bill_id and bill.called_to.pop(document.bill_id, None):
                bill.fall_due()
        self.house.happen(CANCELLED, [self], document)

    def notes_of(self, document: Document) -> list[Document]:
        """What corrects an invoice and holds."""
        return [one for one in self.documents.values() if one.of == document.id and not one.is_cancelled]

    def order_of(self, document: Document) -> Order | None:
        """The order whose goods are on an invoice, or on the invoice that a note corrects."""
        invoice_id = document.of or document.id
        return next((one for one in self.orders.values() if one.invoice and one.invoice.id == invoice_id), None)

    def bring_back(self, document: Document, goods: str) -> None:
        """Goods of a note or of a cancelled invoice: on the shelf, broken, or kept by the shop."""
        order = self.order_of(document)
        document.is_back = goods != "kept"
        if order and document.is_back:
            order.out -= document.kg
        if self.house.shelf is not None and goods == "shelf":
            self.house.shelf, document.brought = self.house.shelf + document.kg, document.kg

    def take_away(self, note: Document) -> None:
        """A note was none: the goods that it brought are with the shop."""
        order = self.order_of(note)
        if order and note.is_back:
            order.out += note.kg
        if self.house.shelf is not None:
            self.house.shelf, note.brought = self.house.shelf - note.brought, 0

    def note_of(self, credit: Credit) -> Document | None:
        """The paper that says a credit, while it counts."""
        papers = self.documents.values()
        return next((one for one in papers if one.credit_id == credit.id and not one.is_cancelled), None)

    def is_corrected(self, document: Document) -> bool:
        """A note stands on it; or, goods of the same invoice having come back later, another after it."""
        papers = list(self.documents.values())
        after = [one for one in papers[papers.index(document) + 1 :] if one.kg and not one.is_cancelled]
        later = [one for one in after if document.of and document.kg and one.of == document.of]
        return bool(self.notes_of(document) or later)

    @property
    def promise(self) -> Promise | None:
        """The open promise."""
        return next((one for one in self.promises.values() if one.status == "open"), None)

    def tell(
        self, template: str, amount_minor: int | None = None, balance_minor: int | None = None,
        brings: UUID | None = None,
    ) -> None:  # fmt: skip
        """Write to the shop."""
        self.messages.append(Message(template, amount_minor, balance_minor, brings=brings))

    def open_bills(self) -> list[Bill]:
        """In the order in which money settles them."""
        return sorted((bill for bill in self.bills.values() if bill.open_minor), key=lambda bill: bill.key)

    def netted(self) -> list[tuple[Bill, int]]:
        """Open bills with what is left of each once money on account has settled the oldest."""
        held, found = sum(one.unapplied_minor for one in self.credits.values()), []
        for bill in self.open_bills():
            covered = min(held, bill.open_minor)
            held -= covered
            if bill.open_minor > covered:
                found.append((bill, bill.open_minor - covered))
        return found

    def advances(self) -> list[Credit]:
        """Credits with something on account, in the order in which they are applied."""
        held = (credit for credit in self.credits.values() if credit.unapplied_minor)
        return sorted(held, key=lambda credit: (credit.received_on, credit.number))

    def owe(self, bill: Bill, earned_as: str, today: date) -> None:
        """Owe more. The next delivery may make the earlier ones due, and money on account may go to it."""
        if bill.kind == "invoice" and self.terms.terms == "bill_to_bill":
            for older in self.open_bills():
                if older.kind == "invoice" and older.agreed_on > max(older.bill_on, bill.bill_on):
                    older.called_to[bill.id] = max(older.bill_on, bill.bill_on)
                    older.fall_due()
        self.bills[bill.id] = bill
        self.entries.append((bill.bill_on, "receivable", earned_as, bill.amount_minor))
        if self.house.settings["apply_advances"] and bill.kind != "refund":
            for credit in self.advances():
                self._apply(credit, bill, today)

    def take(self, credit: Credit, chosen: dict[UUID, int], *, spread: bool = True) -> None:
        """Settle the chosen bills, then the oldest; the rest stays on account."""
        credit.unapplied_minor = credit.amount_minor
        self.credits[credit.id] = credit
        for bill_id, part in chosen.items():
            self._put(credit, self.bills[bill_id], part, credit.received_on)
        for bill in self.open_bills() if spread else ():
            self._put(credit, bill, credit.unapplied_minor, credit.received_on)
        self.entries.append((credit.received_on, credit.borne_by, "receivable", credit.amount_minor))

    def take_back(self, credit: Credit, today: date, on: date | None = None) -> None:
        """Owe again exactly what the credit settled; a discount for settling a bill goes with what settled it.

        In the books it is undone as of `on`, which is today unless a document says otherwise.
        """
        parts, credit.parts, credit.applied = credit.parts, {}, {}
        for bill_id, part in parts.items():
            self.bills[bill_id].open_minor += part
            credit.moves.append((on or today, bill_id, -part))
        credit.gone_on = on or today
        credit.is_posted, credit.unapplied_minor = False, 0
        for paper in self.documents.values():
            if paper.credit_id == credit.id:
                self.cancel(paper)  # a note goes with its credit
        self.entries.append((on or today, "receivable", credit.borne_by, credit.amount_minor))
        if credit.kind not in ("cash_discount", "dispute"):
            self._lose_discounts(parts, today)
        if credit.kind == "payment":
            self._lose_promises(today)

    def _lose_discounts(self, reopened: Iterable[UUID], today: date) -> None:
        for other in list(self.credits.values()):
            if other.kind == "cash_discount" and other.is_posted and set(other.parts) & set(reopened):
                self.take_back(other, today)

    def money_for(self, promise: Promise) -> int:
        """What has come in since a promise, dated by its day, and was not taken back."""
        return sum(
            one.amount_minor
            for one in self.credits.values()
            if one.kind == "payment" and one.is_posted and one.number > promise.number and one.received_on <= promise.on
        )

    def _lose_promises(self, today: date) -> None:
        """Money that went back keeps no promise: it is broken, or open again unless a newer one is open."""
        for promise in reversed(self.promises.values()):
            if promise.status == "kept" and self.money_for(promise) < promise.amount_minor:
                promise.status = "broken" if promise.on < today else "withdrawn" if self.promise else "open"

    def apply_advances(self, today: date) -> dict[str, int]:
        """Put money on account to the oldest bills; returns what each got."""
        before = {bill.reference: bill.open_minor for bill in self.open_bills()}
        for credit in self.advances():
            for bill in self.open_bills():
                self._apply(credit, bill, today)
        got = {
            bill.reference: before[bill.reference] - bill.open_minor
            for bill in self.bills.values()
            if before.get(bill.reference)
        }
        return {reference: part for reference, part in got.items() if part}

    def _apply(self, credit: Credit, bill: Bill, today: date) -> None:
        """What a credit has on account goes to a bill."""
        part = min(credit.unapplied_minor, bill.open_minor)
        if part:
            self._put(credit, bill, part, today)
            credit.applied[bill.id] = credit.applied.get(bill.id, 0) + part

    def applied_to(self, bill: Bill) -> int:
        """What of a bill was settled with money that was on account before."""
        return sum(one.applied.get(bill.id, 0) for one in self.credits.values())

    def take_off(self, bill: Bill, today: date, on: date | None = None) -> None:
        """What was on account before is so again; as of `on`, which is today unless a document says otherwise."""
        found = [one for one in self.credits.values() if one.applied.get(bill.id)]
        for credit in found:
            part = credit.applied.pop(bill.id)
            credit.unapplied_minor += part
            credit.parts[bill.id] -= part
            credit.parts = {key: left for key, left in credit.parts.items() if left}
            bill.open_minor += part
            credit.moves.append((on or today, bill.id, -part))
        if found:
            self._lose_discounts([bill.id], today)

    def refundable(self) -> list[Credit]:
        """Money on account that is no paper: the bank has paid it."""
        paper = [one.id for one in self.cheques.values() if one.state in ("received", "deposited")]
        return [one for one in self.advances() if one.id not in paper]

    def pay_back(self, refund: Refund, bill: Bill, today: date) -> None:
        """Money on account leaves: owed again, and settled at once by what there is, the oldest first."""
        there = self.refundable()
        self.refunds[refund.id] = refund
        self.owe(bill, KEPT_IN[refund.method], today)
        for credit in there:
            self._apply(credit, bill, today)

    def _put(self, credit: Credit, bill: Bill, most: int, on: date) -> None:
        part = min(most, bill.open_minor)
        if part:
            credit.unapplied_minor -= part
            credit.parts[bill.id] = credit.parts.get(bill.id, 0) + part
            credit.moves.append((on, bill.id, part))
            bill.open_minor -= part

    def balance(self, account: str, as_of: date) -> int:
        """Debits less credits of one account of the ledger when a day ended."""
        entries = [entry for entry in self.entries if entry[0] <= as_of]
        return sum(one[3] for one in entries if one[1] == account) - sum(one[3] for one in entries if one[2] == account)

    def balances(self) -> dict[str, int]:
        """Debits less credits of every account that does not stand at nothing."""
        found: Counter[str] = Counter()
        for _, debit, credit, amount in self.entries:
            found[debit] += amount
            found[credit] -= amount
        return {account: amount for account, amount in found.items() if amount}

    def owed_at_end_of(self, bill: Bill, day: date) -> int:
        """What a bill left open when a day ended, once money on account had settled the oldest; money that went back
        never came, another credit was there until it did."""
        counted = [one for one in self.credits.values() if one.is_posted or one.kind != "payment"]
        moves = [move for credit in counted for move in credit.moves if move[0] <= day]
        held = sum(one.amount_minor for one in counted if one.received_on <= day and not one.is_gone(day))
        held -= sum(part for _, _, part in moves)

        def left(one: Bill) -> int:
            return one.amount_minor - sum(part for _, bill_id, part in moves if bill_id == one.id)

        older = [one for one in self.bills.values() if one.key < bill.key and one.bill_on <= day]
        return max(0, min(left(bill), left(bill) + sum(map(left, older)) - held))

    def accrued_minor(self, bill: Bill, today: date) -> Iterator[int]:
        """What was owed of a late bill at the end of each day for which it bears interest."""
        day = bill.due_on + timedelta(days=self.house.settings["late_fees"]["grace_days"])
        while day < today and bill.kind not in ("charge", "refund"):
            yield self.owed_at_end_of(bill, day)
            day += timedelta(days=1)
