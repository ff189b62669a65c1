"""The page in a real browser: `make test-page`."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from learn_core.page import html, page_of, words, write_page
from learn_core.redact import Redactor
from learn_demo import sample
from tests.page import hostile
from tests.page.browser import until
from tests.page.made import BEGAN, made_run, preprocessed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from learn_core.page import Page
    from tests.page.conftest import Tab

pytestmark = pytest.mark.browser

NOW = BEGAN + 60
TEXTS = """() => [...document.querySelectorAll('details.part')].map((part) =>
  [...part.querySelectorAll('article')].map((entry) =>
    [...entry.querySelectorAll('pre')].map((place) => place.textContent)))"""
LABELS = """() => [...document.querySelectorAll('details.part')].map((part) =>
  [...part.querySelectorAll('article header > b')].map((place) => place.textContent))"""


@pytest.fixture(scope='module')
def evil(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A run that is hostile in everything that a stranger may have written."""
    folder = tmp_path_factory.mktemp('evil')
    files, measures = preprocessed(hostile.log(folder), Redactor())
    run = made_run(
        folder,
        {**files, **hostile.comments()},
        times={name: times.tolist() for name, times in measures.times.items()},
        tokens=measures.tokens,
        steps=measures.steps,
        bytes_in=9_999_999,
        summary={
            'missing': [{'session_id': one, 'reason': one} for one in hostile.PAYLOADS],
            'left_out': dict.fromkeys(hostile.PAYLOADS, 1),
            'redactions': {'<script>pwn()</script>': 1},
            'pull_request': {'number': 45, 'others': []},
        },
        learn_hook=hostile.PAYLOADS[1],
    )
    run.steps['plan'] = 'javascript:pwn()'
    run.steps['gist'] = {'id': 'x', 'url': f'https://gist.github.com/{hostile.PAYLOADS[2]}'}
    run.steps['requests'] = [
        {'method': one, 'path': one, 'status': 201, 'sent': 1, 'received': 2}
        for one in hostile.PAYLOADS
    ]
    run.note = hostile.ALL
    return page_of(run, NOW)


