#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sinks that are not what the checkpoint says, and several sinks of one query.

    run-sinks.py WEIR_SQL KAFKA_TOOL [--only NAME]

TAP on standard output. PostgreSQL and Kafka take part where the run has them (POSTGRES_URI, KAFKA_PLAINTEXT).
"""
import importlib.util
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys

spec = importlib.util.spec_from_file_location('cli', pathlib.Path(__file__).with_name('run-cli.py'))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)
same, has, Skip = cli.same, cli.has, cli.Skip
TOOL = None


class Files:
    name = 'file'
    table = 'files'
    about = 'out'

    def declare(self):
        return f"CREATE TABLE {self.table} USING json OPTIONS (path 'out');"

    def save(self, copy):
        shutil.copytree('out', copy)

    def restore(self, copy):
        shutil.rmtree('out')
        shutil.copytree(copy, 'out')

    def rows(self):
        done = cli.sql("CREATE TABLE o (a INT) USING json OPTIONS (path 'out'); SELECT a FROM o")
        return sorted(row['a'] for row in done.rows())

    def remove(self):
        shutil.rmtree('out')


class Sqlite:
    name = 'sqlite'
    table = 'near'
    about = 'out.db'

    def declare(self):
        return f"CREATE TABLE {self.table} USING sqlite OPTIONS (path 'out.db', dbtable 'o');"

    def save(self, copy):
        shutil.copyfile('out.db', copy)

    def restore(self, copy):
        shutil.copyfile(copy, 'out.db')

    def rows(self):
        with sqlite3.connect('out.db') as database:
            return sorted(a for a, in database.execute('SELECT a FROM o'))

    def remove(self):
        os.remove('out.db')


class Postgres:
    name = 'postgresql'
    table = 'far'
    about = 'PostgreSQLSink'

    def __init__(self):
        if 'PGPORT' not in os.environ:
            raise Skip('no PostgreSQL in this run')
        self.schema = f'sinks_{os.getpid()}_{os.path.basename(os.getcwd())}'.replace('-', '_')
        self.ask(f'DROP SCHEMA IF EXISTS "{self.schema}" CASCADE; CREATE SCHEMA "{self.schema}"')

    @staticmethod
    def ask(text):
        return subprocess.run(['psql', '-qAtX', '-v', 'ON_ERROR_STOP=1', '-c', text], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, check=True).stdout

    def declare(self):
        where = 'postgresql:///{PGDATABASE}?host={PGHOST}&port={PGPORT}&user={PGUSER}'.format_map(os.environ)
        return f"CREATE TABLE {self.table} USING postgresql OPTIONS (url '{where}', dbtable '{self.schema}.o');"

    def save(self, copy):
        self.ask(f'CREATE TABLE "{self.schema}".rows_{copy} AS TABLE "{self.schema}".o; '
                 f'CREATE TABLE "{self.schema}".progress_{copy} AS TABLE "{self.schema}".weir_progress')

    def restore(self, copy):
        self.ask(f'TRUNCATE "{self.schema}".o, "{self.schema}".weir_progress; '
                 f'INSERT INTO "{self.schema}".o TABLE "{self.schema}".rows_{copy}; '
                 f'INSERT INTO "{self.schema}".weir_progress TABLE "{self.schema}".progress_{copy}')

    def rows(self):
        return [int(line) for line in self.ask(f'SELECT a FROM "{self.schema}".o ORDER BY a').splitlines()]

    def remove(self):
        self.ask(f'DROP SCHEMA "{self.schema}" CASCADE')


INPUT = cli.ROWS


def run(sink, code=0, checkpoint='cp', select='a'):
    return cli.sql(f'{INPUT} {sink.declare()} CREATE STREAMING QUERY q INTO {sink.table} TRIGGER AVAILABLE NOW AS SELECT {select} FROM STREAM t',
                   '--checkpoint', checkpoint, code=code)


def wanted(n):
    return sorted([*range(n), *range(10, 10 + n)])


def older_copy(sink):
    """An older copy of the sink is refused, with its name and what helps; both that it names do help."""
    try:
        cli.make_data(2)
        run(sink)
        sink.save('older')
        cli.make_data(3)
        run(sink)
        sink.save('newer')
        sink.restore('older')
        for n in (3, 4):        # with nothing to do, and with a batch
            cli.make_data(n)
            done = run(sink, 1)
            has(done.err, '[STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER]')
            has(done.err, sink.about)
            has(done.err, 'the checkpoint committed batch 2, the sink holds batch 1')
            has(done.err, 'restore it, or start with a new checkpoint directory and an empty sink')
        same(sink.rows(), wanted(2))
        sink.restore('newer')
        run(sink)
        same(sink.rows(), wanted(4))
    finally:
        sink.remove()


def test_older_files():
    older_copy(Files())


def test_older_sqlite():
    older_copy(Sqlite())


def test_older_postgresql():
    older_copy(Postgres())


def test_older_checkpoint():
    """The other way round: the checkpoint is the older one."""
    sink = Files()
    cli.make_data(2)
    run(sink)
    shutil.copytree('cp', 'older')
    cli.make_data(3)
    run(sink)
    done = run(sink, 1, 'older')
    has(done.err, '[STREAMING_CHECKPOINT_SINK_MISMATCH.CHECKPOINT_IS_OLDER]')
    has(done.err, 'Restore the checkpoint that belongs to the sink')
    same(sink.rows(), wanted(3))


class Kafka:
    name = 'kafka'
    table = 'topic'

    def __init__(self, topic):
        if 'KAFKA_PLAINTEXT' not in os.environ:
            raise Skip('no Kafka broker in this run')
        self.servers, self.topic = os.environ['KAFKA_PLAINTEXT'], f'sinks-{os.getpid()}-{topic}'

    def use(self, command):
        return subprocess.run([TOOL, self.servers, command, self.topic, '1'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=cli.LIMIT,
                              check=True).stdout.splitlines()

    def declare(self):
        return f"CREATE TABLE {self.table} USING kafka OPTIONS (kafka.bootstrap.servers '{self.servers}', topic '{self.topic}');"

    def rows(self):
        return sorted(int(line.split(' ')[2]) for line in self.use('read'))


def test_older_kafka():
    """A topic that was deleted and made anew lost what was committed to it."""
    sink = Kafka('older')
    sink.use('create')
    cli.make_data(2)
    run(sink, select='CAST(a AS STRING) AS value')
    same(sink.rows(), wanted(2))
    sink.use('delete')
    sink.use('create')
    cli.make_data(3)
    done = run(sink, 1, select='CAST(a AS STRING) AS value')
    has(done.err, '[STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER]')
    has(done.err, f'KafkaSink[{sink.topic}]')
    has(done.err, 'restore it, or start with a new checkpoint directory and an empty sink')
    same(sink.rows(), [])
    run(sink, checkpoint='new', select='CAST(a AS STRING) AS value')
    same(sink.rows(), wanted(3))


# ---- several sinks ----------------------------------------------------------------------------------------------------

def sinks():
    found = [Files(), Sqlite()]
    if 'PGPORT' in os.environ:
        found.append(Postgres())
    return found


def run_all(targets, code=0, select='a', env=()):
    text = ' '.join(sink.declare() for sink in targets)
    into = ', '.join(sink.table for sink in targets)
    script = f'{INPUT} {text} CREATE STREAMING QUERY q INTO {into} TRIGGER AVAILABLE NOW AS SELECT {select} FROM STREAM t'
    done = subprocess.run([cli.PROGRAM, '--checkpoint', 'cp', '-e', script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=cli.LIMIT, env=dict(cli.environment(), **dict(env)), check=False)
    assert done.returncode == code, f'exit {done.returncode} instead of {code}: {done.stderr[-500:]}'
    return done.stderr


def test_killed_between_commits():
    """Killed before and after the commit of each of a query's sinks: every one of them has every row once."""
    targets = sinks()
    try:
        cli.make_data(3)
        run_all(targets, env={'WEIR_EFFECTS_LOG': 'effects'})
        with open('effects', encoding='utf-8') as lines:
            effects = [line.split('\t') for line in lines]
        points = [effect[0] for effect in effects if effect[1] in ('sqlite-commit', 'postgres-commit') or effect[1] == 'rename' and 'part-' in effect[4]]
    except FileNotFoundError:
        raise Skip('effects are not numbered in this build') from None
    finally:
        for sink in targets:
            sink.remove()
        shutil.rmtree('cp')
    assert len(points) >= 3 * len(targets), points
    for number in points:
        for when in ('before', 'after'):
            targets = sinks()
            try:
                run_all(targets, 137, env={'WEIR_CRASH_AT': f'{number}:{when}'})
                run_all(targets)
                for sink in targets:
                    same((sink.name, sink.rows()), (sink.name, wanted(3)))
            finally:
                for sink in targets:
                    sink.remove()
                shutil.rmtree('cp')


