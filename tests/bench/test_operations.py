"""What a load must leave behind, and the requests it is made of."""

import ast
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from bench import measuring, operations, webhooks
from bench.world import Counts, Wrong, must

ROOT = Path(__file__).resolve().parents[2]
EMPTY = Counts(*([0] * 10))


def test_requests_carry_the_signature_that_the_sdk_accepts() -> None:
    head, _, body = webhooks.message(7, "10 kg चीनी & more").partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    validator = RequestValidator(webhooks.AUTH_TOKEN)
    assert validator.validate(webhooks.BASE_URL + webhooks.MESSAGES, fields, headers["X-Twilio-Signature"])
    assert int(headers["Content-Length"]) == len(body)
    assert fields["From"] == "whatsapp:+919900000007"


def test_two_messages_never_share_their_id() -> None:
    assert webhooks.message(1, "menu") != webhooks.message(1, "menu")


def test_a_load_that_stored_what_it_answered_is_right() -> None:
    operations.check(operations.TURN, EMPTY, replace(EMPTY, inbound=5, outbox=5), answered=5)


@pytest.mark.parametrize("outbox", [4, 6])
def test_an_answer_too_few_or_too_many_makes_the_run_wrong(outbox: int) -> None:
    with pytest.raises(Wrong, match="rows grew"):
        operations.check(operations.TURN, EMPTY, replace(EMPTY, inbound=5, outbox=outbox), answered=5)


def test_a_replay_that_does_anything_makes_the_run_wrong() -> None:
    operations.check(operations.REPLAY, EMPTY, EMPTY, answered=5)
    with pytest.raises(Wrong):
        operations.check(operations.REPLAY, EMPTY, replace(EMPTY, inbound=1), answered=5)


def test_each_yes_turns_one_pending_order_into_a_confirmed_one() -> None:
    before = replace(EMPTY, pending=3)
    after = replace(before, pending=0, inbound=3, outbox=3, confirmed=3, audited=3, promised_minor=9, reserved_minor=9)
    operations.check(operations.YES, before, after, answered=3)
    with pytest.raises(Wrong):
        operations.check(operations.YES, before, replace(after, confirmed=2), answered=3)
    with pytest.raises(Wrong, match="nothing was promised"):
        operations.check(operations.YES, before, replace(after, promised_minor=0), answered=3)


@pytest.mark.parametrize(("floor", "rate"), [(1500, 600), (3000, 600), (500, 200)])
def test_the_fixed_rate_is_600_unless_the_machine_is_slow(floor: float, rate: float) -> None:
    assert measuring.fixed_rate(floor) == rate


def test_must_says_what_is_wrong() -> None:
    must(True, "never said")
    with pytest.raises(Wrong, match="too many"):
        must(False, "too many")


def test_floors_import_nothing_of_the_product() -> None:
    ours = {path.name for path in ROOT.iterdir() if path.is_dir()} | {path.stem for path in ROOT.glob("*.py")}
    for floor in (ROOT / "bench" / "floors").glob("*.py"):
        for node in ast.walk(ast.parse(floor.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & ours, floor
