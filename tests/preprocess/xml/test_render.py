from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import (
    Block,
    Entry,
    Image,
    Note,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from learn_core.preprocess.rules.results import Shaped
from learn_core.preprocess.xml.render import meta, render


def written(*blocks: Block, **fields: Any) -> str:
    entry = Entry(type='user', blocks=blocks)._replace(**fields)
    shaped = [Shaped(block) if isinstance(block, ToolResult) else block for block in blocks]
    return ''.join(piece.text for piece in render(entry, shaped))


def test_words_are_named_after_who_says_them() -> None:
    assert written(Text('hi')) == '<user>hi</user>\n'
    assert written(Text('hi'), type='assistant') == '<assistant>hi</assistant>\n'
    assert written(Thinking('hm'), type='assistant') == '<thinking>hm</thinking>\n'


def test_a_tool_use_has_a_line_for_each_parameter() -> None:
    use = ToolCall('t1', 'Bash', {'command': 'make && ls', 'timeout': 5})
    assert written(use, type='assistant') == (
        '<tool_use name="Bash" id="t1">\n'
        '<param name="command">make &amp;&amp; ls</param>\n'
        '<param name="timeout">5</param>\n'
        '</tool_use>\n'
    )


def test_a_tool_use_without_parameters_is_one_line() -> None:
    assert written(ToolCall('t1', 'Stop', {})) == '<tool_use name="Stop" id="t1" />\n'


def test_a_tool_result_stands_on_lines_of_its_own() -> None:
    assert written(ToolResult('t1', 'a\nb')) == ('<tool_result tool="t1">\na\nb\n</tool_result>\n')


def test_a_failed_and_a_refused_tool_result_say_so() -> None:
    assert 'tool="t1" is_error="true">' in written(ToolResult('t1', 'x', is_error=True))
    refused = ToolResult('t1', 'No, not that', is_error=True, is_rejected=True)
    assert 'is_error="true" rejected="true">' in written(refused)


def test_an_image_shows_its_type_and_size() -> None:
    assert written(Image('image/png', 123)) == '<image media_type="image/png" bytes="123" />\n'


def test_an_image_in_a_result_stands_behind_its_text() -> None:
    assert written(ToolResult('t1', 'a', (Image('image/png', 1),))) == (
        '<tool_result tool="t1">\na\n<image media_type="image/png" bytes="1" />\n</tool_result>\n'
    )


def test_what_was_typed_while_the_agent_worked_is_marked() -> None:
    assert written(Text('stop'), queued=True) == '<user queued="true">stop</user>\n'
    assert written(Text('x'), type='system', subtype='peer', queued=True) == (
        '<system subtype="peer" queued="true">x</system>\n'
    )


def test_what_no_person_said_is_marked() -> None:
    meta = {'type': 'system', 'subtype': 'meta', 'is_meta': True}
    assert written(Text('x'), **meta) == '<system meta="true">x</system>\n'
    assert written(Text('x'), type='system', subtype='agent') == (
        '<system subtype="agent">x</system>\n'
    )
    assert written(Text('x'), type='assistant', is_api_error=True) == (
        '<assistant api_error="true">x</assistant>\n'
    )


def test_an_interruption_and_an_abandoned_attempt_are_marked() -> None:
    assert written(Text('[Stopped]'), type='system', subtype='interrupted') == (
        '<system interrupted="true">[Stopped]</system>\n'
    )
    assert written(Text('x'), abandoned=True) == '<user abandoned="true">x</user>\n'
    uses, gives = ToolCall('t1', 'X', {}), ToolResult('t1', '')
    assert written(uses, type='assistant', abandoned=True) == (
        '<tool_use name="X" id="t1" abandoned="true" />\n'
    )
    assert written(gives, abandoned=True) == '<tool_result tool="t1" abandoned="true" />\n'


def test_a_compaction_and_its_summary_are_visible() -> None:
    boundary = Note('system', 'Conversation compacted', (('trigger', 'auto'),))
    assert written(boundary, type='system', subtype='compact_boundary') == (
        '<system subtype="compact_boundary" trigger="auto" />\n'
    )
    assert written(Text('so far'), type='summary', subtype='compact') == (
        '<summary compact="true">so far</summary>\n'
    )


def test_notes_are_named_after_their_kind() -> None:
    assert written(Note('summary', 's'), type='summary') == '<summary>s</summary>\n'
    assert written(Note('plan', '# P')) == '<plan>\n# P</plan>\n'.replace('\n# P', '# P')
    assert written(Note('system', 'c'), type='system', subtype='local_command') == (
        '<system subtype="local_command">c</system>\n'
    )


def test_what_is_empty_is_not_written() -> None:
    assert written(Text(''), Thinking(''), Note('plan', '')) == ''


def test_characters_that_mean_something_in_xml_are_escaped() -> None:
    assert written(Text('a < b && c > d ]]> &lt;')) == (
        '<user>a &lt; b &amp;&amp; c > d ]]&gt; &amp;lt;</user>\n'
    )


def test_a_carriage_return_is_written_as_a_reference() -> None:
    assert written(Text('a\r\nb')) == '<user>a&#13;\nb</user>\n'


def test_characters_that_xml_forbids_are_replaced() -> None:
    assert written(Text('\x00\x1b[1m\ufffe\ud800ok')) == (
        '<user>\ufffd\ufffd[1m\ufffd\ufffdok</user>\n'
    )


def test_an_attribute_keeps_its_line_breaks_and_quotes() -> None:
    line = meta(('branch', 'a"b\nc\td\re<f>&\x00'))
    assert line == '<meta branch="a&quot;b&#10;c&#9;d&#13;e&lt;f&gt;&amp;\ufffd" />\n'
    assert ET.fromstring(line).get('branch') == 'a"b\nc\td\re<f>&\ufffd'  # noqa: S314 - our own


def test_a_very_long_attribute_keeps_both_ends() -> None:
    assert 'branch="' + 'x' * 45 + '...[truncated 910 chars]...' in meta(('branch', 'x' * 1000))


@given(st.text(st.characters(codec=None)))
def test_every_text_comes_back_but_for_forbidden_characters(text: str) -> None:
    xml = written(Text('x' + text))
    back = ET.fromstring(xml.encode()).text or ''  # noqa: S314 - our own
    assert len(back) == len(text) + 1
    assert all(a in {b, '\ufffd'} for a, b in zip(back, 'x' + text, strict=True))


@given(st.text(st.characters(codec=None), max_size=100))
def test_every_attribute_comes_back_but_for_forbidden_characters(text: str) -> None:
    back = ET.fromstring(meta(('branch', text)).encode()).get('branch') or ''  # noqa: S314 - our own
    assert all(a in {b, '\ufffd'} for a, b in zip(back, text, strict=True))
