#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes effects of weir-sql fail, and looks at how it says so and at what is left.

    run-faults.py BUILD [--points N] [--seed S] [--only TEXT] [--sinks file,sqlite,…]

Each point is one effect, one errno, and whether it fails once, for good from there on, or once in a run that may try again.
Interrupted calls and short writes have to go unnoticed. All others end the query within LIMIT seconds with status 1 and an error
that names the cause, and the path where the effect has one, or the query tries again and ends as it should; started again without
the fault, it ends as if nothing had happened.
"""

import os
import re
import sys
import time

from points import Count, parser, report, spread, try_all, with_lab

CODES = ('EIO', 'ENOSPC', 'EACCES', 'EMFILE', 'SHORT', 'EINTR')
UNNOTICED = ('SHORT', 'EINTR')
LIE = 'LIE'             # of renames: success, and nothing was done
HOW_LONG = ('once', 'persistent', 'retried')     # retried: once, and --retry
RETRY = '5s'
LIMIT = 1.0
CAUSES = {LIE: os.strerror(5), 'EIO': os.strerror(5), 'ENOSPC': os.strerror(28), 'EACCES': os.strerror(13), 'EMFILE': os.strerror(24)}
# SQLite and PostgreSQL have words of their own for what happened inside them.
OTHER_WORDS = re.compile(r'disk I/O error|database or disk is full|unable to open|readonly')
# The process has done its work when it drops what is no longer needed: a failure there is not worth an end.
HARMLESS = ('unlink', 'close', 'open')
# Nothing depends on a snapshot of a checkpoint: without it the log is longer.
SPARE = ('.snap.tmp', '.snap', '/cp/state')


class Point:
    def __init__(self, scenario, number, code, how_long):
        self.scenario = scenario
        self.number = number
        self.code = code
        self.how_long = how_long

    @property
    def effect(self):
        return self.scenario.effects[self.number - 1]

    @property
    def is_ahead(self):
        """Part of the log that is written before its batch is computed: what comes of it only the append says that ends it."""
        path = self.effect[3]
        later = [effect[1] for effect in self.scenario.effects[self.number:] if effect[3] == path]
        return self.effect[1] == 'writev' and '/cp/log/' in path and later[:1] == ['writev']

    def __str__(self):
        return f'{self.scenario.name}: effect {self.number} ({self.effect[1]} {self.effect[3]}) fails with {self.code} {self.how_long}'


def complaint(point, outcome, seconds):
    """What is wrong with how the faulty run ended, or None."""
    if point.code in UNNOTICED:
        return None if outcome.status == 0 else f'{point.code} was noticed: {outcome}'
    if outcome.status == 0 and point.how_long == 'retried':
        return None
    if outcome.status == 0:
        # The Kafka sink tries a transaction again by itself; what was written ahead is written with the rest.
        is_retried = (point.effect[1].startswith('kafka-') or point.is_ahead) and point.how_long == 'once'
        spare = point.effect[1] in HARMLESS or point.effect[3].endswith(SPARE) or is_retried
        return None if spare else 'the failure went unnoticed'
    if outcome.status != 1:
        return f'wrong exit: {outcome}'
    if seconds > LIMIT:
        return f'took {seconds:.1f} s to fail'
    if CAUSES[point.code] not in outcome.errors and not OTHER_WORDS.search(outcome.errors):
        return f'does not name the cause: {outcome}'
    is_remote = point.effect[1].startswith(('postgres-', 'kafka-'))
    if not is_remote and str(point.scenario.lab.root) not in outcome.errors or is_remote and ' at ' not in outcome.errors:
        return f'names no path: {outcome}'
    if point.code == 'ENOSPC' and not is_remote and 'free' not in outcome.errors:
        return f'does not say what is free: {outcome}'
    return None


def try_point(point, slot):
    scenario = point.scenario
    scenario.prepare(slot)
    started = time.monotonic()
    options = ('--retry', RETRY) if point.how_long == 'retried' else ()
    outcome = scenario.run(slot, options, WEIR_FAULT=f'{point.number}:{point.code}:{point.how_long}')
    wrong = complaint(point, outcome, time.monotonic() - started)
    if outcome.status == 0 and not wrong:
        wrong = scenario.difference(slot, outcome)
    elif not wrong:
        wrong = scenario.difference(slot, scenario.run(slot))
    return False, wrong


def main():
    arguments = parser(__doc__).parse_args()
    count = Count()

    def work(_lab, found, chance):
        points = [Point(scenario, number, code, how_long) for scenario in found for number in range(1, len(scenario.effects) + 1)
                  for code in CODES + ((LIE,) if scenario.effects[number - 1][1] == 'rename' else ()) for how_long in HOW_LONG]
        print(f'# {len(found)} scenarios, {len(points)} points', flush=True)
        count.start()
        try_all(spread(points, arguments.points, chance), try_point, arguments.jobs, count)
        count.report()
        return {'faults are named, and gone when they are gone': not sum(count.found.values()) and bool(count.tried)}

    return report(with_lab(arguments, work))


if __name__ == '__main__':
    sys.exit(main())
