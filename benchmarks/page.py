"""The page of a run with 50 MB of materials: written, opened and searched in a real browser."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.growth import peak
from learn_core.page import page_of, write_page
from learn_core.plans.run import read_run
from learn_core.redact import Redactor
from learn_demo import sample
from tests.page.browser import launched, until
from tests.page.made import made_run, preprocessed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learn_core.plans.run import Run

SIZE = 50_000_000  # bytes
PART = 70_000  # bytes of a file: 20,000 tokens are about as many
NEEDLE = 'a-word-that-stands-there-once'

_PIECE = re.compile(r'^  <(?!meta|/).*?(?=^  <(?!/)|^</session>)', re.DOTALL | re.MULTILINE)
_WORD = re.compile(r'(?<!:)\b[a-z]{6,}\b(?!-)')


def main(words: Sequence[str]) -> None:
    """`page`, or `page write RUN PAGE` for its process."""
    if words[:1] == ['write']:
        print(_written(Path(words[1]), Path(words[2])))
        return
    with tempfile.TemporaryDirectory() as scratch:
        run = large_run(Path(scratch), SIZE)
        page = Path(scratch) / 'page.html'
        command = (sys.executable, '-m', 'benchmarks.page', 'write', str(run.directory), str(page))
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds, processor, memory = said.split()
        size = page.stat().st_size / 1e6
        print(
            f'{SIZE / 1e6:.0f} MB: written in {seconds} s ({processor} s of CPU) with '
            f'{memory} MB, the page {size:.1f} MB'
        )
        _browse(page)


def large_run(folder: Path, size: int) -> Run:
    """A run with files of that size in all: the sample's longest session, in other words each time.

    The words are changed for what is compressed must not be the same over and over.
    """
    story = sample.write_sessions(folder / 'sample', Path('/home/ann/widgets'))
    files, _ = preprocessed(story.log(story.implementation_ids[0]), Redactor())
    pieces = [piece for text in files.values() for piece in _PIECE.findall(text)]
    chance = random.Random(7)
    known = sorted({word for piece in pieces for word in _WORD.findall(piece)})
    made: dict[str, str] = {}
    times: list[int] = []
    done = 0
    while done < size:
        text = '<session>\n'
        while len(text) < PART:
            text += _WORD.sub(lambda _: _word(chance, known), chance.choice(pieces))
            times.append(1_789_000_000 + 7 * len(times))
        if len(made) == size // PART // 2:
            text += f'  <user>{NEEDLE}</user>\n'
            times.append(times[-1])
        made[f'impl-large-part{len(made) + 1}.xml'] = f'{text}</session>\n'
        done += len(text)
    tokens = {name: {'tool_result': 9_000, 'assistant': 8_000} for name in made}
    return made_run(folder, made, times={'impl-large': times}, tokens=tokens)


def _word(chance: random.Random, known: Sequence[str]) -> str:
    return chance.choice(known) if chance.random() < 0.8 else f'{chance.getrandbits(40):x}'


def _written(directory: Path, path: Path) -> str:
    run = read_run(directory)
    assert run is not None
    began = time.perf_counter()
    write_page(page_of(run, time.time()), path, time.time())
    return f'{time.perf_counter() - began:.2f} {time.process_time():.2f} {peak("self")}'


def _browse(page: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, launched(playwright) as browser:
        tab = browser.new_page()
        began = time.perf_counter()
        tab.goto(page.as_uri())
        tab.wait_for_selector('#find:not([hidden])')
        seconds = time.perf_counter() - began
        painted = tab.evaluate("performance.getEntriesByType('paint')[0].startTime") / 1000
        print(f'opened in {seconds:.2f} s, its first words after {painted:.2f} s')
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
        until(tab, "document.querySelectorAll('details.part')[7].querySelector('article')")
        print(f'a file shown in {time.perf_counter() - began:.3f} s')


if __name__ == '__main__':
    main(sys.argv[1:])
