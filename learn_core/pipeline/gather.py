"""Steps 1 to 4: everything that is known of a plan, redacted, in one directory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core import agents, git
from learn_core.errors import LeftoverError, NotAPlanError
from learn_core.materials.directory import fresh_materials
from learn_core.pipeline.sources import add_sessions
from learn_core.pipeline.target import pushed_owner
from learn_core.pipeline.work_state import work_state
from learn_core.push.branch_names import number_in
from learn_core.sessions.discover import branch_of, discover
from learn_core.sessions.source import wait_until_quiet
from learn_core.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from learn_core.config import Settings
    from learn_core.git import Repository
    from learn_core.github import GitHub, Review
    from learn_core.materials.directory import Materials
    from learn_core.plans.plan import PlanIssue
    from learn_core.plans.trigger import Trigger
    from learn_core.redact import Redactor
    from learn_core.sessions.source import Discovered


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the steps need beside the plan's record: why, where, how, and who listens. `github` are
    the repositories that may hold the plan; `kept` is where its transcripts were kept.
    """

    trigger: Trigger
    repository: Repository
    settings: Settings
    redactor: Redactor
    github: list[GitHub]
    say: Callable[[str], None]
    detail: Callable[[str], None]
    agree: Callable[[str], bool] = lambda _: True
    kept: Path | None = None


def refuse_unless_learnable(plan: PlanIssue, context: Context) -> None:
    """Raises NotAPlanError for a number that only a branch's name gave and no mark confirms, for a
    plan made by learning, and for one that a leftover names. Whatever else a person or a file named
    is a plan.
    """
    trigger, settings = context.trigger, context.settings
    if trigger.named_by == 'reference' and plan.is_leftover_on(trigger.branch):
        raise LeftoverError(f'plan #{plan.number} is closed, and its branch was {plan.branch}')
    is_marked = plan.is_marked(settings.plan_labels)
    if trigger.needs_mark and not is_marked:
        raise NotAPlanError(
            f'#{plan.number} is not marked as a plan (no plan-header block, none of the labels '
            f'{", ".join(settings.plan_labels)}); name it with --issue, or set learn-hook.plans any'
        )
    if plan.is_closed and not is_marked:
        context.say(f'#{plan.number} is closed and not marked as a plan; is it the right one?')
    if plan.is_learned and not (settings.force and trigger.by_hand):
        raise NotAPlanError(
            f'plan #{plan.number} was itself made by learning; '
            f'learn-hook --issue {plan.number} --force learns from it all the same'
        )


def sources_when_quiet(context: Context, plan: PlanIssue) -> Discovered:
    """Step 1: the plan's sessions, as soon as none of them is written to any more. Raises
    NotAPlanError for a merge, which reaches everyone who pulls, where no session is here.
    """
    trigger, settings, repository = context.trigger, context.settings, context.repository
    branches = plan_branches(plan, trigger, repository)
    found = sources_of(
        plan, branches, repository, tip=trigger.sha, before=trigger.before, kept=context.kept
    )
    refuse_unless_here(found, trigger)
    context.say(f'plan #{plan.number}: {counted(len(found.sources), "session")}')
    is_waited_for = settings.mode == 'background'
    if is_waited_for and not wait_until_quiet(found.sources, settings.quiet_seconds):
        context.say('a session is still being written to; it is sent as it is now')
    return found


