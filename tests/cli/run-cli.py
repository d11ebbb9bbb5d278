#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds weir-sql to its contract with scripts: options, formats, records, errors, exit codes, signals.

    run-cli.py WEIR_SQL [--only NAME]

TAP on standard output, one test a function `test_…`. Each runs in a folder of its own. Nothing sleeps: a test waits for a line, for the end of
a process or of a connection, with a limit after which it fails.
"""
import csv
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zlib

LIMIT = 60
PROGRAM = None
ROWS = "CREATE TABLE t (a INT, b STRING) USING json OPTIONS (path 'data', maxFilesPerTrigger 1);"


class Done:
    """The end of a run: exit code, standard output and error as text."""

    def __init__(self, code, out, err):
        self.code, self.raw, self.out, self.err = code, out, out.decode(), err.decode(errors='replace')

    def records(self, kind=None):
        found = [json.loads(line) for line in self.out.splitlines()]
        return [r for r in found if kind in (None, r['type'])]

    def rows(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def error(self):
        """The one JSON object on standard error."""
        lines = [line for line in self.err.splitlines() if line.startswith('{')]
        assert len(lines) == 1, self.err
        return json.loads(lines[0])


def environment():
    env = dict(os.environ, TZ='UTC', LC_ALL='C.UTF-8')
    env.pop('DEMO', None)
    return env


def run(*args, stdin=b'', cwd=None, code=0):
    done = subprocess.run([PROGRAM, *args], input=stdin, capture_output=True, timeout=LIMIT, cwd=cwd, env=environment())
    result = Done(done.returncode, done.stdout, done.stderr)
    assert code is None or result.code == code, f'exit {result.code} instead of {code}: {result.out[-500:]} {result.err[-500:]}'
    return result


def sql(text, *args, **more):
    return run(*args, '-e', text, **more)


def start(*args, cwd=None):
    process = subprocess.Popen([PROGRAM, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                               env=environment())
    guard = threading.Timer(LIMIT, process.kill)
    guard.daemon = True
    guard.start()
    return process, guard


def finish(process, guard, before=b''):
    out, err = process.communicate()
    guard.cancel()
    return Done(process.returncode, before + out, err)


def write(path, content):
    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
    with open(path, 'wb') as out:
        out.write(content if isinstance(content, bytes) else content.encode())


def make_data(n_files=3):
    for k in range(n_files):
        write(f'data/{k}.json', f'{{"a":{k},"b":"x"}}\n{{"a":{k + 10},"b":"ü"}}\n')
        os.utime(f'data/{k}.json', (1_700_000_000 + k, 1_700_000_000 + k))


class Skip(Exception):
    """What a test needs and does not find."""


def same(have, want):
    assert have == want, f'{have!r} instead of {want!r}'


def has(text, part):
    assert part in text, f'{part!r} is not in {text!r}'


# ---- formats --------------------------------------------------------------------------------------------------------

VALUES = ("SELECT 1 AS a, 'x,\"y' AS b, CAST(NULL AS INT) AS c, 1.50 AS d, 1.0D AS e, array(1, NULL) AS f, map('k', 1) AS g, "
          "named_struct('p', true) AS h")


def test_output_json():
    same(sql(VALUES).out, '{"a":1,"b":"x,\\"y","c":null,"d":1.50,"e":1.0,"f":[1,null],"g":{"k":1},"h":{"p":true}}\n')
    same(sql(VALUES, '-o', 'json').out, sql(VALUES, '--output=json').out)


def test_output_json_types():
    text = ("SELECT DATE'2026-01-31' AS d, TIMESTAMP'2026-01-31 10:00:00.5' AS t, TIMESTAMP_NTZ'2026-01-31 10:00:00' AS n, X'0102' AS x, "
            "double('NaN') AS q, double('Infinity') AS i, map(1, 2) AS m, 9223372036854775807 AS l, float(0.1) AS f")
    same(sql(text).out, '{"d":"2026-01-31","t":"2026-01-31T10:00:00.5Z","n":"2026-01-31T10:00:00","x":"AQI=","q":"NaN","i":"Infinity",'
         '"m":[[1,2]],"l":9223372036854775807,"f":0.1}\n')
    zone = sql(text, '--conf', 'spark.sql.session.timeZone=Asia/Tokyo')
    has(zone.out, '"t":"2026-01-31T10:00:00.5+09:00"')


def test_output_csv():
    rows = list(csv.reader(io.StringIO(sql(VALUES, '-o', 'csv').out)))
    same(rows[0], ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    same(rows[1][:5], ['1', 'x,"y', '', '1.50', '1.0'])
    has(sql("SELECT concat('a', chr(0), 'b') AS v", '-o', 'csv').raw.decode(), 'a\0b\n')


def test_output_tsv():
    same(sql(VALUES, '-o', 'tsv').out, '1\tx,"y\tNULL\t1.50\t1.0\t[1,null]\t{"k":1}\t{"p":true}\n')


def test_output_table():
    lines = sql("SELECT 1 AS n, 'é' AS word", '-o', 'table').out.splitlines()
    same(lines, ['+---+------+', '| n | word |', '+---+------+', '| 1 | é    |', '+---+------+'])
    has(sql("SELECT 'a\\n\\u001bb' AS v", '-o', 'table').out, '| a\\n\\u001bb |')


def test_envelope_batch():
    done = sql('SELECT 1 AS a; SELECT 2 AS b WHERE false', '--envelope')
    same(done.records(), [{'type': 'schema', 'stmt': 0, 'query': None, 'schema': 'struct<a:int>'},
                          {'type': 'row', 'stmt': 0, 'query': None, 'row': {'a': 1}},
                          {'type': 'schema', 'stmt': 1, 'query': None, 'schema': 'struct<b:int>'}, {'type': 'end', 'exit': 0}])


def test_envelope_stream():
    make_data(2)
    write('data/9.json', '')
    done = sql(f'{ROWS} CREATE STREAMING QUERY q TRIGGER AVAILABLE NOW AS SELECT a FROM STREAM t', '--envelope')
    same([r['type'] for r in done.records()], ['schema', 'row', 'row', 'batch', 'row', 'row', 'batch', 'batch', 'end'])
    same([(r['query'], r['stmt'], r['batchId'], r['rows']) for r in done.records('batch')], [('q', 1, 0, 2), ('q', 1, 1, 2), ('q', 1, 2, 0)])
    same([r['row']['a'] for r in done.records('row')], [0, 10, 1, 11])


def test_envelope_error():
    done = sql("SELECT 1 AS a; SELECT 'é' || nope", '--envelope', code=1)
    error = done.records('error')[0]
    same((error['stmt'], error['errorClass'], error['phase']), (1, 'UNRESOLVED_COLUMN.WITHOUT_SUGGESTION', 'analyze'))
    has(done.err, '[UNRESOLVED_COLUMN.WITHOUT_SUGGESTION]')
    same(done.records()[-1], {'type': 'end', 'exit': 1})


# ---- errors ---------------------------------------------------------------------------------------------------------

def test_error_text():
    lines = sql("SELECT 1;\nSELECT 'é', nope FROM VALUES (1) AS v(aa)", code=1).err.splitlines()
    assert re.fullmatch(r'\[UNRESOLVED_COLUMN\.WITH_SUGGESTION\] .* SQLSTATE: 42703 \(line 2, column 13\)', lines[0]), lines
    same(lines[1:], ["SELECT 'é', nope FROM VALUES (1) AS v(aa)", ' ' * 12 + '^'])


def test_error_json():
    text = "SELECT 'é', nope FROM VALUES (1) AS v(aa)"
    error = sql(text, '--error-format', 'json', code=1).error()
    same(list(error), ['errorClass', 'sqlState', 'messageParameters', 'queryContext', 'phase', 'batchId'])
    same(error['messageParameters'], {'objectName': '`nope`', 'proposal': '`aa`'})
    same(error['queryContext'], [{'startIndex': 12, 'stopIndex': 15, 'fragment': 'nope'}])
    same((error['sqlState'], error['phase'], error['batchId']), ('42703', 'analyze', None))
    error = sql("SELECT '😀'; SELEC 2", '--error-format', 'json', code=1).error()
    same((error['errorClass'], error['phase'], error['queryContext'][0]['startIndex']), ('PARSE_SYNTAX_ERROR', 'parse', 12))
    same(sql('SELECT 1/0', '--error-format=json', code=1).error()['phase'], 'run')


def test_error_of_a_batch():
    make_data()
    done = sql(f'{ROWS} SELECT 1 / (2 - a) AS x FROM STREAM t', '--error-format', 'json', '--envelope', code=1)
    error = done.error()
    same((error['errorClass'], error['phase'], error['batchId']), ('DIVIDE_BY_ZERO', 'run', 2))
    same([r['batchId'] for r in done.records('batch')], [0, 1])


def test_bail():
    same(sql('SELECT 1 AS a; SELECT nope; SELECT 2 AS a', code=1).rows(), [{'a': 1}])
    same(sql('SELECT 1 AS a; SELECT nope; SELECT 2 AS a', '--no-bail', code=1).rows(), [{'a': 1}, {'a': 2}])
    same(sql('SELECT 1 AS a; SELECT nope; SELECT 2 AS a', '--no-bail', '--bail', code=1).rows(), [{'a': 1}])
    same(run('-e', 'SELECT nope', '-e', 'SELECT 2 AS a', code=1).out, '')


def test_unfinished_text():
    for text, condition in [("SELECT 'abc", 'PARSE_SYNTAX_ERROR'), ('/* abc', 'UNCLOSED_BRACKETED_COMMENT'), ('SELECT (1', 'PARSE_SYNTAX_ERROR'),
                            ('SELECT $', 'PARSE_SYNTAX_ERROR'), ('SELECT `a', 'PARSE_SYNTAX_ERROR')]:
        has(sql(text, code=1).err, f'[{condition}]')
    for text in ['', ';;', '-- nothing', ' \n\t']:
        same(sql(text).out, '')


def test_formats_and_options():
    has(sql('CREATE TABLE t USING frob', code=1).err, '[DATA_SOURCE_NOT_FOUND]')
    has(sql("CREATE TABLE t (a INT) USING json OPTIONS (path 'x', frobnicate 3)").err, 'frobnicate')
    same(sql("CREATE TABLE t (a INT) USING csv OPTIONS (path 'x', HEADER true, sep ';', mode 'FAILFAST', nullValue 'x', maxFilesPerTrigger 1)").err, '')
    done = sql("CREATE TABLE t (a INT) USING json OPTIONS (path 'absent'); SELECT a FROM t", code=1)
    has(done.err, '[PATH_NOT_FOUND]')
    has(done.err, 'SQLSTATE: 42K03')


def test_sink_that_cannot_be_written():
    write('plain', 'x')
    done = sql("CREATE TABLE o USING json OPTIONS (path 'plain/x'); INSERT INTO o SELECT 1 AS a", '--error-format', 'json', code=1)
    same((done.error()['errorClass'], done.error()['sqlState'], done.error()['phase']), ('TASK_WRITE_FAILED', '58030', 'run'))


def test_one_failure_stops_the_rest():
    make_data()
    text = (f"{ROWS} CREATE STREAMING QUERY good TRIGGER PROCESSING TIME '1 hour' AS SELECT a FROM STREAM t; "
            'CREATE STREAMING QUERY bad AS SELECT 1 / (1 - a) AS x FROM STREAM t')
    done = sql(text, '--envelope', code=1)
    same([(r['query'], r['errorClass'], r['batchId']) for r in done.records('error')], [('bad', 'DIVIDE_BY_ZERO', 1)])
    same(sql(f'{ROWS} CREATE STREAMING QUERY bad TRIGGER AVAILABLE NOW AS SELECT 1 / (1 - a) AS x FROM STREAM t; SELECT 5 AS x', '--no-bail',
             code=1).rows()[-1], {'x': 5})


def test_usage():
    for args in [('--metrics', '127.0.0.1:1'), ('--frob',), ('-o', 'xml'), ('--for', '3x'),
                 ('--threads', 'x'), ('--threads', '-1'), ('--max-batches', '-1'), ('--error-format', 'xml'), ('--conf', 'novalue'),
                 ('--now', 'yesterday'), ('-e',)]:
        done = run(*args, code=2)
        assert done.err and not done.out and done.err[0] not in '[{', (args, done.err)
    has(run('--version').out, 'weir-sql ')
    has(run('--help').out, '--no-bail')


# ---- inputs ---------------------------------------------------------------------------------------------------------

def test_inputs_in_order():
    write('f.sql', "SELECT 'f' AS v")
    write('g.sql', "SELECT 'g' AS v;")
    done = run('-e', "SELECT 'e' AS v", '-f', 'f.sql', '-e', "SELECT 'h' AS v", 'g.sql')
    same([r['v'] for r in done.rows()], ['e', 'f', 'h', 'g'])


def test_init():
    write('init.sql', "CREATE TEMPORARY VIEW v AS SELECT 7 AS n; SELECT 'discarded'")
    same(run('-e', 'SELECT n FROM v', '-i', 'init.sql').rows(), [{'n': 7}])


def test_standard_input():
    same(run('-', stdin=b'SELECT 1 AS a').rows(), [{'a': 1}])
    same(run(stdin=b'SELECT 2 AS a;').rows(), [{'a': 2}])
    same(run('-f', '-', stdin=b'SELECT 3 AS a;').rows(), [{'a': 3}])


def test_check():
    table = "CREATE TABLE t (a INT) USING json OPTIONS (path 'absent');"
    same(sql(f'{table} SELECT a FROM t', '--check').out, '')
    has(sql(f'{table} SELECT b FROM t', '--check', code=1).err, '[UNRESOLVED_COLUMN.WITH_SUGGESTION]')
    done = run('--check', '--envelope', '--no-bail', '-e', 'SELECT 1', '-e', 'SELECT nope; SELECT 2; SELEC', code=1)
    same([(r['stmt'], r['phase'], r['messageParameters']) for r in done.records('error')],
         [(1, 'analyze', {'objectName': '`nope`'}), (3, 'parse', {'error': "'SELEC'", 'hint': ''})])
    write('data/1.json', '{"a":1}\n')
    sql("CREATE TABLE t (a INT) USING json OPTIONS (path 'data'); CREATE TABLE o USING json OPTIONS (path 'out'); INSERT INTO o SELECT a FROM t",
        '--check')
    assert not os.path.exists('out')


def test_paths():
    write('sub/data/1.json', '{"a":1}\n')
    write('sub/s.sql', "CREATE TABLE t (a INT) USING json OPTIONS (path 'data'); SELECT a FROM t")
    same(run('sub/s.sql').rows(), [{'a': 1}])
    same(run(os.path.abspath('sub/s.sql'), cwd='/').rows(), [{'a': 1}])
    with open('sub/s.sql', 'rb') as script:
        text = script.read()
    has(run('-', stdin=text, code=1).err, '[PATH_NOT_FOUND]')
    same(run('-', stdin=text, cwd='sub').rows(), [{'a': 1}])


def test_broken_scripts():
    write('newer.weir', '-- weir: 999\nSELECT 1 AS a')
    done = run('newer.weir')
    same(done.rows(), [{'a': 1}])
    has(done.err, 'newer')
    write('good.weir', '-- weir: 1\nSELECT 1 AS a;\n')
    same(run('good.weir').rows(), [{'a': 1}])
    write('cut.weir', '-- weir: 1\nSELECT 1 AS a;\nSELECT (2')
    same(run('cut.weir', code=1).rows(), [{'a': 1}])
    write('odd.sql', b'\xff\xfe SELECT')
    has(run('odd.sql', code=1).err, '[INVALID_UTF8_STRING]')
    same(run('odd.sql', '--error-format', 'json', code=1).error()['errorClass'], 'INVALID_UTF8_STRING')
    write('nul.sql', b'SELECT 1;\0 SELECT 2')
    same(run('nul.sql', code=1).out, '')
    same(run('-', stdin=b'SELECT 1;\0 SELECT 2', code=1).out, '')
    has(run('absent.sql', code=1).err, '[PATH_NOT_FOUND]')
    assert run('.', code=1).err
    write('bom.sql', b'\xef\xbb\xbfSELECT 1 AS a')
    same(run('bom.sql').rows(), [{'a': 1}])
    write('crlf.sql', b'SELECT 1\r\nAS a;\r\nSELECT 2 AS a;\r\n')
    same(run('crlf.sql').rows(), [{'a': 1}, {'a': 2}])


def test_odd_data():
    write('odd.txt', b'\xff\n{"a":3}\n\0\n')
    done = sql("CREATE TABLE t USING text OPTIONS (path 'odd.txt'); SELECT value FROM t")
    same([r['value'] for r in done.rows()], ['\ufffd', '{"a":3}', '\0'])
    done = sql("CREATE TABLE t (a INT) USING json OPTIONS (path 'odd.txt'); SELECT a FROM t")
    same([r['a'] for r in done.rows()], [None, 3, None])


def test_long_line():
    size = 100_000_000
    with open('long.txt', 'wb') as out:
        for _ in range(100):
            out.write(b'x' * (size // 100))
        out.write(b'\nshort\n')
    text = "CREATE TABLE t USING text OPTIONS (path 'long.txt'); SELECT length(value) AS n FROM t"
    # Longer than a line may be: a bad row, and the next one is read.
    same([r['n'] for r in sql(text).rows()], [None, 5])


# ---- statements -----------------------------------------------------------------------------------------------------

def test_console():
    """show()'s alignment, cut, escapes and cells, by columns of the terminal."""
    def shown(options):
        out = sql(f"CREATE TABLE o USING console {options}; INSERT INTO o SELECT '강원도' AS k, 'a\\nb' AS t, array(1, NULL) AS a, X'00ff' AS b, repeat('x', 21) AS r").err
        return [line for line in out.splitlines() if line.startswith('|')]
    same(shown(''), ['|     k|   t|        a|      b|                   r|', '|강원도|a\\nb|[1, NULL]|[00 FF]|xxxxxxxxxxxxxxxxx...|'])
    same(shown('OPTIONS (truncate false)'), ['|k     |t   |a        |b      |r                    |', '|강원도|a\\nb|[1, NULL]|[00 FF]|xxxxxxxxxxxxxxxxxxxxx|'])


