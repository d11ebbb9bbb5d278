#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What weir-sql tells of a checkpoint: FROM state('DIR') for every stateful operator, --inspect, and both when files are damaged.

    run-state.py WEIR_SQL [--only NAME]

TAP on standard output, as run-cli.py, whose helpers it uses.
"""
import importlib.util
import json
import os
import pathlib
import shutil
import sys

spec = importlib.util.spec_from_file_location('cli', pathlib.Path(__file__).with_name('run-cli.py'))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)
same, has, run, sql, write = cli.same, cli.has, cli.run, cli.sql, cli.write

TABLES = ''.join(f"CREATE TABLE {name} (k STRING, t TIMESTAMP, v INT) USING json OPTIONS (path 'in', maxFilesPerTrigger 1);" for name in 'ab')
MARK = 'WATERMARK t DELAY OF INTERVAL 1 HOUR'
BATCHES = [[('x', 1, 1), ('y', 5, 2)], [('x', 11, 3), ('y', 5, 2)]]


def at(second):
    return f'2026-01-01T00:00:{second:02}Z'


def span(start, end):
    return {'start': at(start), 'end': at(end)}


def stored(key, value):
    return {'key': key, 'value': value, 'partition_id': 0}


def make_input():
    for number, rows in enumerate(BATCHES):
        name = f'in/{number}.json'
        write(name, ''.join(json.dumps({'k': k, 't': at(second), 'v': v}) + '\n' for k, second, v in rows))
        os.utime(name, (1_700_000_000 + number, 1_700_000_000 + number))


def rows_of(stream):
    return [{'k': k, 't': at(second), 'v': v} for k, second, v in stream]


JOIN = f'SELECT l.v, r.v AS w FROM STREAM a {MARK} l JOIN STREAM b {MARK} r ON l.k = r.k AND l.t = r.t'
LEFT = (f'SELECT l.v, r.v AS w FROM STREAM a {MARK} l LEFT JOIN (SELECT * FROM STREAM b {MARK} WHERE v > 2) r '
        'ON l.k = r.k AND l.t BETWEEN r.t AND r.t + INTERVAL 5 SECONDS')
CHAIN = (f"SELECT window(window_time(w), '20 seconds') AS s, count(*) AS n FROM (SELECT window(t, '10 seconds') AS w, k, count(*) AS n "
         f"FROM STREAM a {MARK} DROP DUPLICATES (k, t) GROUP BY window(t, '10 seconds'), k) GROUP BY window(window_time(w), '20 seconds')")
BOTH = (f'SELECT k, t FROM STREAM a {MARK} DROP DUPLICATES (k, t) UNION ALL '
        f'SELECT k, t FROM STREAM b {MARK} DROP DUPLICATES (v) WITHIN WATERMARK')

# Name, output mode, query, and per operator, side and batch what state() gives, in any order.
CASES = [
    ('aggregate', 'update', 'SELECT k, count(*) AS n, avg(v) AS m FROM STREAM a GROUP BY k',
     {(0, None, 0): [stored({'k': 'x'}, {'count(1)': 1, 'avg(v)': 1.0}), stored({'k': 'y'}, {'count(1)': 1, 'avg(v)': 2.0})],
      (0, None, 1): [stored({'k': 'x'}, {'count(1)': 2, 'avg(v)': 2.0}), stored({'k': 'y'}, {'count(1)': 2, 'avg(v)': 2.0})]}),
    ('global', 'complete', 'SELECT sum(v) AS n FROM STREAM a', {(0, None, 0): [stored({}, {'sum(v)': 3})], (0, None, 1): [stored({}, {'sum(v)': 8})]}),
    ('window', 'append', f"SELECT window(t, '10 seconds') AS w, k, count(*) AS n FROM STREAM a {MARK} GROUP BY window(t, '10 seconds'), k",
     {(0, None, 1): [stored({'window': span(0, 10), 'k': 'x'}, {'count(1)': 1}), stored({'window': span(0, 10), 'k': 'y'}, {'count(1)': 2}),
                     stored({'window': span(10, 20), 'k': 'x'}, {'count(1)': 1})]}),
    ('sliding', 'append', f"SELECT window(t, '10 seconds', '5 seconds') AS w, count(*) AS n FROM STREAM a {MARK} GROUP BY window(t, '10 seconds', '5 seconds')",
     {(0, None, 1): [stored({'window': {'start': '2025-12-31T23:59:55Z', 'end': at(5)}}, {'count(1)': 1}), stored({'window': span(0, 10)}, {'count(1)': 3}),
                     stored({'window': span(5, 15)}, {'count(1)': 3}), stored({'window': span(10, 20)}, {'count(1)': 1})]}),
    ('session', 'append', f"SELECT session_window(t, '8 seconds') AS w, k, count(*) AS n FROM STREAM a {MARK} GROUP BY session_window(t, '8 seconds'), k",
     {(0, None, 0): [stored({'k': 'x', 'sessionStartTime': at(1)}, {'session_window': span(1, 9), 'count(1)': 1}),
                     stored({'k': 'y', 'sessionStartTime': at(5)}, {'session_window': span(5, 13), 'count(1)': 1})],
      (0, None, 1): [stored({'k': 'x', 'sessionStartTime': at(1)}, {'session_window': span(1, 9), 'count(1)': 1}),
                     stored({'k': 'x', 'sessionStartTime': at(11)}, {'session_window': span(11, 19), 'count(1)': 1}),
                     stored({'k': 'y', 'sessionStartTime': at(5)}, {'session_window': span(5, 13), 'count(1)': 2})]}),
    ('distinct', 'update', 'SELECT DISTINCT v FROM STREAM a', {(0, None, 1): [stored({'v': v}, {}) for v in (1, 2, 3)]}),
    ('duplicates', 'append', 'SELECT k, v FROM STREAM a DROP DUPLICATES (k)', {(0, None, 1): [stored({'k': k}, {'__dummy__': None}) for k in 'xy']}),
    ('within', 'append', f'SELECT k, v FROM STREAM a {MARK} DROP DUPLICATES (k) WITHIN WATERMARK',
     {(0, None, 1): [stored({'k': 'x'}, {'expiresAtMicros': 1767229201000000}), stored({'k': 'y'}, {'expiresAtMicros': 1767229205000000})]}),
    ('limit', 'append', 'SELECT k, v FROM STREAM a LIMIT 3',
     {(0, None, 0): [stored({'key': None}, {'value': 2})], (0, None, 1): [stored({'key': None}, {'value': 3})]}),
    ('join', 'append', JOIN,
     {(0, side, batch): [stored({'field0': row['k'], 'field1': row['t']}, row) for row in rows_of(sum(BATCHES[:batch + 1], []))]
      for side in ('left', 'right') for batch in (0, 1)}),
    ('outer', 'append', LEFT,
     {(0, 'left', 1): [stored({'field0': row['k']}, row) for row in rows_of(sum(BATCHES, []))],
      (0, 'right', 1): [stored({'field0': row['k']}, row) for row in rows_of(sum(BATCHES, [])) if row['v'] > 2]}),
    ('chain', 'append', CHAIN,
     {(0, None, 1): [],
      (1, None, 1): [stored({'window': span(0, 10), 'k': 'x'}, {}), stored({'window': span(0, 10), 'k': 'y'}, {}), stored({'window': span(10, 20), 'k': 'x'}, {})],
      (2, None, 1): [stored({'k': 'x', 't': at(1)}, {'__dummy__': None}), stored({'k': 'y', 't': at(5)}, {'__dummy__': None}),
                     stored({'k': 'x', 't': at(11)}, {'__dummy__': None})]}),
    ('union', 'append', BOTH,
     {(0, None, 0): [stored({'k': 'x', 't': at(1)}, {'__dummy__': None}), stored({'k': 'y', 't': at(5)}, {'__dummy__': None})],
      (1, None, 0): [stored({'v': 1}, {'expiresAtMicros': 1767229201000000}), stored({'v': 2}, {'expiresAtMicros': 1767229205000000})]}),
]
NAMES = {'aggregate': ['stateStoreSave'], 'global': ['stateStoreSave'], 'window': ['stateStoreSave'], 'sliding': ['stateStoreSave'],
         'session': ['sessionWindowStateStoreSaveExec'], 'distinct': ['stateStoreSave'], 'duplicates': ['dedupe'], 'within': ['dedupeWithinWatermark'],
         'limit': ['globalLimit'], 'join': ['symmetricHashJoin'], 'outer': ['symmetricHashJoin'], 'chain': ['stateStoreSave', 'stateStoreSave', 'dedupe'],
         'union': ['dedupe', 'dedupeWithinWatermark']}


def begin(name, mode, query):
    make_input()
    sql(TABLES + query, '--checkpoint', name, '--output-mode', mode, '--trigger', 'available-now')


def state(name, operator, side, batch=None):
    more = (f", joinSide => '{side}'" if side else '') + (f', batch => {batch}' if batch is not None else '')
    return f"SELECT * FROM state('{name}', operator => {operator}{more})"


def in_order(rows):
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def test_every_operator():
    """Rows of each operator behind each batch, and as many of them as the operator counts."""
    for name, mode, query, expected in CASES:
        begin(name, mode, query)
        for (operator, side, batch), rows in expected.items():
            have = sql(state(name, operator, side, batch)).rows()
            assert in_order(have) == in_order(rows), f'{name} {operator} {side} {batch}: {have} instead of {rows}'


def test_inspect_every_operator():
    for name, mode, query, _ in CASES:
        begin(name, mode, query)
        seen = json.loads(run('--inspect', name, '--rows', '2').out)
        same((seen['canRestart'], seen['problems'], seen['pendingBatchId']), (True, [], None))
        operators = seen['stateOperators']
        same([(o['operatorId'], o['operatorName']) for o in operators], list(enumerate(NAMES[name])))
        assert all(o['memoryUsedBytes'] > 0 for o in operators)
        counted = dict.fromkeys(range(len(operators)), 0)
        for sample in seen['stateRows']:
            have = sql(state(name, sample['operatorId'], sample.get('joinSide'))).rows()
            same(sample['operatorName'], NAMES[name][sample['operatorId']])
            same((sample['numRowsTotal'], sample['rows']), (len(have), have[:2]))
            counted[sample['operatorId']] += sample['numRowsTotal']
        same([counted[o['operatorId']] for o in operators], [o['numRowsTotal'] for o in operators])
        same([s['joinSide'] for s in seen['stateRows'] if 'joinSide' in s], ['left', 'right'] if 'symmetricHashJoin' in NAMES[name] else [])


def test_names_and_values():
    """Columns have Spark's names and types; keys and values open up; what is asked wrongly is named."""
    begin('join', 'append', JOIN)
    begin('limit', 'append', 'SELECT k FROM STREAM a LIMIT 1')
    [schema] = sql(state('join', 0, 'left'), '--envelope').records('schema')
    same(schema['schema'], 'struct<key:struct<field0:string,field1:timestamp>,value:struct<k:string,t:timestamp,v:int>,partition_id:int>')
    same(sql("SELECT DISTINCT key.field0 AS k FROM state('join', operatorId => 0, batchId => 0, joinSide => 'RIGHT') WHERE value.v > 1").rows(), [{'k': 'y'}])
    same(sql("SELECT value.* FROM state(path => 'limit', joinSide => 'none')").rows(), [{'value': 1}])
    same(sql("SELECT count(*) AS n FROM state('join', joinSide => 'left') l JOIN state('join', joinSide => 'right') r ON l.value = r.value").rows(), [{'n': 6}])
    wrong = {
        "'join'": '[STDS_REQUIRED_OPTION_UNSPECIFIED]',
        "'join', joinSide => 'middle'": '[STDS_INVALID_OPTION_VALUE.WITH_MESSAGE]',
        "'limit', joinSide => 'left'": '[STDS_INVALID_OPTION_VALUE.WITH_MESSAGE]',
        "'limit', operator => 1": '[INVALID_PARAMETER_VALUE]',
        "'limit', operator => -1": '[STDS_INVALID_OPTION_VALUE.IS_NEGATIVE]',
        "'limit', batch => -1": '[STDS_INVALID_OPTION_VALUE.IS_NEGATIVE]',
        "'limit', batch => 9": '[INVALID_PARAMETER_VALUE]',
        "'limit', partition => 1": '[UNRECOGNIZED_PARAMETER_NAME]',
        "'limit', 0": '[UNRECOGNIZED_PARAMETER_NAME]',
        'operator => 0': '[WRONG_NUM_ARGS',
        "'in'": '[PATH_NOT_FOUND]',
    }
    for arguments, condition in wrong.items():
        has(sql(f'SELECT * FROM state({arguments})', code=1).err, condition)


