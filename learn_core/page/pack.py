"""What a pack says of itself: the share of `Shown` that needs no record of a plan. Pure."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypedDict
from xml.sax.saxutils import unescape

from learn_core import redact
from learn_core.materials.packed import MANIFEST, OVERVIEW
from learn_core.page.shown import Missing, Shown, Suspicious

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learn_core.materials.packed import Packed
    from learn_core.redact import Suspect


_NODE_ID = re.compile(r'"id": "[A-Z]+_\w+"')  # GitHub's, of a thread or a comment


class PackFacts(TypedDict, total=False):
    """Fields of `Shown` that come out of a pack."""

    files: Mapping[str, str]
    manifest: Mapping[str, Any]
    digest: str
    sha256: str
    size: int
    missing: tuple[Missing, ...]
    left_out: Mapping[str, int]
    replaced: Mapping[str, int]
    pull: int
    other_pulls: tuple[int, ...]
    suspicious: tuple[Suspicious, ...]


def facts_of(packed: Packed) -> PackFacts:
    """The facts of a pack of ours, whose manifest was checked when it was unpacked or made."""
    manifest = json.loads(packed.files.get(MANIFEST, '{}'))
    pull = manifest.get('pull_request') or {}
    return {
        'files': packed.files,
        'manifest': manifest,
        'digest': packed.digest,
        'sha256': packed.sha256,
        'size': packed.size,
        'missing': tuple(map(_missing, manifest.get('missing', []))),
        'left_out': manifest.get('left_out', {}),
        'replaced': manifest.get('redactions', {}),
        'pull': pull.get('number') or 0,
        'other_pulls': tuple(pull.get('others', [])),
        'suspicious': _suspicious(packed.files),
    }


def preview_of(packed: Packed, *, plan: int = 0, title: str = '', note: str = '') -> Shown:
    """What was gathered on this machine for a look; without a plan `plan` is 0."""
    name = str(plan or '')
    return Shown(name=name, plan=plan, title=title, stage='preview', note=note, **facts_of(packed))


def _missing(one: Mapping[str, object]) -> Missing:
    return Missing(str(one.get('session_id', '')), str(one.get('reason', '')))


def _suspicious(files: Mapping[str, str]) -> tuple[Suspicious, ...]:
    """The lines of all files that look most like a secret, as one text is searched."""
    names = sorted(files.keys() - {MANIFEST, OVERVIEW})
    starts = [0, *accumulate(files[name].count('\n') + 1 for name in names)]
    text = unescape('\n'.join([files[name] for name in names]))  # no line's number changes
    text = _NODE_ID.sub('', text)

    def placed(one: Suspect) -> Suspicious:
        at = bisect_right(starts, one.line - 1) - 1
        place = (names[at], one.line - starts[at])
        return Suspicious(*place, one.text, one.times, one.why, one.command)

    return tuple(map(placed, redact.suspects(text)))
