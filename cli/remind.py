"""`bahi remind`: who is reminded of what, and who is not, and why."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from cli import org as orgs
from core import audit, clock, db, ids, queue
from core.errors import DomainError
from core.i18n import format_money
from core.preview import of as preview_of
from credit import reminders
from jobs import send_reminders
from parties import organisations
from parties.settings import Hours

Row = dict[str, Any]


class QuietHours(DomainError):
    """Reminders never go out at night, not even by hand."""

    code = "QUIET_HOURS"
    detail = "It is outside the hours in which reminders may be sent."


@click.command("remind")
@click.option("--org", "public", help="Only this organisation (org_...).")
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="Another local date; only with --dry-run.")
@click.option("--dry-run", is_flag=True, help="Show it, send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def command(public: str | None, on: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Remind of bills that are due a stage today, or show who would be reminded.

    Examples: ./bahi remind --dry-run;  ./bahi remind --dry-run --date 2026-12-01 --json;  ./bahi remind
    """
    if on and not dry_run:
        raise click.UsageError("--date is for --dry-run: reminders are only ever sent on their own day.")
    chosen = [orgs.find(public)] if public else _all()
    audit.act_as(audit.Actor("cli"))
    if dry_run:
        rows = [row for org_id in chosen for row in preview(org_id, on.date() if on else None)]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2) if as_json else _table(rows))
        return
    results = [send(org_id, alone=bool(public)) for org_id in chosen]
    queue.hint("send")
    total = {name: sum(result[name] for result in results) for name in ("reminded", "failed")}
    click.echo(json.dumps(total) if as_json else f"{total['reminded']} retailers reminded, {total['failed']} failed")


def preview(org_id: UUID, on: date | None) -> list[Row]:
    """One row per bill with a stage on this local date: the text that would go, or why none does. Changes nothing."""
    with db.transaction(org_id) as session:
        organisation = organisations.get(session)
        today, currency = on or clock.today(organisation.timezone), organisation.currency
        lines = reminders.preview(session, today)
        would = preview_of(session, lambda session: send_reminders.run(session, today))
    texts = {message.retailer_id: message.text for message in would.messages}
    return [
        {
            **{name: str(value) for name, value in asdict(line).items() if name in {"stage", "reference", "due_on"}},
            "org_id": organisations.public_id(org_id),
            "retailer_id": ids.public("ret", line.retailer_id),
            "retailer": line.retailer_name,
            "open_minor": line.open_minor,
            "owed_minor": line.owed_minor,
            "currency": currency,
            "local_on": today.isoformat(),
            "would_send": line.skip_reason is None,
            "skip_reason": line.skip_reason,
            "text": texts.get(line.retailer_id) if line.skip_reason is None else None,
        }
        for line in lines
    ]


def send(org_id: UUID, *, alone: bool) -> dict[str, int]:
    """Remind now, inside the organisation's hours. Raises QuietHours for one that was named, else leaves it out."""
    with db.transaction(org_id) as session:
        if _is_quiet(session):
            if alone:
                raise QuietHours
            return {"reminded": 0, "failed": 0}
        return send_reminders.run(session)


def _is_quiet(session: Session) -> bool:
    organisation = organisations.get(session)
    return not Hours.of(organisation).may_write(clock.now().astimezone(ZoneInfo(organisation.timezone)).time())


def _all() -> list[UUID]:
    with db.transaction() as session:
        return organisations.ids_of_all(session)


def _table(rows: list[Row]) -> str:
    if not rows:
        return "Nobody has a stage on this day."
    lines = []
    for row in rows:
        money = format_money(row["owed_minor"], row["currency"])
        lines.append(f"{row['stage']}  {row['retailer']}  bill {row['reference']}, {money}, due {row['due_on']}")
        lines.append(f"     {row['text']}" if row["would_send"] else f"     not sent: {row['skip_reason']}")
    return "\n".join(lines)
