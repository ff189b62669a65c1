"""What gets a team going: the workflow to commit, and what is missing on this machine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def workflow(arguments: argparse.Namespace) -> int:
    """Prints a learn.yml to commit, or the prompt that its agent gets."""
    from learn_core.receive import workflow as receiving

    if arguments.prompt:
        print(receiving.prompt(os.environ), end='')
        return 0
    text = receiving.learn_yml(
        install_from=arguments.install_from,
        command=arguments.agent or receiving.COMMAND,
        secrets=arguments.secret or [receiving.SECRET],
    )
    print(text, end='')
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    """What is missing here, and how to mend it; 1 if something is broken."""
    from learn_core.doctor import BROKEN, examine, shown

    rows = examine(Path.cwd(), os.environ)
    found = list(rows if arguments.json else shown(rows))
    if arguments.json:
        print(json.dumps({'rows': [row._asdict() for row in found]}))
    return int(any(row.mark == BROKEN for row in found))
