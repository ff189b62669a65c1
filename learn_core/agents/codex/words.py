"""A text of role `user` -> the person's own words, or what the client injected.

The client writes most user items (environment, AGENTS.md, skills); the desktop app and editors add
their own headings around a person's request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learn_core.agents.lines import joined, mapping, objects, parsed, string

if TYPE_CHECKING:
    from collections.abc import Mapping

# prefixes that the client writes; those that report an outcome are kept as the client's words
_TOLD = ('hook_prompt', 'subagent_notification', 'user_shell_command')
_INJECTED = re.compile(
    r'\s*(?:<(?P<name>environment_context|INSTRUCTIONS|user_instructions|turn_aborted|skill'
    r'|recommended_plugins|user_action|user_shell_command|subagent_notification'
    r'|codex_internal_context|hook_prompt|app-context|permissions instructions|collaboration_mode'
    r'|skills_instructions|plugins_instructions|apps_instructions|multi_agent_mode|model_switch'
    r'|personality_spec|codex_delegation|current_time_reminder)\b'
    r'|# AGENTS\.md instructions(?: for |\s*\n))'
)
_REQUEST = re.compile(r'^## My request(?: for Codex)?:[ \t]*', re.MULTILINE)
UUID = re.compile(r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')
_REPLY = re.compile(
    r'\s*<send_user_message_question_reply>(?P<json>.*?)</send_user_message_question_reply>\s*',
    re.DOTALL,
)
_KIND = re.compile(r'[\w.:-]{1,60}')
_IMAGE_FRAME = re.compile(r'\s*</?image\b[^>]*>\s*')
_IMAGE_MARK = re.compile(r'\[Image #\d+\]')


class Said(NamedTuple):
    """The words of a message; `by` is empty for a person, `dropped` says why a text is left out."""

    text: str
    by: str = ''
    dropped: str = ''
    is_answer: bool = False


def said(text: str, kind: str = '') -> Said:
    """Who wrote a text, and the text without the client's wrappers.

    `kind` is the client's label of a block: newer clients have one, and it is trusted.
    """
    if kind.startswith('hooks.'):
        return Said(text, 'hook')
    if kind not in {'', 'unknown'} and not kind.startswith('user.'):
        return Said('', dropped=f'injected {kind if _KIND.fullmatch(kind) else "?"}')
    found = None if kind.startswith('user.') else _INJECTED.match(text)
    if found:
        name = found['name'] or 'AGENTS.md'
        return Said(text, name) if name in _TOLD else Said('', dropped=f'injected {name}')
    if reply := _REPLY.fullmatch(text):
        answers = joined(one.get('answer') for one in objects(parsed(reply['json'])))
        return Said(answers or reply['json'].strip(), is_answer=True)
    return Said(_request(text))


def said_in(payload: Mapping[str, object]) -> list[Said]:
    """Who wrote each text of a message item, without the frames around images."""
    about = mapping(payload.get('internal_chat_message_metadata_passthrough'))
    labels = about.get('content_item_kinds')
    kinds = list(map(string, labels)) if isinstance(labels, list) else []
    blocks = objects(payload.get('content'))
    kinds += [''] * (len(blocks) - len(kinds))
    texts = [(string(block.get('text')), kind) for block, kind in zip(blocks, kinds, strict=False)]
    return [
        said(text, kind)
        for text, kind in texts
        if text.strip() and not _IMAGE_FRAME.fullmatch(text)
    ]


def own_words(found: list[Said]) -> str:
    """The person's words in it, empty if there are none."""
    return '\n'.join(one.text for one in found if not one.by and not one.dropped)


def comparable(text: str) -> str:
    """A text in the form that is compared: without image marks and repeated blanks."""
    return ' '.join(_IMAGE_MARK.sub('', text).split())


def answers_of(output: str) -> str:
    """The person's answers in the output of `request_user_input`; empty if there are none."""
    answers = mapping(mapping(parsed(output)).get('answers')).values()
    given = (mapping(answer).get('answers') for answer in answers)
    return joined(text for texts in given if isinstance(texts, list) for text in texts)


def texts(blocks: object) -> list[str]:
    """The texts of these blocks, empty where one has none."""
    return [string(block.get('text')) for block in objects(blocks)]


def text_of(item: Mapping[str, object]) -> str:
    """The texts of a completed item; their tags vary in case."""
    parts = objects(item.get('content'))
    return joined(part.get('text') for part in parts if part.get('type') in ('text', 'Text'))


def _request(text: str) -> str:
    """What follows the last heading of the wrappers; a text without a wrapper is whole."""
    if not text.lstrip().startswith('#'):
        return text
    headings = list(_REQUEST.finditer(text))
    return text[headings[-1].end() :].strip() if headings else text
