"""The anchors of the audit chains: signed lines in a file of the organisation."""

from uuid import UUID

import pytest

from core import anchors, clock, crypto, db
from credit import pauses


def test_a_line_holds_the_heads_that_moved_and_when(org: UUID, make_retailer) -> None:
    with db.transaction(org) as session:
        shop = make_retailer(session).id
    with db.transaction(org) as session:
        assert anchors.append(session) == 2  # the shop's chain and the organisation's
        pauses.pause(session, shop, "late")
        assert anchors.append(session) == 1
    first, second = anchors.lines(org)
    assert (set(first.heads), set(second.heads)) == ({str(org), str(shop)}, {str(shop)})
    assert first.is_genuine
    assert second.is_genuine
    assert anchors.last_at(org) <= clock.now()
    assert org in anchors.organisations()


@pytest.mark.parametrize("rubbish", [b"", b"no json", b"[]", b"1", b'{"signature": 1}', b'{"signature": "dev:x"}'])
def test_a_line_that_is_none_is_not_genuine(org: UUID, session, rubbish: bytes) -> None:
    anchors.append(session)
    with anchors.path_of(org).open("ab") as file:
        file.write(rubbish + b"\n")
    assert [line.is_genuine for line in anchors.lines(org)] == [True, False]
    assert list(anchors.problems(session, org)) == [f"line 2 of {anchors.path_of(org).name} was changed, or a line"
                                                    " before it is gone"]  # fmt: skip


def test_the_last_day_is_read_from_the_end_whatever_its_length(
    org: UUID, session, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchors.append(session)
    at = anchors.last_at(org)
    for size in (1, 7, 64, 1 << 16):
        monkeypatch.setattr(anchors, "BLOCK", size)
        assert list(anchors._from_the_end(anchors.path_of(org)))[::-1] == anchors.path_of(org).read_bytes().split(b"\n")
        assert anchors.last_at(org) == at
    with anchors.path_of(org).open("ab") as file:
        file.write(b"rubbish\n")
    assert anchors.last_at(org) == at


def test_an_organisation_without_anchors_has_nothing_against_it(org: UUID, session) -> None:
    assert anchors.last_at(org) is None
    assert list(anchors.problems(session, org)) == []


def test_a_signature_is_for_one_purpose_and_one_text(database: str) -> None:
    signature = crypto.sign(b"text", purpose="a")
    assert crypto.is_signed(b"text", signature, purpose="a")
    assert not crypto.is_signed(b"text", signature, purpose="b")
    assert not crypto.is_signed(b"text ", signature, purpose="a")
    assert not crypto.is_signed(b"text", "gone" + signature, purpose="a")
