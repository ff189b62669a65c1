"""Two records of one plan become one: its place was not known, or its repository was renamed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from learn_core.plans.record import (
    MOST_HISTORY,
    delete,
    enter,
    read,
    records,
    short_lock,
    unwritten,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.plans.record import PlanRecord


def twin(record: PlanRecord, place: Path, node_id: str) -> PlanRecord | None:
    """Another record of the same plan, which this one is to become part of: the one at its place,
    or an older one of the same node id (of a repository that was renamed).
    """
    for other in records(record.common):
        is_same = other.folder == place or (node_id and other.plan.node_id == node_id)
        is_new = record.folder.name.startswith('new-')
        if other.folder != record.folder and is_same and (is_new or other.made < record.made):
            return other
    return None


def put_together(record: PlanRecord, other: PlanRecord) -> PlanRecord:
    """What a record holds becomes part of another one of the same plan; both locks are held."""
    if record.wanted is not None:
        enter(other.folder, record.wanted.trigger, record.wanted.id, other.plan)
    with short_lock(other.folder):
        mine = read(other.folder) or other
        released = record.released or mine.released
        joint = replace(
            mine,
            due=record.due if record.wanted is not None else mine.due,
            error=record.error or mine.error,
            released=released,
            sent=mine.sent or record.sent,
            places=tuple(dict.fromkeys((*record.places, *mine.places))),
            history=(*record.history, *mine.history)[-MOST_HISTORY:],
        )
        joint = written(joint)
    delete(record)
    return joint


def moved(record: PlanRecord, place: Path) -> PlanRecord:
    """The record at the place that is its own from now on. Raises LearnError."""
    with short_lock(place):
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            record.folder.rename(place)
        except OSError as error:
            raise unwritten(place, error) from error
    return replace(record, folder=place)
