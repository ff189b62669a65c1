"""The worlds of the promises, for the hooks in this process."""

from __future__ import annotations

from tests.promises.conftest import bare_world, hook_files, python, world

__all__ = ['bare_world', 'hook_files', 'python', 'world']
