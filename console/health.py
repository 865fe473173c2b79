"""Is it alive, is it ready, what does it count: for supervisors and monitoring."""

from datetime import timedelta

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from sqlalchemy.exc import SQLAlchemyError

from core import clock, db, queue

blueprint = Blueprint("health", __name__)

TICK_TOO_OLD = timedelta(minutes=3)


@blueprint.get("/healthz")
def alive() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> tuple[dict[str, object], int]:
    """The database answers: messages can be taken. Redis and the tick are told, but only cost seconds when away."""
    try:
        with db.transaction() as session:
            at = db.execute(session, "SELECT max(at) FROM heartbeat WHERE name = 'tick'").scalar()
    except SQLAlchemyError:
        return {"status": "unavailable", "database": "down"}, 503
    late = at is None or clock.now() - at > TICK_TOO_OLD
    return {
        "status": "ok",
        "database": "up",
        "redis": "up" if queue.is_up() else "down",
        "last_tick_at": at.isoformat() if at else None,
        "tick": "late" if late else "on time",
    }, 200


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters of all web processes, in Prometheus' text form."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
