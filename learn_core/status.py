"""What a person or a script reads about plans."""

from __future__ import annotations

import json
import textwrap
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from learn_core.plans.record import FILE, claimed
from learn_core.push import consent
from learn_core.push.notices import TO_AGREE
from learn_core.words import counted, thousands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.pipeline.steps import Result
    from learn_core.plans.fields import PlanRecord
    from learn_core.preprocess import Preprocessed

MOST_SHOWN = 10
_COUNTED = ('files', 'tokens', 'redactions', 'commits', 'commits_without_session')


def result_line(result: Result) -> str:
    """The one line of JSON on standard output."""
    run = result.workflow
    said: dict[str, object] = {'success': True, 'issue_number': result.issue}
    said['workflow_triggered'] = run is not None and not result.skipped
    said |= {'skipped': result.skipped} if result.skipped else {}
    said |= {'run_id': run.id, 'workflow_url': run.url} if run is not None else {}
    said |= dict([result.stored.given]) if result.stored is not None else {}
    said |= {'sessions': 0} if result.summary.get('sessions') == 0 else {}
    return json.dumps(said)


def result_lines(result: Result) -> list[str]:
    """The same for a person."""
    if result.skipped:
        again = '; --force sends them again' if result.skipped == 'same materials' else ''
        said = f'nothing was sent: {result.skipped}{again}'
    else:
        redacted = counts(result.summary.get('redactions'))
        said = f'sent {sizes(result.summary)}; redacted: {redacted}'
    stored = result.stored
    lines = [f'plan #{result.issue}: {said}']
    lines += [f'  {stored.kind:<10}{stored.url}'] if stored is not None else []
    return lines + ([f'  workflow  {result.workflow.url}'] if result.workflow is not None else [])


def error_line(sentence: str) -> str:
    """The one line of JSON on standard output of a run that failed."""
    return json.dumps({'success': False, 'error': sentence})


def dry_run_lines(summary: Mapping[str, Any]) -> list[str]:
    """What would be sent, for a person: counts and places, never a value."""
    pull = summary.get('pull_request')
    missing = summary.get('missing') or ()
    rows = [
        ('sessions', summary.get('sessions')),
        *(('missing', f'{one["session_id"]}: {one["reason"]}') for one in missing),
        ('PR', f'#{pull["number"]}' if pull else 'none'),
        ('files', sizes(summary)),
        ('redacted', counts(summary.get('redactions'))),
        ('left out', counts(summary.get('left_out'))),
        ('materials', summary.get('directory')),
        ('packed', summary.get('packed')),
    ]
    return [*(f'{name:<11}{value}' for name, value in rows), 'nothing was sent']


def preprocessed_lines(log: Path, session: Preprocessed, *, verbose: bool) -> list[str]:
    """What a person is to know of a session's files; with `verbose` what each rule left out."""
    lines = []
    if not session.chunks:
        lines.append(f'{log} is empty or a warm-up, so it gives no file')
    if session.unreadable:
        lines.append(f'{log}: {session.unreadable} lines could not be read and were left out')
    if verbose:
        lines.append(
            f'{log}: {thousands(session.entries)} entries, {thousands(session.bytes_in)} bytes -> '
            f'{len(session.chunks)} files, {thousands(session.tokens)} tokens; '
            f'left out: {counts(session.left_out)}'
        )
    return lines


def standing(
    hooks: Sequence[str], settings: Settings, environ: Mapping[str, str], place: str
) -> str:
    """Is learn-hook on here, and why: one sentence. `place` is `<host>/<owner>` of the remote."""
    given = list(settings.consents)
    off = consent.why_off(dict(environ), str(settings.enabled), given, place)
    if off:
        return f'off, by {off}'
    on = 'no hooks are installed here (learn-hook install)'
    if hooks:
        on = f'on ({" and ".join(hooks)})'
    if consent.answer(given, place, is_public=None) == 'asks':
        return f'{on}, nothing is read or sent before you agree ({TO_AGREE}, or no)'
    return f'{on}, everything waits for learn-hook send' if settings.review else on


def status_document(
    records: Sequence[PlanRecord], standing: str, left_alone: Sequence[str], now: float
) -> dict[str, Any]:
    """What `status --json` prints: the plans, those that changed last first."""
    rows = [_plan_document(record, now) for record in reversed(records)]
    return {'learn_hook': standing, 'left_alone': list(left_alone), 'plans': rows}


def status_lines(document: Mapping[str, Any]) -> list[str]:
    """The same for a person."""
    lines = textwrap.wrap(f'learn-hook: {document["learn_hook"]}', 100, subsequent_indent='  ')
    lines += [f'left alone: {line}' for line in document['left_alone']]
    rows = document['plans']
    for row in rows[:MOST_SHOWN]:
        lines += ['', *_plan_lines(row)]
    if len(rows) > MOST_SHOWN:
        lines += ['', f'and {len(rows) - MOST_SHOWN} older ones: learn-hook status --json']
    return lines if rows else [*lines, 'no plan yet']


