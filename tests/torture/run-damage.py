#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Damages one file of a checkpoint, or a sink's manifest, and starts weir-sql on it.

    run-damage.py BUILD [--points N] [--seed S] [--only TEXT] [--sinks file,…]

The query is killed on its way, once early and once late, so that there is something to go on with. Each point then damages one file
in one way: cut off at a length, one bit flipped, zeros or junk behind the end, emptied, removed, its neighbour's content. The run
has to be refused with status 1 and the file's name, or end as an uninterrupted one. (Every length and every bit of every file is
tried within one process by tests/engine/query/test-checkpoint-damage.c.)
"""

import collections
import random
import shutil
import sys

from lab import KILLED
from points import Count, parser, report, spread, try_all, with_lab

STAGES = (0.35, 0.8)        # of the effects of the uninterrupted run
FLIPS = 40                  # per file; lengths: as many
IGNORED = ('LOCK', 'q.sql', 'effects')


class Point:
    """`number` of the file in the order of files_of(): some names are random."""

    def __init__(self, scenario, stage, number, damage, seed):
        self.scenario = scenario
        self.stage = stage
        self.number = number
        self.file = ''
        self.damage = damage
        self.seed = seed

    def __str__(self):
        return f'{self.scenario.name}: {self.file} {self.damage}, seed {self.seed}'


def apply(path, damage, chance, neighbours):
    """Changes the file; returns what was done."""
    data = bytearray(path.read_bytes())
    # Of the zeros that a source's log ends in, few are tried.
    end = min(len(data), len(data.rstrip(b'\0')) + 64) if path.suffix == '.wal' else len(data)
    if damage == 'cut':
        length = chance.randint(0, max(end - 1, 0))
        path.write_bytes(data[:length])
        return f'cut at {length} of {len(data)}'
    if damage == 'flip' and data:
        bit = chance.randrange(8 * end)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        return f'bit {bit % 8} of byte {bit // 8} of {len(data)} flipped'
    if damage in ('zeros', 'junk'):
        more = chance.randint(1, 5000)
        path.write_bytes(data + (bytes(more) if damage == 'zeros' else chance.randbytes(more)))
        return f'{more} bytes of {damage} behind byte {len(data)}'
    if damage == 'neighbour':
        other = chance.choice(neighbours)
        shutil.copyfile(other, path)
        return f'holds {other.name}'
    if damage == 'removed':
        path.unlink()
        return damage
    path.write_bytes(b'')
    return 'emptied'


def killed(scenario, stage, slot):
    """A folder as a kill left it; None when the run ended."""
    folder = scenario.prepare(slot)
    outcome = scenario.run(slot, WEIR_CRASH_AT=f'{max(1, int(stage * len(scenario.effects)))}:after')
    # A peer knows what was taken before the damage.
    scenario.write_script(folder)
    return folder if outcome.status == KILLED else None


def files_of(folder):
    found = []
    for path in sorted(folder.rglob('*')):
        parts = path.relative_to(folder).parts
        if path.is_file() and path.name not in IGNORED and (parts[0] == 'cp' or '_weir_manifest' in parts):
            found.append(path)
    return found


def try_point(point, slot):
    scenario = point.scenario
    folder = killed(scenario, point.stage, slot)
    if folder is None:
        return True, None
    files = files_of(folder)
    if point.number >= len(files):
        return True, None
    path = files[point.number]
    point.file = path.relative_to(folder)
    chance = random.Random(point.seed)
    neighbours = [other for other in path.parent.iterdir() if other.is_file() and other != path] or [folder / 'q.sql']
    point.damage = apply(path, point.damage, chance, neighbours)
    outcome = scenario.run(slot)
    if outcome.status == 1:
        # What is missing may only be seen in what depends on it; a manifest that ends early is that of a sink that lost batches.
        named = path.name
        if point.damage == 'removed' or point.damage.startswith('holds'):
            named = str(folder)
        elif path.parent.name == '_weir_manifest':
            named = str(path.parent.parent)
        return False, None if named in outcome.errors else f'does not name the file: {outcome}'
    return False, scenario.difference(slot, outcome)


def main():
    arguments = parser(__doc__).parse_args()
    count = Count()

    def work(_lab, found, chance):
        points = []
        kinds = collections.Counter()
        for scenario in found:
            for stage in STAGES:
                folder = killed(scenario, stage, 'base')
                for number, file in enumerate(files_of(folder) if folder else []):
                    kinds[file.suffix or file.name] += 1
                    damages = ['flip', 'cut'] * FLIPS + ['zeros', 'junk', 'emptied', 'neighbour']
                    # A source's log that is not there is one whose first row never came: only the peer knows better.
                    damages += [] if file.suffix == '.wal' else ['removed']
                    points += [Point(scenario, stage, number, damage, chance.getrandbits(32)) for damage in damages]
        print(f'# {len(found)} scenarios, {len(points)} points, files:', ', '.join(f'{n} {kind}' for kind, n in kinds.items()), flush=True)
        count.start()
        try_all(spread(points, arguments.points, chance), try_point, arguments.jobs, count)
        count.report()
        return {'damage is refused by name or harmless': not sum(count.found.values()) and bool(count.tried)}

    return report(with_lab(arguments, work))


if __name__ == '__main__':
    sys.exit(main())
