"""The page in a real browser: `make test-page`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from learn_core.page import forms, write_page
from learn_core.page.parts import parts_of
from learn_core.page.visible import facts
from learn_core.preprocess.redact_entries import without_controls
from learn_core.redact import Redactor, Suspect
from learn_demo import sample
from tests.page import hostile
from tests.page.browser import until
from tests.page.made import NOW, packed_shown, preprocessed, request

if TYPE_CHECKING:
    from collections.abc import Callable

    from learn_core.page import Shown
    from tests.page.conftest import Tab

pytestmark = pytest.mark.browser

TEXTS = """() => [...document.querySelectorAll('details.part')].map((part) =>
  [...part.querySelectorAll('article')].map((entry) =>
    [...entry.querySelectorAll('pre')].map((place) => place.textContent)))"""
LABELS = """() => [...document.querySelectorAll('details.part')].map((part) =>
  [...part.querySelectorAll('article header > b')].map((place) => place.textContent))"""


@pytest.fixture(scope='module')
def evil(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Every field that a stranger may have written holds hostile text."""
    files = preprocessed(hostile.log(tmp_path_factory.mktemp('evil')), Redactor())
    overview = ''.join(f'# {one}\n\n- {one}\n\n{one}\n\n' for one in hostile.PAYLOADS)
    return packed_shown(
        {**files, **hostile.comments(), 'overview.md': overview},
        about={'learn_hook': hostile.PAYLOADS[1], 'format': hostile.PAYLOADS[2]},
        title=hostile.ALL,
        stage='uploaded',
        note=hostile.ALL,
        plan_url='javascript:pwn()',
        host=hostile.PAYLOADS[3],
        account=hostile.PAYLOADS[4],
        gist_url=f'https://gist.github.com/{hostile.PAYLOADS[2]}',
        workflow_url=hostile.PAYLOADS[0],
        directory=hostile.PAYLOADS[0],
        history=hostile.PAYLOADS,
        missing=tuple({'session_id': one, 'reason': one} for one in hostile.PAYLOADS),
        left_out=dict.fromkeys(hostile.PAYLOADS, 1),
        suspicious=tuple(Suspect(1, one, 2, one, one, one) for one in hostile.PAYLOADS),
        requests=[request(one, one, 201, 1, 2) for one in hostile.PAYLOADS],
    )


@pytest.fixture
def evil_tab(evil: Shown, opened: Callable[..., Tab], tmp_path: Path) -> Tab:
    """The hostile page with everything opened."""
    write_page(evil, tmp_path / 'page.html', NOW)
    return with_all_open(opened(tmp_path / 'page.html'))


def with_all_open(tab: Tab) -> Tab:
    tab.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    return tab


def said(shown: Shown) -> list[list[list[str]]]:
    return [
        [[field.text for field in entry.fields] for entry in part.entries]
        for part in parts_of(shown)
    ]


def test_nothing_in_a_session_runs_or_asks_for_anything(evil_tab: Tab) -> None:
    evil_tab.page.fill('#query', 'pwn')
    until(evil_tab.page, "/entr/.test(document.querySelector('#count').textContent)")
    for key in ('Enter', 'Escape', 'j', 'k', ']', '[', 'e', 'e', 't'):
        evil_tab.page.keyboard.press(key)
    evil_tab.page.wait_for_timeout(300)
    evil_tab.assert_quiet()


def test_the_page_says_what_the_session_says_letter_by_letter(evil: Shown, evil_tab: Tab) -> None:
    assert evil_tab.page.evaluate(TEXTS) == said(evil)
    assert evil_tab.page.evaluate(LABELS) == [
        [entry.label for entry in part.entries] for part in parts_of(evil)
    ]


def test_every_word_of_a_person_is_on_the_screen(evil: Shown, evil_tab: Tab) -> None:
    """From the transcript to the screen."""
    texts = [text for entry in evil_tab.page.evaluate(TEXTS)[0] for text in entry]
    for payload in hostile.PAYLOADS:
        assert without_controls(payload) in texts, payload  # without control sequences of terminals


