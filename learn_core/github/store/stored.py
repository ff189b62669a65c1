"""Where a plan's materials are, and what every store can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from learn_core.materials.packed import Packed

REFS = 'refs/'
GIST_INPUT, REF_INPUT = 'gist_url', 'materials_ref'


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Materials that were sent: a gist by its id, or a ref as `<ref>@<commit>`. `url` is the page
    of either.
    """

    id: str
    url: str

    @property
    def kind(self) -> str:
        """`gist` or `ref`."""
        return 'ref' if self.id.startswith(REFS) else 'gist'

    @property
    def place(self) -> str:
        """The gist's id or the ref: the same for all materials of a plan."""
        return self.id.partition('@')[0]

    @property
    def given(self) -> tuple[str, str]:
        """The workflow's input that takes it, and its value."""
        return (REF_INPUT, self.id) if self.kind == 'ref' else (GIST_INPUT, self.url)


class Store(Protocol):
    """One kind of place for materials; `said` completes "uploading …", `home` is the page of the
    repository that they are in, '' for a gist. Every method raises LearnError.
    """

    kind: str
    said: str
    home: str

    def put(self, issue: int, packed: Packed, known: str | None = None, /) -> Stored:
        """The materials in place of the plan's earlier ones, which `known` names."""

    def find(self, issue: int, packed: Packed) -> Stored | None:
        """The place that holds these very materials: an upload whose answer was lost."""

    def fetch(self, where: str, /) -> dict[str, str]:
        """The files of materials, which may be anybody's, by what the workflow was given."""

    def delete(self, place: str, /) -> bool:
        """Deletes the materials at a place; False if they were gone."""
