"""Configuration of the web server; gunicorn reads this file itself (`gunicorn -c cli/gunicorn.py`).

Few processes with threads: a turn waits for PostgreSQL, and psycopg2 lets other threads run meanwhile. The application
is built once before the fork, so every process shares its memory; it opens no connection until the first request.
"""

import os
from typing import Any

from prometheus_client import multiprocess

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True
timeout = 60
graceful_timeout = 12
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190
limit_request_fields = 100
accesslog = None  # addresses of documents are secrets; what goes wrong, the application logs itself
errorlog = "-"
loglevel = "warning"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # heartbeats never wait for a disk
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")


def child_exit(_server: Any, worker: Any) -> None:
    """Gauges of a dead process leave /metrics; its counters stay counted."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
