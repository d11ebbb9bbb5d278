#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills weir-sql until told to stop: all sources, all sinks, all queries; a third of the points with a second kill.

    run-torture.py BUILD [OPTION of run-kill.py]…

A broker and a database are started for it, where they can be.
"""

import importlib.machinery
import importlib.util
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader('run_tests', str(HERE.parent / 'run-tests.py'))
run_tests = importlib.util.module_from_spec(importlib.util.spec_from_loader('run_tests', loader))
loader.exec_module(run_tests)


def main():
    seed = str(random.SystemRandom().getrandbits(31))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix='weir-torture-') as directory, \
            run_tests.Service('Kafka', 'KAFKA_PLAINTEXT', directory) as kafka, \
            run_tests.Service('Postgres', 'PGPORT', directory) as postgres:
        environment = {**os.environ, **kafka.environment, **postgres.environment}
        command = [sys.executable, HERE / 'run-kill.py', sys.argv[1], '--forever', '--seed', seed,
                   '--sources', 'file,replay,queue,socket,kafka', '--sinks', 'file,sqlite,file+sqlite,postgresql,kafka', *sys.argv[2:]]
        print(f'seed {seed}', flush=True)
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment) as running:
            try:
                return running.wait()
            except KeyboardInterrupt:
                return running.wait()           # it has the signal too, and reports


if __name__ == '__main__':
    sys.exit(main())
