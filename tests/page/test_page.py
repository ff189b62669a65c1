"""The page as a file, and the same as text and as JSON."""

from __future__ import annotations

import json
import re
import stat
from typing import TYPE_CHECKING

import pytest

from learn_core.errors import LearnError
from learn_core.materials import packed as packing
from learn_core.page import Shown, forms, json_of, text_of, with_pack, write_page
from learn_core.page.parts import parts_of
from learn_core.page.visible import plain
from learn_core.redact import Redactor, Suspect
from learn_core.words import counted
from tests.page import hostile
from tests.page.made import NOW, packed_shown, preprocessed, request, session

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope='module')
def evil(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    files = preprocessed(hostile.log(tmp_path_factory.mktemp('evil')), Redactor())
    return packed_shown({**files, **hostile.comments()})


def written(shown: Shown, path: Path) -> str:
    write_page(shown, path, NOW)
    return path.read_text(encoding='utf-8')


def test_the_policy_comes_first_and_allows_only_hashes(evil: Shown, tmp_path: Path) -> None:
    text = written(evil, tmp_path / 'page.html')
    head = text.split('<head>\n', 1)[1]
    assert head.startswith('<meta http-equiv="Content-Security-Policy" content="default-src ')
    policy = head.split('\n', 1)[0]
    assert policy.count('sha256-') == 2
    for word in ('unsafe', 'http:', 'https:', 'data:', 'blob:', '*', 'self'):
        assert word not in policy


def test_a_page_names_no_other_file_and_no_server(evil: Shown, tmp_path: Path) -> None:
    text = written(evil, tmp_path / 'page.html')
    assert set(re.findall(r'<(?:script|style|link|img|iframe|object)\b[^>]*>', text)) == {
        '<script>',
        '<style>',
    }
    assert not re.search(r'<[^>]*\s(src|style|on\w+)=', text)
    targets = re.findall(r'<a [^>]*?href="([^"]*)"', text)
    assert {target for target in targets if not target.startswith('#')} == {evil.plan_url}


def test_only_its_owner_may_read_a_page(evil: Shown, tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'page.html'
    path.parent.mkdir()
    path.write_text('old')
    path.chmod(0o644)
    written(evil, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ['page.html']


def test_a_page_that_cannot_be_written_is_one_sentence(evil: Shown, tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('')
    with pytest.raises(LearnError, match=r'cannot be written .*--output'):
        write_page(evil, tmp_path / 'file' / 'page.html', NOW)


def test_the_same_materials_give_the_same_page(evil: Shown, tmp_path: Path) -> None:
    pages = {written(evil, tmp_path / name) for name in ('1.html', '2.html')}
    assert len(pages) == 1


def test_a_plan_without_packed_files_has_a_page_of_its_verdict(tmp_path: Path) -> None:
    shown = Shown(name='5', plan=5, stage='waiting', note='GitHub could not be reached')
    assert 'GitHub could not be reached.' in written(shown, tmp_path / 'page.html')
    assert 'GitHub could not be reached.' in list(text_of(shown, NOW))
    assert json.loads(''.join(json_of(shown, NOW)))['files'] == []


def test_a_preview_needs_no_plan(tmp_path: Path) -> None:
    files = packed_shown({'impl-s.xml': session('x')}).files
    shown = with_pack(Shown(name='P5-x', stage='preview'), packing.pack(files))
    text = written(shown, tmp_path / 'page.html')
    assert '<title>learn-hook: preview</title>' in text
    assert 'Nothing is asked of GitHub.' in text
    assert 'plan #' not in text


def test_links_are_plain_addresses_alone() -> None:
    for url in ('https://github.com/a/b/issues/5', 'http://127.0.0.1:8080/x'):
        assert forms.is_link(url)
    for url in (
        'javascript:pwn()',
        'data:text/html,x',
        'https://a.b/"onclick=x',
        'https://u:p@a.b/',
        'https://a.b/?q',
        'file:///etc/passwd',
        '//a.b/c',
        '',
        'https://a.b/x\n',
    ):
        assert not forms.is_link(url), url


def test_the_sections_come_in_the_order_of_what_a_person_asks(tmp_path: Path) -> None:
    files = {'impl-s.xml': session('x'), 'overview.md': '# Prompts\n'}
    text = written(packed_shown(files), tmp_path / 'page.html')
    assert re.findall(r'<section id="([\w-]+)"', text) == [
        'verdict',
        'slipped',
        'overview',
        'parts',
        'redactions',
        'left-out',
        'technical',
    ]
    assert text.index('id="query"') < text.index('id="verdict"')


def test_lines_to_check_come_with_their_reason_and_the_command(tmp_path: Path) -> None:
    one = Suspect(3, 'pass: <tulip>', 2, 'a word behind "pass"', 'git config x', 'impl-s.xml')
    shown = packed_shown({'impl-s.xml': session('x')}, suspicious=(one,))
    text = written(shown, tmp_path / 'page.html')
    for words_there in ('pass: &lt;tulip&gt;', 'a word behind &#34;pass&#34;', 'git config x'):
        assert words_there in text
    lines = list(text_of(shown, NOW))
    at = lines.index('pass: <tulip>')
    assert lines[at + 1] == '    impl-s.xml, line 3, 2 times: a word behind "pass"'
    (told,) = json.loads(''.join(json_of(shown, NOW)))['suspicious']
    assert told == one._asdict()


def test_where_nothing_was_packed_no_promise_about_lines_is_made(tmp_path: Path) -> None:
    shown = Shown(name='5', plan=5, stage='waiting')
    assert 'slipped' not in written(shown, tmp_path / 'page.html')
    assert not any('slipped' in line for line in text_of(shown, NOW))
    assert json.loads(''.join(json_of(shown, NOW)))['suspicious'] is None


def test_equal_secrets_are_one_row_with_their_number(tmp_path: Path) -> None:
    secret = 'before [REDACTED:jwt:1] after'
    shown = packed_shown({'impl-s.xml': session('x', *[secret] * 12)})
    text = written(shown, tmp_path / 'page.html')
    rows = re.findall(r'<tr>.*?</tr>', text.split('id="redactions"')[1].split('</section>')[0])
    assert len(rows[1:]) == 1
    assert '<td class="num">12</td>' in rows[1]
    assert 'href="#at-impl-s.xml-3"' in rows[1]
    assert 'learn-hook.allowSecret' in text


def test_what_is_missing_is_said_with_its_reason(tmp_path: Path) -> None:
    shown = packed_shown(
        {'impl-s.xml': session('x')},
        missing=[{'session_id': '6f62', 'reason': 'not on this machine'}],
        left_out={'noise': 1234},
    )
    text = written(shown, tmp_path / 'page.html')
    assert 'not on this machine' in text
    assert '1,234' in text
    assert 'session 6f62: not on this machine' in list(text_of(shown, NOW))


def test_each_request_is_listed_with_its_status_and_its_bytes(tmp_path: Path) -> None:
    requests = [request('POST', '/gists', 201, 1234, 5), request('GET', '/rate', 0, 0, 0)]
    shown = packed_shown({'impl-s.xml': session('x')}, requests=requests)
    lines = list(text_of(shown, NOW))
    assert 'POST   /gists: 1,234 bytes sent, 201, 5 bytes received' in ' '.join(lines)
    assert 'GET    /rate: 0 bytes sent, no answer' in ' '.join(lines)
    text = written(shown, tmp_path / 'page.html')
    for cell in ('/gists', '201', '1,234', 'no answer'):
        assert f'>{cell}</td>' in text


def test_json_has_what_the_page_has(evil: Shown) -> None:
    document = json.loads(''.join(json_of(evil, NOW)))
    assert (document['sha256'], document['size']) == (evil.sha256, evil.size)
    for part, told in zip(parts_of(evil), document['files'], strict=True):
        assert ['\n'.join(field.text for field in entry.fields) for entry in part.entries] == [
            '\n'.join(field['text'] for field in entry['fields']) for entry in told['entries']
        ]


@pytest.mark.parametrize('width', [40, 80, 200])
def test_a_terminal_gets_every_word_within_its_width(evil: Shown, width: int) -> None:
    lines = list(text_of(evil, NOW, width, full=True))
    assert max(map(len, lines)) <= width
    steering = re.compile('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]')
    assert not steering.search(''.join(lines).replace('\t', ''))
    squeezed = re.sub(r'\s', '', ''.join(lines))
    for entry in parts_of(evil)[0].entries:
        for field in entry.fields:
            said = ''.join(map(plain, field.text.split('\n')))
            assert re.sub(r'\s', '', said) in squeezed


def test_a_terminal_gets_the_conversation_only_in_full() -> None:
    shown = packed_shown({'impl-s.xml': session('what a person said', *['more'] * 200)})
    short = list(text_of(shown, NOW))
    assert len(short) < 40
    assert not any('what a person said' in line for line in short)
    assert any('impl-s.xml: 202 entries' in line for line in short)
    assert any('what a person said' in line for line in text_of(shown, NOW, full=True))


def test_a_terminal_gets_the_beginning_of_a_long_overview() -> None:
    files = {'impl-s.xml': session('x'), 'overview.md': 'a line\n' * 200}
    short = list(text_of(packed_shown(files), NOW))
    assert short.count('a line') == 40
    assert '... and 160 more lines: --full' in short


def test_numbers_are_written_for_people() -> None:
    assert counted(1, 'entry', 'entries') == '1 entry'
    assert counted(1234, 'entry', 'entries') == '1,234 entries'
