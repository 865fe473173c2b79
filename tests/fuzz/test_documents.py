"""What must hold for every document there can be: 20,000 at each run, a million with `make fuzz`.

One seed is one document (see documents.py), and an example of Hypothesis is ten of them, since it spends more time on
an example than the engine on a document. A failing example is printed and gives the same documents again.
"""

import os
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import countries
import tax
from tax import Computed, TaxDocument
from tax.document import payable
from tax.rounding import to_rupee
from tests.fuzz import documents

ROUND, BATCH = 20_000, 10
ROUNDS = 50 if os.environ.get("BAHI_FUZZ") == "deep" else 1
SEEDS = st.integers(0, 2**60)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_every_document_adds_up_and_every_return_of_it_too(number: int) -> None:
    @settings(max_examples=ROUND // BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(SEEDS)
    def check(first: int) -> None:
        for seed in range(BATCH * first, BATCH * first + BATCH):
            document = documents.document(seed)
            computed = countries.compute(document)
            _adds_up(computed)
            _is_taxed_right(document, computed)
            _is_rounded_right(document, computed)
            if seed % 2:
                _comes_back_exactly(seed, computed)

    check()


def _adds_up(computed: Computed) -> None:
    totals, lines = computed.totals, computed.lines
    assert totals.taxable_minor == sum(line.taxable_minor for line in lines)
    assert totals.gross_minor - totals.discount_minor == sum(line.net_minor for line in lines)
    assert totals.taxable_minor == sum(group.taxable_minor for group in computed.by_rate_bps.values())
    for head, amount_minor in totals.taxes.items():
        assert amount_minor == sum(line.taxes[head] for line in lines)
        assert amount_minor == sum(group.taxes[head] for group in computed.by_rate_bps.values())
    assert computed.total_before_round_off_minor == sum(line.total_minor for line in lines)
    assert computed.grand_total_minor == computed.total_before_round_off_minor + computed.round_off_minor


def _is_taxed_right(document: TaxDocument, computed: Computed) -> None:
    for sold, line in zip(computed.lines_sold, computed.lines, strict=True):
        taxes = line.taxes
        assert taxes["cgst"] == taxes["sgst"] + taxes["utgst"]
        assert not (taxes["cgst"] and taxes["igst"])
        assert not (taxes["sgst"] and taxes["utgst"])
        if sold.treatment != tax.TAXABLE or not document.tax_charged:
            assert line.tax_minor == 0
            assert line.total_minor == line.net_minor
        elif not document.reverse_charge:
            assert line.total_minor == line.taxable_minor + line.tax_minor
            if document.includes_tax(sold):
                assert abs(line.total_minor - line.net_minor) <= 3
            else:
                assert line.taxable_minor == line.net_minor
        assert line.net_minor >= 0


def _is_rounded_right(document: TaxDocument, computed: Computed) -> None:
    exact_minor = payable(computed.lines, computed.inclusive, computed.reverse_charge)
    if document.round_to_rupee:
        assert computed.grand_total_minor == to_rupee(exact_minor)
        assert -50 < computed.grand_total_minor - exact_minor <= 50
    else:
        assert computed.grand_total_minor == exact_minor
    if all(computed.inclusive) and not document.reverse_charge:  # the buyer pays what was quoted, to the paisa
        assert exact_minor == computed.totals.gross_minor - computed.totals.discount_minor


def _comes_back_exactly(seed: int, computed: Computed) -> None:
    sold = [Decimal(line.qty) for line in computed.lines_sold]
    before: Counter[int] = Counter()
    given_minor = taxable_minor = 0
    taxes: Counter[str] = Counter()
    for returned in documents.returns(seed, len(sold), sold):
        note = tax.credit_note(computed, returned, dict(before))
        before.update(returned)
        assert note.grand_total_minor >= 0
        given_minor += note.grand_total_minor
        assert given_minor <= computed.grand_total_minor
        taxable_minor += note.totals.taxable_minor
        taxes.update(note.totals.taxes)
        for line in note.lines:
            assert line.money.taxes["cgst"] == line.money.taxes["sgst"] + line.money.taxes["utgst"]
    assert given_minor == computed.grand_total_minor
    assert taxable_minor == computed.totals.taxable_minor
    assert dict(taxes) == dict(computed.totals.taxes)
