"""Liveness, readiness and counters."""

from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from core import db, queue


@pytest.fixture
def app(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    return create_app()


def test_it_is_ready_while_the_database_answers_and_says_how_redis_is(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["database"], ready.json["redis"]) == (200, "up", "up")


def test_it_stays_ready_without_redis(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "is_up", lambda: False)
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["redis"]) == (200, "down")


def test_it_is_not_ready_without_the_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "engine", lambda role=db.APP: db.create_engine("postgresql+psycopg2://127.0.0.1:1/none"))
    assert app.test_client().get("/readyz").status_code == 503


def test_counters_are_told_in_prometheus_form(app: Flask) -> None:
    assert app.test_client().get("/metrics").mimetype == "text/plain"


def test_a_guessed_invoice_link_is_not_found(app: Flask) -> None:
    assert app.test_client().get(f"/i/{'A' * 43}/SGT-26-27-000001.pdf").status_code == 404
