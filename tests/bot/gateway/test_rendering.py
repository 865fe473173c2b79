"""What goes over the wire for a message, inside and outside the 24-hour window."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway import rendering
from bot.gateway.rendering import render, shortened
from core import ids
from core.sending import ClaimedMessage

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
PARAMS = {"name": "Sharma", "business": "Ganesh", "bill_no": "SG/1", "amount": "₹1,200", "due_date": "21 Nov 2026"}
MESSAGE = ClaimedMessage(
    org_id=ids.new(),
    id=ids.new(),
    attempt=1,
    channel_id=ids.new(),
    retailer_id=None,
    to_address="whatsapp:+919810000001",
    language="en",
    kind="text",
    body="Hello",
    choices=None,
    template=None,
    params=None,
    attachment=None,
    as_template=False,
    reply_to_id=ids.new(),
    created_at=NOW,
    last_inbound_at=NOW,
)
INVOICE = replace(
    MESSAGE,
    body="",
    kind="document",
    template="invoice_shared",
    params=PARAMS,
    attachment={"kind": "invoice", "id": "x"},
)
URL = "http://bahi.test/i/" + "t" * 43 + "/SG-1.pdf"


def choices(count: int, title: str = "Option") -> list[list[str]]:
    return [[f"go:{number}", f"{title} {number}"] for number in range(count)]


def test_free_text_inside_the_window() -> None:
    assert render(MESSAGE, NOW).body == "Hello"


def test_the_window_closes_ten_minutes_early() -> None:
    still = NOW + timedelta(hours=23, minutes=49)
    assert render(MESSAGE, still).body == "Hello"
    with pytest.raises(rendering.NoApprovedForm):
        render(MESSAGE, still + timedelta(minutes=2))


def test_somebody_who_never_wrote_gets_no_free_text() -> None:
    with pytest.raises(rendering.NoApprovedForm):
        render(replace(MESSAGE, last_inbound_at=None), NOW)


def test_a_document_inside_the_window_carries_its_caption() -> None:
    form = render(INVOICE, NOW, URL)
    assert form.media_url == URL
    assert form.body is not None
    assert "SG/1" in form.body


def test_a_document_outside_the_window_travels_inside_its_template(database: str) -> None:
    form = render(replace(INVOICE, last_inbound_at=None), NOW, URL)
    assert (form.body, form.media_url) == (None, None)
    assert form.content is not None
    assert form.variables is not None
    media = form.content.body["types"]["twilio/media"]
    assert media["media"] == ["http://bahi.test/i/{{6}}"]
    assert form.variables["6"] == "t" * 43 + "/SG-1.pdf"
    assert form.content.category == "UTILITY"


def test_a_template_made_for_inside_the_window_stays_there() -> None:
    with pytest.raises(rendering.NoApprovedForm):
        render(replace(MESSAGE, template="payment_claim_noted", params=PARAMS, last_inbound_at=None), NOW)


def test_a_message_told_to_go_as_a_template_does_so_although_the_window_looks_open() -> None:
    message = replace(MESSAGE, template="payment_due_tomorrow", params=PARAMS, as_template=True)
    assert render(message, NOW).content is not None


@pytest.mark.parametrize(
    ("count", "kind"), [(1, "twilio/quick-reply"), (3, "twilio/quick-reply"), (4, "twilio/list-picker")]
)
def test_choices_are_buttons_up_to_three_and_a_list_up_to_ten(count: int, kind: str) -> None:
    form = render(replace(MESSAGE, choices=choices(count)), NOW)
    assert form.content is not None
    assert list(form.content.body["types"]) == [kind]


@pytest.mark.parametrize(
    ("given_choices", "body"),
    [
        (choices(11), "Hello"),
        (choices(2, "A title that is far too long for a row"), "Hello"),
        (choices(2), "long " * 300),
        (choices(2), ""),
    ],
    ids=["too many", "titles too long", "text too long", "no text"],
)
def test_choices_that_do_not_fit_become_numbered_text(given_choices: list[list[str]], body: str) -> None:
    form = render(replace(MESSAGE, choices=given_choices, body=body), NOW)
    assert form.content is None
    assert form.body is not None
    assert f"1. {given_choices[0][1]}" in form.body or form.body.endswith("…")


def test_equal_shapes_share_one_resource_whatever_they_say() -> None:
    one = render(replace(MESSAGE, body="a\nb\n\nc", choices=choices(2)), NOW)
    two = render(replace(MESSAGE, body="x  y\nz\n\n\nw", choices=choices(2, "Other")), NOW)
    assert one.content == two.content
    assert one.variables != two.variables


@given(st.text(max_size=400), st.integers(1, 10))
def test_variables_are_one_line_and_never_empty_and_the_text_is_all_there(text: str, count: int) -> None:
    form = render(replace(MESSAGE, body=text, choices=choices(count)), NOW)
    if form.variables is None:
        return
    assert all(value.strip() and not set(value) & {"\n", "\t", "\r"} for value in form.variables.values())
    lines = [value for place, value in form.variables.items() if int(place) <= len(form.variables) - 2 * count]
    assert rendering.even(" ".join(lines)) == rendering.even(text)


@given(st.text(max_size=3000), st.integers(20, 1600))
def test_a_long_text_is_cut_to_its_limit(text: str, limit: int) -> None:
    cut = shortened(text, limit)
    assert len(cut.encode("utf-16-le", "surrogatepass")) // 2 <= limit
    assert cut == text or cut.endswith("…")


def test_a_long_text_is_cut_at_a_line() -> None:
    assert shortened("\n".join(["twelve chars"] * 200), 1600).endswith("twelve chars\n…")


def test_a_reminder_is_overtaken_after_its_day_and_an_answer_is_not() -> None:
    later = NOW + timedelta(hours=13)
    reminder = replace(MESSAGE, kind="template", template="payment_due_tomorrow", params=PARAMS, reply_to_id=None)
    with pytest.raises(rendering.Overtaken):
        render(reminder, later)
    assert render(MESSAGE, later).body == "Hello"


def test_every_form_of_a_message_is_found_again_in_a_list() -> None:
    message = replace(MESSAGE, choices=choices(12))
    body = render(message, NOW).body
    assert body is not None
    assert rendering.even(body) in rendering.possible_texts(message)


def test_a_document_that_cannot_be_fetched_goes_as_a_link_in_the_text() -> None:
    message = replace(INVOICE, body="Bill SG-1.", template=None)
    link = URL.replace("t" * 43, "u" * 43)
    form = render(message, NOW, URL, link)
    assert (form.media_url, form.body) == (None, f"Bill SG-1.\n{link}")
    assert rendering.even(form.body or "") in rendering.possible_texts(message)
    closed = render(INVOICE, NOW + timedelta(days=2), URL, URL)
    assert closed.body is None
    assert closed.variables
