# SPDX-License-Identifier: Apache-2.0
"""Where rows come from and where they go: how each is declared in SQL, emptied, and read back as bytes."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import threading
import time

import manifest
import walread
from shapes import COLUMNS


class FileSource:
    """JSON files, two a batch."""
    name = 'file'

    def declare(self, inputs, _folder, shape):
        yield from self.declare_static(inputs, shape)
        for table in shape.streams:
            yield f"CREATE TABLE {table} ({COLUMNS}) USING json OPTIONS (path '{inputs}/{table}', maxFilesPerTrigger 2);"

    @staticmethod
    def declare_static(inputs, shape):
        if shape.static:
            yield f"CREATE TABLE names (k STRING, name STRING) USING json OPTIONS (path '{inputs}/names');"


class ReplaySource:
    """Kafka records from a file of kcat lines, 14 a batch, decoded through a view."""
    name = 'replay'

    def declare(self, inputs, _folder, shape):
        yield from FileSource.declare_static(inputs, shape)
        for table in shape.streams:
            yield (f"CREATE TABLE raw_{table} USING kafka OPTIONS (subscribe 'topic', replay '{inputs}/replay-{table}', "
                   "startingOffsets 'earliest', maxOffsetsPerTrigger 14);")
            yield (f"CREATE TEMPORARY VIEW {table} AS SELECT j.* FROM (SELECT from_json(CAST(value AS STRING), '{COLUMNS}') AS j "
                   f'FROM STREAM raw_{table});')


class KafkaSource:
    """The same records from a broker: a topic for each stream, filled once."""
    name = 'kafka'
    needs = 'KAFKA_PLAINTEXT'

    def __init__(self):
        self.topics = {}
        self.lock = threading.Lock()

    def topic(self, inputs, table):
        with self.lock:
            if table not in self.topics:
                name = KafkaSink.topic_of_slot(f'in-{table}')
                KafkaSink.make_topics([f'in-{table}'])
                records = map(json.loads, (inputs / f'replay-{table}' / '0.json').read_text(encoding='ascii').splitlines())
                lines = '\n'.join(record['payload'] for record in records)
                subprocess.run(['kcat', '-P', '-b', os.environ['KAFKA_PLAINTEXT'], '-t', name, '-p', '0'], input=lines, text=True, check=True)
                self.topics[table] = name
            return self.topics[table]

    def declare(self, inputs, _folder, shape):
        yield from FileSource.declare_static(inputs, shape)
        for table in shape.streams:
            yield (f"CREATE TABLE raw_{table} USING kafka OPTIONS (kafka.bootstrap.servers '{os.environ['KAFKA_PLAINTEXT']}', "
                   f"subscribe '{self.topic(inputs, table)}', startingOffsets 'earliest', maxOffsetsPerTrigger 14);")
            yield (f"CREATE TEMPORARY VIEW {table} AS SELECT j.* FROM (SELECT from_json(CAST(value AS STRING), '{COLUMNS}') AS j "
                   f'FROM STREAM raw_{table});')


class QueueSource:
    """Batches put into a durable queue by INSERT. A producer that starts again goes on behind what the log has."""
    name = 'queue'

    def __init__(self):
        self.producer = walread.Producer()

    def reset(self, folder):
        self.producer.reset(folder)

    def declare(self, inputs, folder, shape):
        yield from FileSource.declare_static(inputs, shape)
        for number, table in enumerate(shape.streams):
            kept = self.producer.taken(folder / 'cp' / 'sources' / str(number))
            yield f"CREATE TABLE {table} ({COLUMNS}) USING queue OPTIONS (durable 'true');"
            for file in sorted((inputs / table).iterdir())[kept:]:
                rows = [json.loads(line) for line in file.read_text(encoding='ascii').splitlines()]
                yield f'INSERT INTO {table} VALUES ' + ', '.join(f"(TIMESTAMP '{row['ts']}', '{row['k']}', {row['v']})" for row in rows) + ';'


class SocketSource:
    """Lines of a peer that resends what is not in the durable source's log. How lines fall into batches is chance."""
    name = 'socket'
    shapes = ('map-filter', 'static-join')
    cut_by_chance = True

    def __init__(self):
        self.peers = {}
        self.producer = walread.Producer()

    def reset(self, folder):
        self.producer.reset(folder)

    def declare(self, inputs, folder, shape):
        yield from FileSource.declare_static(inputs, shape)
        port = self.peer(inputs / 't', folder)
        self.producer.taken(folder / 'cp' / 'sources' / '0')
        yield f"CREATE TABLE raw_t USING socket OPTIONS (host '127.0.0.1', port {port}, durable 'true');"
        yield f"CREATE TEMPORARY VIEW t AS SELECT j.* FROM (SELECT from_json(value, '{COLUMNS}') AS j FROM STREAM raw_t);"

    def peer(self, inputs, folder):
        """The port of the folder's peer; it is made once."""
        if folder not in self.peers:
            lines = [line for file in sorted(inputs.iterdir()) for line in file.read_bytes().splitlines(keepends=True)]
            server = socket.create_server(('127.0.0.1', 0))
            self.peers[folder] = server.getsockname()[1]
            threading.Thread(target=self.serve, args=(server, lines, folder / 'cp' / 'sources' / '0'), daemon=True).start()
        return self.peers[folder]

    def serve(self, server, lines, log):
        while True:
            connection, _ = server.accept()
            left = lines[self.producer.taken(log):]
            with connection:
                try:
                    for at in range(0, len(left), 15):
                        connection.sendall(b''.join(left[at:at + 15]))
                        time.sleep(0.01)
                except OSError:
                    continue


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
        try:
            return manifest.committed(out)
        except (manifest.Damaged, OSError) as error:
            return {'damaged': str(error).encode()}


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