def test_the_exact_text_is_one_click_away(evil: Shown, evil_tab: Tab) -> None:
    shown = evil_tab.page.evaluate(
        "() => [...document.querySelectorAll('.exact pre')].map((one) => one.textContent)"
    )
    assert shown == [part.text for part in parts_of(evil)]


def test_no_text_becomes_an_element(evil_tab: Tab) -> None:
    for tag in ('img', 'iframe', 'form:not([method=dialog])', 'base', 'link', 'math', 'template'):
        assert evil_tab.page.locator(tag).count() == 0
    outside = evil_tab.page.evaluate(
        "() => [...document.links].map((link) => link.getAttribute('href'))"
        ".filter((target) => !target.startsWith('#'))"
    )
    assert outside == []


def test_invisible_characters_are_shown_by_number(evil_tab: Tab) -> None:
    odd = evil_tab.page.evaluate(
        "() => [...new Set([...document.querySelectorAll('.odd')]"
        '.map((one) => `${one.dataset.c} ${getComputedStyle(one, "::before").content}`))]'
    )
    for name in ('U+202E', 'U+2066', 'U+200B', 'U+FEFF', 'U+009B', 'U+000D', 'U+E0041'):
        assert f'{name} "{name}"' in odd


def test_without_scripts_everything_can_be_read(
    evil: Shown, opened: Callable[..., Tab], tmp_path: Path
) -> None:
    write_page(evil, tmp_path / 'page.html', NOW)
    tab = opened(tmp_path / 'page.html', java_script_enabled=False)
    texts = tab.page.locator('.talk pre').all_text_contents()
    assert texts == [text for file in said(evil) for entry in file for text in entry]
    assert tab.page.locator('#find').is_hidden()
    assert len(tab.asked) == 1


