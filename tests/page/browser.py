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
    """The path of Chromium, None without one; `PAGE_CHROMIUM` may name another."""
    named = os.environ.get('PAGE_CHROMIUM')
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """A browser, without its sandbox for root, who cannot have one."""
    browser = playwright.chromium.launch(
        executable_path=chromium(), args=['--no-sandbox'] if os.geteuid() == 0 else []
    )
    try:
        yield browser
    finally:
        browser.close()


def until(tab: Page, condition: str) -> None:
    """Polls an expression: playwright's own wait needs `eval`, which the page's policy forbids."""
    deadline = time.monotonic() + 60
    while not tab.evaluate(f'() => Boolean({condition})'):
        assert time.monotonic() < deadline, f'timed out: {condition}'
        time.sleep(0.01)