def test_error_in_one():
    """One sink refuses a batch: the query ends with what it says; the others do not get the batch again when it works."""
    targets = sinks()
    refusing = targets[-1]
    try:
        cli.make_data(2)
        run_all(targets)
        if refusing.name == 'postgresql':
            refusing.ask(f'ALTER TABLE "{refusing.schema}".o ADD CONSTRAINT small CHECK (a < 12)')
        else:
            with sqlite3.connect('out.db') as database:
                database.execute("CREATE TRIGGER small BEFORE INSERT ON o WHEN NEW.a >= 12 BEGIN SELECT RAISE(ABORT, 'small'); END")
        cli.make_data(4)
        err = run_all(targets, 1)
        has(err, 'small')
        assert re.search(r'^\[[A-Z_.]+\]', err, re.M), err
        same(refusing.rows(), wanted(2))
        for sink in targets[:-1]:
            same(sink.rows(), wanted(3))
        if refusing.name == 'postgresql':
            refusing.ask(f'ALTER TABLE "{refusing.schema}".o DROP CONSTRAINT small')
        else:
            with sqlite3.connect('out.db') as database:
                database.execute('DROP TRIGGER small')
        run_all(targets)
        for sink in targets:
            same((sink.name, sink.rows()), (sink.name, wanted(4)))
    finally:
        for sink in targets:
            sink.remove()


def test_server_that_does_not_sync():
    """What a server risks is said on standard error."""
    sink = Postgres()
    try:
        cli.make_data(1)
        done = run(sink)
        if sink.ask('SHOW fsync').strip() == 'off':
            has(done.err, 'weir-sql: PostgreSQL at ')
            has(done.err, 'fsync=off')
        else:
            same(done.err, '')
    finally:
        sink.remove()


if __name__ == '__main__':
    TOOL = os.path.abspath(sys.argv[2])
    sys.exit(cli.main(globals()))
