#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A changed query on an old checkpoint, line by line of the table of what Spark allows (its guide: Recovery Semantics after Changes).

    run-changes.py WEIR_SQL [--only NAME]

What is allowed goes on where the old query was; what is not is refused before anything is written, and the error names the difference and
the way out. TAP on standard output, as run-cli.py, whose helpers it uses.
"""
import importlib.util
import json
import os
import pathlib
import re
import shutil
import sys

spec = importlib.util.spec_from_file_location('cli', pathlib.Path(__file__).with_name('run-cli.py'))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)
same, has, sql, write = cli.same, cli.has, cli.sql, cli.write

OPERATOR = 'STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA'
KEY, VALUE = 'STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE', 'STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE'
COUNT, SOURCE, SINK = (f'STREAMING_QUERY_EVOLUTION_ERROR.{name}' for name in ('SOURCE_COUNT', 'SOURCE_CHANGED', 'SINK_CHANGED'))
FIRST = ['{"k":"a","t":"2026-01-01T00:00:01Z","v":1,"w":5}', '{"k":"b","t":"2026-01-01T00:00:05Z","v":2,"w":6}']
SECOND = ['{"k":"a","t":"2026-01-01T00:00:03Z","v":3,"w":7}', '{"k":"c","t":"2026-01-01T00:00:11Z","v":4,"w":8}']
MARK = 'WATERMARK t DELAY OF INTERVAL 10 SECONDS'


def table(name, folder='a', kind='json', options=''):
    return f"CREATE TABLE {name} (k STRING, t TIMESTAMP, v INT, w INT) USING {kind} OPTIONS (path '{folder}'{options});"


A, B = table('a'), table('b', 'b')
BY_KEY = 'SELECT k, count(*) AS n, sum(v) AS s FROM STREAM a GROUP BY k'
WINDOW = f"SELECT window(t, '10 seconds').start AS w, count(*) AS n FROM STREAM a {MARK} GROUP BY window(t, '10 seconds')"
TIMES = ('SELECT t, u, count(*) AS n FROM (SELECT t, t + INTERVAL 1 HOUR AS u FROM STREAM a) WATERMARK {} DELAY OF INTERVAL 10 SECONDS '
         'GROUP BY t, u')
UNION = 'SELECT k, v FROM STREAM a UNION ALL SELECT k, v FROM STREAM b'
JOIN = f'SELECT l.k, l.v, r.v AS x FROM STREAM a {MARK} l JOIN STREAM b {MARK} r ON l.k = r.k AND l.t <= r.t + INTERVAL 1 HOUR'
DEDUP = 'SELECT k, v FROM STREAM a DROP DUPLICATES (k)'
PASS = 'SELECT k, v FROM STREAM a'


def sink(name, options):
    return f'CREATE TABLE {name} USING {options};'


def kafka(more='', topic='t', begin='earliest'):
    return f"CREATE TABLE r USING kafka OPTIONS (replay 'log', subscribe '{topic}', startingOffsets '{begin}'{more});"


def into(name, query):
    return f'INSERT INTO {name} {query}'


RECORDS = 'SELECT CAST(value AS STRING) AS v FROM STREAM r'
FILES, OTHER_FILES = sink('o', "json OPTIONS (path 'out')"), sink('o', "json OPTIONS (path 'other')")
SQLITE = sink('o', "sqlite OPTIONS (path 'o.db')")

# Base: name, mode, text. Then its changes: what changes, text, mode (None: the same), and either the condition with words of its message or
# the rows of the second run (None: not compared).
BASES = [
    ('union', 'append', A + B, UNION, [
        ('number of sources', A + B, PASS, None, COUNT, 'There are [2] sources in the checkpoint offsets and now there are [1]'),
        ('order of sources', A + B, 'SELECT k, v FROM STREAM b UNION ALL SELECT k, v FROM STREAM a', None, SOURCE, ['source 0 json path=', 'path=a, now there is', 'path=b.']),
        ('type of a source', table('a', kind='csv') + B, UNION, None, SOURCE, ['source 0 json', 'source 0 csv']),
        ('rate limit', table('a', options=', maxFilesPerTrigger 1') + B, UNION, None, None, [{'k': 'a', 'v': 3}, {'k': 'c', 'v': 4}] * 2),
        ('path of a source', A + table('b', 'elsewhere'), UNION, None, SOURCE, ['source 1', 'path=b', 'path=elsewhere']),
        ('how a file is read', table('a', options=", mode 'FAILFAST'") + B, UNION, None, None, [{'k': 'a', 'v': 3}, {'k': 'c', 'v': 4}] * 2),
        ('name of a table', A + table('x', 'b'), UNION.replace('STREAM b', 'STREAM x'), None, None, [{'k': 'a', 'v': 3}, {'k': 'c', 'v': 4}] * 2),
    ]),
    ('plain', 'append', A, PASS, [
        ('filter added', A, PASS + ' WHERE v > 3', None, None, [{'k': 'c', 'v': 4}]),
        ('projection, same types', A, 'SELECT upper(k) AS k, w AS v FROM STREAM a', None, None, [{'k': 'A', 'v': 7}, {'k': 'C', 'v': 8}]),
        ('projection, other schema', A, "SELECT concat(k, '!') AS text FROM STREAM a", None, None, [{'text': 'a!'}, {'text': 'c!'}]),
        ('static join added', A, "SELECT a.k, s.x FROM STREAM a JOIN VALUES ('a', 1) AS s (k, x) ON a.k = s.k", None, None, [{'k': 'a', 'x': 1}]),
        ('output mode', A, PASS, 'update', None, [{'k': 'a', 'v': 3}, {'k': 'c', 'v': 4}]),
        ('trigger', A, f'CREATE STREAMING QUERY q TRIGGER ONCE AS {PASS}', None, None, [{'k': 'a', 'v': 3}, {'k': 'c', 'v': 4}]),
        ('aggregation added', A, BY_KEY, 'update', OPERATOR, ['state of 0 stateful operators, the query has 1']),
        ('duplicates dropped', A, DEDUP, None, OPERATOR, ['state of 0 stateful operators, the query has 1']),
        ('limit added', A, PASS + ' LIMIT 9', None, OPERATOR, ['state of 0 stateful operators, the query has 1']),
        ('watermark added', A, f'SELECT k, v FROM STREAM a {MARK}', None, None, [{'k': 'a', 'v': 3}, {'k': 'c', 'v': 4}]),
        ('sink of files', A + FILES, into('o', PASS), None, SINK, ['sink of files', 'none', 'sink 0 json']),
        ('sink of a database', A + SQLITE, into('o', PASS), None, None, []),
    ]),
    ('kafka', 'append', kafka(), RECORDS, [
        ('rate limit and new partitions', kafka(', maxOffsetsPerTrigger 1'), RECORDS, None, None, [{'v': 'r1'}, {'v': 'new'}]),
        ('where a first run begins', kafka(begin='latest'), RECORDS, None, None, [{'v': 'r1'}, {'v': 'new'}]),
        ('topic', kafka(topic='u'), RECORDS, None, SOURCE, ['subscribe=t', 'subscribe=u']),
        ('pattern for a topic', kafka().replace("subscribe 't'", "subscribePattern 't'"), RECORDS, None, SOURCE, ['subscribe=t', 'subscribepattern=t']),
    ]),
    ('files', 'append', A + FILES, into('o', PASS), [
        ('path of a sink of files', A + OTHER_FILES, into('o', PASS), None, SINK, ['path=out', 'path=other']),
        ('files, then a database', A + SQLITE, into('o', PASS), None, None, []),
        ('files, then the terminal', A, PASS, None, None, [{'k': 'a', 'v': 3}, {'k': 'c', 'v': 4}]),
        ('other schema into files', A + FILES, into('o', 'SELECT k FROM STREAM a'), None, None, []),
        ('format of files', A + sink('o', "csv OPTIONS (path 'out')"), into('o', PASS), None, SINK, ['sink 0 json', 'sink 0 csv']),
    ]),
    ('database', 'append', A + SQLITE, into('o', PASS), [
        ('a database, then files', A + FILES, into('o', PASS), None, SINK, ['sink 0 sqlite', 'sink 0 json']),
        ('a schema that the table has not', A + SQLITE, into('o', 'SELECT k, v, w FROM STREAM a'), None, 'INCOMPATIBLE_DATA_FOR_TABLE', ['no column named w']),
    ]),
    ('keyed', 'update', A, BY_KEY, [
        ('filter added', A, BY_KEY.replace('GROUP', "WHERE k <> 'c' GROUP"), None, None, [{'k': 'a', 'n': 2, 's': 4}]),
        ('names', A, 'SELECT k AS key, count(*) AS number, sum(x) AS total FROM (SELECT k, v AS x FROM STREAM a) GROUP BY k', None, None,
         [{'key': 'a', 'number': 2, 'total': 4}, {'key': 'c', 'number': 1, 'total': 4}]),
        ('type of a key', A, BY_KEY.replace('SELECT k', 'SELECT v').replace('BY k', 'BY v'), None, KEY, ['key=string', 'key=int']),
        ('number of keys', A, BY_KEY.replace('BY k', 'BY k, w'), None, KEY, ['key=string', 'key=string,int']),
        ('a function', A, BY_KEY.replace('sum', 'max'), None, VALUE, ['sum(int):bigint', 'max(int):int']),
        ('type of an aggregate', A, BY_KEY.replace('sum(v)', 'sum(CAST(v AS DOUBLE))'), None, VALUE, ['sum(int):bigint', 'sum(double):double']),
        ('number of aggregates', A, BY_KEY.replace(', sum(v) AS s', ''), None, VALUE, ['count():bigint,sum(int):bigint', 'count():bigint.']),
        ('order of aggregates', A, 'SELECT k, sum(v) AS s, count(*) AS n FROM STREAM a GROUP BY k', None, VALUE, ['sum(int):bigint,count():bigint']),
        ('aggregation removed', A, PASS, None, OPERATOR, ['state of 1 stateful operators, the query has 0']),
        ('aggregation for duplicates', A, DEDUP, None, OPERATOR, ['aggregate', 'deduplicate']),
        ('output mode complete', A, BY_KEY, 'complete', None, [{'k': 'a', 'n': 2, 's': 4}, {'k': 'b', 'n': 1, 's': 2}, {'k': 'c', 'n': 1, 's': 4}]),
        ('a source more', A + B, 'SELECT k, count(*) AS n, sum(v) AS s FROM (SELECT k, v FROM STREAM a UNION ALL SELECT k, v FROM STREAM b) GROUP BY k', None, COUNT,
         ['[1] sources', '[2] sources']),
    ]),
    ('struct', 'update', A, "SELECT named_struct('x', k, 'y', v % 2) AS g, count(*) AS n FROM STREAM a GROUP BY named_struct('x', k, 'y', v % 2)", [
        ('names in a key', A, "SELECT named_struct('p', k, 'q', v % 2) AS g, count(*) AS n FROM STREAM a GROUP BY named_struct('p', k, 'q', v % 2)", None, None,
         [{'g': {'p': 'a', 'q': 1}, 'n': 2}, {'g': {'p': 'c', 'q': 0}, 'n': 1}]),
        ('types in a key', A, "SELECT named_struct('x', k, 'y', k) AS g, count(*) AS n FROM STREAM a GROUP BY named_struct('x', k, 'y', k)", None, KEY,
         ['key=struct<x:string,y:int>', 'key=struct<x:string,y:string>']),
    ]),
    ('window', 'append', A, WINDOW, [
        ('delay of the watermark', A, WINDOW.replace('10 SECONDS GROUP', '1 SECOND GROUP'), None, None, [{'w': '2026-01-01T00:00:00Z', 'n': 3}]),
        ('size of the window', A, WINDOW.replace("'10 seconds'", "'20 seconds'"), None, OPERATOR, ['window=10000000/10000000/0', 'window=20000000/20000000/0']),
        ('output mode update', A, WINDOW, 'update', None, [{'w': '2026-01-01T00:00:00Z', 'n': 3}, {'w': '2026-01-01T00:00:10Z', 'n': 1}]),
        ('output mode complete', A, WINDOW, 'complete', OPERATOR, ['mode=append', 'mode=complete']),
        ('watermark removed', A, WINDOW.replace(MARK, ''), 'update', OPERATOR, ['watermark=key 0', 'watermark=no']),
    ]),
    ('no watermark', 'update', A, WINDOW.replace(MARK, ''), [
        ('watermark added', A, WINDOW, None, OPERATOR, ['watermark=no', 'watermark=key 0']),
        ('output mode complete', A, WINDOW.replace(MARK, ''), 'complete', None, [{'w': '2026-01-01T00:00:00Z', 'n': 3}, {'w': '2026-01-01T00:00:10Z', 'n': 1}]),
    ]),
    ('two times', 'update', A, TIMES.format('t'), [
        ('watermark of another column', A, TIMES.format('u'), None, OPERATOR, ['watermark=key 0', 'watermark=key 1']),
        ('names', A, TIMES.format('t').replace('AS n', 'AS number'), None, None,
         [{'t': '2026-01-01T00:00:03Z', 'u': '2026-01-01T01:00:03Z', 'number': 1}, {'t': '2026-01-01T00:00:11Z', 'u': '2026-01-01T01:00:11Z', 'number': 1}]),
    ]),
    ('duplicates', 'append', A, DEDUP, [
        ('other columns', A, 'SELECT k, w, t FROM STREAM a DROP DUPLICATES (k)', None, None, [{'k': 'c', 'w': 8, 't': '2026-01-01T00:00:11Z'}]),
        ('type of the key', A, 'SELECT k, v FROM STREAM a DROP DUPLICATES (v)', None, KEY, ['key=string', 'key=int']),
        ('number of keys', A, 'SELECT k, v FROM STREAM a DROP DUPLICATES (k, v)', None, KEY, ['key=string', 'key=string,int']),
        ('WITHIN WATERMARK', A, f'SELECT k, v FROM STREAM a {MARK} DROP DUPLICATES (k) WITHIN WATERMARK', None, OPERATOR, ['deduplicate', 'deduplicate within watermark']),
        ('a second one', A, f'SELECT k, v FROM ({DEDUP}) DROP DUPLICATES (v)', None, OPERATOR, ['state of 1 stateful operators, the query has 2']),
    ]),
    ('join', 'append', A + B, JOIN, [
        ('range of the join', A + B, JOIN.replace('1 HOUR', '2 HOURS'), None, None, None),
        ('type of the join', A + B, JOIN.replace('l JOIN', 'l LEFT JOIN').replace('l.t <=', 'l.t >= r.t - INTERVAL 1 HOUR AND l.t <='), None, OPERATOR,
         ['type=inner', 'type=left']),
        ('key of the join', A + B, JOIN.replace('l.k = r.k', 'l.v = r.v'), None, KEY, ['key=string', 'key=int']),
        ('number of keys', A + B, JOIN.replace('l.k = r.k', 'l.k = r.k AND l.v = r.v'), None, KEY, ['key=string', 'key=string,int']),
        ('columns that are stored', A + B, JOIN.replace('r.v AS x', 'r.v AS x, r.w'), None, VALUE, ['value=', 'int;']),
    ]),
    ('limit', 'append', A, PASS + ' LIMIT 3', [
        ('a higher limit', A, PASS + ' LIMIT 9', None, None, [{'k': 'a', 'v': 3}, {'k': 'c', 'v': 4}]),
        ('limit removed', A, PASS, None, OPERATOR, ['state of 1 stateful operators, the query has 0']),
    ]),
    ('session', 'append', A, f"SELECT session_window(t, '5 seconds').start AS s, k, count(*) AS n FROM STREAM a {MARK} GROUP BY session_window(t, '5 seconds'), k", [
        ('kind of the window', A, WINDOW.replace("GROUP BY window(t, '10 seconds')", "GROUP BY window(t, '10 seconds'), k"), None, OPERATOR, ['window=session', 'window=10000000']),
        ('number of keys', A, f"SELECT session_window(t, '5 seconds').start AS s, k, count(*) AS n FROM STREAM a {MARK} GROUP BY session_window(t, '5 seconds'), k, v", None, KEY,
         ['key=']),
    ]),
]


def tree(folder):
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            if name == 'LOCK':
                continue
            with open(os.path.join(parent, name), 'rb') as file:
                found[os.path.join(parent, name)] = file.read()
    return found


def record(partition, offset, text):
    return json.dumps({'topic': 't', 'partition': partition, 'offset': offset, 'tstype': 'create', 'ts': 0, 'key': None, 'payload': text}) + '\n'


def give(number, rows):
    # The second time with a partition that is new.
    write(f'log/{number}.jsonl', record(0, number, f'r{number}') + (record(1, 0, 'new') if number else ''))
    for folder in 'ab':
        name = f'{folder}/{number}.json'
        write(name, '\n'.join(rows) + '\n')
        os.utime(name, (1_700_000_000 + number, 1_700_000_000 + number))


def in_order(rows):
    return sorted(rows, key=str)


def change(case, mode):
    """What is wrong with the outcome; None: nothing."""
    what, tables, text, new_mode, condition, expected = case
    before = tree('.')
    done = sql(tables + text, '--checkpoint', 'cp', '--output-mode', new_mode or mode, '--trigger', 'available-now', code=None)
    found = re.match(r'\[([A-Z0-9_.]+)\]', done.err)
    if condition is None:
        if done.code != 0:
            return f'{what}: refused: {done.err}'
        if expected is not None and in_order(done.rows()) != in_order(expected):
            return f'{what}: {done.rows()} instead of {expected}'
        return None
    if done.code != 1 or not found or found.group(1) != condition:
        return f'{what}: exit {done.code} {done.err}{done.out} instead of {condition}'
    missing = [word for word in ([expected] if isinstance(expected, str) else expected) if word not in done.err]
    if missing:
        return f'{what}: {missing} not in {done.err}'
    if condition in (OPERATOR, KEY, VALUE, COUNT, SOURCE, SINK) and ('Start the changed query with a new checkpoint directory, or undo the change.' not in done.err or '/cp' not in done.err):
        return f'{what}: no way out in {done.err}'
    if tree('.') != before:
        return f'{what}: written: {[path for path in {**tree("."), **before} if tree(".").get(path) != before.get(path)]}'
    return None


def test_changes():
    wrong = []
    for number, (name, mode, tables, text, changes) in enumerate(BASES):
        os.makedirs(f'{number}/base')
        os.chdir(f'{number}/base')
        give(0, FIRST)
        os.makedirs('elsewhere')
        sql(tables + text, '--checkpoint', 'cp', '--output-mode', mode, '--trigger', 'available-now')
        give(1, SECOND)
        os.chdir('..')
        for k, case in enumerate(changes):
            shutil.copytree('base', str(k))
            os.chdir(str(k))
            # Sources are known by their path: it has to be the same.
            os.rename('../base', '../kept')
            os.chdir('..')
            os.rename(str(k), 'base')
            os.chdir('base')
            problem = change(case, mode)
            os.chdir('..')
            shutil.rmtree('base')
            os.rename('kept', 'base')
            if problem:
                wrong.append(f'{name}: {problem}')
        os.chdir('..')
    for line in wrong:
        print('\n'.join(f'# {part}' for part in line.splitlines()))
    same(len(wrong), 0)


def test_sinks_that_are_not_there():
    """Files may be followed by Kafka, whose topic may change; no broker is needed to know that."""
    give(0, FIRST)
    sql(A + FILES + into('o', PASS), '--checkpoint', 'cp', '--trigger', 'available-now')
    for topic in ('x', 'y'):
        to_kafka = A + sink('o', f"kafka OPTIONS (kafka.bootstrap.servers 'nowhere.invalid:9', topic '{topic}')") + into('o', 'SELECT k AS value FROM STREAM a')
        same(sql(to_kafka, '--checkpoint', 'cp', '--check').err, '')
    has(sql(A + OTHER_FILES + into('o', PASS), '--checkpoint', 'cp', '--check', code=1).err, f'[{SINK}]')


if __name__ == '__main__':
    sys.exit(cli.main(globals()))