def test_options_that_do_nothing():
    done = sql("CREATE TABLE r USING `rate-micro-batch` OPTIONS (rowsPerBatch 1, numPartitions 2); SELECT value FROM STREAM r WITH (foo 1)")
    same(done.rows(), [{'value': 0}])
    same(done.err.splitlines(), ['weir-sql: Option numPartitions of format rate-micro-batch has no effect. Rows are divided among the threads there are.',
                                 'weir-sql: Format rate-micro-batch knows no option "foo"; it is ignored.'])
    for options, part in [("USING rate OPTIONS (numPartitions 0)", 'Option numPartitions takes a whole number from 1'),
                          ("USING rate OPTIONS (rampUpTime '100000000000s', rowsPerSecond 1000000000)", '[INCORRECT_RAMP_UP_RATE] Max offset with 1000000000 rowsPerSecond is 9223372036'),
                          ("(a INT) USING rate", 'has the columns timestamp TIMESTAMP, value BIGINT'),
                          ("(a INT) USING demo", 'has the columns order_id'),
                          ("USING kafka OPTIONS (kafka.bootstrap.servers 'x:1', subscribe 't', startingOffsets '{\"t\":{\"0\":-3}}')", '-3 is no offset of partition 0 of topic t')]:
        has(sql(f'CREATE TABLE r {options}; SELECT * FROM STREAM r', code=1).err, part)
    for option, part in [("startingOffsets 'latest'", "startingOffsets can't be latest"), ("endingOffsets '{\"t\":{\"0\":-2}}'", "endingOffsets can't be earliest")]:
        has(sql(f"CREATE TABLE r USING kafka OPTIONS (kafka.bootstrap.servers 'x:1', subscribe 't', {option}); SELECT * FROM r", code=1).err, part)


