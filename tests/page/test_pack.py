"""What a pack says of itself."""

from __future__ import annotations

from learn_core.materials import packed as packing
from learn_core.page import Shown, with_pack
from tests.page.made import packed_shown, session


def test_a_pack_tells_what_was_left_out_and_redacted() -> None:
    about = {
        'missing': [{'session_id': 'gone', 'reason': 'not on this machine'}],
        'left_out': {'noise': 3},
        'redactions': {'jwt': 1},
        'pull_request': {'number': 45, 'others': [44]},
    }
    shown = packed_shown({'impl-s.xml': session('x')}, about=about)
    assert shown.missing == about['missing']
    assert (shown.left_out, shown.replaced) == ({'noise': 3}, {'jwt': 1})
    assert (shown.pull, shown.other_pulls) == (45, [44])


def test_lines_that_look_like_a_secret_are_named_by_file_and_line() -> None:
    left = 'client_secret: under-the-mat &amp; <b/>'
    files = {'impl-a.xml': session('x', 'y'), 'impl-b.xml': session('x\nx', left)}
    others = {'overview.md': left, 'pr-review-comments.json': '{"id": "PRRT_kwDO02338C0AD08F9C"}'}
    (one,) = packed_shown({**files, **others}).suspicious or ()
    line = files['impl-b.xml'].split('\n')[one.line - 1]
    assert one.file == 'impl-b.xml'
    assert left in line
    assert 'under-the-mat & ' in one.text
    assert one.rule.startswith('git config --add learn-hook.secret ')


def test_a_pack_without_a_manifest_tells_its_files() -> None:
    preview = Shown(name='P5-x', stage='preview', note='no plan is named here')
    shown = with_pack(preview, packing.pack({'impl-s.xml': session('x')}))
    assert list(shown.files) == ['impl-s.xml']
    assert (shown.missing, shown.pull, shown.note) == ((), 0, 'no plan is named here')
