"""What a person or a script reads of runs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.pipeline.steps import RunResult
    from learn_core.plans.plan import PlanIssue
    from learn_core.plans.run import Run
    from learn_core.preprocess import Preprocessed
    from learn_core.sessions.source import Discovered

MOST_SHOWN = 10
ORIGINS = {
    'config': 'git config branch.<name>.learn-issue',
    'reference': "the plan reference in the branch's worktree",
    'name': "the branch's name",
}


def result_line(result: RunResult) -> str:
    """The one line of JSON on standard output."""
    said: dict[str, object] = {'success': True, 'issue_number': result.issue}
    said['workflow_triggered'] = result.workflow is not None and not result.skipped
    if result.skipped:
        said['skipped'] = result.skipped
    if result.workflow is not None:
        said |= {'run_id': result.workflow.id, 'workflow_url': result.workflow.url}
    if result.gist is not None:
        said['gist_url'] = result.gist.url
    sessions = result.summary.get('sessions')
    if sessions == 0:
        said['sessions'] = 0
    return json.dumps(said)


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


def why_document(plan: PlanIssue, origin: str, found: Discovered) -> dict[str, object]:
    """What `why --json` prints."""
    return {
        'issue_number': plan.number,
        'issue_url': plan.url,
        'by': origin,
        'is_plan': plan.header is not None,
        'session_sources': [
            {
                'session_id': source.session_id,
                'agent': source.transcript.agent if source.transcript else None,
                'source_type': source.source_type,
                'kind': source.kind,
                'why': source.why,
                'path': str(source.path) if source.path else None,
                'gist_url': source.gist_url,
                'run_id': source.run_id,
            }
            for source in found.sources
        ],
        'missing': dict(found.missing),
        'left_out': [
            {'session_id': one.session_id, 'reason': one.reason, 'path': str(one.path)}
            for one in found.left_out
        ],
        'skipped': found.skipped,
        'commits': found.commits,
        'commits_without_session': found.unattended,
    }


def why_lines(plan: PlanIssue, origin: str, found: Discovered) -> list[str]:
    """Which plan a branch has, from where, and which sessions that means."""
    kind = 'plan' if plan.header is not None else 'issue (no plan: it has no plan-header block)'
    lines = [f'{kind} #{plan.number}, by {ORIGINS[origin]}: {plan.url}']
    for source in found.sources:
        place = source.path or source.gist_url or f'run {source.run_id}'
        lines.append(f'  {source.kind:<9}{source.session_id}  by {source.why}: {place}')
    lines += [f'  missing  {name}  {reason}' for name, reason in found.missing.items()]
    lines += [f'  left out {one.session_id}  {one.reason}: {one.path}' for one in found.left_out]
    if found.skipped:
        lines.append(f'  {found.skipped} kept out by #learn-skip')
    if found.unattended:
        lines.append(f'  {found.unattended} of {found.commits} commits with no session here')
    return lines if found.sources else [*lines, '  no session of it lies on this machine']


def standing(hooks: Sequence[str], settings: Settings, *, switched_off: bool) -> str:
    """Is learn-hook on here, and why: one sentence."""
    if switched_off:
        return 'off, by the environment (LEARN_HOOK=0, or CI is set)'
    if not settings.enabled:
        return 'off, by git config learn-hook.enabled'
    if settings.consent is False:
        return 'off, by git config learn-hook.consent'
    where = ' and '.join(hooks) if hooks else 'no native hook; pre-commit or prek may have one'
    if settings.review:
        return f'on ({where}), every run waits for learn-hook send'
    if settings.consent is None:
        minutes = settings.grace_seconds / 60
        return (
            f'on ({where}), with {minutes:g} minutes to object; git config learn-hook.consent '
            'yes or no'
        )
    return f'on ({where})'


def status_document(
    runs: Sequence[Run],
    standing: str,
    left_alone: Sequence[str],
    notice: Sequence[str],
    now: float,
) -> dict[str, object]:
    """What `status --json` prints: the runs, newest first."""
    rows = [_run_document(run, now) for run in reversed(runs)]
    return {
        'learn_hook': standing,
        'notice': list(notice),
        'left_alone': list(left_alone),
        'runs': rows,
    }


def status_lines(document: Mapping[str, object]) -> list[str]:
    """The same for a person."""
    lines = f'learn-hook: {document["learn_hook"]}'.replace('), ', ')\n  ').split('\n')
    notice, left_alone = document['notice'], document['left_alone']
    lines += [f'  {line}' for line in notice] if isinstance(notice, list) else []
    lines += [f'left alone: {line}' for line in left_alone] if isinstance(left_alone, list) else []
    rows = document['runs'] if isinstance(document['runs'], list) else []
    for row in rows[:MOST_SHOWN]:
        lines += ['', *_run_lines(row)]
    if len(rows) > MOST_SHOWN:
        lines += ['', f'and {len(rows) - MOST_SHOWN} older ones: learn-hook status --json']
    return lines if rows else [*lines, 'no run yet']


def _run_lines(row: Mapping[str, object]) -> list[str]:
    plan = f'plan #{row["plan"]}' if row['plan'] else 'no plan yet'
    branch = f' of {row["branch"]}' if row['branch'] else ''
    where = f' after {row["step"]}' if row['step'] and row['state'] != 'done' else ''
    tries = f', tried {row["attempts"]} times' if row['attempts'] else ''
    lines = [
        f'{plan}  {row["kind"]}{branch}  {row["state"]}{where}  {ago(row["age_seconds"])}{tries}'
    ]
    lines += [f'  {row["note"]}'] if row['note'] else []
    if row['tokens']:
        size = f'{row["files"]} files, {thousands(row["tokens"])} tokens'
        lines.append(f'  {size}; redacted: {counts(row["redactions"])}')
    return lines + [f'  {place}' for place in (row['workflow_url'], row['gist_url']) if place]


def _run_document(run: Run, now: float) -> dict[str, object]:
    summary = run.steps.get('summary')
    known = summary if isinstance(summary, dict) else {}
    done = [step for step in ('packed', 'gist', 'workflow') if step in run.steps]
    return {
        'run': run.directory.name,
        'plan': run.issue or None,
        'branch': run.trigger.local_branch or run.trigger.remote_branch or None,
        'kind': run.trigger.kind,
        'state': run.state,
        'note': run.note,
        'step': done[-1] if done else None,
        'began': _moment(run.began),
        'age_seconds': max(0, int(now - (run.ended or run.began))),
        'not_before': _moment(run.not_before) if run.not_before > now else None,
        'attempts': run.attempts,
        'steps': done,
        'files': known.get('files'),
        'tokens': known.get('tokens'),
        'redactions': known.get('redactions'),
        'summary': summary,
        'gist_url': run.url_of('gist') or None,
        'workflow_url': run.url_of('workflow') or None,
        'directory': str(run.directory),
    }


def _moment(seconds: float) -> str:
    return time.strftime('%Y-%m-%d %H:%M:%SZ', time.gmtime(seconds))


def ago(seconds: object) -> str:
    """`just now`, `5 minutes ago`, `3 days ago`."""
    left = seconds if isinstance(seconds, int) else 0
    for unit, length in (('day', 86_400), ('hour', 3600), ('minute', 60)):
        if left >= length:
            count = left // length
            return f'{count} {unit}{"s" if count > 1 else ""} ago'
    return 'just now'


def sizes(summary: Mapping[str, object]) -> str:
    """`7 files, 12,345 tokens, 54,321 bytes`."""
    files, tokens, size = (summary.get(key) for key in ('files', 'tokens', 'bytes'))
    return f'{files} files, {thousands(tokens)} tokens, {thousands(size)} bytes'


def counts(kinds: object) -> str:
    """`2 github-pat, 1 jwt`, or `nothing`."""
    pairs = sorted(kinds.items()) if isinstance(kinds, dict) else []
    return ', '.join(f'{thousands(count)} {kind}' for kind, count in pairs) or 'nothing'


def thousands(number: object) -> str:
    """`12,345`."""
    return f'{number:,}' if isinstance(number, int) else '0'


def missing_lines(missing: object) -> list[str]:
    """`<session id>: <reason>` for each."""
    entries = missing if isinstance(missing, list) else []
    return [f'{entry["session_id"]}: {entry["reason"]}' for entry in entries]