@pytest.fixture(params=['as HTML', 'unpacked by the script'])
def evil_tab(
    request: pytest.FixtureRequest,
    evil: Page,
    opened: Callable[..., Tab],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Tab:
    """The hostile run's page with everything opened, in each of its two forms."""
    if request.param != 'as HTML':
        monkeypatch.setattr(html, 'READABLE', 0)
    write_page(evil, tmp_path / 'page.html', NOW)
    return with_all_open(opened(tmp_path / 'page.html'))


def with_all_open(tab: Tab) -> Tab:
    tab.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    empty = "[...document.querySelectorAll('.talk')].some((one) => !one.firstElementChild)"
    until(tab.page, f'!({empty})')
    return tab


def said(page: Page) -> list[list[list[str]]]:
    return [
        [[field.text for field in entry.fields] for _, entry, _ in file.told()]
        for file in page.files
    ]


def test_nothing_in_a_session_runs_or_asks_for_anything(evil_tab: Tab) -> None:
    evil_tab.page.fill('#query', 'pwn')
    until(evil_tab.page, "/entr/.test(document.querySelector('#count').textContent)")
    for key in ('Enter', 'Escape', 'j', 'k', ']', '[', 'e', 'e', 't'):
        evil_tab.page.keyboard.press(key)
    evil_tab.page.wait_for_timeout(300)
    evil_tab.assert_quiet()


def test_the_page_says_what_the_session_says_letter_by_letter(evil: Page, evil_tab: Tab) -> None:
    assert evil_tab.page.evaluate(TEXTS) == said(evil)
    assert evil_tab.page.evaluate(LABELS) == [
        [entry.label for _, entry, _ in file.told()] for file in evil.files
    ]


def test_what_a_person_said_is_there_as_it_was_said(evil: Page, evil_tab: Tab) -> None:
    """From the log to the screen, but for the one character that XML has no room for."""
    texts = [text for entry in evil_tab.page.evaluate(TEXTS)[0] for text in entry]
    for payload in hostile.PAYLOADS:
        assert payload in texts, payload


def test_the_exact_text_is_one_click_away(evil: Page, evil_tab: Tab) -> None:
    until(
        evil_tab.page,
        "[...document.querySelectorAll('.exact pre')].every((one) => one.firstChild)",
    )
    shown = evil_tab.page.evaluate(
        "() => [...document.querySelectorAll('.exact pre')].map((one) => one.textContent)"
    )
    assert shown == [file.read() for file in evil.files]


def test_there_are_no_elements_but_ours(evil_tab: Tab) -> None:
    for tag in ('img', 'iframe', 'form:not([method=dialog])', 'base', 'link', 'math', 'template'):
        assert evil_tab.page.locator(tag).count() == 0
    outside = evil_tab.page.evaluate(
        "() => [...document.links].map((link) => link.getAttribute('href'))"
        ".filter((target) => !target.startsWith('#'))"
    )
    assert outside == []


def test_both_forms_of_the_page_show_the_same(
    evil: Page, opened: Callable[..., Tab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = []
    for limit in (html.READABLE, 0):
        monkeypatch.setattr(html, 'READABLE', limit)
        write_page(evil, tmp_path / f'{limit}.html', NOW)
        tab = with_all_open(opened(tmp_path / f'{limit}.html'))
        shown.append(
            tab.page.evaluate(
                "() => [...document.querySelectorAll('.talk')].map((one) => one.innerHTML)"
            )
        )
    assert shown[0] == shown[1]


def test_odd_characters_are_seen_by_their_numbers(evil_tab: Tab) -> None:
    odd = evil_tab.page.evaluate(
        "() => [...new Set([...document.querySelectorAll('.odd')]"
        '.map((one) => `${one.dataset.c} ${getComputedStyle(one, "::before").content}`))]'
    )
    for name in ('U+202E', 'U+2066', 'U+200B', 'U+FEFF', 'U+009B', 'U+000D', 'U+E0041'):
        assert f'{name} "{name}"' in odd


def test_without_scripts_all_of_it_is_read(
    evil: Page, opened: Callable[..., Tab], tmp_path: Path
) -> None:
    write_page(evil, tmp_path / 'page.html', NOW)
    tab = opened(tmp_path / 'page.html', java_script_enabled=False)
    texts = tab.page.locator('.talk pre').all_text_contents()
    assert texts == [text for file in said(evil) for entry in file for text in entry]
    assert tab.page.locator('#find').is_hidden()
    assert len(tab.asked) == 1


@pytest.fixture(scope='module')
def story(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The sample plan's sessions."""
    folder = tmp_path_factory.mktemp('story')
    written = sample.write_sessions(folder / 'claude', folder / 'widgets')
    files: dict[str, str] = {}
    times: dict[str, list[int]] = {}
    tokens: dict[str, Mapping[str, int]] = {}
    steps: Counter[str] = Counter()
    for session_id in written.session_ids:
        some, measures = preprocessed(written.log(session_id), Redactor())
        files |= some
        times |= {name: found.tolist() for name, found in measures.times.items()}
        tokens |= measures.tokens
        steps.update(measures.steps)
    raw = sum(written.log(one).stat().st_size for one in written.session_ids)
    run = made_run(
        folder,
        files,
        times=times,
        tokens=tokens,
        steps=steps,
        bytes_in=raw,
        summary={'missing': [{'session_id': 'gone', 'reason': 'not on this machine'}]},
    )
    run.steps['requests'] = [
        {'method': 'POST', 'path': '/gists', 'status': 201, 'sent': 9, 'received': 8}
    ]
    return page_of(run, NOW)


@pytest.fixture
def story_page(story: Page, tmp_path: Path) -> Path:
    write_page(story, tmp_path / 'page.html', NOW)
    return tmp_path / 'page.html'


@pytest.mark.parametrize('width', [1280, 320])
@pytest.mark.parametrize('scheme', ['light', 'dark'])
def test_axe_finds_nothing_to_complain_about(
    story_page: Path, opened: Callable[..., Tab], scheme: str, width: int
) -> None:
    axe = Path(os.environ.get('PAGE_AXE', ''))
    if not axe.is_file():
        pytest.skip('axe-core is not here; make test-page fetches it')
    tab = opened(story_page, color_scheme=scheme, viewport={'width': width, 'height': 900})
    tab.page.evaluate(axe.read_text(encoding='utf-8'))
    for state in ('as it opens', 'with all tables open', 'while searching'):
        if state == 'with all tables open':
            with_all_open(tab)
        if state == 'while searching':
            search(tab, 'retry')
        found = tab.page.evaluate('() => axe.run({resultTypes: ["violations"]})')
        violations = [
            (rule['id'], [node['html'][:200] for node in rule['nodes']])
            for rule in found['violations']
        ]
        assert violations == [], state
        assert found['passes'], state


def test_no_line_is_wider_than_a_small_screen(story_page: Path, opened: Callable[..., Tab]) -> None:
    tab = with_all_open(opened(story_page, viewport={'width': 320, 'height': 700}))
    assert tab.page.evaluate('() => document.documentElement.scrollWidth') == 320


def search(tab: Tab, words: str) -> str:
    """Types it into the search; gives what is said of it."""
    tab.page.keyboard.press('Escape')
    tab.page.keyboard.press('/')
    tab.page.keyboard.insert_text(words)  # at once: letter by letter there would be many searches
    until(tab.page, "/entr/.test(document.querySelector('#count').textContent)")
    return tab.page.inner_text('#count')


@pytest.mark.parametrize('limit', [html.READABLE, 0], ids=['as HTML', 'unpacked by the script'])
@pytest.mark.parametrize(
    'needle', ['retry', 'Idempotency-Key', 'is error', 'tool result', '&&', 't7']
)
def test_a_search_finds_and_counts_everything(
    story: Page,
    opened: Callable[..., Tab],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    needle: str,
) -> None:
    texts = [
        '\n'.join([entry.label, *map(words.fact, entry.facts), *sum(entry.fields, ())]).lower()
        for file in story.files
        for _, entry, _ in file.told()
    ]
    matches = sum(text.count(needle.lower()) for text in texts)
    entries = sum(needle.lower() in text for text in texts)
    assert entries > 1
    monkeypatch.setattr(html, 'READABLE', limit)
    write_page(story, tmp_path / 'page.html', NOW)
    tab = opened(tmp_path / 'page.html')
    assert search(tab, needle.upper()) == f'{matches} matches in {entries} entries'
    assert tab.page.locator('#hits li').count() == entries


def test_a_search_looks_only_among_the_kind_that_is_chosen(
    story: Page, story_page: Path, opened: Callable[..., Tab]
) -> None:
    errors = sum(file.kinds['error'] for file in story.files)
    tab = opened(story_page)
    tab.page.check('input[name=kind][value=error]', force=True)
    until(tab.page, "/entr/.test(document.querySelector('#count').textContent)")
    assert tab.page.inner_text('#count') == f'{errors} entries'
    assert set(tab.page.locator('#hits .where').all_inner_texts())
    assert all(', error' in one for one in tab.page.locator('#hits .where').all_inner_texts())


def test_keys_lead_everywhere(story_page: Path, opened: Callable[..., Tab]) -> None:
    tab = opened(story_page)
    search(tab, 'budget')
    places = []
    for key in ('Enter', 'Escape'):
        tab.page.keyboard.press(key)
        tab.page.wait_for_timeout(100)
        places.append(tab.page.evaluate('() => document.activeElement.id'))
    assert places[0].startswith('at-')
    assert tab.page.locator('#hits').is_hidden()
    tab.page.keyboard.press('j')
    after = tab.page.evaluate('() => document.activeElement.id')
    assert after.startswith('at-')
    tab.page.keyboard.press('k')
    assert tab.page.evaluate('() => document.activeElement.id') != after
    tab.page.keyboard.press(']')
    assert tab.page.evaluate('() => document.activeElement.tagName') == 'SUMMARY'
    tab.page.keyboard.press('e')
    assert tab.page.locator('details.exact[open]').count() == 1
    tab.page.keyboard.press('t')
    assert tab.page.evaluate('() => document.documentElement.dataset.theme') == 'light'
    tab.page.keyboard.press('?')
    assert tab.page.locator('#help').is_visible()


def test_an_address_leads_to_its_entry(
    story: Page, opened: Callable[..., Tab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, 'READABLE', 0)
    monkeypatch.setattr(html, 'OPEN', 0)
    write_page(story, tmp_path / 'page.html', NOW)
    tab = opened(tmp_path / 'page.html')
    name = story.files[2].name
    tab.page.evaluate('name => { location.hash = `at-${name}-7`; }', name)
    until(tab.page, f"document.activeElement.id === 'at-{name}-7'")


def test_a_print_holds_every_file(story_page: Path, opened: Callable[..., Tab]) -> None:
    tab = opened(story_page)
    tab.page.evaluate("document.querySelectorAll('.part').forEach((one) => { one.open = false; })")
    tab.page.evaluate('dispatchEvent(new Event("beforeprint"))')
    tab.page.emulate_media(media='print')
    assert tab.page.locator('details.part:not([open])').count() == 0
    assert tab.page.locator('#find').is_hidden()


def test_a_browser_that_can_not_unpack_says_so(
    story: Page, opened: Callable[..., Tab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, 'READABLE', 0)
    monkeypatch.setattr(html, 'OPEN', 0)
    write_page(story, tmp_path / 'page.html', NOW)
    tab = opened(tmp_path / 'page.html')
    tab.page.evaluate('() => { delete window.DecompressionStream; }')
    tab.page.evaluate("() => { document.querySelector('details.part').open = true; }")
    until(tab.page, "document.querySelector('.talk').textContent.includes('can not unpack')")
    tab.page.fill('#query', 'retry')
    until(tab.page, "document.querySelector('#count').textContent.includes('can not unpack')")
