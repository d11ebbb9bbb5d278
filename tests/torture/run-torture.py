#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills weir-sql until told to stop: all sources, all sinks, all queries; a third of the points with a second kill. Beside it, the servers.

    run-torture.py BUILD [OPTION of run-kill.py]…

A broker and a database are started for it, where they can be; run-servers.py, which runs beside run-kill.py, starts and kills its own.
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
                   '--sources', 'file,replay,queue,socket,kafka', '--sinks', 'file,sqlite,file+sqlite,postgresql,file+sqlite+postgresql,kafka', *sys.argv[2:]]
        servers = [sys.executable, HERE / 'run-servers.py', sys.argv[1], '--forever', '--seed', seed,
                   '--sources', 'file,queue,kafka', '--sinks', 'file,postgresql,file+sqlite+postgresql,kafka', *sys.argv[2:]]
        print(f'seed {seed}', flush=True)
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment) as killing, \
                subprocess.Popen(servers, stdin=subprocess.DEVNULL) as serving:
            running = (killing, serving)
            try:
                return max(process.wait() for process in running)
            except KeyboardInterrupt:
                return max(process.wait() for process in running)       # they have the signal too, and report
            finally:
                for process in running:
                    if process.poll() is None:
                        process.terminate()


if __name__ == '__main__':
    sys.exit(main())
