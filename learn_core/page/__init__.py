"""A plan's materials before a person's eyes: as a page, as text, as JSON. The door of the room."""

from __future__ import annotations

from learn_core.page.forms import json_of, text_of, write_page
from learn_core.page.model import shown_of
from learn_core.page.shown import Shown, with_pack

__all__ = ['Shown', 'json_of', 'shown_of', 'text_of', 'with_pack', 'write_page']
