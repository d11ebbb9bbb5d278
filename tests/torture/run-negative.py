#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Five mistakes made on purpose (WEIR_NEGATIVE, engine/base/effects.h), each of which the harness has to find.

    run-negative.py BUILD [--seed S]

    drop-file-sync       no file is synced                          found by a power cut
    drop-dir-sync        no folder is synced                        found by a power cut
    sqlite-delete-full   SQLite in journal mode DELETE with FULL    found by a power cut
    commit-first         the checkpoint commits before the sink     found by a kill
    gc-early             old log goes before what replaces it is there   found by a kill

A harness that finds none of one kind is broken, whatever else it says.
"""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CONTROLS = (
    ('drop-file-sync', 'run-powercut.py', 'file', 'tumbling'),
    ('drop-dir-sync', 'run-powercut.py', 'file', 'tumbling'),
    ('sqlite-delete-full', 'run-powercut.py', 'sqlite', 'map-filter'),
    ('commit-first', 'run-kill.py', 'file', 'tumbling'),
    ('gc-early', 'run-kill.py', 'file', 'tumbling'),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('build')
    parser.add_argument('--seed', default='1')
    arguments = parser.parse_args()
    print(f'1..{len(CONTROLS)}')
    status = 0
    for number, (control, program, sink, shape) in enumerate(CONTROLS, 1):
        command = [sys.executable, HERE / program, arguments.build, '--seed', arguments.seed, '--sources', 'file', '--sinks', sink,
                   '--only', f'file-{sink}-{shape}', '--negative', control]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        counted = [line for line in done.stdout.splitlines() if line.endswith('cycles/s')]
        print('\n'.join(counted) if done.returncode == 0 else '# ' + done.stdout.replace('\n', '\n# ') + done.stderr)
        print(f"{'ok' if done.returncode == 0 else 'not ok'} {number} {control} is found", flush=True)
        status = status or done.returncode
    return 1 if status else 0


if __name__ == '__main__':
    sys.exit(main())