class PostgresSink:
    """One table per run, in the order of its heap."""
    name = 'postgresql'
    modes = ('append', 'update', 'complete')
    needs = 'PGPORT'

    @staticmethod
    def table_of(folder):
        return f'torture_{os.getpid()}_' + re.sub(r'\W', '_', folder.name)

    @staticmethod
    def query(text):
        return subprocess.run(['psql', '-qAtX', '-v', 'ON_ERROR_STOP=1', '-c', text], stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def __init__(self, table='rows'):
        self.table = table

    def declare(self, folder, shape):
        extra = {'append': '', 'update': f", mode 'upsert', key '{shape.key}'", 'complete': ", mode 'overwrite'"}[shape.mode]
        where = 'postgresql:///{PGDATABASE}?host={PGHOST}&port={PGPORT}&user={PGUSER}'.format_map(os.environ)
        return f"CREATE TABLE {self.table} USING postgresql OPTIONS (url '{where}', dbtable '{self.table_of(folder)}'{extra});"

    def reset(self, folder):
        self.query(f'DROP TABLE IF EXISTS {self.table_of(folder)}').check_returncode()

    def read(self, folder):
        done = self.query(f'COPY (SELECT * FROM {self.table_of(folder)} ORDER BY ctid) TO STDOUT')
        return {'rows': done.stdout or done.stderr}


class KafkaSink:
    """What a read-committed reader sees of one topic per slot, from where it ended when the run was prepared."""
    name = 'kafka'
    modes = ('append', 'update')
    needs = 'KAFKA_PLAINTEXT'
    table = 'rows'

    def __init__(self):
        self.starts = {}

    @staticmethod
    def topic_of(folder):
        return KafkaSink.topic_of_slot(folder.name.rsplit('-', 1)[1])

    @staticmethod
    def topic_of_slot(slot):
        return f'torture-{os.getpid()}-{slot}'

    @classmethod
    def make_topics(cls, slots):
        for slot in slots:
            subprocess.run([os.environ['KAFKA_SERVICE'], 'topic', os.environ['KAFKA_DIR'], cls.topic_of_slot(slot), '1'],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)

    @staticmethod
    def kcat(*arguments):
        return subprocess.run(['kcat', '-b', os.environ['KAFKA_PLAINTEXT'], *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=True, timeout=30).stdout

    def declare(self, folder, _shape):
        return f"CREATE TABLE rows USING kafka OPTIONS (kafka.bootstrap.servers '{os.environ['KAFKA_PLAINTEXT']}', topic '{self.topic_of(folder)}');"

    def reset(self, folder):
        topic = self.topic_of(folder)
        self.starts[topic] = int(self.kcat('-Q', '-t', f'{topic}:0:-1').split()[-1])

    def read(self, folder):
        topic = self.topic_of(folder)
        records = self.kcat('-C', '-e', '-q', '-t', topic, '-p', '0', '-o', str(self.starts[topic]), '-X', 'isolation.level=read_committed',
                            '-f', '%k %s\n')
        return {'records': records.encode()}

    @staticmethod
    def wrap(query):
        return f'SELECT CAST(k AS STRING) AS key, to_json(struct(*)) AS value FROM ({query})'


class ManySink:
    """Several sinks of one query."""

    def __init__(self, *sinks):
        self.sinks = sinks
        self.name = '+'.join(sink.name for sink in sinks)
        self.modes = tuple(mode for mode in sinks[0].modes if all(mode in sink.modes for sink in sinks))
        self.table = ', '.join(sink.table for sink in sinks)
        self.needs = next((sink.needs for sink in sinks if hasattr(sink, 'needs')), None)

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
