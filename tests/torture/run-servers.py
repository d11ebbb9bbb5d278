#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the server at the other side, a broker or a database, while weir-sql writes to it, and compares as run-kill.py does.

    run-servers.py BUILD [--points N] [--seed S] [--sources file,…] [--sinks postgresql,kafka] [--forever]

weir-sql stops itself at a numbered effect (WEIR_PAUSE_AT in engine/base/effects.h); the server is killed with SIGKILL there, both go on, and the
server comes back while weir-sql, with --retry, waits for it. The run has to end by itself, with status 0 and the rows of an
uninterrupted one. The servers are this program's own: others are not disturbed.
"""

import contextlib
import importlib.machinery
import importlib.util
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading

from lab import HUNG, KILLED, NOW, TIME_LIMIT, Outcome
from points import WHEN, Count, parser, report, spread, try_all, with_lab

HERE = pathlib.Path(__file__).resolve().parent
loader = importlib.machinery.SourceFileLoader('run_tests', str(HERE.parent / 'run-tests.py'))
run_tests = importlib.util.module_from_spec(importlib.util.spec_from_loader('run_tests', loader))
loader.exec_module(run_tests)

SERVICES = {'kafka': ('Kafka', 'KAFKA_PLAINTEXT'), 'postgresql': ('Postgres', 'PGPORT')}
EFFECTS = {'kafka': 'kafka-', 'postgresql': 'postgres-'}    # names of acts on the server


class Point:
    def __init__(self, scenario, server, number, when):
        self.scenario = scenario
        self.server = server
        self.number = number
        self.when = when

    def __str__(self):
        effect = self.scenario.effects[self.number - 1]
        return f'{self.scenario.name}: {self.server} killed {self.when} effect {self.number} ({effect[1]} {effect[3]})'


def kill(service):
    """Ends what the service has, as a crash would. Its files stay."""
    if service.name == 'Kafka':
        subprocess.run([service.script, 'kill', service.directory], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        return
    for line in pathlib.Path(service.directory, 'pid').read_text(encoding='ascii').splitlines():
        process = os.pidfd_open(int(line.split()[0]))       # behind it stands the time of its start
        signal.pidfd_send_signal(process, signal.SIGKILL)
        select.select([process], [], [], TIME_LIMIT)
        os.close(process)


def revive(service):
    subprocess.run([service.script, 'up', service.directory], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=TIME_LIMIT, check=True)


def run_through(point, slot, service):
    """One run with the kill in it. The outcome, and whether it came to the point."""
    scenario = point.scenario
    scenario.write_script(scenario.folder(slot))
    errors = scenario.lab.root / f'errors-{slot}'
    environment = {**scenario.lab.environment, **scenario.bounds, 'WEIR_PAUSE_AT': f'{point.number}:{point.when}'}
    arguments = ['--now', NOW, '--threads', '1', '--retry', '5m', '-f', scenario.folder(slot) / 'q.sql']
    with open(errors, 'wb') as output, \
            subprocess.Popen([scenario.lab.program, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=output) as process:
        guard = threading.Timer(2 * TIME_LIMIT, process.kill)
        guard.start()
        try:
            _, status = os.waitpid(process.pid, os.WUNTRACED)
            met = os.WIFSTOPPED(status)
            if met:
                kill(service)
                revival = threading.Thread(target=revive, args=(service,))
                revival.start()
                process.send_signal(signal.SIGCONT)
                _, status = os.waitpid(process.pid, 0)
                revival.join()
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if process.returncode is None:
                process.kill()
            guard.cancel()
    code = HUNG if process.returncode == -signal.SIGKILL else process.returncode
    return Outcome(code, errors.read_text(encoding='utf-8', errors='replace')), met


def all_points(found, servers):
    """Every place of every scenario, and those at an act on the server once more: it is there that a loss is in doubt."""
    points = []
    for scenario in found:
        for server in servers:
            if server not in (scenario.source.name, *scenario.sink.name.split('+')):
                continue
            near = [int(effect[0]) for effect in scenario.effects if effect[1].startswith(EFFECTS[server])]
            numbers = sorted([*range(1, len(scenario.effects) + 1), *near * 3])
            points += [Point(scenario, server, number, when) for number in numbers for when in WHEN]
    return points


def drawn(points, chance):
    while True:
        yield chance.choice(points)


def main():
    made = parser(__doc__)
    made.add_argument('--forever', action='store_true')
    made.set_defaults(sources='file', sinks='postgresql,kafka')
    arguments, _ = made.parse_known_args()      # `make torture` hands on those of run-kill.py
    arguments.jobs = 1      # one server of each kind
    wanted = [name for name in SERVICES if name in re.split(r'[,+]', f'{arguments.sources},{arguments.sinks}')]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    count = Count()
    with tempfile.TemporaryDirectory(prefix='weir-servers-') as directory:
        services = {name: run_tests.Service(*SERVICES[name], directory) for name in wanted}
        try:
            for name in wanted:
                with contextlib.redirect_stdout(sys.stderr):        # standard output is TAP
                    services[name].__enter__()
                for variable in (SERVICES[name][1], *services[name].environment):
                    os.environ.pop(variable, None)
                os.environ.update(services[name].environment)

            def try_point(point, slot):
                point.scenario.prepare(slot)
                outcome, met = run_through(point, slot, services[point.server])
                assert outcome.status != KILLED
                return not met, point.scenario.difference(slot, outcome)

            def work(_lab, found, chance):
                points = all_points(found, wanted)
                if not points:
                    return {'no server is written to # SKIP': True}
                print(f'# {len(found)} scenarios, {len(points)} points', flush=True)
                chosen = drawn(points, chance) if arguments.forever else spread(points, arguments.points, chance)
                count.start()
                try:
                    try_all(chosen, try_point, 1, count, 30 if arguments.forever else 0)
                except KeyboardInterrupt:
                    pass
                count.report()
                return {'runs whose server was killed end as uninterrupted ones': not sum(count.found.values()) and bool(count.tried)}

            return report(with_lab(arguments, work))
        except KeyboardInterrupt:
            print('# stopped before the first kill of a server')
            return 0
        finally:
            for service in services.values():
                service.__exit__(None, None, None)


if __name__ == '__main__':
    sys.exit(main())