def test_numbers_as_they_are():
    """Decimals keep their digits, doubles are short, in state() and in --inspect."""
    query = ("SELECT k, avg(v / 10.0D) AS a, sum(CAST(v AS DECIMAL(20, 2))) AS d, max(CAST('12345678901234567890.55' AS DECIMAL(30, 2))) AS big "
             'FROM STREAM a GROUP BY k')
    begin('cp', 'update', query)
    rows = sql(state('cp', 0, None)).out.splitlines()
    has(rows[0], '":0.2,')
    has(rows[0], '":4.00,')
    has(rows[0], '":12345678901234567890.55}')
    shown = run('--inspect', 'cp', '--rows', '2').out
    for row in rows:
        has(shown, row)


def test_from_anywhere():
    """Definitions of other texts, settings and columns that were found in files are kept; another folder, and without the files."""
    make_input()
    write('names.csv', 'k,name,n\nx,one,1\n')
    write('begin.sql', "CREATE TABLE n USING csv OPTIONS (path 'names.csv', header true, inferSchema true, static 'cached');")
    query = ('SELECT kept(a.k) AS g, date_trunc("DAY", a.t) AS d, sum(n.n) AS s FROM STREAM a LEFT JOIN n ON a.k = n.k '
             'GROUP BY kept(a.k), date_trunc("DAY", a.t)')
    run('--checkpoint', 'cp', '--output-mode', 'update', '--trigger', 'available-now', '-i', 'begin.sql', '-e', TABLES, '-e',
        "SET spark.sql.session.timeZone = 'Asia/Seoul'; CREATE TEMPORARY FUNCTION kept (k STRING) RETURNS STRING RETURN upper(k)", '-e', query)
    expected = sql(state('cp', 0, None)).rows()
    same(sorted((tuple(row['key'].values()), row['value']['sum(n)']) for row in expected),
         [(('X', '2025-12-31T15:00:00Z'), 2), (('Y', '2025-12-31T15:00:00Z'), None)])
    os.unlink('names.csv')
    os.makedirs('else/where')
    here = os.getcwd()
    same(sql(f"SELECT * FROM state('{here}/cp')", cwd='else/where').rows(), expected)
    same(json.loads(run('--inspect', f'{here}/cp', '--rows', '9', cwd='else/where').out)['stateRows'][0]['rows'], expected)


