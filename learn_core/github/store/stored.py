"""Where a plan's materials are, and what every store can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from learn_core.materials.packed import Packed


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Materials that were sent: a `gist` by its id, or a `ref` as `<ref>@<commit>`; `url` is the
    page of either.
    """

    kind: str = 'gist'
    id: str
    url: str


class Store(Protocol):
    """One place for materials. Every method raises LearnError."""

    kind: str

    def put(self, issue: int, packed: Packed, known: str | None = None, /) -> Stored:
        """The materials in place of the plan's earlier ones, which `known` names."""

    def find(self, issue: int, packed: Packed) -> Stored | None:
        """The place that holds these very materials: an upload whose answer was lost."""

    def fetch(self, where: str) -> dict[str, str]:
        """The files of materials, which may be anybody's."""

    def delete(self, where: str) -> bool:
        """Deletes them; False if they were gone."""
