# SPDX-License-Identifier: Apache-2.0
"""A place to run weir-sql in, again and again: folders in memory, a clean environment, a time limit."""

import os
import pathlib
import shutil
import subprocess
import tempfile

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


class Lab:
    """Knows the program, and holds what all runs share."""

    def __init__(self, build, keep=None):
        self.program = pathlib.Path(build).resolve() / 'app' / 'sql' / 'weir-sql'
        self.preload = pathlib.Path(build).resolve() / 'tests' / 'torture' / 'libtorture-preload.so'
        self.root = memory_folder('weir-torture-')
        self.keep = keep
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith('WEIR_')}
        self.environment.update(G_DEBUG='fatal-criticals', GSETTINGS_BACKEND='memory', TZ='UTC', G_SLICE='always-malloc',
                                # A snapshot and a new segment of the log behind every second batch.
                                WEIR_SNAPSHOT_BATCHES='2', WEIR_RETAIN_BATCHES='2')

    def close(self):
        shutil.rmtree(self.root, ignore_errors=True)

    def run(self, script, options=(), **variables):
        """Runs the script (a path). `variables` are added to the environment."""
        environment = {**self.environment, **variables}
        command = [self.program, '--now', NOW, '--threads', '1', *options, '-f', script]
        try:
            done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True, errors='replace', timeout=TIME_LIMIT, check=False)
        except subprocess.TimeoutExpired as expired:
            return Outcome(HUNG, f'no end after {TIME_LIMIT} s: {expired.stderr or ""}')
        return Outcome(done.returncode, done.stderr)


def empty(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
