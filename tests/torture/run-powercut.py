#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts the power of weir-sql: kills it at any act on a file, SQLite's own included, lets the disk lose what was not synced,
starts it again, and compares what it wrote with an uninterrupted run, byte by byte.

    run-powercut.py BUILD [--points N] [--seed S] [--only TEXT] [--sinks file,sqlite,…] [--negative CONTROL]

With --negative the engine makes a mistake on purpose (WEIR_NEGATIVE in engine/base/effects.c); the run then fails unless the
mistake shows.
"""

import random
import sys

from lab import KILLED, empty
from points import Count, parser, report, spread, try_all, with_lab
from powercut import cut, read_acts


class Point:
    def __init__(self, scenario, number, seed, negative):
        self.scenario = scenario
        self.number = number
        self.seed = seed
        self.negative = negative
        self.lost = 0

    def __str__(self):
        act = next((act for act in self.scenario.acts if act.number == self.number), None)
        place = f' ({act.name} {act.path})' if act else ''
        return f'{self.scenario.name}: power cut after act {self.number}{place}, {self.lost} acts lost, seed {self.seed}'


def recorded(scenario, slot, **variables):
    """Runs with the recorder; the record and what it keeps are beside the run's folder. Returns (outcome, log, keep)."""
    folder = scenario.prepare(slot)
    record = scenario.lab.root / f'{scenario.name}-{slot}-record'
    empty(record)
    outcome = scenario.run(slot, LD_PRELOAD=str(scenario.lab.preload), TORTURE_ROOT=str(folder), TORTURE_LOG=str(record / 'log'),
                           TORTURE_KEEP=str(record), **variables)
    return outcome, record / 'log', record


def try_point(point, slot):
    scenario = point.scenario
    mistake = {'WEIR_NEGATIVE': point.negative} if point.negative else {}
    outcome, log, keep = recorded(scenario, slot, TORTURE_CRASH_AT=f'{point.number}:after', **mistake)
    if outcome.status == 0:
        return True, scenario.difference(slot, outcome)
    if outcome.status != KILLED:
        return False, str(outcome)
    point.lost = cut(scenario.folder(slot), log, keep, random.Random(point.seed)) if log.exists() else 0
    return False, scenario.difference(slot, scenario.run(slot))


def main():
    made = parser(__doc__)
    made.add_argument('--negative', default='')
    arguments = made.parse_args()
    count = Count()

    def work(_lab, found, chance):
        points = []
        for scenario in found:
            _, log, _ = recorded(scenario, 'base')
            scenario.acts = read_acts(log)
            last = max(act.number for act in scenario.acts)
            points += [Point(scenario, number, chance.getrandbits(32), arguments.negative) for number in range(1, last + 1)]
        print(f'# {len(found)} scenarios, {len(points)} points', flush=True)
        count.start()
        try_all(spread(points, arguments.points, chance), try_point, arguments.jobs, count)
        count.report()
        shown = bool(sum(count.found.values()))
        if arguments.negative:
            return {f'{arguments.negative} is found': shown}
        return {'runs cut off end as uninterrupted ones': not shown and bool(count.tried)}

    return report(with_lab(arguments, work))


if __name__ == '__main__':
    sys.exit(main())
