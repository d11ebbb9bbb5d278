# SPDX-License-Identifier: Apache-2.0
"""Where rows come from and where they go: how each is declared in SQL, emptied, and read back as bytes."""

import json
import sqlite3

from shapes import COLUMNS


class FileSource:
    """JSON files, two a batch."""
    name = 'file'

    def declare(self, inputs, _folder, shape):
        for table in ('t', *shape.tables):
            if table == 'names':
                yield f"CREATE TABLE names (k STRING, name STRING) USING json OPTIONS (path '{inputs}/names');"
            else:
                yield f"CREATE TABLE {table} ({COLUMNS}) USING json OPTIONS (path '{inputs}/{table}', maxFilesPerTrigger 2);"


class FileSink:
    """A reader of the manifest: names and bytes of what it holds, in order."""
    name = 'file'
    modes = ('append',)

    def __init__(self, table='out'):
        self.table = table

    def declare(self, folder, _shape):
        return f"CREATE TABLE {self.table} USING json OPTIONS (path '{folder}/{self.table}');"

    def reset(self, folder):
        """Nothing: the run's folder is emptied as a whole."""

    def read(self, folder):
        out = folder / self.table
        if not out.is_dir():
            return {}
        return {path.name: path.read_bytes() for path in self.committed(out)}

    @staticmethod
    def committed(out):
        return sorted(path for path in out.iterdir() if path.is_file() and not path.name.startswith(('.', '_')))


class SqliteSink:
    """All tables but the engine's own, in the order of rowid."""
    name = 'sqlite'
    modes = ('append', 'update', 'complete')

    def __init__(self, table='rows'):
        self.table = table

    def declare(self, folder, shape):
        extra = {'append': '', 'update': f", mode 'upsert', key '{shape.key}'", 'complete': ", mode 'overwrite'"}[shape.mode]
        return f"CREATE TABLE {self.table} USING sqlite OPTIONS (path '{folder}/db.sqlite', dbtable '{self.table}'{extra});"

    def reset(self, folder):
        """Nothing: the file is in the run's folder."""

    def read(self, folder):
        path = folder / 'db.sqlite'
        if not path.exists():
            return {}
        with sqlite3.connect(path) as database:
            if database.execute('PRAGMA integrity_check').fetchone() != ('ok',):
                return {'integrity': b'damaged'}
            try:
                rows = database.execute(f'SELECT * FROM "{self.table}" ORDER BY rowid').fetchall()
            except sqlite3.OperationalError as error:
                return {self.table: str(error).encode()}
        return {self.table: '\n'.join(json.dumps(row) for row in rows).encode()}


class PairSink:
    """Two sinks of one query."""

    def __init__(self, first, second):
        self.sinks = (first, second)
        self.name = f'{first.name}+{second.name}'
        self.modes = tuple(mode for mode in first.modes if mode in second.modes)
        self.table = f'{first.table}, {second.table}'

    def declare(self, folder, shape):
        return '\n'.join(sink.declare(folder, shape) for sink in self.sinks)

    def reset(self, folder):
        for sink in self.sinks:
            sink.reset(folder)

    def read(self, folder):
        found = {}
        for sink in self.sinks:
            found.update({f'{sink.name}/{name}': data for name, data in sink.read(folder).items()})
        return found
