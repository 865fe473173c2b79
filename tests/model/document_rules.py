"""What corrects an invoice: goods that come back, and the cancelling of a document."""

from datetime import date
from uuid import UUID

from hypothesis import strategies as st

from invoicing import cancelling, credit_notes
from tests.model import books, rulebook
from tests.model.machine import RICE_MINOR, kilograms, one_of, picks, rule, shops
from tests.model.money_rules import roles
from tests.model.stock_rules import StockRules

places = st.sampled_from(["shelf", "shelf", "damaged", "kept"])  # where goods go that come back


class DocumentRules(StockRules):
    """Credit notes, cancelled documents."""

    def invoices(self) -> list[tuple[books.Shop, books.Document]]:
        """Every invoice with its shop."""
        return [(shop, one) for shop, one in self.each("documents") if one.bill_id]

    def bill_of(self, shop: books.Shop, invoice: books.Document) -> books.Bill:
        """What is owed of an invoice."""
        assert invoice.bill_id
        return shop.bills[invoice.bill_id]

    @rule(when=lambda self: self.invoices(), number=picks, share=st.integers(1, 130), role=roles, goods=places)
    def take_goods_back(self, number: int, share: int, role: str, goods: str) -> None:
        """A credit note for a part of what is left of an invoice; what its bill has no room for stays on account."""
        shop, invoice = one_of(self.invoices(), number)
        left = invoice.kg - sum(one.kg for one in shop.notes_of(invoice))
        kg, bill = max(1, left * share // 100), self.bill_of(shop, invoice)
        rules = {
            "FORBIDDEN": role not in rulebook.MAY_GIVE["return"],
            "DOCUMENT_NOT_CORRECTABLE": invoice.is_cancelled,
            "RETURN_INVALID": kg > left,
            "CREDIT_NOTE_TOO_LATE": self.today() > last_correction_on(invoice.on),
        }
        new = credit_notes.NewCreditNote(
            invoice.id, "return", "too much", role, [credit_notes.Correction(1, qty_milli=kg * 1_000)], goods=goods
        )
        given = self.attempt(rules, lambda session: credit_notes.issue(session, new))
        if given:
            assert given.receipt.amount_minor == kg * RICE_MINOR
            chosen = {bill.id: min(kg * RICE_MINOR, bill.open_minor)} if bill.open_minor else {}
            self.note(shop, given, "return", chosen, bill, kg)
            assert given.note
            shop.bring_back(shop.documents[given.note.id], goods)

    @rule(when=lambda self: self.each("documents"), number=picks, role=roles, goods=places)
    def cancel_document(self, number: int, role: str, goods: str) -> None:
        """An invoice that nobody acted on, or a note: what it did is undone, while the law lets it be."""
        young = [(shop, one) for shop, one in self.each("documents") if self.today() <= one.cancellable_until()]
        self._cancel(*one_of((number % 4 and young) or self.each("documents"), number), role, goods)

    @rule(which=shops, kg=kilograms, days=st.sampled_from([0, 0, 20, 45]), role=roles, goods=places,
          found=st.sampled_from([None, None, 30]))  # fmt: skip
    def bill_by_mistake(self, which: int, kg: int, days: int, role: str, goods: str, found: int | None) -> None:
        """Goods that left on an invoice that somebody then cancels, in time or not; perhaps they leave again."""
        shop = self.shops[which]
        made = self._place(shop, kg, "CREDIT")
        if made.status == "confirmed":
            self._send(shop, made)
            self.follow()
            self.wait(days)
        if found is not None:
            self.count(found)
        if made.invoice:
            self._cancel(shop, made.invoice, role, goods)
            self.follow()
            self._send(shop, made)

    def _cancel(self, shop: books.Shop, paper: books.Document, role: str, goods: str) -> None:
        bill = shop.bills[paper.bill_id] if paper.bill_id else None
        is_settled = bill is not None and bill.open_minor + shop.applied_to(bill) != bill.amount_minor
        is_late, on = self.today() > paper.cancellable_until(), paper.undone_on(self.today())
        rules = {
            "FORBIDDEN": role == "salesman",
            "DOCUMENT_NOT_CANCELLABLE": paper.is_cancelled or shop.is_corrected(paper) or (is_settled and not is_late),
            "CANCELLATION_TOO_LATE": is_late,
            "GOODS_GONE_AGAIN": paper.of and self.is_gone(paper),
        }
        before = set(self.reader.told()["credits"])
        if self.attempt(rules, lambda session: cancelling.cancel(session, paper.id, "a mistake", role, goods)):
            if bill:
                (undoing,) = set(self.reader.told()["credits"]) - before
                credit = self.credit(UUID(undoing), "return", bill.amount_minor, name=f"CANCEL {paper.number}", on=on)
                credit.against = "sales"
                shop.take_off(bill, self.today(), on)
                paper.credit_id = credit.id
                rulebook.receive(shop, credit, {bill.id: bill.amount_minor}, self.today(), spread=False)
                shop.cancel(paper)
                shop.bring_back(paper, goods)
            elif paper.credit_id:
                shop.take_away(paper)
                shop.take_back(shop.credits[paper.credit_id], self.today(), on)


def last_correction_on(issued_on: date) -> date:
    """The end of November after the financial year of the supply. Source: CGST Act s.34(2)."""
    return date(issued_on.year + (issued_on.month >= 4), 11, 30)
