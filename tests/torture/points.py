# SPDX-License-Identifier: Apache-2.0
"""What all torture programs share: scenarios by name, points tried in parallel, counts and a report."""

import argparse
import collections
import concurrent.futures
import os
import random
import signal
import time

from lab import Lab
from places import FileSink, FileSource, KafkaSink, KafkaSource, ManySink, PostgresSink, QueueSource, ReplaySource, SocketSource, SqliteSink
from scenario import scenarios

SOURCES = {source.name: source for source in (FileSource(), ReplaySource(), QueueSource(), SocketSource(), KafkaSource())}
SINKS = {sink.name: sink for sink in (FileSink(), SqliteSink(), PostgresSink(), KafkaSink(), ManySink(FileSink('files'), SqliteSink()),
                                      ManySink(FileSink('files'), SqliteSink(), PostgresSink('far')))}
WHEN = ('before', 'after')
SHOWN = 5           # differences printed in full


def parser(description):
    """The options all of them have."""
    made = argparse.ArgumentParser(description=description.split('\n', maxsplit=1)[0])
    made.add_argument('build')
    made.add_argument('--points', type=int, default=0, help='how many to try, spread over all scenarios; default all')
    made.add_argument('--seed', type=int, default=1)
    made.add_argument('--only', default='', help='scenarios whose name holds this text')
    made.add_argument('--sources', default='file,replay,queue,socket')
    made.add_argument('--sinks', default='file,sqlite,file+sqlite')
    made.add_argument('--jobs', type=int, default=os.cpu_count())
    return made


class Count:
    """Points tried and differences found, per source and sink."""

    def __init__(self):
        self.tried = collections.Counter()
        self.missed = collections.Counter()     # the process ended before it came to the point
        self.found = collections.Counter()
        self.started = 0

    def start(self):
        self.started = time.monotonic()

    def add(self, point, missed, difference):
        key = (point.scenario.source.name, point.scenario.sink.name)
        self.tried[key] += 1
        self.missed[key] += missed
        if difference:
            self.found[key] += 1
            if sum(self.found.values()) <= SHOWN:
                print(f'# {point}\n# ' + difference.replace('\n', '\n# '), flush=True)

    def report(self):
        seconds = time.monotonic() - self.started
        for key in self.tried:
            print(f'# {key[0]} -> {key[1]}: {self.tried[key]} points tried, {self.found[key]} differences, {self.missed[key]} not reached')
        total = sum(self.tried.values())
        print(f'# {total} points, {sum(self.found.values())} differences in {seconds:.0f} s, {total / seconds:.1f} cycles/s', flush=True)


def spread(points, wanted, chance):
    """One point at random out of each of `wanted` equal stretches, so that every scenario and every phase has its share."""
    if not wanted or wanted >= len(points):
        return points
    step = len(points) / wanted
    return [points[min(int(i * step + chance.random() * step), len(points) - 1)] for i in range(wanted)]


def try_all(points, try_point, jobs, count, interval=0):
    """Tries the points on `jobs` threads; each has a slot of its own. Prints the state of things every `interval` seconds."""
    slots = list(range(jobs))
    last = time.monotonic()

    def one(point):
        slot = slots.pop()
        try:
            return point, *try_point(point, slot)
        finally:
            slots.append(slot)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = set()
        for point in points:
            waiting.add(pool.submit(one, point))
            if len(waiting) < 2 * jobs:
                continue
            done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                count.add(*future.result())
            if interval and time.monotonic() - last > interval:
                count.report()
                last = time.monotonic()
        for future in waiting:
            count.add(*future.result())


def measured(lab, arguments, sources, sinks, complain):
    """The scenarios whose uninterrupted run is good, and the same twice."""
    for scenario in scenarios(lab, sources, sinks, arguments.only):
        wrong = scenario.measure('base')
        if not wrong:
            scenario.prepare('base')
            wrong = scenario.difference('base', scenario.run('base'))
        if not wrong and not scenario.effects:
            wrong = 'no effects are numbered: a release build?'
        if wrong:
            complain(f'{scenario.name}: {wrong}')
        else:
            yield scenario


def usable(names, known, results):
    """The sources or sinks asked for whose server is there; the others are skipped with the reason."""
    for name in names.split(','):
        needs = getattr(known[name], 'needs', None)
        if needs and needs not in os.environ:
            results[f'{name} # SKIP no server: {needs} is not set'] = True
        else:
            yield known[name]


def report(results):
    """TAP; returns the exit status."""
    print(f'1..{len(results)}')
    for number, (name, good) in enumerate(results.items(), 1):
        print(f"{'ok' if good else 'not ok'} {number} {name}")
    return 0 if all(results.values()) else 1


def with_lab(arguments, work):
    """Calls work(lab, scenarios, chance) and takes the lab away whatever happens. Returns what it returns, for report()."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    lab = Lab(arguments.build)
    bad = []
    results = {}
    try:
        sources = list(usable(arguments.sources, SOURCES, results))
        sinks = list(usable(arguments.sinks, SINKS, results))
        if not sources or not sinks:
            return results
        for sink in sinks:
            if hasattr(sink, 'make_topics'):
                sink.make_topics(['base', *range(arguments.jobs)])
        found = list(measured(lab, arguments, sources, sinks, bad.append))
        for line in bad:
            print('# ' + line.replace('\n', '\n# '))
        results['uninterrupted runs are good and the same twice'] = not bad and bool(found)
        results.update(work(lab, found, random.Random(arguments.seed)))
    finally:
        lab.close()
    return results
