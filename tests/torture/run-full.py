#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs weir-sql on a file system that is really full, makes room, and looks at how it waits and goes on.

    run-full.py BUILD [--points N] [--seed S] [--only TEXT] [--sources …] [--sinks …]

The checkpoint (log, snapshots, write-ahead log), or what the sink writes, or both stand on a small tmpfs of their own. A file fills it up
to a few pages of what the run needs. Without --retry the run ends within LIMIT seconds with status 1; with a short one, when that is over; with a
long one it says so and waits, the file goes, and the run ends by itself. Each time the path, the cause and what is free are named,
and in the end there is what an uninterrupted run writes. Skipped where nothing can be mounted.
"""

import os
import subprocess
import sys
import threading
import time

from lab import HUNG, NOW, TIME_LIMIT, Outcome, empty
from points import Count, parser, report, spread, try_all, with_lab

SIZE = 4 << 20
PAGE = os.sysconf('SC_PAGE_SIZE')
LIMIT = 1.0
SHORT = 0.3
CAUSE = os.strerror(28)
# SQLite has words of its own.
WORDS = (CAUSE, 'database or disk is full', 'disk I/O error')
HOW = ('at once', 'short', 'waits')
LEVELS = 24         # per scenario and place


class Point:
    def __init__(self, scenario, place, pages, how):
        self.scenario = scenario
        self.place = place
        self.pages = pages
        self.how = how

    def __str__(self):
        return f'{self.scenario.name}: {self.pages} pages are free in {self.place or "the folder"}, {self.how}'


def mount(path):
    path.mkdir(parents=True, exist_ok=True)
    return subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={SIZE}', 'none', path], stdin=subprocess.DEVNULL, capture_output=True,
                          check=False).returncode == 0


def unmount(path):
    subprocess.run(['umount', '-l', path], stdin=subprocess.DEVNULL, check=True)


def used_pages(path):
    info = os.statvfs(path)
    return info.f_blocks - info.f_bfree


def fill(path, pages):
    """Leaves so many pages."""
    info = os.statvfs(path)
    with open(path / 'filler', 'wb') as filler:
        os.posix_fallocate(filler.fileno(), 0, (info.f_bfree - pages) * PAGE)


def place_of(scenario, place, slot):
    """A fresh folder with a small file system in it. An empty place is the folder itself."""
    folder = scenario.folder(slot)
    folder.mkdir(parents=True, exist_ok=True)
    scenario.prepare(slot)
    path = folder / place if place else folder
    assert mount(path), 'cannot mount'
    if place == 'cp':
        path.chmod(0o700)
    scenario.write_script(folder)       # there may be no room for it later
    return path


class Running:
    """weir-sql with its messages as they come."""

    def __init__(self, scenario, slot, retry):
        command = [scenario.lab.program, '--now', NOW, '--threads', '1', '--retry', retry, '-f', scenario.folder(slot) / 'q.sql']
        self.started = time.monotonic()
        self.process = subprocess.Popen([str(word) for word in command], env={**scenario.lab.environment, **scenario.bounds}, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors='replace')
        self.guard = threading.Timer(TIME_LIMIT, self.process.kill)
        self.guard.start()
        self.errors = ''

    def wait_trouble(self):
        """Until it says that it tries again, or ends."""
        for line in self.process.stderr:
            self.errors += line
            if 'It is tried again.' in line:
                return True
        return False

    def finish(self):
        self.errors += self.process.stderr.read()
        status = self.process.wait()
        self.guard.cancel()
        self.seconds = time.monotonic() - self.started
        return Outcome(HUNG if status < 0 else status, self.errors)


def complaint(path, text):
    """What is wrong with how the trouble is told, or None."""
    if not any(words in text for words in WORDS):
        return f'does not name the cause: {text}'
    if str(path) not in text:
        return f'names no path: {text}'
    if 'free' not in text:
        return f'does not say what is free: {text}'
    return None


def try_place(point, slot, path):
    scenario = point.scenario
    fill(path, point.pages)
    if point.how == 'waits':
        running = Running(scenario, slot, '5m')
        met = running.wait_trouble()
        wrong = complaint(path, running.errors) if met else None
        (path / 'filler').unlink()
        outcome = running.finish()
        return not met, wrong or scenario.difference(slot, outcome)
    running = Running(scenario, slot, '0s' if point.how == 'at once' else f'{int(SHORT * 1000)}ms')
    outcome = running.finish()
    (path / 'filler').unlink()
    if outcome.status == 0:
        return True, scenario.difference(slot, outcome)
    wrong = None if outcome.status == 1 else f'wrong exit: {outcome}'
    wrong = wrong or complaint(path, outcome.errors)
    if not wrong and point.how == 'at once' and running.seconds > LIMIT + scenario.seconds:
        wrong = f'took {running.seconds:.1f} s to fail'
    if not wrong and point.how == 'short' and running.seconds < SHORT:
        wrong = f'did not wait: {running.seconds:.1f} s'
    return False, wrong or scenario.difference(slot, scenario.run(slot))


def try_point(point, slot):
    path = place_of(point.scenario, point.place, slot)
    try:
        return try_place(point, slot, path)
    finally:
        unmount(path)


def places_of(scenario):
    """Where the scenario's files are: the checkpoint alone, the sink's folder alone, all together."""
    return [place for place in ('cp', *(('out',) if scenario.sink.name == 'file' else ()), '')]


def need_of(scenario, place):
    """Pages an uninterrupted run takes there, and its time."""
    path = place_of(scenario, place, 'base')
    before = used_pages(path)
    started = time.monotonic()
    try:
        outcome = scenario.run('base')
        assert outcome.status == 0, outcome
        return used_pages(path) - before, time.monotonic() - started
    finally:
        unmount(path)
        empty(scenario.folder('base'))


def main():
    made = parser(__doc__)
    made.set_defaults(sources='file,queue', sinks='file,sqlite')
    arguments = made.parse_args()
    count = Count()

    def work(lab, found, chance):
        probe = lab.root / 'probe'
        if not mount(probe):
            return {'a full disk is waited for # SKIP nothing can be mounted here': True}
        unmount(probe)
        points = []
        for scenario in found:
            for place in places_of(scenario):
                need, scenario.seconds = need_of(scenario, place)
                points += [Point(scenario, place, chance.randrange(max(need, 1)), chance.choice(HOW)) for _ in range(LEVELS)]
        print(f'# {len(found)} scenarios, {len(points)} points', flush=True)
        count.start()
        try_all(spread(points, arguments.points, chance), try_point, arguments.jobs, count)
        count.report()
        return {'a full disk is waited for': not sum(count.found.values()) and bool(count.tried)}

    return report(with_lab(arguments, work))


if __name__ == '__main__':
    sys.exit(main())
