"""A plan's materials before a person's eyes: as a page, as text, as JSON. The door of the room."""

from __future__ import annotations

from learn_core.page.document import json_of
from learn_core.page.html import write_page
from learn_core.page.model import shown_of
from learn_core.page.pack import facts_of, preview_of
from learn_core.page.shown import Missing, Request, Shown, Suspicious
from learn_core.page.text import text_of

__all__ = [
    'Missing',
    'Request',
    'Shown',
    'Suspicious',
    'facts_of',
    'json_of',
    'preview_of',
    'shown_of',
    'text_of',
    'write_page',
]
