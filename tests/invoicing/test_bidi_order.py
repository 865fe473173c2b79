"""Mixed directions in one line: numbers keep their unit, brackets enclose what they enclose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicing.pdf.bidi_order import visual_runs
from invoicing.pdf.plain_text import printable


def seen(text: str) -> str:
    """The line as the eye meets it from left to right, right-to-left runs spelled backwards."""
    return "".join(run.text[::-1] if run.rtl else run.text for run in visual_runs(text))


@pytest.mark.parametrize(
    ("spoken", "seen_as"),
    [
        ("Tata Salt 1 kg", "Tata Salt 1 kg"),
        ("چینی 50 kg بوری", "یروب 50 kg ینیچ"),
        ("Surf سرف 1 kg", "Surf فرس 1 kg"),
        ("لاہور 54000", "54000 روہال"),
        ("Lipton چائے (پیلی) 950 g", "Lipton )یلیپ( ےئاچ 950 g"),
        ("اسٹور (مین)", ")نیم( روٹسا"),
        ("Store (اسٹور)", "Store (روٹسا)"),
        ("bill 12,500.00 روپے", "bill 12,500.00 ےپور"),
    ],
)
def test_a_mixed_line_is_seen_in_the_right_order(spoken: str, seen_as: str) -> None:
    assert seen(spoken) == seen_as


@given(st.text(alphabet=st.sampled_from("aB1 2.,()[]چینی\u200cمकि-٣+%"), max_size=40))
def test_ordering_never_loses_or_adds_a_letter(text: str) -> None:
    assert sorted(seen(text)) == sorted(text)


@given(st.text(max_size=60))
def test_any_printable_text_can_be_ordered(text: str) -> None:
    clean = printable(text)
    assert sorted(seen(clean)) == sorted(clean)
