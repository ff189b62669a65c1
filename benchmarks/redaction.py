"""How much of what is planted is found, how much of what is harmless is left, and how fast.

    python -m benchmarks.redaction [SESSIONS] [--source FOLDER] [--golden]

SESSIONS is a folder of transcripts to plant into and to measure on; without one the sample of the
demo is used. FOLDER holds source code whose findings are counted by megabyte, and listed as file,
line and kind: they are to be looked at. Prints a report as Markdown, and exits with 1 if a promise
is not kept.
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import learn_demo
from benchmarks.harmless import HARMLESS
from benchmarks.planted import (
    FORMS,
    KEYS,
    MADE_UP,
    MADE_UP_BARE,
    MADE_UP_QUOTED,
    MARKED,
    MORE_FORMS,
    NAMED,
    PLACES,
)
from learn_core.redact import Redactor
from tests.redact.secrets import filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VARIANTS = 25
LEAST_FOUND = 0.99
MOST_ALARMS_PER_MB = 0.05
SPLITS = ('\x1b[0m', '\0', '\x07', '\u200b', '\u00ad')
SOURCE = frozenset(
    [
        '.py',
        '.js',
        '.ts',
        '.go',
        '.rs',
        '.java',
        '.c',
        '.rb',
        '.sh',
        '.yml',
        '.yaml',
        '.json',
        '.md',
    ]
)
LEAST_SPEED = 60.0  # MB/s
HERE = Path(__file__).parents[1]
SAMPLE = Path(learn_demo.__file__).parent / 'sample'
GOLDEN = Path(__file__).with_name('redactions.json')


class Case(NamedTuple):
    """A text that holds a secret of a kind, and what of it must not be left."""

    kind: str
    text: str
    secrets: tuple[str, ...]


def cases() -> Iterator[Case]:
    """All kinds, each in as many variants."""
    for kind, (template, name) in {**MARKED, **NAMED}.items():
        forms = FORMS + (MORE_FORMS if kind in MARKED else ())
        for number in range(VARIANTS):
            secret, _ = filled(template, (kind, number))
            form = forms[number * 7 % len(forms)]
            yield Case(kind, form(name, secret), (secret,))
    for kind, (template, places) in PLACES.items():
        for number in range(VARIANTS):
            secret, _ = filled(template, (kind, number))
            yield Case(kind, places[number % len(places)].replace('§', secret), (secret,))
    for kind, template in MADE_UP.items():
        places = MADE_UP_QUOTED + (() if ' ' in kind and 'blanks' in kind else MADE_UP_BARE)
        for number, place in enumerate(places):
            secret, _ = filled(template, (kind, number))
            yield Case(kind, place.replace('§', secret), (secret,))
    for number in range(VARIANTS):
        secret, _ = filled('{alnum:20}', ('again', number))
        yield Case('the same once more', f"token = '{secret}' or '{secret}'", (secret,))
        secret, _ = filled('ghp_{alnum:36}', ('split', number))
        split = secret[:9] + SPLITS[number % len(SPLITS)] + secret[9:]
        yield Case('a split token', f'see {split} there', (secret[9:], split))
    for kind, label in KEYS.items():
        for number in range(VARIANTS):
            yield _key(kind, label, number)


def _key(kind: str, label: str, number: int) -> Case:
    body, lines = filled('{b64:64}\n{b64:64}\n{b64:64}\n{b64:36}', (kind, number))
    text = f'-----BEGIN {label}PRIVATE KEY-----\n{body}\n-----END {label}PRIVATE KEY-----\n'
    forms = (
        text,
        text.replace('\n', '\\n'),
        json.dumps({'private_key': text}),
        text.replace('\n', '\\\\n'),
        ''.join(f'{at:6}\t{line}\n' for at, line in enumerate(text.splitlines(), 1)),
        ''.join(f'+{line}\n' for line in text.splitlines()),
        ''.join(f'    {line}\n' for line in text.splitlines()),
        text[: len(text) // 2],
        f'KEY="{text}"',
    )
    chosen = forms[number % len(forms)]
    return Case(kind, chosen, tuple(line for line in lines if line in chosen))


def is_left(case: Case, around: str, redactor: Redactor) -> bool:
    """Is anything of the secret still there, in the middle of a real text?"""
    half = len(around) // 2
    clean = redactor.fresh().text(f'{around[:half]}\n{case.text}\n{around[half:]}')
    return any(secret in clean for secret in case.secrets) or case.text in clean


def strings(value: object, name: str = '') -> Iterator[tuple[str, str]]:
    """Every string of a JSON value with the key that it stands under."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, str(key))


def texts_of(logs: Sequence[Path]) -> list[tuple[str, str]]:
    """Every string of the logs, with its key; lines that are no JSON are left out."""
    found: list[tuple[str, str]] = []
    for log in logs:
        for line in log.read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                found += strings(json.loads(line))
    return found


