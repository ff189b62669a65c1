"""What leaves, shown: the packed bytes of a run as a page, text or JSON. The door of the room."""

from __future__ import annotations

from learn_core.page.document import json_of
from learn_core.page.html import write_page
from learn_core.page.model import Page, page_of
from learn_core.page.text import text_of

__all__ = ['Page', 'json_of', 'page_of', 'text_of', 'write_page']
