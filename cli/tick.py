"""Wakes the worker of this home after something outside it changed, such as the clock."""

import os

from cli import environment
from cli.embedded import services
from cli.services import forget_settings
from core import queue


def hint() -> bool:
    """Ask for a tick now; False when no services run here or they do not take it. Starts nothing."""
    endpoints = services.find(environment.home())
    if endpoints is None:
        return False
    os.environ.update(DATABASE_URL=endpoints.database_url, REDIS_URL=endpoints.redis_url)
    forget_settings()
    return queue.hint("tick")
