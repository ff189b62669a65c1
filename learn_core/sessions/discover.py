"""Step 1: the sessions that a plan names, and all that worked on its branch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from learn_core import agents, git
from learn_core.errors import LearnError
from learn_core.sessions.named import named, remote
from learn_core.sessions.places import OTHER, OURS, Home
from learn_core.sessions.search import memory_of, mentioning
from learn_core.sessions.source import (
    KINDS,
    Discovered,
    LeftOut,
    SessionSource,
    kept_out,
    without_repeats,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from learn_core.agents import Entry, Index, Transcript
    from learn_core.git import Commit, Repository
    from learn_core.plans.plan import PlanIssue

MOST_BY_BRANCH = 20
MOST_READ = 50  # transcripts in which the newest session of a repository is looked for
SECONDS_BEFORE = 86_400.0  # a session may be older than the plan that it made
SECONDS_AROUND = 60.0  # a commit is written a moment after the session's last entry


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
    kept: Path | None = None,
) -> Discovered:
    """The sources: planning, implementation, learn, each by their time; no id twice.

    `roots` are the folders of transcripts by agent; `plan` is None until GitHub was asked.
    `kept` is the folder of transcripts that were kept for the plan in case their client deletes
    them.
    """
    search = _Search(repository)
    search.look_into(roots)
    if kept is not None:
        search.look_into({agent: [kept / agent] for agent in agents.AGENTS})
    searched = ', '.join(str(root) for folders in roots.values() for root in folders)
    for wish in named(plan) if plan else ():
        search.add_named(wish, searched)
    for source in remote(plan) if plan else ():
        search.add_remote(source)
    since = _since(plan, branch.commits)
    if branch.names:
        search.add_by_branch(branch, since)
    return search.result(branch.commits, since)


def newest(repository: Repository, roots: Mapping[str, Iterable[Path]]) -> Discovered:
    """The newest session of a repository, for a look at a branch on which no agent has worked.

    None where none of the 50 newest transcripts on this machine is of this repository.
    """
    search = _Search(repository)
    search.look_into(roots)
    found = sorted(search.transcripts.values(), key=_changed, reverse=True)
    for transcript in found[:MOST_READ]:
        index = search.index_of(transcript)
        if index is None or index.not_a_session or index.asks_to_skip or not index.prompts:
            continue
        if search.home.place_of(index.cwds, index.repositories) == OURS:
            source = SessionSource(transcript.session_id, 'impl', 'newest', transcript=transcript)
            return Discovered(sources=(replace(source, index=index),))
    return Discovered(sources=())


@dataclass
class _Search:
    """The state of a search. Each transcript is indexed once."""

    repository: Repository
    found: dict[str, SessionSource] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)  # of those that the plan names
    missing: dict[str, str] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    unread: list[Transcript] = field(default_factory=list)
    transcripts: dict[str, Transcript] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home = Home(self.repository)

    def look_into(self, roots: Mapping[str, Iterable[Path]]) -> None:
        """Lists the transcripts there; a session that is known already is not looked for again."""
        for transcript in agents.find(roots):
            if transcript.unreadable:
                self._leave(transcript, transcript.unreadable)
                self.unread.append(transcript)
            else:
                self.transcripts.setdefault(transcript.session_id, transcript)

    def add_named(self, wish: SessionSource, searched: str) -> None:
        """A session that the plan names, with those that its work went on in."""
        self.kinds[wish.session_id] = wish.kind
        transcript = self.transcripts.get(wish.session_id)
        if transcript is None:
            self.missing[wish.session_id] = f'not on this machine (searched {searched})'
        else:
            self._add(replace(wish, transcript=transcript))

    def add_remote(self, source: SessionSource) -> None:
        """A session that ran elsewhere; taken from this machine if it is here."""
        name = source.session_id
        self.missing.pop(name, None)
        if name in self.found:
            return
        if transcript := self.transcripts.get(name):
            self._add(SessionSource(name, source.kind, source.why, transcript=transcript))
        else:
            self.found[name] = replace(source, kind=self.kinds.get(name, source.kind))

    def add_by_branch(self, branch: PlanBranch, since: float) -> None:
        """All sessions that worked on the branch in this repository, the newest 20."""
        others = [
            transcript
            for session_id, transcript in self.transcripts.items()
            if session_id not in self.indexes and transcript.changed >= since
        ]
        memory = memory_of(self.repository)
        found = mentioning((one for one in others if not one.directory), branch.names, memory)
        found += [one for one in others if one.directory and self._made(one, branch.commits)]
        count = 0
        for transcript in sorted(found, key=_changed, reverse=True):
            if transcript.session_id in self.found:  # as the continuation of another one
                continue
            reason = f'over {MOST_BY_BRANCH}'
            if count < MOST_BY_BRANCH:
                reason = self._why_not(transcript, branch.names)
            if reason:
                self._leave(transcript, reason)
            else:
                count += 1
                name = transcript.session_id
                self._add(SessionSource(name, 'impl', 'branch', transcript=transcript))

    def result(self, commits: Sequence[Commit], since: float) -> Discovered:
        """The sources in their order, without what a person kept out."""
        out = kept_out(self.indexes)
        sources = [source for name, source in self.found.items() if name not in out]
        sources.sort(key=_order)
        known = [source.index for source in sources if source.index is not None]
        ran = [(index.first_time, index.last_time) for index in known]
        alone = [one for one in commits if not any(_is_within(*times, one) for times in ran)]
        return Discovered(
            sources=without_repeats(sources),
            missing={name: why for name, why in self.missing.items() if name not in out},
            left_out=tuple(one for one in self.left_out if one.session_id not in out),
            unread=self._unread_since(since),
            kept_out=frozenset(out & self.indexes.keys()),
            head=commits[0].sha if commits else '',
            commits=len(commits),
            unattended=frozenset(commit.sha for commit in alone),
        )

    def _unread_since(self, since: float) -> dict[str, int]:
        """How many transcripts were not read, by the reason."""
        reasons = [one.unreadable for one in self.unread if one.changed >= since or not one.changed]
        reasons += [one.reason for one in self.left_out if one.reason == agents.NO_PROMPT]
        return dict(Counter(reasons))

    def _add(self, source: SessionSource) -> None:
        """The source and its continuations; what was indexed as no session is left out."""
        while source.transcript is not None and source.session_id not in self.found:
            index = self.index_of(source.transcript)
            reason = 'cannot be read' if index is None else index.not_a_session
            if index is None or reason:
                self._leave(source.transcript, reason)
                self.missing[source.session_id] = reason
                return
            self.found[source.session_id] = replace(source, index=index)
            source = SessionSource(
                session_id=index.successor,
                kind='impl' if source.kind == 'planning' else source.kind,
                why='continuation',
                transcript=self.transcripts.get(index.successor),
            )

    def _why_not(self, transcript: Transcript, names: Sequence[str]) -> str:
        """Why a session that mentions the branch is not one of the plan; empty if it is."""
        if transcript.directory:
            return ''
        folders: dict[str, None] = {}

        def meet(entry: Entry) -> None:
            if entry.branch in names:
                folders[entry.cwd] = None

        index = self.index_of(transcript, meet)
        if index is None:
            return 'cannot be read'
        if index.not_a_session or not folders:
            return index.not_a_session or 'only mentions the branch'
        place = self.home.place_of([*filter(None, folders)], index.repositories)
        if place == OURS or (place != OTHER and self.home.is_named_in(transcript)):
            return ''
        return OTHER if place == OTHER else 'its folder is gone, and it names no repository'

    def _made(self, transcript: Transcript, commits: Sequence[Commit]) -> bool:
        """Whether it ran in this repository while a commit of the branch was made."""
        times = transcript.first_time, transcript.last_time
        ran = any(_is_within(*times, commit) for commit in commits)
        return ran and self.home.place_of([transcript.directory], ()) == OURS

    def index_of(
        self, transcript: Transcript, meet: Callable[[Entry], None] | None = None
    ) -> Index | None:
        """What a transcript holds; None if it cannot be read."""
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


def _changed(transcript: Transcript) -> float:
    return transcript.changed


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


def _is_within(began: str, ended: str, commit: Commit) -> bool:
    first, last = _seconds(began) - SECONDS_AROUND, _seconds(ended) + SECONDS_AROUND
    return any(first <= time <= last for time in (commit.written, commit.made))


def _seconds(time: str) -> float:
    try:
        return datetime.fromisoformat(time.replace('Z', '+00:00')).timestamp()
    except (ValueError, OverflowError):
        return 0.0
