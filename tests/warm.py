"""Workers that start warm: whole pushes by real git, real hooks and a process per worker, without
the two seconds in which each worker loads the scanner, the vocabulary and the client.

A hook starts the worker with the Python that runs it. `launcher` makes a folder that looks like a
virtual environment to that Python; its `bin/python` hands `-m learn_core.worker.loop` to a server
that has everything loaded and forks, and is the real Python for anything else. Faults and real
hook managers start every worker cold.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAUNCHER = """\
#!{python} -IS
import os, sys
if sys.argv[1:4] == ['-I', '-m', 'learn_core.worker.loop']:
    import socket
    with socket.socket(socket.AF_UNIX) as server:
        server.connect({address!r})
        environ = [name + b'=' + value for name, value in os.environb.items()]
        words = map(os.fsencode, [os.getcwd(), *sys.argv[4:]])
        socket.send_fds(server, [b'go'], [0, 1, 2])
        server.sendall(b'\\0'.join([*words, b'', *environ]))
        server.shutdown(socket.SHUT_WR)
        code = server.recv(1)
    os._exit(code[0] if code else 1)
os.execv({python!r}, sys.argv)
"""


@contextmanager
def launcher(place: Path) -> Iterator[Path]:
    """The Python that starts workers warm, until the block ends."""
    address, python = str(place / 'socket'), place / 'bin' / 'python'
    python.parent.mkdir()
    python.write_text(_LAUNCHER.format(python=sys.executable, address=address), encoding='utf-8')
    python.chmod(0o755)
    (python.parent / 'learn-hook').symlink_to(Path(sys.executable).with_name('learn-hook'))
    home = Path(sys.base_prefix) / 'bin'
    (place / 'pyvenv.cfg').write_text(f'home = {home}\n', encoding='utf-8')
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        descriptor = listener.fileno()
        words = (sys.executable, '-m', 'tests.warm', str(descriptor))
        root = Path(__file__).parents[1]
        with subprocess.Popen(words, cwd=root, pass_fds=[descriptor]) as server:
            try:
                yield python
            finally:
                server.terminate()


def _serve(listener: socket.socket) -> None:
    """Forks a worker for each launcher that connects."""
    import signal

    from learn_core.pipeline import run as _run  # noqa: F401 - loaded, not used
    from learn_core.preprocess.xml.tokens import encoding
    from learn_core.redact import Redactor
    from learn_core.worker import loop as _loop  # noqa: F401 - likewise

    __import__('ghapi.core')
    __import__('learn_core.github.http.wire')
    encoding()
    Redactor()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the workers
    while True:
        caller, _ = listener.accept()
        with caller:
            if os.fork() == 0:
                listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _work(caller)


def _work(caller: socket.socket) -> None:
    """Becomes the worker that the launcher asks for."""
    code = 1
    try:
        _, descriptors, _, _ = socket.recv_fds(caller, 2, 3)
        with caller.makefile('rb') as file:
            before, _, after = file.read().partition(b'\0\0')
        for target, descriptor in enumerate(descriptors):
            os.dup2(descriptor, target)
            os.close(descriptor)
        folder, *words = map(os.fsdecode, before.split(b'\0'))
        os.environ.clear()
        for line in after.split(b'\0'):
            name, _, value = line.partition(b'=')
            os.environb[name] = value
        os.chdir(folder)
        sys.argv = ['learn_core.worker.loop', *words]
        from learn_core.worker.loop import main

        code = main()
    finally:
        caller.sendall(bytes([code]))
        os._exit(code)


if __name__ == '__main__':
    _serve(socket.socket(fileno=int(sys.argv[1])))
