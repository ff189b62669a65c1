"""The packed format: every text comes back, and nothing hostile comes out."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from learn_core.errors import LearnError
from learn_core.materials.packed import (
    checked_names,
    is_packed,
    materials_digest,
    pack,
    part_names,
    unpack,
)

RULE = '=' * 60

lines = st.sampled_from(
    [
        prefix + RULE + end
        for prefix in ('', '\\', '\\\\', ' ')
        for end in ('', '\r', '=', ' ', '\u2028')
    ]
) | st.sampled_from(['', 'FILE: a.txt', '\\', '\r', '\u2028', '\x85', '\x0c', 'ü', '\x00'])
texts = st.lists(lines | st.text(max_size=10), max_size=8).map('\n'.join)
# no device of Windows begins with one of these
names = st.from_regex(r'[bd-kmoq-w0-9][A-Za-z0-9_-]{0,20}\.xml', fullmatch=True)
files = st.dictionaries(names, texts, min_size=1, max_size=4).filter(
    lambda found: len({name.lower() for name in found}) == len(found)
)


def simple_walk(text: str) -> dict[str, str]:
    """The reader that exists: a line of 60 `=` toggles "in header", nothing else is known."""
    found: dict[str, list[str]] = {}
    name, in_header = '', False
    for line in text.split('\n'):
        if line == RULE:
            in_header = not in_header
        elif in_header:
            name = line.removeprefix('FILE: ')
            found[name] = []
        else:
            found[name].append(line)
    return {name: '\n'.join(body) for name, body in found.items()}


@given(files)
@example({'a.xml': f'{RULE}\nFILE: ../../x\n{RULE}\n\n'})
def test_every_text_comes_back(given_files: dict[str, str]) -> None:
    (part,) = pack(given_files).parts
    assert unpack(part) == given_files
    assert is_packed(part)


@given(files)
def test_a_reader_without_the_escape_gets_every_file(given_files: dict[str, str]) -> None:
    (part,) = pack(given_files).parts
    found = simple_walk(part)
    assert sorted(found) == sorted(given_files)
    for name, text in given_files.items():
        lines_of = found[name].split('\n')
        for line in text.split('\n'):
            assert lines_of.pop(0) in (line, f'\\{line}')
        assert not any(lines_of)


def test_the_format_is_the_one_that_readers_know() -> None:
    packed = pack({'b.txt': 'two\n', 'a.txt': 'one'})
    assert packed.names == ('a.txt', 'b.txt')
    assert packed.parts == (
        f'{RULE}\nFILE: a.txt\n{RULE}\none\n\n{RULE}\nFILE: b.txt\n{RULE}\ntwo\n\n\n',
    )
    assert packed.size == len(packed.parts[0])


def test_a_line_like_a_header_gets_one_backslash_more() -> None:
    (part,) = pack({'a': f'{RULE}\n\\{RULE}\r\n{RULE}='}).parts
    assert part.split('\n')[3:6] == ['\\' + RULE, f'\\\\{RULE}\r', f'{RULE}=']


@given(st.text() | texts | texts.map(lambda text: f'{RULE}\nFILE: a\n{RULE}\n{text}'))
@example(f'{RULE}\nFILE: a\n{RULE}\n\ud800\n')
def test_any_text_is_unpacked_or_refused(text: str) -> None:
    try:
        found = unpack(text)
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
def test_a_name_that_is_no_plain_file_name_is_refused(name: str) -> None:
    with pytest.raises(LearnError, match='nothing was written'):
        unpack(f'{RULE}\nFILE: {name}\n{RULE}\nx\n\n')
    with pytest.raises(LearnError, match='nothing was written'):
        pack({name: 'x'})


def test_two_files_of_one_name_are_refused_letter_case_aside() -> None:
    for other in ('a.txt', 'A.TXT'):
        text = ''.join(f'{RULE}\nFILE: {name}\n{RULE}\nx\n\n' for name in ('a.txt', other))
        with pytest.raises(LearnError, match='two files of one name'):
            unpack(text)
    with pytest.raises(LearnError, match='two files of one name'):
        pack({'a.txt': '', 'A.txt': ''})


def test_names_as_long_as_allowed_pass() -> None:
    assert checked_names(['a' * 150, 'nullable.txt', 'com10.txt', 'a.b-c_d'])


@pytest.mark.parametrize(
    ('text', 'why'),
    [
        ('', 'no packed text'),
        ('<html>', 'no packed text'),
        (RULE, 'header is incomplete'),
        (f'{RULE}\nFILE: a', 'header is incomplete'),
        (f'{RULE}\nDATEI: a\n{RULE}\nx\n\n', 'header is incomplete'),
        (f'{RULE}\nFILE: a\n{RULE}', 'cut off'),
        (f'{RULE}\nFILE: a\n{RULE}\nx', 'cut off'),
    ],
)
def test_a_damaged_text_is_an_error(text: str, why: str) -> None:
    with pytest.raises(LearnError, match=why):
        unpack(text)


def test_no_part_is_larger_than_allowed_and_no_file_is_split() -> None:
    given_files = {f'{n}.xml': 'ü' * 100 for n in range(10)}
    packed = pack(given_files, part_bytes=1000)
    assert len(packed.parts) == 5
    assert all(len(part.encode()) <= 1000 for part in packed.parts)
    assert {name: text for part in packed.parts for name, text in unpack(part).items()} == (
        given_files
    )


def test_a_file_that_is_too_large_stands_alone() -> None:
    packed = pack({'a': 'x', 'b': 'y' * 2000, 'c': 'z'}, part_bytes=1000)
    assert [list(unpack(part)) for part in packed.parts] == [['a'], ['b'], ['c']]


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


def test_the_digest_knows_a_name_from_its_content() -> None:
    digests = {
        materials_digest(found)
        for found in ({'a': 'b'}, {'ab': ''}, {'a': '', 'b': ''}, {'b': 'a'}, {})
    }
    assert len(digests) == 5
