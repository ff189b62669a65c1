"""Which facts of the raw transcripts are still in the materials, without a model.

Facts are taken from the transcripts by rules of their own, simpler than those of the product: what
a person said, what failed and with which last line, how tests ended, what was committed, made,
edited, cited, and written for people. A fact survives if its words, white space and the session's
folder aside, are in the materials of its session or in the overview.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import logs
from learn_core.agents import Text as Words
from learn_core.agents import ToolCall, ToolResult, index, read, tool, transcript_of
from learn_core.errors import LearnError
from learn_core.preprocess import Job, count_tokens, make_overview, preprocess, read_session
from learn_core.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from learn_core.agents import Entry, Transcript

AHEAD = 30  # entries in which a line of a file is cited
LONGEST_WORDS = 4_000  # characters of words for people

_TROUBLE = re.compile(r'error|fail|exception|fatal|panic|not found|no such|denied', re.IGNORECASE)
_TEST = re.compile(r'\b(?:pytest|go test|npm test|cargo test|make test|mise run test|jest|vitest)')
_VERDICT = re.compile(r'^\s*(?:FAIL\b.*|--- FAIL: .*|=*.*\b\d+ (?:passed|failed)\b.*|E  +.*)$')
_NAME = re.compile(r'--- FAIL: (\S+)|^FAILED (\S+)|\u2715 (.+)')
_COMMIT = re.compile(r'^\[\S+(?: \([^)]*\))? [0-9a-f]{7,}\] (.+)$', re.MULTILINE)
_MADE = re.compile(r'https://\S+/(?:pull|issues)/\d+')
_CITED = re.compile(r'([\w-]+\.\w{1,5}):(\d{1,5})\b')
_NUMBERED = re.compile(r' *(\d+)[\u2192\t](.*)')
_FOR_PEOPLE = re.compile(r'git commit|gh (?:pr|issue) (?:create|comment|edit)')
_PROSE = ('.md', '.rst', '.txt')


class Fact(NamedTuple):
    """Words of a kind that should be in the materials."""

    kind: str
    words: str


def main(words: Sequence[str]) -> None:
    """`survival DIR [RENDERED]`: the transcripts of a folder, and files rendered elsewhere."""
    paths = logs.in_folder(Path(words[0]))
    found = [(path.stem, *_facts_of(transcript_of(path))) for path in paths]
    texts = _rendered(Path(words[1])) if len(words) > 1 else _made(paths)
    overview = '' if len(words) > 1 else make_overview(list(texts.items()))
    tokens = count_tokens(overview) + sum(map(count_tokens, texts.values()))
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for session, folder, facts in found:
        materials = _plain(overview) + _session_text(session, texts)
        for fact in facts:
            counts[fact.kind][0] += _plain(fact.words.replace(folder, '')) in materials
            counts[fact.kind][1] += 1
    print(f'{len(paths)} sessions, {tokens:,} tokens')
    print(f'{"facts":<34}{"kept":>7}{"of":>7}{"share":>8}{"per 1,000 tokens":>19}')
    for kind, (kept, count) in sorted(counts.items()):
        share = f'{kept / count:.3f}'
        print(f'{kind:<34}{kept:>7}{count:>7}{share:>8}{1000 * kept / tokens:>19.2f}')


def _made(paths: Sequence[Path]) -> dict[str, str]:
    jobs = [Job(transcript_of(path), 'impl') for path in paths]
    texts: dict[str, str] = {}
    for session in preprocess(jobs, redactor=Redactor()):
        if isinstance(session, LearnError):
            raise session
        texts |= {chunk.name: chunk.text for chunk in session.chunks}
    return texts


def _rendered(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding='utf-8') for path in sorted(folder.glob('*.xml'))}


def _session_text(session: str, texts: dict[str, str]) -> str:
    """All words of a session's files, white space aside."""
    words: list[str] = []
    for name, text in texts.items():
        if name.startswith(f'impl-{session}'):
            for element in read_session(text):
                words += [element.text, *(child.text for child in element.children)]
    return _plain('\n'.join(words))


def _plain(text: str) -> str:
    """Words without white space, the marks of a diff and the numbers of lines."""
    lines = (re.sub(r'^(?:\d+\u2192|[-+] ?)', '', line) for line in text.split('\n'))
    return ''.join(''.join(lines).split())


def _facts_of(transcript: Transcript) -> tuple[str, list[Fact]]:
    """The folder that paths are relative to in the materials, and the facts."""
    cwd = next(iter(index(transcript).cwds), None)
    return f'{cwd}/' if cwd else '\0', list(_facts(transcript))


