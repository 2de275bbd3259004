"""Who wants to know that approved figures changed. Nouns further down the street register here."""

from collections.abc import Callable, Iterable
from datetime import datetime

Listener = Callable[[Iterable[int], datetime], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call `listener(series_ids, at)` inside the transaction that changed approved figures of these series."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(series_ids: Iterable[int], at: datetime) -> None:
    for listener in _listeners:
        listener(series_ids, at)
