"""A team's settings, as `args:` of the hooks in `.pre-commit-config.yaml` or of `install`.

They choose which branches are plans and where materials go. Consent, URLs, tokens and exceptions of
redaction are the person's alone, and no option here.
"""

from __future__ import annotations

KEYS = {
    '--plans': 'learn-hook.plans',
    '--branches': 'learn-hook.branches',
    '--plan-labels': 'learn-hook.planlabels',
    '--workflow': 'learn-hook.workflow',
    '--ref': 'learn-hook.ref',
    '--store': 'learn-hook.store',
}


def settings_in(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """git config's keys with their values (several as lines), and the words that are no option of
    a team: `--plans any` and `--plans=any` are the same.
    """
    found: dict[str, str] = {}
    others = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        flag, has_value, value = word.partition('=')
        if flag not in KEYS or not (has_value or rest):
            others.append(word)
            continue
        key, value = KEYS[flag], value if has_value else rest.pop(0)
        found[key] = f'{found[key]}\n{value}' if key in found else value
    return found, others
