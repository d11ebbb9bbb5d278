#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weir-sql and a Kafka broker of its own, which is killed and started again.

    run-kafka.py WEIR_SQL KAFKA_TOOL [--only NAME]

TAP on standard output. Needs what tests/services/README.md says; skipped where the run has no broker. Nothing sleeps: a test waits for a
line or the end of a process, with a limit after which it fails.
"""
import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading

LIMIT = 120
spec = importlib.util.spec_from_file_location('cli', pathlib.Path(__file__).with_name('run-cli.py'))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)
same, has = cli.same, cli.has


class Broker:
    """A broker that only this script uses."""

    def __init__(self, service, tool, directory):
        self.service, self.tool, self.directory = service, tool, directory
        self.up()

    def call(self, *args):
        return subprocess.run([self.service, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=LIMIT, check=True).stdout

    def up(self):
        env = dict(line.split('=', 1) for line in self.call('up', self.directory).splitlines())
        self.address = env['KAFKA_PLAINTEXT']

    def kill(self):
        self.call('kill', self.directory)

    def down(self):
        self.call('down', self.directory)

    def use(self, command, topic, partitions, lines=()):
        text = ''.join(f'{line}\n' for line in lines)
        return subprocess.run([self.tool, self.address, command, topic, str(partitions)], input=text, stdout=subprocess.PIPE, text=True,
                              timeout=LIMIT, check=True).stdout.splitlines()


BROKER = None


class Lines:
    """Lines of a pipe, read by a thread."""

    def __init__(self, pipe):
        self.lines, self.changed, self.ended = [], threading.Condition(), False
        threading.Thread(target=self.read, args=(pipe,), daemon=True).start()

    def read(self, pipe):
        for line in pipe:
            with self.changed:
                self.lines.append(line.decode())
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait(self, wanted, what):
        with self.changed:
            done = self.changed.wait_for(lambda: wanted(self.lines) or self.ended, LIMIT)
            assert done and wanted(self.lines), f'{what} did not come: {"".join(self.lines[-5:])}'

    def end(self):
        with self.changed:
            assert self.changed.wait_for(lambda: self.ended, LIMIT)


class Query:
    """weir-sql while it runs."""

    def __init__(self, *args, env=()):
        self.process = subprocess.Popen([cli.PROGRAM, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=dict(cli.environment(), **dict(env)))
        self.guard = threading.Timer(LIMIT * 2, self.process.kill)
        self.guard.daemon = True
        self.guard.start()
        self.out, self.err = Lines(self.process.stdout), Lines(self.process.stderr)

    def rows(self):
        return [json.loads(line) for line in self.out.lines]

    def wait_rows(self, n):
        self.out.wait(lambda lines: len(lines) >= n, f'{n} rows')

    def wait_message(self, part):
        self.err.wait(lambda lines: any(part in line for line in lines), part)

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.finish()

    def finish(self):
        code = self.process.wait(LIMIT)
        self.guard.cancel()
        self.out.end()
        self.err.end()
        return code


def test_broker_killed():
    """The broker dies in the middle of reading: retried, said, and every record comes once, each partition's in its order."""
    wanted = [f'{n} {"x" * 200}' for n in range(40000)]
    BROKER.use('create', 'killed', 2)
    BROKER.use('produce', 'killed', 2, wanted[:30000])
    query = Query('--retry', '5m', '-e', f"""
        CREATE TABLE k USING kafka OPTIONS (kafka.bootstrap.servers '{BROKER.address}', subscribe 'killed', startingOffsets 'earliest',
          maxOffsetsPerTrigger 2000, kafka.queued.max.messages.kbytes 200, kafka.queued.min.messages 500);
        CREATE STREAMING QUERY q AS SELECT CAST(value AS STRING) AS v, partition, offset FROM STREAM k""")
    query.wait_rows(4000)
    BROKER.kill()
    query.wait_message(f'weir-sql: k: Not connected to {BROKER.address}')
    assert query.process.poll() is None
    before = len(query.out.lines)
    assert before < 30000, 'everything was read before the broker was gone'
    BROKER.up()
    query.wait_message('weir-sql: k: connected again.')
    query.wait_rows(30000)
    BROKER.use('produce', 'killed', 2, wanted[30000:])
    query.wait_rows(40000)
    same(query.stop(), 130)
    rows = query.rows()
    same(sorted(row['v'] for row in rows), sorted(wanted))
    for partition in 0, 1:
        same([row['offset'] for row in rows if row['partition'] == partition], list(range(20000)))


