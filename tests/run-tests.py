#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of a build folder and counts them, sub-tests included.

    run-tests.py [OPTION...] BUILD [TEST...]

One Kafka broker and one PostgreSQL serve the whole run: they are started before the first test and stopped after the last,
whatever happened. Where one cannot run, the reason is printed and the tests that need it skip themselves (they look for
KAFKA_PLAINTEXT and POSTGRES_URI).
The last line is "N passed, N failed, N skipped".  The exit status is 0 only when something ran and nothing failed.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
SERVICES = TOP / 'tests' / 'services'
RESULT = re.compile(r'^(\s*)(not ok|ok)\b(.*)$')


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('tests', nargs='*', help='names of meson tests; default: all')
    parser.add_argument('--suite', action='append', default=[])
    parser.add_argument('--timeout-multiplier', default='1')
    parser.add_argument('--no-services', action='store_true', help='start no broker and no database')
    parser.add_argument('--label', default='', help='name of the build, printed before the closing line')
    parser.add_argument('--counts', type=pathlib.Path, help='also write the three numbers to this file')
    return parser.parse_args()


class Service:
    """A server of the run; `environment` stays empty where it cannot be started.

    Its variables are those that its script prints, and NAME_SERVICE and NAME_DIR to stop and start it in the middle of a test.
    """

    def __init__(self, name, address, directory):
        self.name = name
        self.address = address          # the variable whose value is printed
        self.script = SERVICES / name.lower()
        self.directory = os.path.join(directory, name.lower())
        self.environment = {}

    def __enter__(self):
        started = time.monotonic()
        try:
            done = subprocess.run([self.script, 'up', self.directory], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, timeout=400, check=False)
        except subprocess.TimeoutExpired:
            print(f'{self.name}: did not come up in time', flush=True)
            return self
        if done.returncode != 0:
            print(f'{self.name}:', done.stderr.strip() or f'exit status {done.returncode}', flush=True)
            return self
        self.environment = dict(line.split('=', 1) for line in done.stdout.splitlines() if '=' in line)
        self.environment[f'{self.name.upper()}_SERVICE'] = str(self.script)
        self.environment[f'{self.name.upper()}_DIR'] = str(self.directory)
        print(f'{self.name}: {self.environment[self.address]} after {time.monotonic() - started:.1f} s', flush=True)
        return self

    def __exit__(self, *_):
        subprocess.run([self.script, 'drop' if self.name == 'Postgres' else 'down', self.directory], stdin=subprocess.DEVNULL, timeout=60,
                       check=False)


def count_tap(output):
    """Counts the leaves of a TAP stream: (passed, failed, skipped, results seen).

    The result line that closes an indented block stands for that block and is not counted again, unless it alone failed.
    """
    passed = failed = skipped = 0
    below = {}
    previous_indent = 0
    for line in output.splitlines():
        match = RESULT.match(line)
        if not match:
            continue
        indent = len(match[1])
        failure = match[2] == 'not ok'
        directive = match[3].upper()
        is_parent = previous_indent > indent
        previous_indent = indent
        if is_parent and not (failure and not below.get('failed')):
            below.clear()
            continue
        if '# SKIP' in directive:
            skipped += 1
        elif '# TODO' in directive and failure:
            skipped += 1
        elif failure:
            failed += 1
            if indent:
                below['failed'] = True
        else:
            passed += 1
    return passed, failed, skipped, passed + failed + skipped


def count(run):
    """One line of meson's log: (passed, failed, skipped)."""
    result = run['result']
    passed, failed, skipped, seen = count_tap(run.get('stdout') or '')
    if not seen:
        if result in ('OK', 'EXPECTEDFAIL'):
            return 1, 0, 0
        return (0, 0, 1) if result == 'SKIP' else (0, 1, 0)
    if result not in ('OK', 'SKIP', 'EXPECTEDFAIL') and not failed:
        failed = 1                      # crashed, timed out or lost its plan after good results
    return passed, failed, skipped


def read_log(path):
    if not path.exists():
        return []
    with path.open(encoding='utf-8') as log:
        return [json.loads(line) for line in log if line.strip()]


def print_failures(run):
    """The failed sub-tests of a run with the comments before them: meson prints standard error alone."""
    comments = []
    for line in (run.get('stdout') or '').splitlines():
        if RESULT.match(line):
            if line.lstrip().startswith('not ok'):
                print('\n'.join(['  ' + text for text in [*comments[-25:], line]]))
            comments = []
        else:
            comments.append(line)
    if comments:
        print('\n'.join('  ' + text for text in comments[-25:]))


def report(runs):
    totals = [0, 0, 0]
    reasons = {}
    for run in runs:
        numbers = count(run)
        totals = [total + number for total, number in zip(totals, numbers)]
        if numbers[1]:
            print(f"FAILED {run['name']} ({run['result']}): {numbers[1]} of {sum(numbers)}")
            print_failures(run)
        for line in (run.get('stdout') or '').splitlines():
            match = re.search(r'# SKIP\s*(.*)', line, re.IGNORECASE)
            if match:
                reasons[match[1] or 'no reason given'] = reasons.get(match[1] or 'no reason given', 0) + 1
    for reason, number in sorted(reasons.items()):
        print(f'skipped {number}: {reason}')
    return totals


def main():
    arguments = parse_arguments()
    build = arguments.build.resolve()
    log = build / 'meson-logs' / 'testlog.json'
    log.unlink(missing_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    command = ['meson', 'test', '-C', str(build), '--no-rebuild', '--print-errorlogs',
               '--timeout-multiplier', arguments.timeout_multiplier]
    for suite in arguments.suite:
        command += ['--suite', suite]
    command += arguments.tests

    with tempfile.TemporaryDirectory(prefix='weir-tests-') as directory:
        environment = dict(os.environ, HOME=directory, XDG_RUNTIME_DIR=directory)
        for name in ('CONFIG', 'DATA', 'STATE', 'CACHE'):
            environment[f'XDG_{name}_HOME'] = os.path.join(directory, name.lower())
        if arguments.no_services:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, check=False).returncode
        else:
            with Service('Kafka', 'KAFKA_PLAINTEXT', directory) as kafka, Service('Postgres', 'PGPORT', directory) as postgres:
                environment.update(kafka.environment)
                environment.update(postgres.environment)
                status = subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, check=False).returncode

    passed, failed, skipped = report(read_log(log))
    if status != 0 and failed == 0:
        print(f'meson test ended with status {status}')
        failed = 1
    if passed + failed == 0:
        print('no test ran')
        status = status or 1
    if arguments.counts:
        arguments.counts.write_text(f'{passed} {failed} {skipped}\n', encoding='ascii')
    sys.stdout.flush()
    label = f'({arguments.label} build) ' if arguments.label else ''
    print(f'{label}{passed} passed, {failed} failed, {skipped} skipped', flush=True)
    return 1 if failed or status else 0


if __name__ == '__main__':
    sys.exit(main())