def _facts(transcript: Transcript) -> Iterator[Fact]:
    entries = [entry for entry in read(transcript) if not entry.dropped]
    calls: dict[str, ToolCall] = {}
    failed: list[str] = []
    for at, entry in enumerate(entries):
        for block in entry.blocks:
            if isinstance(block, ToolCall):
                calls[block.id] = block
                yield from _written(transcript.agent, block)
            elif isinstance(block, ToolResult):
                call = calls.get(block.tool_use_id, ToolCall('', '', {}))
                yield from _results(transcript.agent, call, block)
                yield from _cited(transcript.agent, call, block, entries[at : at + AHEAD])
                yield from _recovered(call, block, failed)
            elif isinstance(block, Words) and entry.type == 'user':
                yield Fact('prompts', block.text)


def _recovered(call: ToolCall, result: ToolResult, failed: list[str]) -> Iterator[Fact]:
    """The next command that worked of a program that failed; `failed` remembers the last one."""
    command = str(call.parameters.get('command', ''))
    program = command.split()[:1]
    if program and program == failed and not result.is_error:
        yield Fact('next command that worked', command[:80])
        failed.clear()
    if program and result.is_error and not result.is_rejected:
        failed[:] = program


def _results(agent: str, call: ToolCall, result: ToolResult) -> Iterator[Fact]:
    text = result.text
    if result.is_answer:
        yield Fact('rejections' if result.is_rejected else 'answers', text.split('said:')[-1])
        return
    lines = [line for line in text.split('\n') if line.strip()]
    if result.is_error and lines:
        telling = [line for line in lines if _TROUBLE.search(line)] or lines
        yield Fact('last telling line of a failure', telling[-1][:300])
    known = tool(agent, call.name)
    if known.does == 'run':
        yield from _outcomes(str(call.parameters.get(known.command, '')), text, lines)


def _outcomes(command: str, text: str, lines: Sequence[str]) -> Iterator[Fact]:
    """How tests ended, what was committed and made, by the output of a command."""
    if _TEST.search(command):
        yield from (Fact('test verdicts', line) for line in lines if _VERDICT.match(line))
        names = (''.join(found) for found in _NAME.findall(text))
        yield from (Fact('names of failing tests', name) for name in names)
    yield from (Fact('commit subjects', subject) for subject in _COMMIT.findall(text))
    if re.search(r'gh (?:pr|issue) create', command):
        yield from (Fact('pull requests and issues made', url) for url in _MADE.findall(text))


def _written(agent: str, call: ToolCall) -> Iterator[Fact]:
    known = tool(agent, call.name)
    path = str(call.parameters.get(known.path, ''))
    content = str(call.parameters.get(known.content, ''))
    command = str(call.parameters.get(known.command, ''))
    if known.does == 'edit' and path:
        yield Fact('files edited', path.rpartition('/')[2])
        old = {line.strip() for line in str(call.parameters.get(known.old, '')).split('\n')}
        new = [line.strip() for line in str(call.parameters.get(known.new, '')).split('\n')]
        added = [line for line in new if line and line not in old]
        yield from (Fact('lines added by an edit', line[:300]) for line in added[:40])
    elif known.does == 'propose' or (known.does == 'write' and path.endswith(_PROSE)):
        yield from _words(content)
    elif known.does == 'run' and _FOR_PEOPLE.search(command):
        yield from _words(command)


def _words(text: str) -> Iterator[Fact]:
    lines = [line.strip() for line in text[:LONGEST_WORDS].split('\n')[:-1] or [text]]
    yield from (Fact('lines written for people', line[:800]) for line in lines if line)


def _cited(
    agent: str, call: ToolCall, result: ToolResult, ahead: Sequence[Entry]
) -> Iterator[Fact]:
    """Lines of a file that was read, which the agent names by file and number soon after."""
    known = tool(agent, call.name)
    if known.does != 'read':
        return
    name = str(call.parameters.get(known.path, '')).rpartition('/')[2]
    numbered = (_NUMBERED.match(line) for line in result.text.split('\n'))
    lines = {int(found[1]): found[2] for found in numbered if found}
    words = [block.text for entry in ahead for block in entry.blocks if isinstance(block, Words)]
    for file, number in dict.fromkeys(_CITED.findall('\n'.join(words))):
        if file == name and lines.get(int(number), '').strip():
            yield Fact('lines cited by the agent', lines[int(number)][:300])


if __name__ == '__main__':
    main(sys.argv[1:])