def test_broker_away_without_retry():
    """Without --retry an absent broker ends the query, with its address and what to do."""
    BROKER.use('create', 'gone', 1)
    BROKER.use('produce', 'gone', 1, ['a'])
    table = f"CREATE TABLE k USING kafka OPTIONS (kafka.bootstrap.servers '{BROKER.address}', subscribe 'gone', startingOffsets 'earliest');"
    query = Query('-e', f'{table} CREATE STREAMING QUERY q AS SELECT offset FROM STREAM k')
    query.wait_rows(1)
    BROKER.kill()
    same(query.finish(), 1)
    text = ''.join(query.err.lines)
    has(text, f'Not connected to {BROKER.address}')
    has(text, 'Check that a broker runs there')
    late = Query('--retry', '5m', '--trigger', 'available-now', '-e', f'{table} SELECT offset FROM STREAM k')
    late.wait_message('Not connected to')
    BROKER.up()
    same(late.finish(), 0)
    same(late.rows(), [{'offset': 0}])


def sink_script(topic):
    """Five files, a batch each, summed up and written to a topic; the state, the files and the sink have to agree after any crash."""
    return f"""
        CREATE TABLE t (a INT) USING json OPTIONS (path 'in', maxFilesPerTrigger 1);
        CREATE TABLE o USING kafka OPTIONS (kafka.bootstrap.servers '{BROKER.address}', topic '{topic}');
        CREATE STREAMING QUERY q INTO o OUTPUT MODE UPDATE TRIGGER AVAILABLE NOW CHECKPOINT LOCATION 'checkpoint' AS
          SELECT CAST(a % 2 AS STRING) AS key, CAST(sum(a) AS STRING) AS value FROM STREAM t GROUP BY a % 2"""


