"""Step 1: the sessions that a plan names, and all that worked on its branch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from learn_core import agents, git
from learn_core.errors import LearnError
from learn_core.sessions import copies
from learn_core.sessions.named import named, remote
from learn_core.sessions.places import OTHER, OURS, Home
from learn_core.sessions.search import mentioning
from learn_core.sessions.source import KINDS, Discovered, LeftOut, SessionSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from learn_core.agents import Entry, Index, Transcript
    from learn_core.git import Commit, Repository
    from learn_core.plans.plan import PlanIssue

MOST_BY_BRANCH = 20
SECONDS_BEFORE = 86_400.0  # a session may be older than the plan that it made
SECONDS_AROUND = 60.0  # a commit is written a moment after the session's last entry

_NO_REASON = ''


@dataclass(frozen=True, kw_only=True)
class PlanBranch:
    """What git knows about a plan branch: its name first, then those that it had before, and the
    commits that no default branch has (or that a merge brought in).
    """

    names: tuple[str, ...] = ()
    commits: tuple[Commit, ...] = ()


def branch_of(
    repository: Repository, names: Sequence[str], *, tip: str = '', before: str = ''
) -> PlanBranch:
    """The branch by its names, here and at the remote; `tip` is the commit that was pushed or
    merged, `before` the one before that merge. All may be gone by now.
    """
    if not names:
        return PlanBranch()
    places = ['heads', *(f'remotes/{remote}' for remote in git.remotes(repository))]
    tips = [tip, *(f'refs/{place}/{name}' for name in names for place in places)]
    found = (git.commits_of(repository, one, before=before) for one in tips)
    commits = next((commits for commits in found if commits), [])
    former = [old for name in names for old in git.former_names(repository, name)]
    return PlanBranch(names=tuple(dict.fromkeys([*names, *former])), commits=tuple(commits))


def discover(
    repository: Repository,
    roots: Mapping[str, Iterable[Path]],
    branch: PlanBranch,
    plan: PlanIssue | None = None,
    *,
    memory: Path | None = None,
    kept: Path | None = None,
) -> Discovered:
    """The sources: planning, implementation, learn, each by their time; no id twice.

    `roots` are the folders of transcripts by agent; `plan` is None until GitHub was asked.
    `memory` is a file that remembers which transcripts do not mention the branch, `kept` the folder
    of transcripts that were kept for the plan in case their client deletes them.
    """
    found = _Search(repository, roots)
    if kept is not None:
        found.look_into({agent: [kept / agent] for agent in agents.AGENTS})
    for wish in named(plan) if plan else ():
        found.add_named(wish)
    for source in remote(plan) if plan else ():
        found.add_remote(source)
    since = _since(plan, branch.commits)
    if branch.names:
        found.add_by_branch(branch, since, memory)
    return found.result(branch.commits, since)


@dataclass
class _Search:
    """The state of a search. Each transcript is indexed once."""

    repository: Repository
    roots: Mapping[str, Iterable[Path]]
    found: dict[str, SessionSource] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)  # of those that the plan names
    missing: dict[str, str] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    unread: list[Transcript] = field(default_factory=list)
    transcripts: dict[str, Transcript] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home = Home(self.repository)
        self.look_into(self.roots)

    def look_into(self, roots: Mapping[str, Iterable[Path]]) -> None:
        """Lists the transcripts there; a session that is known already is not looked for again."""
        for transcript in agents.find(roots):
            if transcript.unreadable:
                self._leave(transcript, transcript.unreadable)
                self.unread.append(transcript)
            else:
                self.transcripts.setdefault(transcript.session_id, transcript)

    def add_named(self, wish: SessionSource) -> None:
        """A session that the plan names, with those that its work went on in."""
        self.kinds[wish.session_id] = wish.kind
        transcript = self.transcripts.get(wish.session_id)
        if transcript is None:
            searched = ', '.join(str(root) for roots in self.roots.values() for root in roots)
            self.missing[wish.session_id] = f'not on this machine (searched {searched})'
        else:
            self._add(replace(wish, transcript=transcript))

    def add_remote(self, source: SessionSource) -> None:
        """A session that ran elsewhere; taken from this machine if it is here."""
        known = self.found.get(source.session_id)
        transcript = self.transcripts.get(source.session_id)
        self.missing.pop(source.session_id, None)
        if known is None and transcript is not None:
            local = replace(source, source_type='local', gist_url=None, run_id=None)
            self._add(replace(local, is_packed=False, transcript=transcript))
        elif known is None:
            kind = self.kinds.get(source.session_id, source.kind)
            self.found[source.session_id] = replace(source, kind=kind)

    def add_by_branch(self, branch: PlanBranch, since: float, memory: Path | None) -> None:
        """All sessions that worked on the branch in this repository, the newest 20."""
        others = [
            transcript
            for session_id, transcript in self.transcripts.items()
            if session_id not in self.indexes and transcript.changed >= since
        ]
        without_branch = [one for one in others if one.directory]
        candidates = mentioning(
            (one for one in others if not one.directory), branch.names, memory
        ) + [one for one in without_branch if self._made_commits(one, branch.commits)]
        candidates.sort(key=lambda one: one.changed, reverse=True)
        count = 0
        for transcript in candidates:
            if transcript.session_id in self.found:  # as the continuation of another one
                continue
            reason = f'over {MOST_BY_BRANCH}'
            if count < MOST_BY_BRANCH:
                reason = self._why_not(transcript, branch.names)
            if reason:
                self._leave(transcript, reason)
                continue
            count += 1
            self._add(
                SessionSource(
                    source_type='local',
                    session_id=transcript.session_id,
                    kind='impl',
                    why='branch',
                    transcript=transcript,
                )
            )

    def result(self, commits: Sequence[Commit], since: float) -> Discovered:
        """The sources in their order, without what a person kept out."""
        unread = Counter(
            one.unreadable for one in self.unread if one.changed >= since or not one.changed
        )
        unread.update(one.reason for one in self.left_out if one.reason == agents.NO_PROMPT)
        out = copies.kept_out(self.indexes)
        sources = [source for name, source in self.found.items() if name not in out]
        sources.sort(key=_order)
        alone = [one for one in commits if not any(_ran_at(source, one) for source in sources)]
        return Discovered(
            sources=copies.without_repeats(sources),
            missing={name: why for name, why in self.missing.items() if name not in out},
            left_out=tuple(one for one in self.left_out if one.session_id not in out),
            unread=dict(unread),
            kept_out=frozenset(out & self.indexes.keys()),
            head=commits[0].sha if commits else '',
            commits=len(commits),
            unattended=frozenset(commit.sha for commit in alone),
        )

    def _add(self, source: SessionSource) -> None:
        """The source and its continuations; what was indexed as no session is left out."""
        while source.transcript is not None and source.session_id not in self.found:
            index = self._index(source.transcript)
            reason = 'cannot be read' if index is None else index.not_a_session
            if index is None or reason:
                self._leave(source.transcript, reason)
                self.missing[source.session_id] = reason
                return
            self.found[source.session_id] = replace(source, index=index)
            source = replace(
                source,
                session_id=index.successor,
                kind='impl' if source.kind == 'planning' else source.kind,
                why='continuation',
                transcript=self.transcripts.get(index.successor),
            )

    def _why_not(self, transcript: Transcript, names: Sequence[str]) -> str:
        """Why a session that mentions the branch is not one of the plan; empty if it is."""
        if transcript.directory:
            return _NO_REASON
        folders: dict[str, None] = {}

        def meet(entry: Entry) -> None:
            if entry.branch in names:
                folders[entry.cwd] = None

        index = self._index(transcript, meet)
        if index is None:
            return 'cannot be read'
        if index.not_a_session:
            return index.not_a_session
        if not folders:
            return 'only mentions the branch'
        place = self.home.place_of([*filter(None, folders)], index.repositories)
        if place == OURS or (place != OTHER and self.home.is_named_in(transcript)):
            return _NO_REASON
        return OTHER if place == OTHER else 'its folder is gone, and it names no repository'

    def _made_commits(self, transcript: Transcript, commits: Sequence[Commit]) -> bool:
        """Whether it ran in this repository while a commit of the branch was made."""
        span = _seconds(transcript.first_time), _seconds(transcript.last_time)
        ran = any(_is_within(span, commit) for commit in commits)
        return ran and self.home.place_of([transcript.directory], ()) == OURS

    def _index(
        self, transcript: Transcript, meet: Callable[[Entry], None] | None = None
    ) -> Index | None:
        known = self.indexes.get(transcript.session_id)
        if known is None:
            try:
                known = agents.index_of(agents.read(transcript), meet)
            except LearnError:
                return None
            self.indexes[transcript.session_id] = known
        return known

    def _leave(self, transcript: Transcript, reason: str) -> None:
        self.left_out.append(LeftOut(transcript.session_id, reason, transcript.files[0]))


def _since(plan: PlanIssue | None, commits: Sequence[Commit]) -> float:
    """The earlier of the plan's creation and the branch's first own commit, less a day; 0 if
    neither is known.
    """
    times = [_seconds(plan.created)] if plan is not None and plan.created else []
    times += [float(min(commit.written, commit.made)) for commit in commits]
    return min(times, default=SECONDS_BEFORE) - SECONDS_BEFORE


def _order(source: SessionSource) -> tuple[int, str, bool, str]:
    """A fork begins with the times of the session that it was copied from."""
    index = source.index
    kind = KINDS.index(source.kind)
    if index is None:
        return kind, '~', False, source.session_id
    return kind, index.first_time or '~', bool(index.forked_from), index.last_time


def _ran_at(source: SessionSource, commit: Commit) -> bool:
    index = source.index
    if index is None:
        return False
    return _is_within((_seconds(index.first_time), _seconds(index.last_time)), commit)


def _is_within(span: tuple[float, float], commit: Commit) -> bool:
    first, last = span[0] - SECONDS_AROUND, span[1] + SECONDS_AROUND
    return any(first <= time <= last for time in (commit.written, commit.made))


def _seconds(time: str) -> float:
    try:
        return datetime.fromisoformat(time.replace('Z', '+00:00')).timestamp()
    except (ValueError, OverflowError):
        return 0.0
