"""How long records, and what lies beside them, are kept."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from learn_core.plans import record as plan_record
from learn_core.plans.fields import home
from learn_core.plans.kept import release_logs
from learn_core.push.spawn import is_alive

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.plans.fields import PlanRecord

MOST_DAYS = 90
_KEPT = (plan_record.FILE, plan_record.DAMAGED, 'log', 'log.1', 'lock')


def delete_packed(folder: Path) -> None:
    """Deletes the packed files of a record, and what was shown of them."""
    for name in os.listdir(folder) if folder.is_dir() else ():
        file = folder / name
        if name not in _KEPT and not name.startswith('.') and file.is_file():
            file.unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Deletes what was kept and packed, of dry runs as well."""
    release_logs(folder)
    delete_packed(folder)
    shutil.rmtree(folder / 'dry', ignore_errors=True)


def tidy(common: Path, now: float) -> list[PlanRecord]:
    """Enforces the limit of age. Returns the records that were given up.

    A record that has something at GitHub stays, for `forget` needs it. Raises LearnError.
    """
    top = home(common) / 'plans'
    for folder in (*top.glob('.*-*'), *top.glob('*/*/*/.*-*')):  # a delete that was cut off
        pid = folder.name.rpartition('-')[2]
        if pid.isdigit() and not is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
    plan_record.clear_aside(common)
    given_up = []
    for record in plan_record.records(common):
        with plan_record.claimed(record) as current:
            if current is None or now - _began(current) <= MOST_DAYS * 86_400:
                continue
            if current.is_waiting:
                why = f'given up after {MOST_DAYS} days: {current.error}'
                clear(current.folder)
                gone = plan_record.finish(current, current.of, 'failed', why, prepared=None)
                given_up.append(gone)
            elif not (current.places or current.stopped):
                plan_record.delete(current)
    return given_up


def _began(record: PlanRecord) -> float:
    """When something was last wanted or done."""
    wanted_at = record.trigger.at if record.trigger is not None else 0.0
    return wanted_at or max(record.made, *(outcome.at for outcome in record.history[-1:]), 0.0)
