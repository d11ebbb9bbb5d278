# SPDX-License-Identifier: Apache-2.0
"""A place to run weir-sql in, again and again: folders in memory, a clean environment, a time limit."""

import os
import pathlib
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import threading

KILLED = 137        # how a process ends at its crash point (engine/base/effects.c)
HUNG = 124
NOW = '2026-01-01T00:00:00Z'
TIME_LIMIT = 60


def memory_folder(prefix):
    """A new folder on tmpfs where there is one: a kill does not need the disk."""
    base = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
    return pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=base))


class Outcome:
    """How one run of weir-sql ended."""

    def __init__(self, status, errors):
        self.status = status
        self.errors = errors

    def __str__(self):
        return f'exit {self.status}: {self.errors.strip()[-600:]}'


class ForkServer:
    """weir-sql, loaded once and forked for each run (forkserver.c)."""

    def __init__(self, program, library, environment, errors):
        self.errors = errors
        # A pipe of their own: standard output of the children is another.
        self.process = subprocess.Popen([program], env={**environment, 'LD_PRELOAD': str(library)}, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)

    def run(self, arguments, variables):
        words = [str(self.errors), *(f'{name}={value}' for name, value in variables.items()), '', *map(str, arguments)]
        order = b''.join(word.encode() + b'\0' for word in words)
        self.process.stdin.write(struct.pack('=I', len(order)) + order)
        child = self.answer()
        ready, _, _ = select.select([self.process.stdout], [], [], TIME_LIMIT)
        if not ready:
            os.kill(child, signal.SIGKILL)
        status = self.answer()
        errors = self.errors.read_text(encoding='utf-8', errors='replace')
        return Outcome(os.waitstatus_to_exitcode(status) if ready else HUNG, errors)

    def answer(self):
        data = b''
        while len(data) < 4:
            more = self.process.stdout.read(4 - len(data))
            if not more:
                raise RuntimeError('the fork server is gone')
            data += more
        return struct.unpack('=i', data)[0]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Lab:
    """Knows the program, and holds what all runs share."""

    def __init__(self, build, keep=None):
        self.program = pathlib.Path(build).resolve() / 'app' / 'sql' / 'weir-sql'
        self.library = pathlib.Path(build).resolve() / 'tests' / 'torture' / 'libtorture-forkserver.so'
        self.servers = {}           # by thread
        self.preload = pathlib.Path(build).resolve() / 'tests' / 'torture' / 'libtorture-preload.so'
        self.root = memory_folder('weir-torture-')
        self.keep = keep
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith('WEIR_')}
        self.environment.update(G_DEBUG='fatal-criticals', GSETTINGS_BACKEND='memory', TZ='UTC', G_SLICE='always-malloc',
                                # A snapshot and a new segment of the log behind every second batch.
                                WEIR_SNAPSHOT_BATCHES='2', WEIR_RETAIN_BATCHES='2')

    def close(self):
        for server in self.servers.values():
            server.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def server(self):
        """The fork server of the thread; None where there is none (a build with sanitizers)."""
        thread = threading.get_ident()
        if thread not in self.servers and self.library.exists():
            self.servers[thread] = ForkServer(self.program, self.library, self.environment, self.root / f'errors-{thread}')
        return self.servers.get(thread)

    def run(self, script, options=(), threads=1, **variables):
        """Runs the script (a path). `variables` are added to the environment."""
        arguments = ['--now', NOW, '--threads', threads, *options, '-f', script]
        if 'LD_PRELOAD' not in variables and self.server():
            return self.server().run(arguments, variables)
        environment = {**self.environment, **variables}
        command = [self.program, *map(str, arguments)]
        try:
            done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True, errors='replace', timeout=TIME_LIMIT, check=False)
        except subprocess.TimeoutExpired as expired:
            return Outcome(HUNG, f'no end after {TIME_LIMIT} s: {expired.stderr or ""}')
        return Outcome(done.returncode, done.stderr)


def empty(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