def test_conf_and_now():
    same(sql('SELECT current_timestamp() AS t', '--now', '2026-01-31T10:00:00Z', '--conf', 'spark.sql.session.timeZone=Asia/Tokyo').rows(),
         [{'t': '2026-01-31T19:00:00+09:00'}])
    same(sql('SET a.b', '--conf', 'a.b=c=d').rows(), [{'key': 'a.b', 'value': 'c=d'}])
    same(sql('SET a.b = 3; SET a.b; RESET a.b; SET a.b').rows(), [{'key': 'a.b', 'value': '3'}, {'key': 'a.b', 'value': '<undefined>'}])


def test_settings_that_do_nothing():
    has(sql('SET spark.sql.streaming.stopTimeout=5').err, 'Setting spark.sql.streaming.stopTimeout=5 has no effect.')
    has(sql('SELECT 1', '--conf', 'spark.sql.streaming.stopTimeout=5').err, 'has no effect')
    same(sql('SET spark.sql.streaming.stopTimeout=0; SET spark.sql.shuffle.partitions=5').err, '')
    has(sql('SET weir.state.maxByte=5', code=1).err, '[CONFIG_NOT_AVAILABLE]')
    has(sql("SET spark.sql.streaming.checkpointLocation=cp; CREATE TABLE r USING `rate-micro-batch` OPTIONS (rowsPerBatch 1); SELECT value FROM STREAM r").err, 'A query without a name has no checkpoint')
    has(sql('SET spark.sql.streaming.multipleWatermarkPolicy=low', code=1).err, 'It should be min or max.')


def test_show_describe_explain():
    table = 'CREATE TABLE Q (a INT, b STRING) USING queue;'
    same([(r['col_name'], r['data_type']) for r in sql(f'{table} describe q').rows()], [('a', 'int'), ('b', 'string')])
    has(sql(f'{table} SHOW TABLES').out.lower(), '"q"')
    plan = sql('EXPLAIN SELECT 1 + 1 AS two').rows()[0]['plan']
    same(plan.count('== Physical Plan =='), 1)
    has(sql('EXPLAIN EXTENDED SELECT 1').rows()[0]['plan'], '== Optimized Logical Plan ==')
    make_data(1)
    done = sql(f'{ROWS} CREATE STREAMING QUERY s AS SELECT a FROM STREAM t; SHOW STREAMING QUERIES; STOP s', '-o', 'tsv')
    has(done.out, 's\t')


def test_queue():
    text = "CREATE TABLE q (a INT, b STRING) USING queue; INSERT INTO q VALUES (1, 'x'), (2, 'y'); INSERT INTO q (b, a) VALUES ('z', 3);"
    done = sql(f'{text} SELECT * FROM STREAM q', '--envelope')
    same([(r['batchId'], r['row']['a'], r['row']['b']) for r in done.records('row')], [(0, 1, 'x'), (0, 2, 'y'), (1, 3, 'z')])
    has(sql(f'{text} SELECT * FROM q', code=1).err, 'FROM STREAM')


def test_escaped_string_literals():
    key = 'spark.sql.parser.escapedStringLiterals'
    done = sql(f"SELECT '\\d' AS a; SET {key}=true; SELECT '\\d' AS a; CREATE TEMPORARY VIEW v AS SELECT '\\d' AS a; SELECT a FROM v; RESET {key}; SELECT '\\d' AS a")
    same([r['a'] for r in done.rows()], ['d', '\\d', '\\d', 'd'])
    done = run('--conf', f'{key}=true', '-e', "SELECT '%SystemDrive%\\Users\\John' LIKE '\\%SystemDrive\\%\\\\Users%' AS a")
    same(done.rows(), [{'a': True}])


def test_ansi_off():
    """spark-semantics §4.3, the column of what happens without ANSI."""
    table = {
        '2147483647 + 1': -2147483648, '9223372036854775807L + 1L': -9223372036854775808, '-128Y - 1Y': 127, 'abs(-128Y)': -128,
        'CAST(repeat("9", 38) AS DECIMAL(38, 0)) * 100': None, '1 / 0': None, '5 div 0': None, '5 % 0': None, 'pmod(5, 0)': None,
        "CAST('abc' AS INT)": None, "CAST('1.9' AS INT)": 1, "CAST('1.x' AS INT)": None, "CAST('2024-13-45' AS DATE)": None, "CAST('maybe' AS BOOLEAN)": None,
        'CAST(300 AS TINYINT)': 44, 'CAST(2147483648L AS INT)': -2147483648, 'CAST(1e20D AS INT)': 2147483647, 'CAST(-1e30D AS BIGINT)': -9223372036854775808,
        "CAST(double('NaN') AS INT)": 0, 'CAST(300.7D AS TINYINT)': 44, 'CAST(2147483648.7BD AS INT)': -2147483648, 'TRY_CAST(300 AS TINYINT)': None,
        'CAST(123.45BD AS DECIMAL(4, 2))': None, 'array(1, 2, 3)[5]': None, 'element_at(array(1, 2, 3), 5)': None, 'map(1, 2)[5]': None, 'get(array(1), 9)': None,
        "elt(5, 'a', 'b')": None, 'make_date(2024, 13, 1)': None, "next_day('2024-01-01', 'xx')": None, "to_timestamp('xx')": None, "unix_timestamp('xx')": None,
        "conv('9999999999999999999999', 10, 16)": 'FFFFFFFFFFFFFFFF'}
    columns = ', '.join(f'{text} AS c{n}' for n, text in enumerate(table))
    off = ('--conf', 'spark.sql.ansi.enabled=false')
    row = sql(f'SELECT {columns}', *off).rows()[0]
    for n, (text, want) in enumerate(table.items()):
        assert row[f'c{n}'] == want, (text, row[f'c{n}'], want)
    for text in ("split_part('a', 'b', 0)", 'element_at(array(1), 0)', 'array_insert(array(1), 0, 1)'):
        has(sql(f'SELECT {text}', *off, code=1).err, 'INVALID_INDEX_OF_ZERO')
    same(sql('SELECT size(a) AS n FROM VALUES (CAST(NULL AS ARRAY<INT>)), (array(1)) AS t(a)', *off).rows(), [{'n': -1}, {'n': 1}])
    same(sql('SELECT size(NULL) AS n', *off).rows() + sql('SELECT size(NULL) AS n').rows(), [{'n': -1}, {'n': None}])
    same(sql('SELECT sum(x) AS s FROM VALUES (9223372036854775807L), (1L) AS t(x)', *off).rows(), [{'s': -9223372036854775808}])