def gather(context: Context, github: GitHub, plan: PlanIssue, found: Discovered) -> Materials:
    """Steps 2 to 4: everything that is known of the plan, redacted, in one directory."""
    trigger, repository = context.trigger, context.repository
    branches = plan_branches(plan, trigger, repository)
    materials = fresh_materials(repository.main_worktree, plan.number, context.redactor)  # 2
    for session_id, reason in found.missing.items():
        materials.report_missing(session_id, reason)
    for reason, count in found.unread.items():
        materials.left_out[f'transcript not read: {reason}'] = count
    if found.skipped:
        materials.facts['skipped'] = found.skipped
    review = _review_of(context, github, plan, branches, found)  # first half of 4
    branch = branches[0] if branches else ''
    commits = git.work_of(repository, trigger.sha or branch, before=trigger.before).commits
    reader = context.redactor.fresh()
    reader.json([commits, review.documents if review is not None else {}])
    context.redactor.learn(reader.found_values())  # a session may hold them as well
    max_tokens = context.settings.max_tokens
    add_sessions(materials, found.sources, github, max_tokens, context.detail)  # 3
    _add_review(materials, context, review)  # 4
    state = work_state(
        materials, repository, branch, found, plan, tip=trigger.sha, before=trigger.before
    )
    materials.add_state(state)
    materials.facts |= {
        'plan_url': plan.url,
        'head': found.head or trigger.sha,
        'merged': trigger.kind == 'merge',
        'commits': len(state.commits),
        'commits_without_session': len(state.without_session),
    }
    return materials


def sources_of(
    plan: PlanIssue | None,
    branches: Sequence[str],
    repository: Repository,
    *,
    tip: str = '',
    before: str = '',
    kept: Path | None = None,
) -> Discovered:
    """Step 1 for this machine. `tip` is the commit that was pushed or merged, `before` the one
    before that merge; `kept` is where transcripts were kept for the plan.
    """
    roots = agents.roots(os.environ)
    known = branch_of(repository, branches, tip=tip, before=before)
    return discover(repository, roots, known, plan, kept)


def plan_branches(plan: PlanIssue, trigger: Trigger, repository: Repository) -> list[str]:
    """What the plan branch is called: by the plan, by what was pushed or merged, else the branches
    with the plan's number; never a default branch.
    """
    named = [plan.branch, trigger.remote_branch, trigger.local_branch]
    if not any(named):
        named = [name for name in git.branches(repository) if number_in(name) == plan.number]
    default = {'', *git.default_branches(repository)}
    return [name for name in dict.fromkeys(named) if name not in default]


def pusher_of(branches: Sequence[str], context: Context) -> str:
    """The owner of the repository that the plan branch was pushed to, or would be; '' for unknown.

    A merge may have brought in anybody's.
    """
    trigger = context.trigger
    if trigger.kind == 'merge':
        return ''
    pushed_to = trigger.remote or trigger.url
    if not pushed_to and branches:
        pushed_to = git.push_remote(context.repository, branches[0]) or ''
    return pushed_owner(context.repository, pushed_to, context.settings)


def linked_pull(found: Discovered, repo: str) -> int | None:
    """The pull request of that repo (`owner/name`) that a session's log links to, the last one."""
    indexes = [source.index for source in found.sources if source.index is not None]
    links = [link for index in indexes for link in index.pull_requests]
    ours = [link.number for link in links if link.repository.lower() in ('', repo.lower())]
    return ours[-1] if ours else None


def refuse_unless_here(found: Discovered, trigger: Trigger) -> None:
    """A merge reaches everyone who pulls; only machines with a session learn from it."""
    if trigger.needs_session and not any(source.path for source in found.sources):
        raise NotAPlanError('no session of the merged plan is on this machine')


def _review_of(
    context: Context, github: GitHub, plan: PlanIssue, branches: Sequence[str], found: Discovered
) -> Review | None:
    """What was said about the plan's pull request, None without one."""
    if plan.is_pull:
        review: Review | None = github.review_of_plan(plan.number)
    else:
        linked = linked_pull(found, github.address.full_name)
        review = github.review(branches, linked, pusher=pusher_of(branches, context))
    context.say(f'pull request #{review.pull}' if review else 'no pull request, so no comments')
    return review


def _add_review(materials: Materials, context: Context, review: Review | None) -> None:
    """Step 4: the files of a review, if there is one."""
    if review is None:
        materials.facts['pull_request'] = None
        return
    materials.facts['pull_request'] = {'number': review.pull, 'others': list(review.others)}
    materials.comments = review.count
    for name, document in review.documents.items():
        if 'error' in document:
            context.say(f'{name} is incomplete: {document["error"]}')
        kind = name.removeprefix('pr-').removesuffix('.json').replace('-', ' ')
        materials.add_json(name, document, kind)
