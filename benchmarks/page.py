"""The page of 10 MB of materials (or `--bytes N`): written, opened and searched in a browser."""

from __future__ import annotations

import random
import re
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core.page import write_page
from learn_core.preprocess.xml.read import read_session
from learn_core.preprocess.xml.split import piece_of
from learn_core.redact import Redactor
from learn_demo import sample
from tests.page.browser import launched, until
from tests.page.made import NOW, packed_shown, preprocessed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learn_core.page import Shown

SIZE = 10_000_000  # bytes
PART = 70_000  # bytes of a file: about 20,000 tokens
NEEDLE = 'a-word-that-occurs-there-once'

_WORD = re.compile(r'(?<![</:])\b[a-z]{6,}\b(?![-=])')  # neither a tag's nor an attribute's name


def main(words: Sequence[str]) -> None:
    """Prints seconds and sizes."""
    size = int(words[1]) if words[:1] == ['--bytes'] else SIZE
    with tempfile.TemporaryDirectory() as scratch:
        shown = large(Path(scratch), size)
        page = Path(scratch) / 'page.html'
        began, busy = time.perf_counter(), time.process_time()
        write_page(shown, page, NOW)
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f'{size / 1e6:.0f} MB: written in {seconds:.2f} s ({busy:.2f} s of CPU), the page '
            f'{page.stat().st_size / 1e6:.1f} MB, memory {peak} MB with the materials'
        )
        _browse(page)


def large(folder: Path, size: int) -> Shown:
    """Materials of that size: the sample's longest session, in other words each time."""
    story = sample.write_sessions(folder / 'sample', Path('/home/ann/widgets'))
    files = preprocessed(story.log(story.implementation_ids[0]), Redactor())
    elements = [element for text in files.values() for element in read_session(text)]
    pieces = [piece_of(element).whole() for element in elements if element.tag != 'meta']
    chance = random.Random(7)
    known = sorted({word for piece in pieces for word in _WORD.findall(piece)})
    made: dict[str, str] = {}
    done = 0
    while done < size:
        text = '<session>\n'
        while len(text) < PART:
            text += _WORD.sub(lambda _: _word(chance, known), chance.choice(pieces))
        if len(made) == size // PART // 2:
            text += f'<user>{NEEDLE}</user>\n'
        made[f'impl-large-part{len(made) + 1}.xml'] = f'{text}</session>\n'
        done += len(text)
    return packed_shown(made)


def _word(chance: random.Random, known: Sequence[str]) -> str:
    return chance.choice(known) if chance.random() < 0.8 else f'{chance.getrandbits(40):x}'


def _browse(page: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, launched(playwright) as browser:
        tab = browser.new_page()
        devtools = tab.context.new_cdp_session(tab)
        devtools.send('Performance.enable', {'timeDomain': 'threadTicks'})
        began = time.perf_counter()
        tab.goto(page.as_uri())
        tab.wait_for_selector('#find:not([hidden])')
        seconds = time.perf_counter() - began
        painted = tab.evaluate("performance.getEntriesByType('paint')[0].startTime") / 1000
        figures = devtools.send('Performance.getMetrics')['metrics']
        (busy,) = [one['value'] for one in figures if one['name'] == 'ThreadTime']
        print(
            f'opened in {seconds:.2f} s ({busy:.2f} s of CPU in its thread), first painted after '
            f'{painted:.2f} s'
        )
        for needle in (NEEDLE, 'registry'):
            began = time.perf_counter()
            tab.fill('#query', needle)
            until(tab, "/entr/.test(document.querySelector('#count').textContent)")
            found = tab.inner_text('#count')
            print(f'{needle!r} found in {time.perf_counter() - began:.2f} s: {found}')
            tab.fill('#query', '')
            until(tab, "document.querySelector('#count').textContent === ''")
        began = time.perf_counter()
        tab.evaluate("document.querySelectorAll('details.part')[7].open = true")
        until(tab, "document.querySelectorAll('details.part')[7].offsetHeight > 300")
        print(f'a file opened in {time.perf_counter() - began:.3f} s')


if __name__ == '__main__':
    main(sys.argv[1:])
