# SPDX-License-Identifier: Apache-2.0
"""A scenario is a source, a sink and a query; it knows what an uninterrupted run leaves, and compares others with that."""

import shutil

from lab import empty
from shapes import SHAPES, write_inputs

MODES = {'append': 'APPEND', 'update': 'UPDATE', 'complete': 'COMPLETE'}


# What happens once in a hundred batches, or in large ones only, happens in each.
SMALL = {'WEIR_SNAPSHOT_BATCHES': '1', 'WEIR_RETAIN_BATCHES': '1', 'WEIR_MANIFEST_RECORDS': '1', 'WEIR_AHEAD_BYTES': '0'}


class Scenario:
    def __init__(self, lab, source, sink, shape):
        self.lab = lab
        self.source = source
        self.sink = sink
        self.shape = shape
        self.name = f'{source.name}-{sink.name}-{shape.name}'
        self.bounds = SMALL if SHAPES.index(shape) % 2 else {}
        self.expected = None
        self.effects = []           # lines of the log: number, name, result, path, detail

    def folder(self, slot):
        return self.lab.root / f'{self.name}-{slot}'

    def prepare(self, slot):
        """A fresh place: no checkpoint, no output."""
        folder = self.folder(slot)
        empty(folder)
        self.sink.reset(folder)
        if hasattr(self.source, 'reset'):
            self.source.reset(folder)
        return folder

    def sink_query(self):
        wrap = getattr(self.sink, 'wrap', None)
        return wrap(self.shape.query) if wrap else self.shape.query

    def write_script(self, folder):
        lines = [*self.source.declare(self.lab.root / 'inputs', folder, self.shape), self.sink.declare(folder, self.shape),
                 f'CREATE STREAMING QUERY q INTO {self.sink.table} OUTPUT MODE {MODES[self.shape.mode]} TRIGGER AVAILABLE NOW',
                 f"  CHECKPOINT LOCATION '{folder}/cp'", f'  AS {self.sink_query()};', '']
        (folder / 'q.sql').write_text('\n'.join(lines), encoding='utf-8')

    def run(self, slot, options=(), **variables):
        """With one thread, as the uninterrupted run, or with three: the bytes are the same."""
        self.write_script(self.folder(slot))
        return self.lab.run(self.folder(slot) / 'q.sql', options, threads=3 if slot == 1 else 1, **self.bounds, **variables)

    def read(self, slot):
        found = self.sink.read(self.folder(slot))
        if not getattr(self.source, 'cut_by_chance', False):
            return found
        rows = b''.join(found[name] for name in sorted(found) if not name.startswith('orphan'))
        return {'rows': rows, **{name: data for name, data in found.items() if name.startswith('orphan')}}

    def measure(self, slot):
        """The uninterrupted run: what it writes, and its effects. Returns what is wrong, or None."""
        folder = self.prepare(slot)
        log = folder / 'effects'
        outcome = self.run(slot, WEIR_EFFECTS_LOG=str(log))
        if outcome.status != 0:
            return f'uninterrupted run: {outcome}'
        self.expected = self.read(slot)
        if log.exists():
            lines = [line.split('\t') for line in log.read_text(encoding='utf-8', errors='replace').splitlines()]
            self.effects = sorted(lines, key=lambda line: int(line[0]))
        if not any(self.expected.values()):
            return 'the uninterrupted run writes nothing'
        return None

    def difference(self, slot, outcome):
        """What tells the run from the uninterrupted one, or None."""
        if outcome.status != 0:
            return f'ended badly, {outcome}'
        found = self.read(slot)
        if found == self.expected:
            return None
        lines = []
        for name in sorted({*found, *self.expected}):
            if found.get(name) != self.expected.get(name):
                lines += [f'{name}: expected', show(self.expected.get(name)), f'{name}: found', show(found.get(name))]
        return '\n'.join(lines)

    def clean(self, slot):
        shutil.rmtree(self.folder(slot), ignore_errors=True)


def show(data):
    return '  (not there)' if data is None else '  ' + data.decode('utf-8', 'replace').strip().replace('\n', '\n  ')


def scenarios(lab, sources, sinks, wanted=''):
    """Every source with every sink and every shape whose output mode the sink has. Inputs are written once."""
    if not (lab.root / 'inputs').exists():
        write_inputs(lab.root / 'inputs')
    for source in sources:
        for sink in sinks:
            for shape in SHAPES:
                scenario = Scenario(lab, source, sink, shape)
                if shape.mode in sink.modes and shape.name in getattr(source, 'shapes', (shape.name,)) and wanted in scenario.name:
                    yield scenario