def run_sink(directory, topic, code=0, **env):
    done = subprocess.run([cli.PROGRAM, '-e', sink_script(topic)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          cwd=directory, env=dict(cli.environment(), **env), timeout=LIMIT, text=True, check=False)
    assert done.returncode == code, f'exit {done.returncode} instead of {code}: {done.stderr[-500:]}'


def sink_input(directory):
    os.makedirs(f'{directory}/in')
    for n in range(5):
        with open(f'{directory}/in/{n}.json', 'w', encoding='utf-8') as out:
            out.write(''.join(f'{{"a":{n * 10 + k}}}\n' for k in range(4)))
        os.utime(f'{directory}/in/{n}.json', (1_700_000_000 + n, 1_700_000_000 + n))


def without_id(records):
    """The query's id is another one in every checkpoint."""
    return [' '.join(part for part in record.split(' ') if not part.startswith('q=')) for record in records]


def test_sink_crashes():
    """Killed before and after every act on the broker, then started again: readers of committed records see what an uninterrupted run writes."""
    with tempfile.TemporaryDirectory(prefix='weir-sink-') as directory:
        sink_input(directory)
        BROKER.use('create', 'whole', 1)
        run_sink(directory, 'whole', WEIR_EFFECTS_LOG=f'{directory}/effects')
        with open(f'{directory}/effects', encoding='utf-8') as lines:
            effects = [line.split('\t')[:2] for line in lines]
    wanted = without_id(BROKER.use('read', 'whole', 1))
    same(len(wanted), 10)
    numbers = {}
    for number, name in effects:
        if name.startswith('kafka-'):
            numbers.setdefault(name, []).append(number)
    same(sorted(numbers), ['kafka-commit', 'kafka-init', 'kafka-offsets', 'kafka-produce'])
    points = [(found[min(len(found) - 1, 2)], when) for found in numbers.values() for when in ('before', 'after')]
    points += [(numbers['kafka-commit'][0], 'after'), (numbers['kafka-commit'][-1], 'after'), (numbers['kafka-produce'][0], 'after')]
    for number, when in points:
        with tempfile.TemporaryDirectory(prefix='weir-sink-') as directory:
            topic = f'crash-{number}-{when}'
            sink_input(directory)
            BROKER.use('create', topic, 1)
            run_sink(directory, topic, 137, WEIR_CRASH_AT=f'{number}:{when}')
            run_sink(directory, topic)
            same(without_id(BROKER.use('read', topic, 1)), wanted)


def test_kafka_to_kafka_crashes():
    """Read from one topic, counted, written to another, killed at acts all over the run: the outcome is that of an uninterrupted run."""
    BROKER.use('create', 'from', 2)
    BROKER.use('produce', 'from', 2, [f'{n % 3}' for n in range(60)])

    def run(directory, topic, code=0, **env):
        script = f"""
            CREATE TABLE k USING kafka OPTIONS (kafka.bootstrap.servers '{BROKER.address}', subscribe 'from', startingOffsets 'earliest', maxOffsetsPerTrigger 15);
            CREATE TABLE o USING kafka OPTIONS (kafka.bootstrap.servers '{BROKER.address}', topic '{topic}');
            CREATE STREAMING QUERY q INTO o OUTPUT MODE UPDATE TRIGGER AVAILABLE NOW CHECKPOINT LOCATION '{directory}/checkpoint' AS
              SELECT CAST(value AS STRING) AS key, CAST(count(*) AS STRING) AS value FROM STREAM k GROUP BY CAST(value AS STRING)"""
        done = subprocess.run([cli.PROGRAM, '-e', script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(cli.environment(), **env), timeout=LIMIT, text=True, check=False)
        assert done.returncode == code, f'exit {done.returncode} instead of {code}: {done.stderr[-500:]}'

    with tempfile.TemporaryDirectory(prefix='weir-kafka-') as directory:
        BROKER.use('create', 'to', 1)
        run(directory, 'to', WEIR_EFFECTS_LOG=f'{directory}/effects')
        with open(f'{directory}/effects', encoding='utf-8') as lines:
            n_effects = len(lines.readlines())
    wanted = without_id(BROKER.use('read', 'to', 1))
    same(len(wanted), 15)  # 7 and 7 offsets a batch, three keys each
    for number in range(1, n_effects, max(1, n_effects // 8)):
        with tempfile.TemporaryDirectory(prefix='weir-kafka-') as directory:
            BROKER.use('create', f'to-{number}', 1)
            run(directory, f'to-{number}', 137, WEIR_CRASH_AT=f'{number}:{"before" if number % 2 else "after"}')
            run(directory, f'to-{number}')
            same(without_id(BROKER.use('read', f'to-{number}', 1)), wanted)


def test_sink_broker_killed():
    """The broker dies while a query writes to it and comes back: nothing is lost and nothing is there twice."""
    BROKER.use('create', 'numbers', 1)
    with tempfile.TemporaryDirectory(prefix='weir-sink-') as directory:
        query = Query('--retry', '5m', '--max-batches', '12', '--checkpoint', f'{directory}/checkpoint', '--progress', '-', '-e', f"""
            CREATE TABLE r USING `rate-micro-batch` OPTIONS (rowsPerBatch 200);
            CREATE TABLE o USING kafka OPTIONS (kafka.bootstrap.servers '{BROKER.address}', topic 'numbers');
            CREATE STREAMING QUERY q INTO o TRIGGER PROCESSING TIME '400 milliseconds' AS SELECT CAST(value AS STRING) AS value FROM STREAM r""")
        query.err.wait(lambda lines: sum('"batchId"' in line for line in lines) >= 3, 'three batches')
        BROKER.kill()
        query.wait_message(f'weir-sql: Cannot write to Kafka at {BROKER.address}')
        BROKER.up()
        same(query.finish(), 0)
        has(''.join(query.err.lines), 'weir-sql: The batch was written.')
        values = [int(record.split(' ')[2]) for record in BROKER.use('read', 'numbers', 1)]
        same(values, list(range(2400)))


def main():
    global BROKER
    if 'KAFKA_SERVICE' not in os.environ:
        print('1..0 # SKIP no Kafka broker in this run')
        return 0
    with tempfile.TemporaryDirectory(prefix='weir-kafka-') as directory:
        BROKER = Broker(os.environ['KAFKA_SERVICE'], os.path.abspath(sys.argv[2]), directory)
        try:
            return cli.main(globals())
        finally:
            BROKER.down()


if __name__ == '__main__':
    sys.exit(main())
