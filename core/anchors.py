"""The ends of the audit chains, kept outside the database: cutting or rewriting a chain does not change this file.

One file per organisation under BAHI_HOME, only ever appended to. Each line holds the heads that moved since the line
before it, and is signed together with that line's signature, so that a line cannot be edited, dropped or moved without
the key. Copies of the file elsewhere (a mail, another disk) protect it from whoever holds both the disk and the key.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, crypto, db, ids, settings

FOLDER = "anchors"
PURPOSE = "audit-anchor"
BLOCK = 1 << 16  # bytes of the file that are read at once from its end

_HEADS = """
SELECT retailer_id::text, audit_seq, encode(audit_head, 'hex') FROM credit_account
WHERE org_id = %(org)s AND audit_seq > 0
UNION ALL
SELECT org_id::text, audit_seq, encode(audit_head, 'hex') FROM organisation WHERE org_id = %(org)s AND audit_seq > 0
"""
_LOST = """
SELECT anchored.chain, anchored.seq, e.hash IS NULL
FROM unnest(%(chains)s::uuid[], %(seqs)s::bigint[], %(hashes)s::text[]) AS anchored (chain, seq, hash)
LEFT JOIN audit_entry e ON e.org_id = %(org)s AND e.chain_id = anchored.chain AND e.seq = anchored.seq
WHERE encode(e.hash, 'hex') IS DISTINCT FROM anchored.hash
ORDER BY anchored.chain, anchored.seq
"""

Heads = dict[str, tuple[int, str]]  # a chain, the number of its last entry and that entry's hash in hex


@dataclass(frozen=True)
class AnchorLine:
    """One anchoring. `is_genuine` says whether its signature fits its content and the line before it."""

    at: str
    heads: Heads
    is_genuine: bool


def append(session: Session) -> int:
    """Write the heads that moved since the last line; returns how many. Reads what is committed, writes no row.

    Two processes take turns on the file's lock. Raises OSError when the file cannot be written.
    """
    heads = _heads(session)
    path = path_of(db.org_of(session))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        written, before = _parse(file.read())
        known = {chain: head for line in written for chain, head in line.heads.items()}
        moved = {chain: head for chain, head in heads.items() if known.get(chain) != head}
        if moved:
            file.write(_line(moved, before))
            file.flush()
            os.fsync(file.fileno())
    return len(moved)


def lines(org_id: UUID) -> list[AnchorLine]:
    """What was anchored, oldest first; nothing when there is no file yet. A line that is no line is not genuine."""
    path = path_of(org_id)
    return _parse(path.read_bytes())[0] if path.exists() else []


def problems(session: Session, org_id: UUID) -> Iterator[str]:
    """What the anchors say against the database, or against themselves."""
    anchored = lines(org_id)
    for number, line in enumerate(anchored, start=1):
        if not line.is_genuine:
            yield f"line {number} of {path_of(org_id).name} was changed, or a line before it is gone"
    points = [(chain, *head) for line in anchored if line.is_genuine for chain, head in line.heads.items()]
    for chain, seq, is_gone in _lost(session, org_id, points) if points else ():
        yield f"entry {seq} of chain {chain} was anchored and is {'gone' if is_gone else 'another one now'}"


def organisations() -> list[UUID]:
    """Organisations that have anchors in this home."""
    folder = settings.current().home / FOLDER
    return [ids.parse("org", path.stem) for path in sorted(folder.glob("org_*.jsonl"))]


def last_at(org_id: UUID) -> datetime | None:
    """When heads were anchored last. Reads the end of the file only."""
    path = path_of(org_id)
    rows = _from_the_end(path) if path.exists() else ()
    at = next((line.at for line in (_read(row, "")[0] for row in rows) if line.at), None)
    return datetime.fromisoformat(at) if at else None


def path_of(org_id: UUID) -> Path:
    """The file of an organisation's anchors."""
    return settings.current().home / FOLDER / f"{ids.public('org', org_id)}.jsonl"


def _from_the_end(path: Path) -> Iterator[bytes]:
    """The rows of a file, the last one first."""
    with path.open("rb") as file:
        position, rest = file.seek(0, os.SEEK_END), b""
        while position:
            size = min(BLOCK, position)
            position -= size
            file.seek(position)
            rest, *rows = (file.read(size) + rest).split(b"\n")
            yield from reversed(rows)
    yield rest


def _heads(session: Session) -> Heads:
    rows = db.execute(session, _HEADS, {"org": str(db.org_of(session))})
    return {chain: (seq, head) for chain, seq, head in rows}


def _line(moved: Heads, before: str) -> bytes:
    content = {"at": clock.now().isoformat(), "before": before, "heads": moved}
    signature = crypto.sign(_canonical(content), purpose=PURPOSE)
    return _canonical({**content, "signature": signature}) + b"\n"


def _parse(content: bytes) -> tuple[list[AnchorLine], str]:
    """The lines, and the signature that the next one continues."""
    read, before = list[AnchorLine](), ""
    for row in content.splitlines():
        line, before = _read(row, before)
        read.append(line)
    return read, before


def _read(row: bytes, before: str) -> tuple[AnchorLine, str]:
    try:
        content = json.loads(row)
        signature = content.pop("signature")
        heads = {chain: (seq, head) for chain, (seq, head) in content["heads"].items()}
        signed = crypto.is_signed(_canonical(content), signature, purpose=PURPOSE)
        return AnchorLine(content["at"], heads, signed and content["before"] == before), signature
    except (ValueError, KeyError, TypeError, AttributeError):
        return AnchorLine("", {}, False), ""


def _lost(session: Session, org_id: UUID, points: list[tuple[str, int, str]]) -> list[tuple[UUID, int, bool]]:
    chains, seqs, hashes = zip(*points, strict=True)
    asked = {"org": str(org_id), "chains": list(chains), "seqs": list(seqs), "hashes": list(hashes)}
    return [tuple(row) for row in db.execute(session, _LOST, asked)]


def _canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
