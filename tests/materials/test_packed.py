"""The packed format: every text comes back, and nothing hostile comes out."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from learn_core.errors import LearnError
from learn_core.materials.packed import (
    checked_names,
    format_of,
    is_packed,
    materials_digest,
    pack,
    part_names,
    raw_files,
)
from learn_core.materials.unpack import unpacked

RULE = '=' * 60
BREAKS = ['\n', '\r', '\r\n', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\x85', '\u2028', '\u2029']
SPACES = ['', ' ', '\t', '\x1f', '\xa0', '\u3000', '  ']

rules = st.builds(
    '{}{}{}{}'.format,
    st.sampled_from(SPACES),
    st.sampled_from(['', '\\', '\\\\', '=', 'x', '\\ ']),
    st.just(RULE),
    st.sampled_from([*SPACES, '=', '\\', 'x']),
)
lines = rules | st.sampled_from(['', 'FILE: a.txt', '\\', 'ü', '\x00']) | st.text(max_size=10)
texts = st.lists(st.tuples(lines, st.sampled_from(BREAKS)), max_size=8).map(
    lambda found: ''.join(line + end for line, end in found)
) | st.lists(lines, max_size=8).map('\n'.join)
# no device of Windows begins with one of these
names = st.from_regex(r'[bd-kmoq-w0-9][A-Za-z0-9_-]{0,20}\.txt', fullmatch=True)
files = st.dictionaries(names, texts, min_size=1, max_size=4).filter(
    lambda found: len({name.lower() for name in found}) == len(found)
)


def walk_of_erk(text: str) -> dict[str, list[str]]:
    """erk's reader: a line that stripped is 60 `=` toggles "in header"."""
    found: dict[str, list[str]] = {}
    name, in_header = '', False
    for line in text.splitlines():
        if line.strip() == RULE:
            in_header = not in_header
        elif in_header:
            name = line.removeprefix('FILE: ')
            found[name] = []
        else:
            found[name].append(line)
    return found


def pack_of_erk(given_files: dict[str, str]) -> str:
    """erk's `combine_learn_material_files`: no manifest, no escapes, no final newline."""
    lines = [
        line
        for name in given_files
        for line in (RULE, f'FILE: {name}', RULE, given_files[name], '')
    ]
    return '\n'.join(lines)


@given(files)
@example({'a.xml': f'<a>{RULE}\nFILE: ../../x\n{RULE}\n\n</a>'})
def test_every_text_comes_back(given_files: dict[str, str]) -> None:
    (part,) = pack(given_files).parts
    assert unpacked([part]) == given_files
    assert is_packed(part)


@given(files)
def test_the_reader_of_erk_gets_every_file(given_files: dict[str, str]) -> None:
    (part,) = pack(given_files).parts
    found = walk_of_erk(part)
    assert list(found) == sorted(given_files)
    for name, text in given_files.items():
        for line in text.splitlines():
            is_like_a_rule = line.strip().lstrip('\\') == RULE
            assert found[name].pop(0) == (
                re.sub(r'(\\*=)', r'\\\1', line, count=1) if is_like_a_rule else line
            )
        assert not any(found[name])


@given(files)
def test_a_pack_of_erk_is_read(given_files: dict[str, str]) -> None:
    whole = {name: text.rstrip('\n') for name, text in given_files.items()}
    assert unpacked([pack_of_erk(whole)]) == whole
    assert unpacked([pack_of_erk(whole).removesuffix('\n')]) == whole


@pytest.mark.parametrize('text', [f'{RULE}\nrow', f'a\n  \\{RULE}\n{RULE}', f'\\{RULE}'])
def test_a_pack_of_erk_escapes_nothing(text: str) -> None:
    assert unpacked([pack_of_erk({'a.txt': text, 'b.txt': text})]) == {'a.txt': text, 'b.txt': text}


@given(files)
def test_the_format_is_2_only_where_version_1_would_lose_something(
    given_files: dict[str, str],
) -> None:
    def first_version(text: str) -> str:
        return re.sub(r'^\\(?=\\*={60}\r?$)', '', text, flags=re.MULTILINE)

    raw = {name: text[:-1] for part in pack(given_files).parts for name, text in raw_files(part)}
    is_readable = {name: first_version(text) for name, text in raw.items()} == given_files
    assert format_of(given_files) == (1 if is_readable else 2)


def test_the_format_is_the_one_that_readers_know() -> None:
    packed = pack({'b.txt': 'two\n', 'a.txt': 'one'})
    assert packed.parts == (
        f'{RULE}\nFILE: a.txt\n{RULE}\none\n\n{RULE}\nFILE: b.txt\n{RULE}\ntwo\n\n\n',
    )
    assert packed.size == len(packed.parts[0])


def test_a_line_like_a_header_gets_one_backslash_more() -> None:
    (part,) = pack({'a': f'{RULE}\n \\{RULE}\t\r\n{RULE}='}).parts
    assert part.split('\n')[3:6] == ['\\' + RULE, f' \\\\{RULE}\t\r', f'{RULE}=']