def test_memory_table():
    make_data()
    query = "CREATE TABLE m USING memory; CREATE STREAMING QUERY q INTO m OUTPUT MODE {} TRIGGER AVAILABLE NOW AS SELECT {} FROM STREAM t {};"
    rows = sql(f"{ROWS} {query.format('APPEND', 'a, b', '')} SELECT b, sum(a) AS s, count(*) AS n FROM m GROUP BY b ORDER BY s").rows()
    same(rows, [{'b': 'x', 's': 3, 'n': 3}, {'b': 'ü', 's': 33, 'n': 3}])
    rows = sql(f"{ROWS} {query.format('COMPLETE', 'b, sum(a) AS s', 'GROUP BY b')} SELECT x.s FROM m x JOIN m y USING (b) ORDER BY s").rows()
    same(rows, [{'s': 3}, {'s': 33}])
    text = "CREATE TABLE m (a INT) USING memory OPTIONS (maxRows 3); INSERT INTO m VALUES (1), (2); INSERT INTO m VALUES (3), (4);"
    same([r['a'] for r in sql(f'{text} SELECT a FROM m').rows()], [2, 3, 4])
    same(sql('CREATE TABLE m (a INT) USING memory; SELECT count(*) AS n FROM m').rows(), [{'n': 0}])
    has(sql('CREATE TABLE m USING memory; SELECT * FROM m', code=1).err, 'start a query INTO it')
    has(sql('CREATE TABLE m (a INT) USING memory; SELECT * FROM STREAM m', code=1).err, 'cannot be read as a stream')


