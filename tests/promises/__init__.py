"""Whole runs on real input: real git, real processes, the stand-in GitHub."""