def found_table(texts: Sequence[tuple[str, str]], redactor: Redactor) -> tuple[list[str], float]:
    """A row for each kind that was not found whole, and the worse of both means."""
    around = [text for _, text in texts if 200 < len(text) < 3000] or ['']
    chance = random.Random(4)
    planted: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for case in cases():
        planted[case.kind] += 1
        missed[case.kind] += is_left(case, chance.choice(around), redactor)
    by_case = 1 - missed.total() / planted.total()
    by_kind = sum(1 - missed[kind] / planted[kind] for kind in planted) / len(planted)
    rows = [
        f'| {kind} | {planted[kind] - n} of {planted[kind]} |' for kind, n in missed.items() if n
    ]
    return [
        f'{len(planted)} kinds, {planted.total():,} cases planted into real texts:',
        f'**{by_case:.2%}** of the cases, **{by_kind:.2%}** as the mean over kinds.',
        '',
        *(['| not found whole | found |', '| --- | --- |', *rows] if rows else ['All were found.']),
    ], min(by_case, by_kind)


def harmless_touched(redactor: Redactor) -> list[str]:
    """The harmless lines, each with ten fillings, of which one was changed."""
    filled_in = [filled(line, number)[0] for line in HARMLESS for number in range(10)]
    return [line for line in filled_in if redactor.fresh().text(line) != line]


def speed(texts: Sequence[tuple[str, str]], redactor: Redactor) -> float:
    """MB of text a second of one core, the best of five."""
    size = sum(len(text.encode('utf-8', 'replace')) for _, text in texts)
    best = float('inf')
    for _ in range(5):
        begin = time.process_time()
        redactor.texts(texts)
        best = min(best, time.process_time() - begin)
    return size / best / 1e6


def findings(files: Sequence[Path], root: Path) -> tuple[list[list[object]], float]:
    """File, line and kind of everything that is found in texts, and how many MB they have."""
    found: list[list[object]] = []
    size, redactor = 0, Redactor()
    for file in files:
        text = file.read_text('utf-8', 'replace')
        size += len(text)
        for span in sorted(set(redactor._search.spans(text, []))):
            line = text.count('\n', 0, span.start) + 1
            found.append([str(file.relative_to(root)), line, span.kind])
    return found, size / 1e6


def source_files(root: Path) -> list[Path]:
    """The files of source code under a folder, the project's own environment apart."""
    return sorted(
        file
        for file in root.rglob('*')
        if file.suffix in SOURCE and file.is_file() and not {'.venv', '.git'} & set(file.parts)
    )


def main(words: Sequence[str]) -> int:
    """Prints the report; `--golden` writes what was found in the logs as the new golden counts."""
    given = list(words)
    source = Path(given.pop(given.index('--source') + 1)) if '--source' in given else None
    folders = [Path(word) for word in given if not word.startswith('-')]
    logs = sorted(log for folder in folders for log in folder.rglob('*.jsonl'))
    is_sample = not logs
    texts = texts_of(logs or sorted(SAMPLE.rglob('*.jsonl')))
    size = sum(len(text) for _, text in texts) / 1e6

    lines, share = found_table(texts, Redactor())
    print('# Redaction\n\n## Found\n', *lines, '', sep='\n')
    touched = harmless_touched(Redactor())
    print(f'## Left alone\n\nOf {len(HARMLESS) * 10} harmless lines {len(touched)} were changed.')
    print(*(f'    {line}' for line in touched), sep='\n')

    golden: dict[str, list[list[object]]] = {'source': findings(source_files(HERE), HERE)[0]}
    if not is_sample:
        golden['sessions'] = [one for folder in folders for one in findings(logs, folder)[0]]
    rate = len(golden.get('sessions', ())) / size
    print(f'\n## On the logs\n\n{len(texts):,} texts, {size:.1f} MB, {rate:.2f} findings a MB')
    if source is not None:
        found, megabytes = findings(source_files(source), source)
        by_mb = len(found) / (megabytes or 1)
        print(f'\n## On source code\n\n{megabytes:.1f} MB, {by_mb:.2f} a MB:\n')
        print(*('    {}:{} {}'.format(*one) for one in found), sep='\n')
    fast = speed(texts, Redactor())
    print(f'\n## Speed\n\n{fast:.0f} MB of text a second of one core, our rules included.')
    if '--golden' in words:
        rows = {name: [json.dumps(one) for one in found] for name, found in golden.items()}
        lists = [f'"{name}": [\n' + ',\n'.join(found) + '\n]' for name, found in rows.items()]
        GOLDEN.write_text('{' + ',\n'.join(lists) + '}\n', encoding='utf-8')
    kept_golden = json.loads(GOLDEN.read_text(encoding='utf-8'))
    is_golden = all(kept_golden.get(name) == found for name, found in golden.items())
    print('' if is_golden else '\nThe findings are not those of redactions.json: look at each.')
    kept = share >= LEAST_FOUND and not touched and (is_sample or rate <= MOST_ALARMS_PER_MB)
    return 0 if kept and is_golden and (is_sample or fast >= LEAST_SPEED) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
