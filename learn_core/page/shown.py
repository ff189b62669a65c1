"""What is shown of a plan: everything that the page, its text and its JSON are made from. Pure."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import unescape

from learn_core import redact
from learn_core.materials.packed import MANIFEST, OVERVIEW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from learn_core.materials.packed import Packed
    from learn_core.redact import Suspect

Stage = Literal[
    'preview',  # gathered for a look: there may be no plan, no token and no network
    'dry run',
    'held',  # waits for a person
    'scheduled',  # `when` is the time
    'waiting',  # for a network, a token, GitHub: `note` has the error
    'uploaded',  # the materials are there, the workflow was not started
    'sent',  # `when` is the time
    'failed',
    'dropped',
    'unsent',  # there was nothing new to send
]

_NODE_ID = re.compile(r'"id": "[A-Z]+_\w+"')  # GitHub's, of a thread or a comment


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One plan's materials and what became of them. Times are seconds since 1970, 0 for none.

    `name` is what a command calls the plan (`123`), `store` where the materials go: a secret gist
    or a ref of the workflow's repository. `may_have_arrived` says that an upload was started and
    its answer never came. `files` are the packed ones, names and texts, none before that;
    `missing` (`session_id`, `reason`), `left_out` and `replaced` tell what the run left out and
    redacted; `suspicious` is None where nobody looked. `requests` are those of the plan's record.
    """

    name: str
    plan: int = 0
    plan_url: str = ''
    title: str = ''
    stage: Stage
    when: float = 0.0
    note: str = ''
    may_have_arrived: bool = False
    store: Literal['gist', 'ref'] = 'gist'
    host: str = ''
    account: str = ''
    gist_url: str = ''
    workflow_url: str = ''
    pull: int = 0
    other_pulls: Sequence[int] = ()
    trigger: str = ''
    began: float = 0.0
    directory: str = ''
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    manifest: Mapping[str, Any] = field(default_factory=dict, repr=False)
    digest: str = ''
    sha256: str = ''
    size: int = 0
    missing: Sequence[Mapping[str, str]] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    replaced: Mapping[str, int] = field(default_factory=dict)
    suspicious: Sequence[Suspect] | None = None
    requests: Sequence[Mapping[str, Any]] = ()
    history: Sequence[str] = ()


def with_pack(shown: Shown, packed: Packed) -> Shown:
    """The same with the files of a pack of ours, and what its manifest says, which was checked when
    it was unpacked or made.
    """
    manifest = json.loads(packed.files.get(MANIFEST, '{}'))
    pull = manifest.get('pull_request') or {}
    return replace(
        shown,
        files=packed.files,
        manifest=manifest,
        digest=packed.digest,
        sha256=packed.sha256,
        size=packed.size,
        missing=manifest.get('missing', ()),
        left_out=manifest.get('left_out', {}),
        replaced=manifest.get('redactions', {}),
        pull=pull.get('number') or 0,
        other_pulls=pull.get('others', ()),
        suspicious=_suspicious(packed.files),
    )


def _suspicious(files: Mapping[str, str]) -> list[Suspect]:
    """The lines of all files that look most like a secret, as one text is searched."""
    names = sorted(files.keys() - {MANIFEST, OVERVIEW})
    starts = [0, *accumulate(files[name].count('\n') + 1 for name in names)]
    text = unescape('\n'.join([files[name] for name in names]))  # no line's number changes
    found = []
    for one in redact.suspects(_NODE_ID.sub('', text)):
        at = bisect_right(starts, one.line - 1) - 1
        found.append(one._replace(file=names[at], line=one.line - starts[at]))
    return found
