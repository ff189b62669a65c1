"""What a person or a script reads about plans."""

from __future__ import annotations

import json
import textwrap
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from learn_core.plans.record import is_busy
from learn_core.push import consent
from learn_core.push.notices import TO_AGREE
from learn_core.words import counted, thousands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.pipeline.steps import Result
    from learn_core.plans.fields import PlanName, PlanRecord, Sent
    from learn_core.preprocess import Preprocessed

MOST_SHOWN = 10
_COUNTED = ('files', 'tokens', 'redactions', 'commits', 'commits_without_session')
_SIZES = ('file', 'token', 'byte')


def result_line(result: Result) -> str:
    """The one line of JSON on standard output."""
    said: dict[str, object] = {'success': True, 'issue_number': result.issue}
    said['workflow_triggered'] = result.workflow is not None and not result.skipped
    if result.skipped:
        said['skipped'] = result.skipped
    if result.workflow is not None:
        said |= {'run_id': result.workflow.id, 'workflow_url': result.workflow.url}
    if result.stored is not None:
        name, place = result.stored.given
        said[name] = place
    sessions = result.summary.get('sessions')
    if sessions == 0:
        said['sessions'] = 0
    return json.dumps(said)


def result_lines(result: Result) -> list[str]:
    """The same for a person."""
    plan = f'plan #{result.issue}'
    if result.skipped:
        again = '; --force sends them again' if result.skipped == 'same materials' else ''
        lines = [f'{plan}: nothing was sent: {result.skipped}{again}']
    else:
        redacted = counts(result.summary.get('redactions'))
        lines = [f'{plan}: sent {sizes(result.summary)}; redacted: {redacted}']
    stored = result.stored
    lines += [f'  {stored.kind:<10}{stored.url}'] if stored is not None else []
    return lines + ([f'  workflow  {result.workflow.url}'] if result.workflow is not None else [])


def error_line(sentence: str) -> str:
    """The one line of JSON on standard output of a run that failed."""
    return json.dumps({'success': False, 'error': sentence})


def dry_run_lines(summary: Mapping[str, object]) -> list[str]:
    """What would be sent, for a person: counts and places, never a value."""
    pull = summary.get('pull_request')
    number = f'#{pull.get("number")}' if isinstance(pull, dict) else 'none'
    rows = [
        ('sessions', str(summary.get('sessions'))),
        *(('missing', line) for line in missing_lines(summary.get('missing'))),
        ('PR', number),
        ('files', sizes(summary)),
        ('redacted', counts(summary.get('redactions'))),
        ('left out', counts(summary.get('left_out'))),
        ('materials', str(summary.get('directory'))),
        ('packed', str(summary.get('packed'))),
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
    enabled, given = str(settings.enabled), list(settings.consents)
    off = consent.why_off(dict(environ), enabled, given, place)
    if off:
        return f'off, by {off}'
    on = (
        f'on ({" and ".join(hooks)})' if hooks else 'hooks: not installed here (learn-hook install)'
    )
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
    lines = ['  '.join(word for word in (plan, f'{row["kind"]}{branch}', state) if word)]
    lines += [f'  {row["note"]}'] if row['note'] else []
    if row['tokens']:
        size = f'{counted(row["files"], "file")}, {counted(row["tokens"], "token")}'
        lines.append(f'  {size}; redacted: {counts(row["redactions"])}')
    if row['commits_without_session']:
        lines.append(
            f'  commits with no session here: {row["commits_without_session"]} of {row["commits"]}'
        )
    if row['workflow_url']:
        at = f' at "{row["failed_at"]}"' if row['failed_at'] else ''
        lines.append(f'  {row["workflow_url"]}  {row["workflow"].replace("_", " ")}{at}')
    return lines + [f'  {place}' for place in (row['issue_url'], row['gist_url']) if place]


def _plan_document(record: PlanRecord, now: float) -> dict[str, Any]:
    what = record.wanted.trigger if record.wanted is not None else record.last
    state = state_of(record)
    ready = record.prepared or record.dry
    known = ready.summary if ready is not None else {}
    return {
        **_name_of(record.plan),
        'branch': (what and what.branch) or None,
        'kind': what.kind if what is not None else '',
        'state': state,
        'note': '' if state == 'running' else _note_of(record),
        'age_seconds': max(0, int(now - _begun(record))),
        'due': _later(record, now),
        'attempts': record.attempts,
        **{key: known.get(key) for key in _COUNTED},
        'summary': known or None,
        'gist_url': _newest_upload(record),
        **_workflow_of(record.sent),
        'history': [asdict(outcome) for outcome in record.history],
        'directory': str(record.folder),
    }


def _name_of(plan: PlanName) -> dict[str, object]:
    return {
        'plan': plan.number or None,
        'repo': f'{plan.owner}/{plan.repo}' if plan.repo else None,
        'url': plan.url or None,
    }


def _newest_upload(record: PlanRecord) -> str | None:
    """The page of the gist or ref that was made last and not deleted."""
    return next((one.url for one in record.places[::-1] if one.kind != 'comment'), None)


def _later(record: PlanRecord, now: float) -> str | None:
    """When the plan continues, if that is not now."""
    due = record.due or 0.0
    return _moment(due) if record.is_waiting and due > now else None


def _note_of(record: PlanRecord) -> str:
    if record.is_waiting:
        return record.error
    return record.last.note if record.last is not None else ''


def _begun(record: PlanRecord) -> float:
    """Since when the record is in its state, in seconds since 1970."""
    if record.wanted is not None:
        return record.tried or record.wanted.trigger.at
    return record.last.at if record.last is not None else record.made


def _workflow_of(sent: Sent | None) -> dict[str, str | None]:
    if sent is None:
        return dict.fromkeys(('workflow_url', 'workflow', 'failed_at', 'issue_url'))
    return {
        'workflow_url': sent.run_url,
        'workflow': sent.conclusion or 'under way',
        'failed_at': sent.failed_at or None,
        'issue_url': sent.issue_url or None,
    }


def _moment(seconds: float) -> str:
    return time.strftime('%Y-%m-%d %H:%M:%SZ', time.gmtime(seconds))


def ago(seconds: object) -> str:
    """`just now`, `5 minutes ago`, `3 days ago`."""
    left = seconds if isinstance(seconds, int) else 0
    for unit, length in (('day', 86_400), ('hour', 3600), ('minute', 60)):
        if left >= length:
            return f'{counted(left // length, unit)} ago'
    return 'just now'


def sizes(summary: Mapping[str, object]) -> str:
    """`7 files, 12,345 tokens, 54,321 bytes`."""
    return ', '.join(counted(int(str(summary.get(f'{one}s') or 0)), one) for one in _SIZES)


def counts(kinds: object) -> str:
    """`2 github-pat, 1 jwt`, or `nothing`."""
    pairs = sorted(kinds.items()) if isinstance(kinds, dict) else []
    return ', '.join(f'{thousands(count)} {kind}' for kind, count in pairs) or 'nothing'


def missing_lines(missing: object) -> list[str]:
    """`<session id>: <reason>` for each."""
    entries = missing if isinstance(missing, list) else []
    return [f'{entry["session_id"]}: {entry["reason"]}' for entry in entries]
