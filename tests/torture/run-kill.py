#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills weir-sql at its numbered effects, starts it again, and compares what it wrote with an uninterrupted run, byte by byte.

    run-kill.py BUILD [--points N] [--seed S] [--only TEXT] [--sinks file,sqlite,…] [--forever]

Each point is one effect, before or after it. Without --points all are tried. With --forever points are drawn for ever, a
third of them with a second kill during the recovery, until interrupted. With --negative the engine makes a mistake on purpose
(WEIR_NEGATIVE in engine/base/effects.h); the run then fails unless the mistake shows.
"""

import sys

from lab import KILLED
from points import WHEN, Count, parser, report, spread, try_all, with_lab


def parse_arguments():
    made = parser(__doc__)
    made.add_argument('--double', type=float, default=0.0, help='share of points that are killed again during recovery')
    made.add_argument('--forever', action='store_true')
    made.add_argument('--negative', default='', help='a mistake made on purpose, which has to show')
    return made.parse_args()


class Point:
    """Where a scenario is killed: one place, or one more per restart."""

    def __init__(self, scenario, *places):
        self.scenario = scenario
        self.places = places
        self.mistake = {}

    def __str__(self):
        number, when = self.places[0]
        effect = self.scenario.effects[number - 1]
        again = ''.join(f', again {when} effect {number}' for number, when in self.places[1:])
        return f'{self.scenario.name}: killed {when} effect {number} ({effect[1]} {effect[3]}){again}'


def try_point(point, slot):
    """Kills as the point says, then lets the query end. Returns (not reached, difference or None)."""
    scenario = point.scenario
    scenario.prepare(slot)
    missed = False
    for number, when in point.places:
        outcome = scenario.run(slot, WEIR_CRASH_AT=f'{number}:{when}', **point.mistake)
        if outcome.status == 0:
            missed = True
            break
        if outcome.status != KILLED:
            return missed, f'{when} effect {number}: {outcome}'
    return missed, scenario.difference(slot, scenario.run(slot, **point.mistake))


def all_points(found):
    return [Point(scenario, (number, when)) for scenario in found for number in range(1, len(scenario.effects) + 1) for when in WHEN]


def drawn(found, chance):
    """Points for ever: scenarios in turn."""
    while True:
        for scenario in found:
            n = len(scenario.effects)
            places = [(chance.randint(1, n), chance.choice(WHEN))]
            if chance.random() < 0.35:
                places.append((chance.randint(1, max(n // 2, 1)), chance.choice(WHEN)))
            yield Point(scenario, *places)


def doubled(points, share, chance):
    for point in points:
        if chance.random() < share:
            yield Point(point.scenario, *point.places, (chance.randint(1, max(len(point.scenario.effects) // 2, 1)), chance.choice(WHEN)))
        else:
            yield point


def main():
    arguments = parse_arguments()
    count = Count()

    def work(_lab, found, chance):
        points = all_points(found)
        print(f'# {len(found)} scenarios, {len(points)} points', flush=True)
        if arguments.forever:
            chosen = drawn(found, chance)
        else:
            chosen = doubled(spread(points, arguments.points, chance), arguments.double, chance)
        if arguments.negative:
            chosen = list(chosen)
            for point in chosen:
                point.mistake = {'WEIR_NEGATIVE': arguments.negative}
        count.start()
        try:
            try_all(chosen, try_point, arguments.jobs, count, 30 if arguments.forever else 0)
        except KeyboardInterrupt:
            pass
        count.report()
        if arguments.negative:
            return {f'{arguments.negative} is found': bool(sum(count.found.values()))}
        return {'killed runs end as uninterrupted ones': not sum(count.found.values()) and bool(count.tried)}

    return report(with_lab(arguments, work))


if __name__ == '__main__':
    sys.exit(main())