def test_folders():
    """A column in names of folders, declared or not, is kept with the others."""
    write('tides/port=busan/a.json', '{"cm": 85}\n')
    for name, columns in ('found', 'cm INT'), ('declared', 'port STRING, cm INT'):
        sql(f"CREATE TABLE tides ({columns}) USING json OPTIONS (path 'tides'); SELECT port, sum(cm) AS s FROM STREAM tides GROUP BY port",
            '--checkpoint', name, '--output-mode', 'update', '--trigger', 'available-now')
    shutil.rmtree('tides')
    for name in 'found', 'declared':
        same(sql(state(name, 0, None)).rows(), [stored({'port': 'busan'}, {'sum(cm)': 85})])


def damage(path, offset, data):
    with open(path, 'r+b') as file:
        file.seek(offset)
        file.write(data)


def test_damage():
    """A byte anywhere in log and snapshot, a lost file: the file is named, what is whole is still shown, no rows come from damage."""
    begin('good', 'append', JOIN)
    [log] = os.listdir('good/log')
    size = os.path.getsize(f'good/log/{log}')
    for offset in range(20, size - 8, max(size // 40, 1)):
        shutil.rmtree('bad', ignore_errors=True)
        shutil.copytree('good', 'bad')
        with open(f'bad/log/{log}', 'rb') as file:
            file.seek(offset)
            old = file.read(1)
        damage(f'bad/log/{log}', offset, bytes([old[0] ^ 0x40]))
        seen = json.loads(run('--inspect', 'bad', '--rows', '5').out)
        reader = sql(state('bad', 0, 'left'), code=None)
        if seen['problems']:
            has(seen['problems'][0]['file'], log)
            same(seen['canRestart'], False)
            assert reader.code == 1 and log in reader.err, (offset, reader.err)
            for sample in seen['stateRows']:
                assert sample['rows'] == [] and 'errorClass' in sample, (offset, sample)
        else:
            # A torn end: the last batch was never acknowledged.
            assert seen['canRestart'] and 'unacknowledgedBytes' in seen['files'][0], (offset, seen)
    shutil.rmtree('bad')
    shutil.copytree('good', 'bad')
    os.unlink('bad/query.sql')
    seen = json.loads(run('--inspect', 'bad', '--rows', '5').out)
    same((seen['canRestart'], seen['problems']), (True, []))
    same([sample['errorClass'] for sample in seen['stateRows']], ['PATH_NOT_FOUND'] * 2)
    damage('bad/metadata', 20, b'#')
    seen = json.loads(run('--inspect', 'bad').out)
    has(seen['problems'][0]['file'], 'metadata')
    same([batch['batchId'] for batch in seen['batches']][:2], [0, 1])
    os.unlink(f'bad/log/{log}')
    has(json.dumps(json.loads(run('--inspect', 'bad').out)['problems']), 'metadata')


def test_rows_that_wait():
    """The write-ahead log of a source that cannot be asked again is shown, and its damage."""
    text = ("CREATE TABLE q (v STRING) USING queue OPTIONS (durable 'true'); INSERT INTO q VALUES ('one'), ('two');"
            'CREATE STREAMING QUERY s TRIGGER AVAILABLE NOW AS SELECT v FROM STREAM q')
    same([row['v'] for row in sql(text, '--checkpoint', 'cp').rows()], ['one', 'two'])
    [name] = os.listdir('cp/sources/0')
    seen = json.loads(run('--inspect', 'cp').out)
    [log] = [file for file in seen['files'] if file['file'].endswith(name)]
    same((log['firstRow'], log['rows'], seen['problems'], seen['canRestart']), (0, 1, [], True))
    damage(f'cp/sources/0/{name}', 40, b'####')
    seen = json.loads(run('--inspect', 'cp').out)
    same(([os.path.basename(problem['file']) for problem in seen['problems']], seen['canRestart']), ([name], False))
    has(sql(text, '--checkpoint', 'cp', code=1).err, name)


def test_lost_middle():
    """A segment of the log that is gone between others is said, and asked for where it is needed; so is a damaged snapshot."""
    for number in range(320):
        name = f'in/{number:03}.json'
        write(name, json.dumps({'k': f'k{number % 7}', 't': at(number % 60), 'v': number}) + '\n')
        os.utime(name, (1_700_000_000 + number, 1_700_000_000 + number))
    query = TABLES + 'SELECT k, count(*) AS n FROM STREAM a GROUP BY k'
    sql(query, '--checkpoint', 'cp', '--output-mode', 'update', '--trigger', 'available-now', '--conf', 'spark.sql.streaming.minBatchesToRetain=150')
    logs, snaps = sorted(os.listdir('cp/log')), sorted(os.listdir('cp/state'))
    same(logs, [f'{first:020}.log' for first in (100, 200, 300)])
    same(snaps, [f'{batch:020}.snap' for batch in (99, 199, 299)])
    same(json.loads(run('--inspect', 'cp').out)['problems'], [])
    total = "SELECT sum(value.`count(1)`) AS n FROM state('{}', batch => {})"
    for batch in (99, 150, 199, 250, 319):
        same(sql(total.format('cp', batch)).rows(), [{'n': batch + 1}])
    has(sql(total.format('cp', 98), code=1).err, 'keeps batch 98 no more; the oldest whose state can be read is 99.')
    shutil.copytree('cp', 'lost')
    os.unlink(f'lost/log/{logs[1]}')
    [problem] = json.loads(run('--inspect', 'lost').out)['problems']
    has(problem['file'], logs[2])
    has(problem['message'], 'Batches 200 to 299 are missing')
    has(sql(total.format('lost', 250), code=1).err, logs[1])
    same(sql(total.format('lost', 319)).rows(), [{'n': 320}])
    os.unlink(f'lost/state/{snaps[2]}')
    seen = json.loads(run('--inspect', 'lost', '--rows', '1').out)
    same(seen['canRestart'], False)
    same(seen['stateRows'][0]['rows'], [])
    has(sql(query, '--checkpoint', 'lost', '--output-mode', 'update', '--trigger', 'available-now', code=1).err, logs[1])
    shutil.copytree('cp', 'snap')
    damage(f'snap/state/{snaps[2]}', 80, b'#' * 8)
    seen = json.loads(run('--inspect', 'snap', '--rows', '7').out)
    same([os.path.basename(problem['file']) for problem in seen['problems']], [snaps[2]])
    same((seen['canRestart'], sum(row['value']['count(1)'] for row in seen['stateRows'][0]['rows'])), (True, 320))


if __name__ == '__main__':
    sys.exit(cli.main(globals()))
