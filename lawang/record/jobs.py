"""How a noun writes a job in its tasks.py: `@job()` above a function, or `@by_clock("10 17 * * *")`."""

import functools
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections
from procrastinate.contrib.django import app


def job(**options: Any) -> Callable[[Callable[..., None]], Any]:
    """Make a function a job. A connection that broke while nothing happened is thrown away first."""

    def wrap(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def run(*arguments: Any, **named: Any) -> None:
            close_old_connections()
            try:
                function(*arguments, **named)
            finally:
                close_old_connections()

        return app.task(**options)(run)

    return wrap


def by_clock(cron: str, **options: Any) -> Callable[[Callable[..., None]], Any]:
    """Make a function a job that runs at the minutes `cron` names, in UTC. It is given the moment as a Unix time."""

    def wrap(function: Callable[..., None]) -> Any:
        return app.periodic(cron=cron)(job(queueing_lock=function.__name__, **options)(function))

    return wrap