def test_kafka_replay():
    """Records of a folder instead of a broker: as a table and as a stream, a decoded value, a tombstone, offsets over two runs."""
    line = '{"topic":"orders","partition":%d,"offset":%d,"tstype":"create","ts":%d,"broker":1,"key":"k%d","payload":%s}\n'
    write('log/a.jsonl', ''.join(line % (k % 2, k // 2, 1_700_000_000_000 + k, k, json.dumps(json.dumps({'n': k}))) for k in range(10)))
    write('log/b.jsonl', line % (0, 5, 1_700_000_000_010, 10, 'null'))
    table = "CREATE TABLE k USING kafka OPTIONS (replay 'log', subscribe 'orders', startingOffsets 'earliest', maxOffsetsPerTrigger 4);"
    got = sql(f"{table} SELECT CAST(key AS STRING) AS key, value IS NULL AS gone, topic, partition, offset, timestamp, timestampType FROM k "
              "WHERE offset >= 4 ORDER BY partition, offset").rows()
    same([(r['key'], r['gone'], r['partition'], r['offset']) for r in got], [('k8', False, 0, 4), ('k10', True, 0, 5), ('k9', False, 1, 4)])
    same((got[0]['topic'], got[0]['timestamp'], got[0]['timestampType']), ('orders', '2023-11-14T22:13:20.008Z', 0))
    stream = (f"{table} CREATE TEMPORARY VIEW v AS SELECT from_json(CAST(value AS STRING), 'n INT') AS r, offset FROM STREAM k;"
              "CREATE STREAMING QUERY q TRIGGER AVAILABLE NOW AS SELECT r.n FROM v")
    done = sql(stream, '--envelope')
    same(sorted(r['row']['n'] for r in done.records('row') if r['row']['n'] is not None), list(range(10)))
    same([r['rows'] for r in done.records('batch')], [3, 4, 4])
    has(sql(table.replace('orders', 'order') + 'SELECT * FROM k', code=1).err, 'There is no record of topic "order"')
    write('log/c.jsonl', 'nonsense\n')
    has(sql(f'{table} SELECT * FROM k', code=1).err, 'Line 1 of ')


COUNTS = "CREATE STREAMING QUERY q OUTPUT MODE UPDATE TRIGGER AVAILABLE NOW AS SELECT a % 2 AS k, count(*) AS n FROM STREAM t GROUP BY a % 2"


def test_checkpoint():
    """One batch a run: together they are the uninterrupted run. A folder for each of several queries; the clause; what is refused."""
    make_data()
    expected = sql(f'{ROWS} {COUNTS}', '--envelope').records()[1:-1]
    got = []
    for _ in range(4):
        got += sql(f'{ROWS} {COUNTS}', '--envelope', '--checkpoint', 'cp', '--max-batches', '1').records()[1:-1]
    same(got, expected)
    same(stat.S_IMODE(os.stat('cp').st_mode), 0o700)
    same({stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) for folder, _, names in os.walk('cp') for name in names}, {0o600})
    has(sql(f"{ROWS} {COUNTS.replace('count(*)', 'max(a)')}", '--checkpoint', 'cp', code=1).err, '[STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE]')
    warned = sql(f'{ROWS} {COUNTS}', '--checkpoint', 'cp', '--conf', 'spark.sql.session.timeZone=Asia/Seoul')
    has(warned.err, 'was begun with spark.sql.session.timeZone=')
    two = f"{ROWS} {COUNTS}; {COUNTS.replace('QUERY q', 'QUERY `r/2`')}"
    sql(two, '--checkpoint', 'both')
    same(sorted(os.listdir('both')), ['q', 'r%2F2'])
    clause = COUNTS.replace('TRIGGER', "CHECKPOINT LOCATION 'in/deep' TRIGGER")
    same(sql(f'{ROWS} {clause}').rows(), [r['row'] for r in expected if r['type'] == 'row'])
    same(sql(f'{ROWS} {clause}').rows(), [])
    has(sql(f"{ROWS} {clause.replace('in/deep', 'hdfs://n/x')}", code=1).err, '[UNSUPPORTED_FEATURE]')
    with open('plain', 'w', encoding='utf-8'):
        pass
    has(sql(f'{ROWS} {COUNTS}', '--checkpoint', 'plain', code=1).err, 'plain')


def test_checkpoint_of_two_queries():
    """Two queries of one script cannot share a checkpoint, one after the other neither; a query that is run twice has its own."""
    make_data()
    one = COUNTS.replace('TRIGGER', "CHECKPOINT LOCATION 'cp' TRIGGER")
    two = one.replace('QUERY q', 'QUERY r').replace("'cp'", "'./x/../cp'")
    for more in ([], ['--check']):
        refused = sql(f'{ROWS} {one}; SELECT count(*) FROM t; {two}', *more, code=1).err
        has(refused, '[CONCURRENT_STREAM_LOG_UPDATE] Query q of this script has the checkpoint')
        has(refused, 'line 1, column')
    sql(f'{ROWS} {one}; SELECT count(*) FROM t; {one}', '--checkpoint', 'other')


def test_checkpoint_names():
    """Spaces, bytes that are no text, links and nothing at all as the folder of a checkpoint."""
    make_data()
    expected = sql(f'{ROWS} {COUNTS}').rows()
    odd = os.fsdecode(b'no\xfftext')
    os.mkdir('real')
    os.symlink('real', 'link')
    for name in ('a b/\u00fc', odd, 'link', './x/../y'):
        same(sql(f'{ROWS} {COUNTS}', '--checkpoint', name).rows(), expected)
        same(sql(f'{ROWS} {COUNTS}', '--checkpoint', name).rows(), [])
        same(json.loads(run('--inspect', name).out)['canRestart'], True)
    has(' '.join(os.listdir('real')), 'metadata')
    with open(os.fsdecode(b'file\xff'), 'w', encoding='utf-8'):
        pass
    failed = sql(f'{ROWS} {COUNTS}', '--checkpoint', os.fsdecode(b'file\xff'), '--error-format', 'json', code=1)
    has(json.loads(failed.err)['messageParameters']['path'], 'file\ufffd')
    before = sorted(os.listdir('.'))
    has(sql(f'{ROWS} {COUNTS}', '--checkpoint', '', code=2).err, '--checkpoint takes a folder')
    has(run('--inspect', '', code=2).err, '--inspect takes')
    clause = COUNTS.replace('TRIGGER', "CHECKPOINT LOCATION '' TRIGGER")
    has(sql(f'{ROWS} {clause}', code=1).err, '[INVALID_PARAMETER_VALUE]')
    same(sorted(os.listdir('.')), before)


def test_checkpoint_odd_files():
    """A directory or a pipe in the place of a file is refused by its name, and nobody waits for a pipe."""
    make_data()
    text = f"{ROWS} CREATE TABLE o USING json OPTIONS (path 'out'); CREATE STREAMING QUERY q INTO o TRIGGER AVAILABLE NOW AS SELECT a FROM STREAM t"
    sql(text, '--checkpoint', 'cp')
    [log], [manifest] = os.listdir('cp/log'), os.listdir('out/_weir_manifest')
    for name in (f'cp/log/{log}', 'cp/metadata', 'cp/LOCK', f'out/_weir_manifest/{manifest}'):
        for make in (os.mkdir, os.mkfifo):
            os.rename(name, 'kept')
            make(name)
            has(sql(text, '--checkpoint', 'cp', code=1).err, os.path.basename(name))
            if name.startswith('cp/log'):
                same(json.loads(run('--inspect', 'cp').out)['canRestart'], False)
            (os.rmdir if make is os.mkdir else os.unlink)(name)
            os.rename('kept', name)
    os.rmdir('cp/state')
    sql(text, '--checkpoint', 'cp')
    same(os.listdir('cp/state'), [])


def test_for_while_opening():
    """--for ends a query that waits for what it needs to begin."""
    make_data()
    sink = "CREATE TABLE o USING postgresql OPTIONS (url 'postgresql://127.0.0.1:1/x', dbtable 't');"
    done = sql(f'{ROWS} {sink} INSERT INTO o SELECT a FROM STREAM t', '--for', '100ms', '--retry', '10h')
    has(done.err, 'It is tried again.')


def test_file_of_the_future():
    """A file whose time is far ahead makes all others older than maxFileAge allows, as in Spark: they are not taken, and it is said."""
    make_data()
    os.utime('data/1.json', (4_070_908_800, 4_070_908_800))
    text = f'{ROWS} CREATE STREAMING QUERY q TRIGGER AVAILABLE NOW AS SELECT a FROM STREAM t'
    same(len(sql(text, '--checkpoint', 'cp').rows()), 6)
    write('data/9.json', '{"a":9}\n')
    done = sql(text, '--checkpoint', 'cp')
    same(done.rows(), [])
    has(done.err, 'weir-sql: t: 1 files are left out because they are older than maxFileAge allows: the newest file is of 2099-01-01.')
    more = text.replace('maxFilesPerTrigger 1', "maxFilesPerTrigger 1, maxFileAge '40000d'")
    same(sql(more, '--checkpoint', 'cp').rows(), [{'a': 9}])


def test_pipe_that_does_not_wait():
    """Standard output that is full and not waited for by the kernel is waited for by us."""
    write('big.json', ('{"v":"' + 'x' * 999 + '"}\n') * 2000)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    process = subprocess.Popen([PROGRAM, '-e', "CREATE TABLE t (v STRING) USING json OPTIONS (path 'big.json'); SELECT * FROM t"],
                               stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE, env=environment())
    os.close(writer)
    with open(reader, 'rb') as rows:
        n_rows = sum(1 for _ in rows)
    same((process.wait(LIMIT), process.stderr.read(), n_rows), (0, b'', 2000))


def test_file_size_limit():
    """A limit on the size of files is an error that names the file; without the limit the query goes on."""
    make_data()
    limit = 'ulimit -f 0; exec "$@"'
    failed = subprocess.run(['sh', '-c', limit, 'sh', PROGRAM, '--checkpoint', 'cp', '-e', f'{ROWS} {COUNTS}'], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(), timeout=60, check=False)
    same(failed.returncode, 1)
    has(failed.stderr.decode(), 'File too large')
    same(sql(f'{ROWS} {COUNTS}', '--checkpoint', 'cp').rows(), sql(f'{ROWS} {COUNTS}').rows())


def test_unreadable_file():
    """A file that this user may not read is waited for with --retry, and read in its turn when it can be; without, it ends the query."""
    if os.geteuid() == 0:
        raise Skip('root may read everything')
    make_data()
    os.chmod('data/1.json', 0)
    failed = sql(f'{ROWS} {COUNTS}', code=1).err
    has(failed, 'data/1.json')
    has(failed, 'Give this user read permission on it.')
    process, guard = start('--retry', '1m', '-e', f'{ROWS} {COUNTS}')
    line = process.stderr.readline()
    has(line.decode(), 'It is tried again.')
    os.chmod('data/1.json', 0o600)
    done = finish(process, guard)
    same((done.code, done.rows()), (0, sql(f'{ROWS} {COUNTS}').rows()))


def test_check_of_a_closed_checkpoint():
    """--check refuses a checkpoint that the run could not write."""
    if os.geteuid() == 0:
        raise Skip('root may write everything')
    make_data()
    sql(f'{ROWS} {COUNTS}', '--checkpoint', 'cp')
    sql(f'{ROWS} {COUNTS}', '--checkpoint', 'cp', '--check')
    os.chmod('cp', 0o500)
    has(sql(f'{ROWS} {COUNTS}', '--checkpoint', 'cp', '--check', code=1).err, 'cp: Permission denied. Give this user write permission.')
    os.chmod('cp', 0o700)


def test_replayed():
    """A batch that was begun by a run which ended in it is marked wherever it is shown, and only that one."""
    make_data()
    query = "CREATE STREAMING QUERY q {} TRIGGER AVAILABLE NOW AS SELECT {} AS r FROM STREAM t"
    has(sql(f"{ROWS} {query.format('', '10 / (a - 1)')}", '--checkpoint', 'cp', code=1).err, '[DIVIDE_BY_ZERO]')
    to_console = f"{ROWS} CREATE TABLE c USING console; {query.format('INTO c', 'try_divide(10, a - 1)')}"
    done = sql(to_console, '--checkpoint', 'cp', '--envelope', '--progress', 'progress')
    same([(r['batchId'], r.get('replayed')) for r in done.records('batch')], [(1, True), (2, None)])
    same(re.findall(r'^Batch: .*$', done.err, re.M), ['Batch: 1 (replayed)', 'Batch: 2'])
    same(re.findall(r'^weir-sql: .*$', done.err, re.M), ['weir-sql: q: batch 1 was begun by an earlier run and was run again.'])
    with open('progress', encoding='utf-8') as lines:
        same([json.loads(line).get('replayed') for line in lines], [True, None])
    done = sql(to_console.replace('QUERY q', 'QUERY r'), '--envelope')
    same(re.findall(r'^Batch: .*$', done.err, re.M), ['Batch: 0', 'Batch: 1', 'Batch: 2'])
    same([r.get('replayed') for r in done.records('batch')], [None] * 3)


def test_inspect():
    make_data()
    sql(f'{ROWS} {COUNTS}', '--checkpoint', 'cp')
    seen = json.loads(run('--inspect', 'cp').out)
    same((seen['lastCommittedBatchId'], seen['pendingBatchId'], seen['canRestart'], seen['problems']), (2, None, True, []))
    same([b['sources'][0]['endOffset'] for b in seen['batches']], [{'logOffset': n} for n in range(3)])
    same(seen['stateOperators'][0]['operatorName'], 'stateStoreSave')
    same(seen['stateOperators'][0]['numRowsTotal'], 2)
    [log] = os.listdir('cp/log')
    with open(f'cp/log/{log}', 'r+b') as file:
        file.seek(200)
        file.write(b'damage')
    seen = json.loads(run('--inspect', 'cp').out)
    same(seen['canRestart'], False)
    has(seen['problems'][0]['file'], log)
    has(sql(f'{ROWS} {COUNTS}', '--checkpoint', 'cp', code=1).err, log)
    has(run('--inspect', 'nowhere', code=1).err, '[PATH_NOT_FOUND]')


def test_state():
    """The state behind each batch as rows; secrets are not kept; damage and what is not there are named."""
    make_data()
    secret = "CREATE TABLE s USING postgresql OPTIONS (url 'postgresql://h/d', password 'geheim', dbtable 'x');"
    out = sql(f'{ROWS} {secret} {COUNTS}', '--envelope', '--checkpoint', 'cp').records('row')
    for batch in range(3):
        want = {}
        for row in out:
            if row['batchId'] <= batch:
                want[row['row']['k']] = row['row']['n']
        have = sql(f"SELECT * FROM state('cp', operator => 0, batch => {batch})").rows()
        same({(next(iter(row['key'].values())), row['value']['count(1)']) for row in have}, set(want.items()))
    same(len(sql("SELECT * FROM state('cp')").rows()), 2)
    with open('cp/query.sql', encoding='utf-8') as kept:
        assert 'geheim' not in kept.read()
    same(len(json.loads(run('--inspect', 'cp', '--rows', '1').out)['stateRows'][0]['rows']), 1)
    has(sql("SELECT * FROM state('cp', batch => 3)", code=1).err, 'the last is 2')
    has(sql("SELECT * FROM state('cp', operator => 1)", code=1).err, '[INVALID_PARAMETER_VALUE]')
    has(sql("SELECT * FROM state('nowhere')", code=1).err, '[PATH_NOT_FOUND]')
    has(sql("SELECT * FROM state()", code=1).err, '[WRONG_NUM_ARGS')


def test_functions():
    """Functions of the session: made, described, replaced, dropped; a checkpoint keeps them with its query."""
    make_data()
    make = 'CREATE TEMPORARY FUNCTION part (n INT, k INT) RETURNS INT RETURN n % k;'
    same(sql(f'{make} DESCRIBE FUNCTION EXTENDED part', '-o', 'tsv').out.splitlines(),
         ['Function: part', 'Type:     SCALAR', 'Input:    n INT', '          k INT', 'Returns:  INT', 'Body:     n % k'])
    same(sql(f"{make} CREATE OR REPLACE TEMPORARY FUNCTION part (n INT) RETURN n + 1; SELECT part(1) AS v").rows(), [{'v': 2}])
    has(sql(f'{make} {make}', code=1).err, '[ROUTINE_ALREADY_EXISTS]')
    has(sql(f'{make} DROP TEMPORARY FUNCTION part; SELECT part(1, 2)', code=1).err, '[UNRESOLVED_ROUTINE]')
    sql('DROP FUNCTION IF EXISTS part')
    has(sql('DROP FUNCTION part', code=1).err, '[ROUTINE_NOT_FOUND]')
    has(sql('DROP FUNCTION abs', code=1).err, '[ROUTINE_NOT_FOUND]')
    sql(f'{ROWS} {make} {COUNTS.replace("a % 2", "part(a, 2)")}', '--checkpoint', 'cp')
    same(sorted(row['value']['count(1)'] for row in sql("SELECT * FROM state('cp')").rows()), [2, 4])


def test_select_waits_for_bounded_queries():
    make_data()
    text = (f"{ROWS} CREATE TABLE o USING json OPTIONS (path 'out'); CREATE STREAMING QUERY q INTO o TRIGGER AVAILABLE NOW AS SELECT a FROM STREAM t; "
            "CREATE TABLE back (a INT) USING json OPTIONS (path 'out'); SELECT count(*) AS n, sum(a) AS s FROM back")
    done = sql(text, '--envelope')
    same(done.records('row')[0]['row'], {'n': 6, 's': 36})
    same([(r['query'], r['rows']) for r in done.records('batch')], [('q', 2)] * 3)
    same(sql(text).rows(), [{'n': 12, 's': 72}])     # no checkpoint: another run of the query writes its rows again
    same(len([f for f in os.listdir('out') if f.endswith('.json')]), 6)


def ask(path, text):
    with sqlite3.connect(path) as database:
        return database.execute(text).fetchall()


def test_sqlite_sink():
    make_data()
    query = "AS SELECT b, count(*) AS n FROM STREAM t GROUP BY b"
    done = sql(f"{ROWS} CREATE TABLE o USING sqlite OPTIONS (path 'out.db', dbtable 'counts', mode 'upsert', key 'b');"
               f"CREATE STREAMING QUERY q INTO o OUTPUT MODE UPDATE TRIGGER AVAILABLE NOW {query};"
               f"CREATE TABLE w USING sqlite OPTIONS (path 'out.db', dbtable 'whole', mode 'overwrite');"
               f"CREATE STREAMING QUERY c INTO w OUTPUT MODE COMPLETE TRIGGER AVAILABLE NOW {query};"
               "CREATE TABLE a USING sqlite OPTIONS (path 'out.db');"
               "INSERT INTO a SELECT a, b, CAST(1.50 AS DECIMAL(4,2)) AS d FROM t", '--envelope')
    same(len(done.records('error')), 0)
    same(ask('out.db', 'SELECT b, n FROM counts ORDER BY b'), [('x', 3), ('ü', 3)])
    same(ask('out.db', 'SELECT b, n FROM whole ORDER BY b'), [('x', 3), ('ü', 3)])
    same(ask('out.db', 'SELECT sum(a), count(*), min(d) FROM a'), [(36, 6, '1.50')])


def test_sqlite_sink_errors():
    make_data(1)
    counts = 'SELECT b, count(*) AS n FROM STREAM t GROUP BY b'
    for options, mode, word in (("dbtable 'o'", 'UPDATE', "mode 'upsert' and a key"), ("mode 'upsert'", 'UPDATE', 'needs a key'),
                                ("mode 'upsert', key 'nope'", 'UPDATE', 'It gives: b, n'), ("mode 'overwrite'", 'UPDATE', 'complete'),
                                ("mode 'append'", 'COMPLETE', "mode 'overwrite'"), ("mode 'merge'", 'UPDATE', 'append, upsert or overwrite')):
        done = sql(f"{ROWS} CREATE TABLE o USING sqlite OPTIONS (path 'none.db', {options});"
                   f"CREATE STREAMING QUERY q INTO o OUTPUT MODE {mode} TRIGGER AVAILABLE NOW AS {counts}", '--check', code=1)
        has(done.err, word)
        has(done.err, '(line 1, column ')
    assert not os.path.exists('none.db')
    has(sql("CREATE TABLE o USING sqlite OPTIONS (dbtable 'x')", code=1).err, 'needs option path')
    write('text.db', 'no database ' * 20)
    text = "CREATE TABLE o USING sqlite OPTIONS (path 'text.db'); INSERT INTO o SELECT 1 AS a"
    has(sql(text, code=1).err, 'text.db')
    same(sql(text, '--error-format', 'json', code=1).error()['phase'], 'run')


def test_file_sink_with_checkpoint():
    query = (f"{ROWS} CREATE TABLE o USING json OPTIONS (path 'out');"
             "CREATE STREAMING QUERY q INTO o CHECKPOINT LOCATION 'state' TRIGGER AVAILABLE NOW AS SELECT a FROM STREAM t")
    for n in (1, 2, 3):
        make_data(n)
        sql(query)
    same(len(os.listdir('out/_weir_manifest')), 1)
    stray = sorted(name for name in os.listdir('out') if name.endswith('.json'))[-1]
    stray = re.sub(r'^part-(\d{20})', lambda m: f'part-{int(m[1]) + 1:020}', stray)
    write(f'out/{stray}', '{"a":1000}\n')         # of a batch that was not committed
    total = "CREATE TABLE o (a INT) USING json OPTIONS (path 'out'); SELECT count(*) AS n, sum(a) AS s FROM o"
    same(sql(total).rows(), [{'n': 6, 's': 36}])
    sql(query)                                     # nothing new: its batch is not begun
    same(sql(total).rows(), [{'n': 6, 's': 36}])
    make_data(4)
    sql(query)                                     # takes its name
    with open(f'out/{stray}', encoding='utf-8') as file:
        assert '1000' not in file.read()
    same(sql(total).rows()[0]['n'], 8)


def test_compressed_files():
    """Packed files give the rows of plain ones, batch by batch over a checkpoint; a cut one ends the query by name, which goes on without it."""
    packed = [gzip.compress(f'{{"a":{k},"b":"x"}}\n'.encode()) + gzip.compress(f'{{"a":{k + 10},"b":"ü"}}\n'.encode()) for k in range(3)]
    text = f'{ROWS} CREATE STREAMING QUERY q CHECKPOINT LOCATION \'cp\' TRIGGER AVAILABLE NOW AS SELECT a, b FROM STREAM t'
    for k, data in enumerate(packed[:2]):
        write(f'data/{k}.json.gz', data)
        same(sql(text).rows(), [{'a': k, 'b': 'x'}, {'a': k + 10, 'b': 'ü'}])
    for bad in packed[2][:-9], packed[2][:30] + b'?' + packed[2][31:]:
        write('data/bad.json.gz', bad)
        has(sql(f'{ROWS} SELECT a FROM t', code=1).err, 'data/bad.json.gz: its compressed data ')
    has(sql(text, code=1).err, "ignoreMissingFiles 'true'")
    os.unlink('data/bad.json.gz')
    write('data/2.json.gz', packed[2])
    shutil.copytree('cp', 'cp2')
    forgiving = text.replace('maxFilesPerTrigger 1', "maxFilesPerTrigger 1, ignoreMissingFiles 'true'")
    same(sql(forgiving).rows(), [{'a': 2, 'b': 'x'}, {'a': 12, 'b': 'ü'}])
    text = text.replace("'cp'", "'cp2'")
    has(sql(text, code=1).err, "ignoreMissingFiles 'true'")
    same(sql(text, '--conf', 'spark.sql.files.ignoreMissingFiles=true').rows(), [{'a': 2, 'b': 'x'}, {'a': 12, 'b': 'ü'}])
    same(sql("CREATE TABLE u USING json OPTIONS (path 'data'); SELECT count(*) AS n, sum(a) AS s FROM u").rows(), [{'n': 6, 's': 36}])
    write('data/3.json.bz2', b'BZh9')
    has(sql("CREATE TABLE u USING json OPTIONS (path 'data'); SELECT a FROM u", code=1).err, '[CODEC_NOT_AVAILABLE]')


def test_sqlite_with_checkpoint():
    query = (f"{ROWS} CREATE TABLE o USING sqlite OPTIONS (path 'out.db', mode 'upsert', key 'b');"
             "CREATE STREAMING QUERY q INTO o OUTPUT MODE UPDATE CHECKPOINT LOCATION 'state' TRIGGER AVAILABLE NOW "
             "AS SELECT b, count(*) AS n FROM STREAM t GROUP BY b")
    for n in (1, 2, 3):
        make_data(n)
        sql(query)
        same(ask('out.db', 'SELECT b, n FROM o ORDER BY b'), [('x', n), ('ü', n)])
    same(ask('out.db', 'SELECT sink, batch FROM weir_progress'), [(0, 2)])
    has(sql("CREATE TABLE o USING sqlite OPTIONS (path 'out.db'); DESCRIBE EXTENDED o", '-o', 'tsv').out, 'exactly once with a checkpoint')


def test_sqlite_table():
    make_data()
    with sqlite3.connect('dim.db') as database:
        database.executescript("CREATE TABLE dim (b TEXT, label TEXT); INSERT INTO dim VALUES ('x', 'plain')")
    table = "CREATE TABLE dim USING sqlite OPTIONS (path 'dim.db');"
    done = sql(f"{ROWS} {table} SELECT t.a, dim.label FROM STREAM t LEFT JOIN dim ON t.b = dim.b")
    same(sorted((r['a'], r['label']) for r in done.rows()), [(0, 'plain'), (1, 'plain'), (2, 'plain'), (10, None), (11, None), (12, None)])
    has(sql("CREATE TABLE dim USING sqlite OPTIONS (path 'none.db'); SELECT * FROM dim", code=1).err, '[PATH_NOT_FOUND]')
    has(sql(f'{table} SELECT nope FROM dim', code=1).err, '[UNRESOLVED_COLUMN.WITH_SUGGESTION]')
    has(sql(f'{table} SELECT * FROM STREAM dim', code=1).err, 'cannot be read as a stream')


def test_postgresql():
    uri = os.environ.get('POSTGRES_URI')
    if uri is None:
        raise Skip('no PostgreSQL: POSTGRES_URI is not set')
    make_data()
    name = f'cli_{os.getpid()}'
    where = re.sub(':[^:@/]*@', '@', uri)
    options = f"url '{where}', password '${{secret:PG}}', dbtable '{name}'"
    os.environ['WEIR_SECRET_PG'] = re.search(':([^:@/]*)@', uri)[1]
    sql(f"{ROWS} CREATE TABLE o USING postgresql OPTIONS ({options}, mode 'upsert', key 'b');"
        "CREATE STREAMING QUERY q INTO o OUTPUT MODE UPDATE CHECKPOINT LOCATION 'state' TRIGGER AVAILABLE NOW "
        "AS SELECT b, count(*) AS n FROM STREAM t GROUP BY b")
    back = f"CREATE TABLE o USING postgresql OPTIONS ({options}); SELECT * FROM o ORDER BY b"
    same(sql(back).rows(), [{'b': 'x', 'n': 3}, {'b': 'ü', 'n': 3}])
    # Nothing connects where a script is only looked at.
    sql("CREATE TABLE o USING postgresql OPTIONS (url 'host=192.0.2.1'); SELECT anything FROM o", '--check')
    os.environ['WEIR_SECRET_PG'] = 'wrong'
    done = sql(back, code=1)
    has(done.err, 'password authentication failed')
    assert 'wrong' not in done.err, done.err
    del os.environ['WEIR_SECRET_PG']
    has(sql("CREATE TABLE o USING postgresql OPTIONS (dbtable 'x')", code=1).err, 'needs option url')
    for options in ("url 'postgresql://u:S3CR3T@h/d'", "url 'host=h password=S3CR3T'", "url 'host=h', password 'S3CR3T'"):
        err = sql(f'CREATE TABLE o USING postgresql OPTIONS ({options})').err
        has(err, '${secret:NAME}')
        assert 'S3CR3T' not in err, err
    same(sql("CREATE TABLE o USING postgresql OPTIONS (url 'postgresql://u@h/d?x=a:b@c', password '${secret:X}')").err, '')
    done = sql("CREATE TABLE o USING postgresql OPTIONS (url 'host=127.0.0.1 port=1 dbname=x'); INSERT INTO o SELECT 1 AS a", code=1)
    has(done.err, '127.0.0.1:1/x')


def test_compressed_sink():
    """What gunzip and zlib read, and a table over it; codecs and encodings that cannot be written are refused."""
    rows = [{'value': value, 'x': 'x' * 50} for value in range(50000)]
    for codec, extension, unpack in [('gzip', 'json.gz', gzip.decompress), ('DEFLATE', 'json.deflate', zlib.decompress)]:
        out = ("CREATE TABLE r USING `rate-micro-batch` OPTIONS (rowsPerBatch 50000); CREATE TABLE o USING json OPTIONS (path '%s', compression '%s');"
               "INSERT INTO o SELECT value, repeat('x', 50) AS x FROM STREAM r" % (codec, codec))
        sql(out, '--checkpoint', f'cp-{codec}')
        [file] = pathlib.Path(codec).glob(f'part-*.{extension}')
        same([json.loads(line) for line in unpack(file.read_bytes()).splitlines()], rows)
        same(sql(f"CREATE TABLE o USING json OPTIONS (path '{codec}'); SELECT count(*) AS n, max(value) AS m FROM o").rows(), [{'n': 50000, 'm': 49999}])
    for option, condition in [("compression 'bzip2'", 'CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION'), ("encoding 'EUC-KR'", 'UNSUPPORTED_FEATURE')]:
        for arguments in [(), ('--check',)]:
            same(sql(f"CREATE TABLE o USING csv OPTIONS (path 'no', {option}); INSERT INTO o SELECT 1 AS a", *arguments, '--error-format', 'json', code=1).error()['errorClass'], condition)
    assert not os.path.exists('no')


def test_csv_sink():
    make_data(2)
    sql(f"{ROWS} CREATE TABLE o USING csv OPTIONS (path 'out'); INSERT INTO o SELECT a, b FROM STREAM t", '--trigger', 'available-now')
    rows = sorted(line for name in os.listdir('out') if name.endswith('.csv') for line in open(f'out/{name}', encoding='utf-8').read().splitlines())
    same(rows, ['0,x', '1,x', '10,ü', '11,ü'])


def test_output_mode_and_trigger():
    make_data()
    text = f'{ROWS} SELECT count(*) AS n FROM STREAM t'
    same([r['n'] for r in sql(text, '--output-mode', 'complete').rows()], [2, 4, 6])
    same([r['n'] for r in sql(text, '--output-mode', 'update', '--trigger', 'once').rows()], [6])
    assert sql(text, '--output-mode', 'append', code=1).err.startswith('[')
    assert sql(text, '--output-mode', 'sideways', code=None).code in (1, 2)
    assert sql(text, '--trigger', 'sometimes', code=None).code in (1, 2)


def test_falling_behind():
    """Said once, and not of a batch in time."""
    slow = sql("CREATE TABLE r USING `rate-micro-batch` OPTIONS (rowsPerBatch 2000000); SELECT max(value) AS m FROM STREAM r", '--output-mode', 'complete',
               '--trigger', 'processing-time=1ms', '--max-batches', '3')
    same(slow.err.count('Current batch is falling behind. The trigger interval is 1 milliseconds, but spent'), 1)
    same(sql("CREATE TABLE r USING `rate-micro-batch` OPTIONS (rowsPerBatch 1); SELECT value FROM STREAM r", '--trigger', 'processing-time=20s', '--max-batches', '1').err, '')


def test_limits():
    make_data()
    done = sql(f'{ROWS} SELECT a FROM STREAM t', '--max-batches', '2', '--trigger', 'processing-time=0s', '--envelope')
    same([r['batchId'] for r in done.records('batch')], [0, 1])
    done = sql(f'{ROWS} SELECT a FROM STREAM t', '--for', '500ms', '--trigger', 'processing-time=0s')
    same(len(done.rows()), 6)


def test_threads():
    make_data()
    text = f'{ROWS} SELECT b, count(*) AS n, sum(a) AS s FROM t GROUP BY b ORDER BY b'
    same(sql(text, '--threads', '1').out, sql(text, '--threads', '4').out)


def test_progress():
    make_data()
    sql(f'{ROWS} CREATE STREAMING QUERY q TRIGGER AVAILABLE NOW AS SELECT a FROM STREAM t', '--progress', 'p.jsonl')
    with open('p.jsonl', encoding='utf-8') as lines:
        progress = [json.loads(line) for line in lines]
    same([p['batchId'] for p in progress], [0, 1, 2])
    for field in ['id', 'runId', 'name', 'timestamp', 'batchId', 'batchDuration', 'numInputRows', 'inputRowsPerSecond', 'processedRowsPerSecond',
                  'durationMs', 'stateOperators', 'sources', 'sink']:
        assert field in progress[0], field
    same((progress[0]['name'], progress[0]['numInputRows'], progress[0]['sink']['numOutputRows']), ('q', 2, 2))
    same(set(progress[0]['durationMs']) >= {'addBatch', 'latestOffset', 'queryPlanning', 'triggerExecution', 'walCommit', 'commitOffsets'}, True)
    for field in ['description', 'startOffset', 'endOffset', 'latestOffset', 'numInputRows', 'inputRowsPerSecond', 'processedRowsPerSecond']:
        assert field in progress[0]['sources'][0], field
    sql(f'{ROWS} SELECT a FROM STREAM t', '--progress', 'p.jsonl')
    same(len(open('p.jsonl', encoding='utf-8').read().splitlines()), 6)
    err = sql(f'{ROWS} SELECT a FROM STREAM t', '--progress', '-').err
    has(err, '"numInputRows"')


# ---- processes ------------------------------------------------------------------------------------------------------

def serve(payload, hold=None, met=None):
    """A peer on loopback that sends @payload to its one caller, waits for @hold, and closes. @met: told when the caller came."""
    listener = socket.create_server(('127.0.0.1', 0))
    listener.settimeout(LIMIT)

    def work():
        peer, _ = listener.accept()
        listener.close()
        if met is not None:
            met.set()
        with peer:
            try:
                peer.sendall(payload)
            except OSError:     # the caller was killed
                return
            if hold is not None:
                hold.wait(LIMIT)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return listener.getsockname()[1], thread


def test_socket_to_its_close():
    port, thread = serve('a\nü\nlast'.encode())
    done = sql(f"CREATE TABLE s USING socket OPTIONS (host '127.0.0.1', port {port}); SELECT value FROM STREAM s", '--trigger', 'available-now')
    thread.join(LIMIT)
    same([r['value'] for r in done.rows()], ['a', 'ü', 'last'])


def test_durable_socket_killed():
    """Killed twice in the middle of a socket's lines: what was logged is written once, in order, and nothing twice."""
    sent = 0
    for round_ in range(3):
        last = round_ == 2
        hold, met = threading.Event(), threading.Event()
        port, thread = serve(''.join(f'{round_} {k}\n' for k in range(20000)).encode(), None if last else hold, met)
        process, guard = start('-e', f"CREATE TABLE s USING socket OPTIONS (host '127.0.0.1', port {port}, durable true); "
                               "CREATE TABLE o USING json OPTIONS (path 'out'); "
                               f"CREATE STREAMING QUERY q INTO o {'TRIGGER AVAILABLE NOW' if last else ''} AS SELECT value FROM STREAM s",
                               '--checkpoint', 'cp', '--envelope')
        seen = b''
        while not last and not re.search(rb'"rows":[1-9]', line := process.stdout.readline()):
            assert line, process.stderr.read()
        if not last:
            assert met.wait(LIMIT)      # rows seen may be those of the run before
            process.kill()
        done = finish(process, guard, seen)
        same(done.code, 0 if last else -signal.SIGKILL)
        hold.set()
        thread.join(LIMIT)
    values = [json.loads(line)['value'] for name in sorted(os.listdir('out')) if name[0] not in '._'
              for line in open(f'out/{name}', encoding='utf-8').read().splitlines()]
    for round_ in range(3):
        have = [int(v.split()[1]) for v in values if v.startswith(f'{round_} ')]
        same(have, list(range(len(have))))
        sent += len(have)
        assert have or round_ == 1, round_
    same(sent, len(values))
    same(len([v for v in values if v.startswith('2 ')]), 20000)


def test_durable_needs_a_checkpoint():
    done = sql("CREATE TABLE s USING socket OPTIONS (host 'localhost', port 1, durable true); SELECT value FROM STREAM s", code=1)
    has(done.err, 'CHECKPOINT LOCATION')
    done = sql("CREATE TABLE s USING socket OPTIONS (host 'localhost', port 1, durable true); DESCRIBE EXTENDED s")
    has(done.out, 'exactly once with a checkpoint')


def interrupted(number):
    """A running query is told to stop after its first rows were seen."""
    process, guard = start('-e', "CREATE TABLE r USING rate OPTIONS (rowsPerSecond 1000); SELECT value FROM STREAM r", '--trigger', 'processing-time=100ms',
                           '--envelope')
    seen = b''
    while b'"type":"batch"' not in seen or b'"type":"row"' not in seen:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        seen += line
    process.send_signal(number)
    done = finish(process, guard, seen)
    same(done.code, 128 + number)
    assert done.out.endswith('\n')
    records = done.records()
    same(records[-1], {'type': 'end', 'exit': 128 + number})
    values = [r['row']['value'] for r in records if r['type'] == 'row']
    same(values, list(range(len(values))))
    same(sum(r['rows'] for r in records if r['type'] == 'batch'), len(values))


def test_interrupt():
    interrupted(signal.SIGINT)


def test_terminate():
    interrupted(signal.SIGTERM)


def test_interrupt_of_a_sink():
    write('data/1.json', '{"a":1}\n')
    process, guard = start('-e', "CREATE TABLE r USING rate OPTIONS (rowsPerSecond 100); CREATE TABLE o USING json OPTIONS (path 'out'); "
                           "CREATE STREAMING QUERY q INTO o TRIGGER PROCESSING TIME '100 milliseconds' AS SELECT value FROM STREAM r", '--envelope')
    while b'"rows":0' in (line := process.stdout.readline()) or b'"batch"' not in line:
        assert line, process.stderr.read()
    process.send_signal(signal.SIGINT)
    same(finish(process, guard).code, 130)
    values = [json.loads(line)['value'] for name in sorted(os.listdir('out')) if name[0] not in '._'
              for line in open(f'out/{name}', encoding='utf-8').read().splitlines()]
    same(values, list(range(len(values))))
    assert values


def cpu_seconds(process):
    fields = open(f'/proc/{process.pid}/stat', encoding='ascii').read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def test_interrupt_inside_a_batch():
    """One batch that would take hours ends at once: joins whose key matches everything, and what grows out of one row."""
    write('data/1.json', ''.join(f'{{"a":{k}}}\n' for k in range(100000)))
    wide = 'FROM range(300000) a JOIN range(300000) b ON a.id % 1 = b.id % 1'
    tables = "CREATE TABLE t (a INT) USING json OPTIONS (path 'data');"
    queries = [f'SELECT count(*) {wide}', f'SELECT count(*) {wide} AND a.id + b.id > -1', 'SELECT count(*) FROM range(300000) CROSS JOIN range(300000)',
               f'SELECT count(*) {wide.replace("JOIN", "LEFT JOIN")} AND a.id + b.id < -1',
               f'SELECT count(*) {wide.replace("JOIN", "LEFT SEMI JOIN")} AND a.id + b.id < -1',
               'SELECT count(*) FROM (SELECT explode(sequence(1, 10000)) FROM range(10000000))',
               f'{tables} SELECT count(*) FROM STREAM t x JOIN STREAM t y ON x.a % 1 = y.a % 1 AND x.a + y.a < -1']
    for query in queries:
        mode = ('--output-mode', 'update') if 'STREAM' in query else ()
        process, guard = start('-e', query, *mode)
        busy = threading.Event()
        while cpu_seconds(process) < 0.3 and process.poll() is None:
            busy.wait(0.01)
        assert process.poll() is None, (query, process.stderr.read())
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        same(finish(process, guard).code, 130)
        # 100 ms is meant; a loaded machine may take longer, the whole batch takes hours.
        assert time.monotonic() - asked < LIMIT / 2, (query, time.monotonic() - asked)


def test_closed_pipe():
    process, guard = start('-e', 'SELECT id, repeat(\'x\', 100) AS x FROM range(1000000)')
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    code = process.wait()
    guard.cancel()
    same(err, b'')
    assert code in (-signal.SIGPIPE, 128 + signal.SIGPIPE, 0), code


def main(names):
    """Runs the functions test_… among @names, the globals of a script: SCRIPT WEIR_SQL [TOOL] [--only NAME]."""
    global PROGRAM
    PROGRAM = os.path.abspath(sys.argv[1])
    only = sys.argv[sys.argv.index('--only') + 1] if '--only' in sys.argv else None
    tests = [(name[5:], f) for name, f in names.items() if name.startswith('test_') and (not only or only == name[5:])]
    print(f'1..{len(tests)}', flush=True)
    for n, (name, test) in enumerate(tests, 1):
        here = os.getcwd()
        with tempfile.TemporaryDirectory(prefix='weir-cli-') as folder:
            os.chdir(folder)
            try:
                test()
                print(f'ok {n} - {name.replace("_", " ")}', flush=True)
            except Skip as skip:
                print(f'ok {n} - {name.replace("_", " ")} # SKIP {skip}', flush=True)
            except Exception:  # pylint: disable=broad-except
                print(''.join(f'# {line}\n' for line in traceback.format_exc().splitlines()[-8:]), end='')
                print(f'not ok {n} - {name.replace("_", " ")}', flush=True)
            finally:
                os.chdir(here)
    return 0


if __name__ == '__main__':
    sys.exit(main(globals()))
