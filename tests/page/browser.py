"""Debian's Chromium, headless, driven by playwright. Nothing is downloaded."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Playwright

NAMES = ('chromium', 'chromium-browser', 'google-chrome')


def chromium() -> str | None:
    """Where it is, None if it is not here; `PAGE_CHROMIUM` may name another."""
    named = os.environ.get('PAGE_CHROMIUM')
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """A browser. Its sandbox can't be had by root."""
    browser = playwright.chromium.launch(
        executable_path=chromium(), args=['--no-sandbox'] if os.geteuid() == 0 else []
    )
    try:
        yield browser
    finally:
        browser.close()


def until(tab: Page, condition: str) -> None:
    """Waits until an expression is true in the page, whose policy forbids what playwright does."""
    deadline = time.monotonic() + 60
    while not tab.evaluate(f'() => Boolean({condition})'):
        assert time.monotonic() < deadline, f'waited in vain for {condition}'
        time.sleep(0.01)
