"""Pictures of the page for README: run `make pictures` when the page looks different."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from learn_demo import sample, show
from learn_demo.server import StandIn
from tests.page.browser import launched

DOCS = Path(__file__).parent.parent.parent / 'docs'
SHOWN = {'light': '#main', 'dark': '#parts'}  # color scheme, and what is at the top


def main() -> None:
    """Pushes the sample plan as the demo does, and takes two pictures of its page."""
    place = Path(tempfile.gettempdir()) / 'learn-hook-demo'
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    from rich.console import Console

    with StandIn.started() as hub:
        token = f'demo-{os.urandom(8).hex()}'
        hub.tokens = {token: {'login': 'ann', 'scopes': {'repo', 'gist', 'workflow'}}}
        world = show.environment(place, hub.url, token)
        worktree = place / 'widgets'
        show.prepare(worktree, world)
        sample.populate(hub, worktree, place / 'claude')
        show.push(worktree, world, Console(file=sys.stderr))
        show.finished(worktree / '.git')
        words = (sys.executable, '-I', '-m', 'hooks.cli.main', 'show', '--no-open')
        page = subprocess.run(
            words, cwd=worktree, env=world, check=True, capture_output=True, text=True
        ).stdout
    take(Path(page.strip()))
    shutil.rmtree(place)


def take(page: Path) -> None:
    """Both pictures."""
    from playwright.sync_api import sync_playwright

    DOCS.mkdir(exist_ok=True)
    with sync_playwright() as playwright, launched(playwright) as browser:
        for scheme, section in SHOWN.items():
            tab = browser.new_page(viewport={'width': 1180, 'height': 800})
            tab.emulate_media(color_scheme='dark' if scheme == 'dark' else 'light')
            tab.goto(page.as_uri())
            tab.locator(section).evaluate('(one) => one.scrollIntoView({behavior: "instant"})')
            tab.wait_for_timeout(300)
            tab.screenshot(path=DOCS / f'page-{scheme}.png')


if __name__ == '__main__':
    main()