@pytest.fixture(scope='module')
def story(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The sample plan's sessions."""
    folder = tmp_path_factory.mktemp('story')
    written = sample.write_sessions(folder / 'claude', folder / 'widgets')
    files: dict[str, str] = {'overview.md': '# Prompts\n\n- one\n- two\n\n```\nmake test\n```\n'}
    for session_id in written.session_ids:
        files |= preprocessed(written.log(session_id), Redactor())
    name = sorted(files)[0]
    return packed_shown(
        files,
        title='Retry uploads',
        missing=[{'session_id': 'gone', 'reason': 'not on this machine'}],
        left_out={'noise': 3},
        suspicious=(Suspect(3, 'x' * 300, 1, 'a word behind "pass"', 'git config x', name),),
        requests=[request('POST', '/gists', 201, 9, 8)],
        history=('an earlier run',),
    )


@pytest.fixture
def story_page(story: Shown, tmp_path: Path) -> Path:
    write_page(story, tmp_path / 'page.html', NOW)
    return tmp_path / 'page.html'


@pytest.mark.parametrize(
    ('scheme', 'width'), [('light', 1280), ('dark', 1280), ('light', 320), ('dark', 400)]
)
def test_axe_reports_no_violation(
    story_page: Path, opened: Callable[..., Tab], scheme: str, width: int
) -> None:
    axe = Path(os.environ.get('PAGE_AXE', ''))
    if not axe.is_file():
        pytest.skip('axe-core not found; make test-page fetches it')
    tab = opened(story_page, color_scheme=scheme, viewport={'width': width, 'height': 900})
    tab.page.evaluate(axe.read_text(encoding='utf-8'))
    for state in ('as it opens', 'with everything open', 'while searching'):
        if state == 'with everything open':
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


@pytest.mark.parametrize('width', [400, 320])
def test_no_line_is_wider_than_a_small_screen(
    story_page: Path, opened: Callable[..., Tab], width: int
) -> None:
    tab = with_all_open(opened(story_page, viewport={'width': width, 'height': 700}))
    assert tab.page.evaluate('() => document.documentElement.scrollWidth') == width


def test_search_and_who_can_read_it_are_on_the_first_screen(
    story_page: Path, opened: Callable[..., Tab]
) -> None:
    for width, height in ((1280, 720), (400, 800)):
        tab = opened(story_page, viewport={'width': width, 'height': height})
        for place in ('#query', '.readers', '.tiles', '#slipped h2'):
            box = tab.page.locator(place).bounding_box()
            assert box is not None
            assert box['y'] + box['height'] <= height, (place, width)


def search(tab: Tab, words: str) -> str:
    """Searches for it; returns the count that the page shows."""
    tab.page.keyboard.press('Escape')
    tab.page.keyboard.press('/')
    tab.page.keyboard.insert_text(words)  # at once: letter by letter would be many searches
    until(tab.page, "/entr/.test(document.querySelector('#count').textContent)")
    return tab.page.inner_text('#count')


@pytest.mark.parametrize(
    'needle', ['retry', 'Idempotency-Key', 'is error', 'tool result', '&&', 't7']
)
def test_a_search_finds_and_counts_everything(
    story: Shown, story_page: Path, opened: Callable[..., Tab], needle: str
) -> None:
    texts = [
        '\n'.join([entry.label, facts(entry.facts), *sum(entry.fields, ())]).lower()
        for part in parts_of(story)
        for entry in part.entries
    ]
    matches = sum(text.count(needle.lower()) for text in texts)
    entries = sum(needle.lower() in text for text in texts)
    assert entries > 1
    tab = opened(story_page)
    assert search(tab, needle.upper()) == f'{matches} matches in {entries} entries'
    assert tab.page.locator('article:not([hidden])').count() == entries
    assert tab.page.locator('details.part:not([hidden]):not([open])').count() == 0
    tab.page.keyboard.press('Escape')
    assert tab.page.locator('article[hidden], details.part[hidden]').count() == 0


def test_a_search_looks_only_among_the_kind_that_is_chosen(
    story: Shown, story_page: Path, opened: Callable[..., Tab]
) -> None:
    errors = sum(entry.kind == 'error' for part in parts_of(story) for entry in part.entries)
    tab = opened(story_page)
    tab.page.check('input[name=kind][value=error]', force=True)
    until(tab.page, "/entr/.test(document.querySelector('#count').textContent)")
    assert tab.page.inner_text('#count') == f'{errors} entries'
    assert tab.page.locator('article.error:not([hidden])').count() == errors > 0
    assert tab.page.locator('article:not(.error):not([hidden])').count() == 0


def test_keys_reach_every_part(story_page: Path, opened: Callable[..., Tab]) -> None:
    tab = opened(story_page)
    search(tab, 'budget')
    places = []
    for key in ('Enter', 'Escape'):
        tab.page.keyboard.press(key)
        tab.page.wait_for_timeout(100)
        places.append(tab.page.evaluate('() => document.activeElement.id'))
    assert places[0].startswith('at-')
    assert tab.page.inner_text('#count') == ''
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
    story: Shown, opened: Callable[..., Tab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, 'OPEN', 0)
    write_page(story, tmp_path / 'page.html', NOW)
    tab = opened(tmp_path / 'page.html')
    name = parts_of(story)[2].name
    tab.page.evaluate('name => { location.hash = `at-${name}-7`; }', name)
    until(tab.page, f"document.activeElement.id === 'at-{name}-7'")


def test_a_command_is_copied_or_selected(story_page: Path, opened: Callable[..., Tab]) -> None:
    tab = opened(story_page)
    button = tab.page.locator('[data-copy="learn-hook send 123"]')
    button.click()
    until(tab.page, "/Copied|Selected/.test(document.querySelector('[data-copy]').textContent)")
    if button.inner_text() == 'Selected':
        assert tab.page.evaluate('() => String(getSelection())') == 'learn-hook send 123'


def test_a_print_holds_every_file(story_page: Path, opened: Callable[..., Tab]) -> None:
    tab = opened(story_page)
    tab.page.evaluate("document.querySelectorAll('.part').forEach((one) => { one.open = false; })")
    tab.page.evaluate('dispatchEvent(new Event("beforeprint"))')
    tab.page.emulate_media(media='print')
    assert tab.page.locator('details.part:not([open])').count() == 0
    assert tab.page.locator('#find').is_hidden()
