"""What is still missing after `install`, found without a request to GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn_core import git
from learn_core.doctor.case import Case
from learn_core.errors import LearnError
from learn_core.github import no_token, variable_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_FOLDER = '.github/workflows'


def next_steps(folder: Path, environ: Mapping[str, str]) -> list[str]:
    """A line for each thing that is missing, and what to run then."""
    lines = [f'next: {step}' for step in _missing(Case(folder, environ))]
    return [*lines, 'next: learn-hook doctor checks the rest; learn-hook preview shows what leaves']


def _missing(case: Case) -> Iterator[str]:
    try:
        github = case.github[0]
    except LearnError as error:
        yield str(error)
        return
    host, file = github.address.host, f'{_FOLDER}/{case.settings.workflow}'
    if not github.token:
        yield str(no_token(host, variable_for(host)))
    if not git.has_file(case.repository, file, case.settings.ref):
        yield f'there is no {file} here; commit it: learn-hook workflow > {file}'
