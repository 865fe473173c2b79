"""What a person sees when a command fails, and the exit code that scripts see.

Errors are recognised by name, so that `bahi clock` does not load SQLAlchemy only to know its exceptions.
"""

import click

ERROR, USAGE, CONFIGURATION, NOT_FOUND, REFUSED, DOWN, INTERRUPTED = 1, 2, 3, 4, 6, 7, 130

CODES = {
    "core.errors.NotFound": NOT_FOUND,
    "core.errors.DomainError": REFUSED,
    "core.settings.ConfigurationError": CONFIGURATION,
    "cli.schema.SchemaError": CONFIGURATION,
    "cli.embedded.errors.ServiceMissing": CONFIGURATION,
    "cli.embedded.errors.ServiceError": DOWN,
    "sqlalchemy.exc.OperationalError": DOWN,
    "sqlalchemy.exc.TimeoutError": DOWN,
    "psycopg2.OperationalError": DOWN,
    "redis.exceptions.ConnectionError": DOWN,
    "redis.exceptions.TimeoutError": DOWN,
}
NEXT = {
    CONFIGURATION: "Correct the setting (all are explained in .env.example) and run the command again.",
    NOT_FOUND: "Check the id or name; the API lists them under /api/v1/admin (see /docs).",
    REFUSED: "Nothing was changed.",
    DOWN: "Check DATABASE_URL and REDIS_URL; without them, ./bahi up starts servers of its own.",
}


def code_of(error: BaseException) -> int | None:
    """The exit code of an expected error; None for a bug, which deserves its traceback."""
    for kind in type(error).__mro__:
        code = CODES.get(f"{kind.__module__}.{kind.__qualname__}")
        if code is not None:
            return code
    return None


def explain(error: BaseException, code: int) -> None:
    """Say on stderr what happened, why, and what to do next."""
    what = str(error).strip().split("\n(Background on this error")[0] or type(error).__name__
    name = getattr(error, "code", None)
    reason = f" ({name})" if isinstance(name, str) and code in (NOT_FOUND, REFUSED) else ""
    click.echo(f"Error: {what}{reason}", err=True)
    if code in NEXT:
        click.echo(f"Next: {NEXT[code]}", err=True)
