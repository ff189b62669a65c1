"""Numbers as a person reads them."""

from __future__ import annotations


def counted(number: int, one: str, many: str = '') -> str:
    """`1 session`, `2,000 sessions`."""
    return f'{thousands(number)} {one if number == 1 else many or f"{one}s"}'


def thousands(number: object) -> str:
    """`12,345`; `0` for what is no number."""
    return f'{number:,}' if isinstance(number, int) else '0'
