"""A browser for the tests marked `browser`, and tabs that record what happens in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.page.browser import chromium, launched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

WATCH = """
window.pwn = () => { window.pwned = true; };
window.reports = [];
addEventListener('securitypolicyviolation', (event) => reports.push(event.violatedDirective));
"""


class Tab(NamedTuple):
    """A tab; `asked` are the URLs that it requested, `said` the lines on its console."""

    page: Page
    asked: list[str]
    said: list[str]

    def assert_quiet(self) -> None:
        """No script but ours ran, nothing was requested, no error was reported."""
        assert self.page.evaluate('window.pwned ?? false') is False
        assert self.page.evaluate('window.reports') == []
        assert len(self.asked) == 1
        assert self.said == []


@pytest.fixture(scope='session')
def browser() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip('Chromium not found')
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, launched(playwright) as started:
        yield started


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """Opens a page in a tab of its own."""
    contexts = []

    def open_page(path: Path, **how: Any) -> Tab:
        context = browser.new_context(**how)
        contexts.append(context)
        tab = Tab(context.new_page(), [], [])
        tab.page.add_init_script(WATCH)
        tab.page.on('request', lambda request: tab.asked.append(request.url))
        tab.page.on('console', lambda message: tab.said.append(message.text))
        tab.page.on('pageerror', lambda error: tab.said.append(str(error)))
        tab.page.goto(path.as_uri())
        return tab

    yield open_page
    for context in contexts:
        context.close()
