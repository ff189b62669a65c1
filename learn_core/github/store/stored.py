"""Materials that were sent, and what the two kinds of places for them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.materials.packed import part_names

if TYPE_CHECKING:
    from learn_core.materials.packed import Packed

REFS = 'refs/'
INPUTS = {'gist': 'gist_url', 'ref': 'materials_ref'}  # of the workflow

MOST_BYTES = 50 * 1024 * 1024  # of all materials, written or read
MOST_FILES = 300  # GitHub lists no more of a gist
_MOST_FILE_BYTES = 10 * 1000 * 1000  # GitHub gives no larger file of a gist, whole or in part


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
        return INPUTS[self.kind], self.id if self.kind == 'ref' else self.url


def description_of(issue: int) -> str:
    """What the materials of a plan are called."""
    return f'Learn materials for plan #{issue}'


def files_of(issue: int, packed: Packed) -> dict[str, str]:
    """What is sent, by its names. Raises LearnError for what could not be read back."""
    largest = max((len(part.encode()) for part in packed.parts), default=0)
    if largest > _MOST_FILE_BYTES:
        raise LearnError(
            f'one file of the materials has {largest:,} bytes, and GitHub gives no file of a gist '
            f'beyond {_MOST_FILE_BYTES:,}; nothing was sent (learn-hook --dry-run says where it is)'
        )
    if packed.size > MOST_BYTES or len(packed.parts) > MOST_FILES:
        raise LearnError(
            f'the materials have {packed.size:,} bytes in {len(packed.parts)} files, and no more '
            f'than {MOST_BYTES:,} in {MOST_FILES} can be read out of a gist; nothing was sent'
        )
    return dict(zip(part_names(issue, len(packed.parts)), packed.parts, strict=True))