def plans_lines(records: Sequence[PlanRecord], now: float) -> list[str]:
    """Some plans for a person."""
    return [line for record in records for line in _plan_lines(_plan_document(record, now))]


def is_busy(record: PlanRecord) -> bool:
    """Does another process work on the plan?"""
    with claimed(record) as current:
        return current is None and (record.folder / FILE).exists()


def state_of(record: PlanRecord) -> str:
    """`running`, `waiting`, `held` (for a person), `stuck`, else how the last one ended."""
    if record.is_waiting and is_busy(record):
        return 'running'
    if record.is_stuck:
        return 'stuck'
    if record.is_waiting:
        return 'held' if record.is_held else 'waiting'
    if record.stopped:
        return 'forgotten'
    return record.last.state if record.last is not None else 'dry run'


def _plan_lines(row: Mapping[str, Any]) -> list[str]:
    plan = f'plan #{row["plan"]}' if row['plan'] else 'no plan yet'
    branch = f' of {row["branch"]}' if row['branch'] else ''
    tries = f', tried {counted(row["attempts"], "time")}' if row['attempts'] else ''
    state = f'{row["state"]}  {ago(row["age_seconds"])}{tries}'
    kind = 'run by hand' if row['kind'] == 'manual' else row['kind']
    lines = ['  '.join(word for word in (plan, f'{kind}{branch}', state) if word)]
    lines += [f'  {row["note"]}'] if row['note'] else []
    if row['tokens']:
        size = f'{counted(row["files"], "file")}, {counted(row["tokens"], "token")}'
        lines.append(f'  {size}; redacted: {counts(row["redactions"])}')
    if row['commits_without_session']:
        lines.append(
            f'  commits with no session here: {row["commits_without_session"]} of {row["commits"]}'
        )
    lines += [_run_line(row)] if row['workflow_url'] else []
    return lines + [f'  {place}' for place in (row['issue_url'], row['gist_url']) if place]


def _run_line(row: Mapping[str, Any]) -> str:
    at = f' at "{row["failed_at"]}"' if row['failed_at'] else ''
    return f'  {row["workflow_url"]}  {row["workflow"].replace("_", " ")}{at}'


def _plan_document(record: PlanRecord, now: float) -> dict[str, Any]:
    plan, state = record.plan, state_of(record)
    what = record.trigger or record.last
    ready = record.prepared or record.dry
    known = ready.summary if ready is not None else {}
    return {
        'plan': plan.number or None,
        'repo': f'{plan.owner}/{plan.repo}' if plan.repo else None,
        'url': plan.url or None,
        'branch': (what and what.branch) or None,
        'kind': what.kind if what is not None else '',
        'state': state,
        **_course_of(record, state, now),
        'attempts': record.attempts,
        **{key: known.get(key) for key in _COUNTED},
        'summary': known or None,
        **_at_github(record),
        'history': [asdict(outcome) for outcome in record.history],
        'directory': str(record.folder),
    }


def _course_of(record: PlanRecord, state: str, now: float) -> dict[str, object]:
    """What is to be said of its state, since when it is in it, and when it goes on, if not now."""
    last, due = record.last, record.due or 0.0
    if record.trigger is not None:
        began = record.tried or record.trigger.at
    else:
        began = last.at if last is not None else record.made
    note = record.error if record.is_waiting else last.note if last is not None else ''
    is_later = record.is_waiting and due > now
    later = time.strftime('%Y-%m-%d %H:%M:%SZ', time.gmtime(due)) if is_later else None
    return {
        'note': '' if state == 'running' else note,
        'age_seconds': max(0, int(now - began)),
        'due': later,
    }


def _at_github(record: PlanRecord) -> dict[str, str | None]:
    """The page of the gist or ref that was made last and not deleted, and the workflow run."""
    sent, uploads = record.sent, [one.url for one in record.places if one.kind != 'comment']
    gist_url = uploads[-1] if uploads else None
    if sent is None:
        none = dict.fromkeys(('workflow_url', 'workflow', 'failed_at', 'issue_url'))
        return {'gist_url': gist_url, **none}
    return {
        'gist_url': gist_url,
        'workflow_url': sent.run_url,
        'workflow': sent.conclusion or 'under way',
        'failed_at': sent.failed_at or None,
        'issue_url': sent.issue_url or None,
    }


def ago(seconds: int) -> str:
    """`just now`, `5 minutes ago`, `3 days ago`."""
    for unit, length in (('day', 86_400), ('hour', 3600), ('minute', 60)):
        if seconds >= length:
            return f'{counted(seconds // length, unit)} ago'
    return 'just now'


def sizes(summary: Mapping[str, Any]) -> str:
    """`7 files, 12,345 tokens, 54,321 bytes`."""
    return ', '.join(counted(summary.get(f'{one}s') or 0, one) for one in ('file', 'token', 'byte'))


def counts(kinds: Mapping[str, int] | None) -> str:
    """`2 github-pat, 1 jwt`, or `nothing`."""
    pairs = sorted((kinds or {}).items())
    return ', '.join(f'{thousands(count)} {kind}' for kind, count in pairs) or 'nothing'