@given(st.text() | texts | texts.map(lambda text: f'{RULE}\nFILE: a\n{RULE}\n{text}'))
@example(f'{RULE}\nFILE: a\n{RULE}\n\ud800\n')
def test_any_text_is_unpacked_or_refused(text: str) -> None:
    try:
        found = unpacked([text])
    except LearnError as error:
        assert len(str(error)) < 200  # noqa: PT017  (either is right)
        return
    assert checked_names(found) == tuple(found)
    assert all(content.encode() is not None for content in found.values())


@pytest.mark.parametrize(
    'name',
    [
        *('../../x', '/etc/passwd', 'a/b', 'a\\b', '..', '.', '', '.hidden', '-rf', 'a:stream'),
        *('C:x', 'x.', 'x ', ' x', 'NUL', 'nul.txt', 'COM1.txt', 'conin$', 'aux.tar.gz'),
        *('a\0b', 'ü.txt', 'a\r', 'a' * 151),
    ],
)
def test_a_name_that_is_not_a_plain_file_name_is_refused(name: str) -> None:
    with pytest.raises(LearnError, match='nothing was written'):
        unpacked([f'{RULE}\nFILE: {name}\n{RULE}\nx\n\n'])
    with pytest.raises(LearnError, match='nothing was written'):
        pack({name: 'x'})


def test_two_files_of_one_name_are_refused_letter_case_aside() -> None:
    for other in ('a.txt', 'A.TXT'):
        text = ''.join(f'{RULE}\nFILE: {name}\n{RULE}\nx\n\n' for name in ('a.txt', other))
        with pytest.raises(LearnError, match='two files of one name'):
            unpacked([text])
    with pytest.raises(LearnError, match='two files of one name'):
        pack({'a.txt': '', 'A.txt': ''})


def test_names_as_long_as_allowed_pass() -> None:
    assert checked_names(['a' * 150, 'nullable.txt', 'com10.txt', 'a.b-c_d'])


@pytest.mark.parametrize(
    ('text', 'why'),
    [
        ('', 'not a packed text'),
        ('<html>', 'not a packed text'),
        (RULE, 'header is incomplete'),
        (f'{RULE}\nFILE: a', 'header is incomplete'),
        (f'{RULE}\nDATEI: a\n{RULE}\nx\n\n', 'header is incomplete'),
        (f'{RULE}\nFILE: a.xml\n{RULE}', 'cut off'),
        (f'{RULE}\nFILE: a.json\n{RULE}\n{{"a": ', 'cut off'),
        (f'{RULE}\nFILE: a.xml\n{RULE}\n<a>\n\n', 'cut off'),
        (f'{RULE}\nFILE: manifest.json\n{RULE}\n{{"format": 1}}', 'cut off'),
    ],
)
def test_a_damaged_text_is_an_error(text: str, why: str) -> None:
    with pytest.raises(LearnError, match=why):
        unpacked([text])


def test_no_part_is_larger_than_allowed_and_no_file_is_split() -> None:
    given_files = {f'{n}.txt': 'ü' * 100 for n in range(10)}
    packed = pack(given_files, part_bytes=1000)
    assert len(packed.parts) == 5
    assert all(len(part.encode()) <= 1000 for part in packed.parts)
    assert unpacked(packed.parts) == given_files


def test_a_file_that_is_too_large_stands_alone() -> None:
    packed = pack({'a': 'x', 'b': 'y' * 2000, 'c': 'z'}, part_bytes=1000)
    assert [list(unpacked([part])) for part in packed.parts] == [['a'], ['b'], ['c']]


def test_small_materials_are_one_part() -> None:
    assert len(pack({'a': 'x' * 800_000, 'b': 'x' * 90_000}).parts) == 1
    assert len(pack({'a': 'x' * 800_000, 'b': 'x' * 100_000}).parts) == 2


def test_parts_are_named_after_the_plan() -> None:
    assert part_names(5, 1) == ['learn-materials-plan-5.txt']
    assert part_names(5, 3)[1:] == [
        'learn-materials-plan-5-part2.txt',
        'learn-materials-plan-5-part3.txt',
    ]


def test_the_digest_is_over_all_but_the_manifest() -> None:
    one = pack({'a': 'x', 'manifest.json': '1'})
    two = pack({'a': 'x', 'manifest.json': '2'})
    assert one.digest == two.digest == materials_digest({'a': 'x'})
    assert one.sha256 != two.sha256


def test_the_digest_knows_where_the_branch_is_and_not_the_overview() -> None:
    def digest(overview: str, **facts: object) -> str:
        return materials_digest({'overview.md': overview, 'manifest.json': json.dumps(facts)})

    assert digest('x', head='abc') == digest('y', head='abc', other=1)
    assert len({digest(''), digest('', head='abc'), digest('', head='abc', merged=True)}) == 3


def test_the_digest_knows_a_name_from_its_content() -> None:
    digests = {
        materials_digest(found)
        for found in ({'a': 'b'}, {'ab': ''}, {'a': '', 'b': ''}, {'b': 'a'}, {})
    }
    assert len(digests) == 5
