"""No text keeps a regular expression of ours busy: each runs against input made to do that."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import warnings
from functools import lru_cache
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import hooks
import learn_core
import learn_demo
from learn_core.redact.engine.time_limit import OverdueError, interrupted

with warnings.catch_warnings():
    warnings.simplefilter('ignore')  # it has another name since Python 3.11
    import sre_constants as codes
    import sre_parse as parser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

LENGTH = 8_000  # characters of a hostile text: a quadratic pattern takes 32e6 steps
SECONDS = 0.03  # of processor time; a linear pattern takes a millisecond
PROBES = 'an0A_-.+/= \t\n\\"\'`:;,<>()[]{}|&#%$@*~→'
ENDS = ('\0', '', '\n', '!', 'PRIVATE KEY')
MOST = 80  # hostile texts for one pattern
AT_START = {'match', 'fullmatch'}


class Ours(NamedTuple):
    """A pattern, where it was compiled, and whether it is matched at the start only."""

    place: str
    pattern: str
    flags: int
    is_anchored: bool


def modules() -> Iterator[ModuleType]:
    for package in (hooks, learn_core, learn_demo):
        for found in pkgutil.walk_packages(package.__path__, f'{package.__name__}.'):
            if not found.name.endswith('__main__'):
                yield importlib.import_module(found.name)


def calls_of(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function or method, with the name of what it is called on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on = node.func.value
            yield on.id if isinstance(on, ast.Name) else '', node


@lru_cache
def patterns() -> tuple[Ours, ...]:
    """The patterns that modules hold, in any structure, and those that stand in a call of `re`."""
    found = {}
    for module in modules():
        tree = ast.parse(Path(str(module.__file__)).read_text('utf-8'))
        calls = list(calls_of(tree))
        for name, value in vars(module).items():
            methods = {call.func.attr for on, call in calls if on == name}  # type: ignore[attr-defined]
            for one in held(value):
                place = f'{module.__name__}:{name}'
                anchored = bool(methods) and methods <= AT_START
                found[one.pattern, one.flags] = Ours(place, *source(one), anchored)
        texts = {source(one)[0] for value in vars(module).values() for one in held(value)}
        for on, call in calls:
            if on == 're' and call.args and isinstance(call.args[0], ast.Constant):
                name, text = call.func.attr, call.args[0].value  # type: ignore[attr-defined]
                if isinstance(text, str) and name != 'escape' and text not in texts:
                    place = f'{module.__name__}:{call.lineno}'
                    found.setdefault((text, 0), Ours(place, text, 0, name in AT_START))
    return tuple(found.values())


def source(pattern: re.Pattern[Any]) -> tuple[str, int]:
    text = pattern.pattern
    return (
        text.decode('latin-1') if isinstance(text, bytes) else text
    ), pattern.flags & ~re.UNICODE


def held(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict) and depth < 3:
        yield from chain.from_iterable(held(one, depth + 1) for one in value.values())
    elif isinstance(value, (list, tuple, set, frozenset)) and depth < 3:
        yield from chain.from_iterable(held(one, depth + 1) for one in value)
    elif closure := getattr(value, '__closure__', None):
        cells = [cell.cell_contents for cell in closure]
        yield from chain.from_iterable(held(one, depth + 1) for one in cells)


def hostile(pattern: str, flags: int) -> Iterator[str]:
    """Texts in which a part of the pattern that repeats is found again and again, in each of the
    ways in which it can be, and then comes something that does not fit.
    """
    tree: Any = parser.parse(pattern, flags)
    for head, body in repeats(list(tree), ''):
        for pump in dict.fromkeys(pumps(body)):
            times = LENGTH // len(pump)
            for end in ENDS:
                yield head + pump * times + end


def repeats(nodes: list[Any], head: str) -> Iterator[tuple[str, list[Any]]]:
    """Every repeated part, with a text that leads to it."""
    for code, argument in nodes:
        if code in REPEATS and argument[1] > 8:
            yield head, list(argument[2])
        for inner in insides(code, argument):
            yield from repeats(inner, head)
        head += next(samples([(code, argument)]), '')


REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, getattr(codes, 'POSSESSIVE_REPEAT', None)}


def insides(code: Any, argument: Any) -> list[list[Any]]:
    if code in REPEATS:
        return [list(argument[2])]
    if code == codes.SUBPATTERN:
        return [list(argument[3])]
    if code == codes.BRANCH:
        return [list(one) for one in argument[1]]
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [list(argument[1])]
    if code == getattr(codes, 'ATOMIC_GROUP', None):
        return [list(argument)]
    return []


def pumps(body: list[Any]) -> Iterator[str]:
    """What the repeated part may be: its samples, two of them, and single characters."""
    own = [one for one in islice(samples(body), 40) if one]
    yield from own
    yield from (one + two for one, two in pairwise(own))
    firsts = {one[0] for one in own}
    yield from (one for one in PROBES if one in firsts or len(body) == 1)


def samples(nodes: list[Any]) -> Iterator[str]:
    """Some texts that the nodes match; one at least, if only ''."""
    if not nodes:
        yield ''
        return
    options = list(islice(of_node(*nodes[0]), 30)) or ['']
    rest = list(islice(samples(nodes[1:]), 4))
    for at in range(max(len(options), len(rest))):
        yield options[at % len(options)] + rest[at % len(rest)]


def of_node(code: Any, argument: Any) -> Iterator[str]:
    if code == codes.LITERAL:
        yield chr(argument)
    elif code in (codes.IN, codes.ANY, codes.NOT_LITERAL):
        one = re.compile(charset(code, argument), re.DOTALL) if code == codes.IN else None
        fits = [probe for probe in PROBES if one is None or one.match(probe)]
        yield from fits or [first_of(argument)]
    elif code in REPEATS:
        least = max(argument[0], 1)
        yield from (one * min(least, 64) for one in islice(samples(list(argument[2])), 30))
    elif code == codes.BRANCH:
        for inner in insides(code, argument):
            yield from islice(samples(inner), 2)
    elif code in (codes.SUBPATTERN, getattr(codes, 'ATOMIC_GROUP', None)):
        yield from samples(insides(code, argument)[0])


def charset(_: Any, items: Any) -> str:
    """The class of characters, written again."""
    names = {
        codes.CATEGORY_DIGIT: r'\d', codes.CATEGORY_NOT_DIGIT: r'\D',
        codes.CATEGORY_SPACE: r'\s', codes.CATEGORY_NOT_SPACE: r'\S',
        codes.CATEGORY_WORD: r'\w', codes.CATEGORY_NOT_WORD: r'\W',
    }  # fmt: skip
    text = ''
    for code, argument in items:
        if code == codes.NEGATE:
            text += '^'
        elif code == codes.LITERAL:
            text += re.escape(chr(argument))
        elif code == codes.RANGE:
            text += f'{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}'
        else:
            text += names[argument]
    return f'[{text}]'


def first_of(items: Any) -> str:
    for code, argument in items if isinstance(items, list) else ():
        if code == codes.LITERAL:
            return chr(argument)
        if code == codes.RANGE:
            return chr(argument[0])
    return 'a'


def takes_too_long(one: Ours) -> str:
    """The beginning of a text that the pattern does not finish in time, or ''."""
    compiled = re.compile(one.pattern, one.flags & ~re.DEBUG)
    look = compiled.match if one.is_anchored else compiled.search
    for text in dict.fromkeys(islice(hostile(one.pattern, one.flags), MOST)):
        if all(overdue(look, text) for _ in range(3)):  # once may be the garbage collector
            return repr(text[:60])
    return ''


def overdue(look: Callable[[str], object], text: str) -> bool:
    try:
        interrupted(SECONDS, lambda: look(text))
    except OverdueError:
        return True
    return False


def test_all_patterns_are_found() -> None:
    places = {one.place.partition(':')[0] for one in patterns()}
    assert len(patterns()) > 120
    assert {'learn_core.redact.judge.blocks', 'learn_demo.rest'} <= places


@pytest.mark.parametrize('one', patterns(), ids=lambda one: one.place)
def test_no_text_keeps_a_pattern_busy(one: Ours) -> None:
    assert not takes_too_long(one)


def test_the_hostile_texts_are_hostile() -> None:
    for pattern in ('(a+)+b', '(?:ab|a|b)*c', r'(?:(?:pass|word|password)[\W_]?)*x', r'\s+$'):
        assert takes_too_long(Ours('', pattern, 0, False))
