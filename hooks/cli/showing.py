"""`learn-hook show`: what leaves, or left, before a person's eyes."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from hooks.cli.here import here
from hooks.cli.waiting import chosen
from learn_core import git, status
from learn_core.errors import LearnError, say_on_stderr
from learn_core.pipeline.policy import as_agreed
from learn_core.plans import record as plan_record
from learn_core.plans.fields import home

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from learn_core.page import Shown
    from learn_core.plans.fields import PlanRecord


def show(arguments: argparse.Namespace) -> int:
    """What left with a plan, or will leave: its packed bytes as a page, as text or as JSON."""
    from learn_core.page import shown_of

    repository, settings = here()
    record = chosen(repository.common, arguments.plan)
    plan = f'plan {record.plan.full_name}'
    try:
        shown = shown_of(as_agreed(record, settings), settings.store)
    except LearnError:
        if status.is_busy(record):
            raise LearnError(f'{plan} is being prepared; try again in a moment') from None
        raise
    if record.is_waiting and not record.is_ready:
        say_on_stderr(f'{plan} waits with something newer, which is not prepared yet')
    _mark_shown(record)
    _put_out(shown, arguments, record.folder / 'page.html')
    return 0


def preview(arguments: argparse.Namespace) -> int:
    """What this machine would send for a branch; makes no request, needs neither token nor plan."""
    from learn_core.pipeline.preview import preview as previewed

    repository, settings = here()
    branch = arguments.branch or git.current_branch(repository) or ''
    shown = previewed(branch, repository, settings, say_on_stderr)
    folder = home(repository.common)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _put_out(shown, arguments, folder / 'preview.html')
    return 0


def _put_out(shown: Shown, arguments: argparse.Namespace, page: Path) -> None:
    """As JSON, as text, or as a page that opens where there is a screen."""
    from learn_core.page import json_of, write_page

    now = time.time()
    if arguments.json:
        sys.stdout.writelines(json_of(shown, now))
    elif arguments.text or arguments.full:
        _say_paged(shown, now, full=arguments.full)
    else:
        path = (arguments.output or page).absolute()
        write_page(shown, path, now)
        sys.stdout.write(f'{path}\n')
        if not arguments.no_open and _has_browser():
            import webbrowser

            webbrowser.open(path.as_uri())


def _say_paged(shown: Shown, now: float, *, full: bool) -> None:
    """In a terminal through its pager, folded to its width; elsewhere line by line as it is."""
    import pydoc
    import shutil

    from learn_core.page import text_of

    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        pydoc.pager('\n'.join(text_of(shown, now, width, full=full)) + '\n')
    else:
        width = int(os.environ.get('COLUMNS') or sys.maxsize)
        sys.stdout.writelines(f'{line}\n' for line in text_of(shown, now, width, full=full))


def _has_browser() -> bool:
    """Does a person sit before a screen that can show a page?"""
    screens = ('BROWSER', 'DISPLAY', 'WAYLAND_DISPLAY')
    has_screen = sys.platform in {'darwin', 'win32'} or any(map(os.environ.get, screens))
    return sys.stdout.isatty() and has_screen


def _mark_shown(record: PlanRecord) -> None:
    """What was shown before it went is what goes: the worker reads this mark."""
    with plan_record.claimed(record) as now:
        if now is not None and now.prepared is not None and now.is_ready:
            shown = replace(now.prepared, shown=True)
            plan_record.change(now, prepared=shown)
