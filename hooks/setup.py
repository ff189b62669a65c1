"""What gets a team going: the workflow to commit, and what is missing on this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from learn_core import workflow as receiving

if TYPE_CHECKING:
    import argparse


def workflow(arguments: argparse.Namespace) -> int:
    """Prints a learn.yml to commit, or the prompt that its agent gets."""
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
