#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weir-sql --check refuses what a run would refuse, with the same error, and writes nothing.

    run-check.py WEIR_SQL [--only NAME]

TAP on standard output, as run-cli.py, whose helpers it uses.
"""
import importlib.util
import os
import pathlib
import re
import shutil
import sys

spec = importlib.util.spec_from_file_location('cli', pathlib.Path(__file__).with_name('run-cli.py'))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)
same, has, run, sql, write = cli.same, cli.has, cli.run, cli.sql, cli.write

TABLE = "CREATE TABLE t (k STRING, t TIMESTAMP, v INT) USING json OPTIONS (path 'in');"
OTHER = "CREATE TABLE u (k STRING, v INT) USING json OPTIONS (path 'in'{});"
COUNT = 'SELECT k, count(*) AS n FROM STREAM t GROUP BY k'
WINDOW = "SELECT window(t, '1 minute') AS w, count(*) AS n FROM STREAM t WATERMARK t DELAY OF INTERVAL 1 MINUTE GROUP BY window(t, '1 minute')"
PASS = 'SELECT k, v FROM STREAM t'


def into(options, query, columns=''):
    return f'{TABLE} CREATE TABLE o {columns} USING {options}; INSERT INTO o {query}'


# What is given, the text, and the condition of the error; None: it runs.
CASES = [
    # Output mode
    ([], f'{TABLE} {PASS}', None),
    (['--output-mode', 'append'], f'{TABLE} {COUNT}', 'STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION'),
    (['--output-mode', 'update'], f'{TABLE} {COUNT}', None),
    (['--output-mode', 'complete'], f'{TABLE} {COUNT}', None),
    (['--output-mode', 'append'], f'{TABLE} {WINDOW}', None),
    (['--output-mode', 'complete'], f'{TABLE} {PASS}', 'STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION'),
    (['--output-mode', 'complete'], f'{TABLE} CREATE STREAMING QUERY q OUTPUT MODE APPEND AS {PASS}', 'STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION'),
    (['--output-mode', 'append'], f'{TABLE} CREATE STREAMING QUERY q OUTPUT MODE COMPLETE AS {COUNT}', 'STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION'),
    (['--output-mode', 'update'], f'{TABLE} CREATE STREAMING QUERY q AS {COUNT}', None),
    (['--output-mode', 'sometimes'], f'{TABLE} {PASS}', 'STREAMING_OUTPUT_MODE.INVALID'),
    (['--output-mode', 'update'], f'{TABLE} SELECT a.v FROM STREAM t a JOIN STREAM t b ON a.k = b.k', None),
    (['--output-mode', 'complete'], f'{TABLE} SELECT a.v FROM STREAM t a JOIN STREAM t b ON a.k = b.k', 'STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION'),
    # Trigger
    (['--trigger', 'once'], f'{TABLE} {PASS}', None),
    (['--trigger', 'never'], f'{TABLE} {PASS}', 'INVALID_PARAMETER_VALUE'),
    (['--trigger', 'processing-time=soon'], f'{TABLE} CREATE STREAMING QUERY q TRIGGER ONCE AS {PASS}', 'INVALID_INTERVAL_FORMAT.INVALID_VALUE'),
    # Sinks
    ([], into("json OPTIONS (path 'out')", PASS), None),
    ([], into('json', PASS), 'MISSING_OPTION'),
    (['--output-mode', 'update'], into("json OPTIONS (path 'out')", PASS), 'STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE'),
    (['--output-mode', 'update'], into("csv OPTIONS (path 'out')", COUNT), 'STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE'),
    ([], into("csv OPTIONS (path 'out')", 'SELECT map(k, v) AS m FROM STREAM t'), 'UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE'),
    ([], into("console OPTIONS (numRows 'many')", PASS), 'INVALID_PARAMETER_VALUE'),
    ([], into("memory OPTIONS (maxRows '0')", PASS), 'INVALID_PARAMETER_VALUE'),
    ([], into("socket OPTIONS (host 'h', port 1)", 'SELECT k AS value FROM STREAM t'), 'UNSUPPORTED_FEATURE.TABLE_OPERATION'),
    ([], into("sqlite OPTIONS (path 'o.db', mode 'upsert')", PASS), 'INVALID_PARAMETER_VALUE'),
    ([], into("sqlite OPTIONS (path 'o.db', mode 'upsert', key 'nope')", PASS), 'FIELD_NOT_FOUND'),
    ([], into("sqlite OPTIONS (path 'o.db', mode 'overwrite')", PASS), 'STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE'),
    (['--output-mode', 'complete'], into("sqlite OPTIONS (path 'o.db', mode 'overwrite')", COUNT), None),
    ([], into("kafka OPTIONS (topic 'x')", 'SELECT k AS value FROM STREAM t'), 'MISSING_OPTION'),
    ([], into("kafka OPTIONS (kafka.bootstrap.servers 'h:1', topic 'x')", PASS), 'UNRESOLVED_COLUMN.WITHOUT_SUGGESTION'),
    ([], into("json OPTIONS (path 'out')", PASS, '(a INT)'), 'INSERT_COLUMN_ARITY_MISMATCH'),
    ([], f'{TABLE} INSERT INTO nowhere {PASS}', 'TABLE_OR_VIEW_NOT_FOUND'),
    # Sources
    ([], f"{TABLE} {OTHER.format(', static ' + repr('always'))} SELECT t.k FROM STREAM t JOIN u ON t.k = u.k", 'INVALID_PARAMETER_VALUE'),
    ([], f"{TABLE} {OTHER.format(', static ' + repr('cached'))} SELECT t.k FROM STREAM t JOIN u ON t.k = u.k", None),
    ([], 'CREATE TABLE x (a INT) USING json; SELECT a FROM STREAM x', 'MISSING_OPTION'),
    ([], "CREATE TABLE x (a INT) USING json OPTIONS (path 'in', maxFilesPerTrigger 'few'); SELECT a FROM STREAM x", 'INVALID_PARAMETER_VALUE'),
    ([], 'CREATE TABLE x USING socket; SELECT value FROM STREAM x', 'MISSING_OPTION'),
    ([], 'CREATE TABLE x USING kafka; SELECT value FROM STREAM x', 'MISSING_OPTION'),
    ([], "CREATE TABLE x USING rate OPTIONS (rowsPerSecond 'many'); SELECT value FROM STREAM x", 'INVALID_PARAMETER_VALUE'),
    ([], "CREATE TABLE x USING socket OPTIONS (host 'h', port 1, durable 'true'); SELECT value FROM STREAM x", 'INVALID_PARAMETER_VALUE'),
    # Where the checkpoint is
    ([], f"{TABLE} CREATE STREAMING QUERY q CHECKPOINT LOCATION 'hdfs://n/x' AS {PASS}", 'UNSUPPORTED_FEATURE'),
    (['--conf', 'spark.sql.streaming.checkpointLocation=s3://x'], f'{TABLE} CREATE STREAMING QUERY q AS {PASS}', 'UNSUPPORTED_FEATURE'),
    (['--checkpoint', 'plain'], f'{TABLE} {PASS}', 'TASK_WRITE_FAILED'),
    # What is in it: the folder `old` was written by COUNT in update mode
    (['--checkpoint', 'old', '--output-mode', 'update'], f'{TABLE} {COUNT}', None),
    (['--checkpoint', 'old', '--output-mode', 'complete'], f'{TABLE} {COUNT}', None),
    (['--checkpoint', 'old'], f'{TABLE} SELECT k FROM STREAM t DROP DUPLICATES (k)', 'STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA'),
    (['--checkpoint', 'old', '--output-mode', 'update'], f'{TABLE} SELECT v, count(*) AS n FROM STREAM t GROUP BY v', 'STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE'),
    (['--checkpoint', 'old', '--output-mode', 'update'], f'{TABLE} SELECT k, max(v) AS n FROM STREAM t GROUP BY k', 'STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE'),
    (['--checkpoint', 'old'], f'{TABLE} {PASS}', 'STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA'),
    (['--output-mode', 'update'], f"{TABLE} CREATE STREAMING QUERY q CHECKPOINT LOCATION 'old' AS SELECT max(v) AS n FROM STREAM t",
     'STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE'),
    (['--checkpoint', 'damaged', '--output-mode', 'update'], f'{TABLE} {COUNT}', 'CANNOT_LOAD_STATE_STORE.UNCATEGORIZED'),
    (['--checkpoint', 'cut', '--output-mode', 'update'], f'{TABLE} {COUNT}', 'CANNOT_LOAD_STATE_STORE.UNCATEGORIZED'),
    (['--checkpoint', 'newer', '--output-mode', 'update'], f'{TABLE} {COUNT}', 'INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION'),
    (['--checkpoint', 'nameless', '--output-mode', 'update'], f'{TABLE} {COUNT}', 'STREAMING_CHECKPOINT_MISSING_METADATA_FILE'),
]


def prepare():
    write('in/0.json', '{"k":"a","t":"2026-01-01T00:00:01Z","v":1}\n')
    write('plain', 'a file\n')
    sql(f'{TABLE} {COUNT}', '--checkpoint', 'old', '--output-mode', 'update', '--trigger', 'available-now')
    for name in ('damaged', 'cut', 'newer', 'nameless'):
        shutil.copytree('old', name)
    with open('damaged/metadata', encoding='utf-8') as file:
        text = file.read()
    write('damaged/metadata', text.replace('update', 'append'))
    write('newer/metadata', text.replace('weir-checkpoint 1', 'weir-checkpoint 2'))
    os.unlink('nameless/metadata')
    [log] = os.listdir('cut/log')
    with open(f'cut/log/{log}', 'r+b') as file:
        file.seek(60)
        file.write(b'#####')


def tree():
    """Every file with its bytes and time of modification."""
    found = {}
    for folder, folders, names in os.walk('.'):
        for name in names + folders:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, 'rb') as file:
                    found[path] = (file.read(), os.stat(path).st_mtime_ns)
            else:
                found[path] = None
    return found


def condition(text):
    found = re.match(r'\[([A-Z0-9_.]+)\]', '\n'.join(line for line in text.splitlines() if line.startswith('[')))
    return found.group(1) if found else None


def test_as_a_run():
    prepare()
    wrong = []
    for number, (arguments, text, expected) in enumerate(CASES):
        before = tree()
        checked = sql(text, '--check', *arguments, code=None)
        after = tree()
        changed = [path for path in {**before, **after} if before.get(path) != after.get(path)]
        more = [] if '--trigger' in arguments else ['--trigger', 'available-now']
        done = sql(text, *arguments, *more, '--max-batches', '1', code=None)
        if (condition(checked.err), condition(done.err)) != (expected, expected) or checked.code != (expected is not None) or checked.out or changed:
            wrong.append((number, arguments, text, expected, checked.err, done.err, changed))
    has(sql('CREATE TABLE x (a INT) USING json; SELECT a FROM STREAM x', '--check', code=1).err, 'SQLSTATE: 42601')
    assert not wrong, '\n'.join(str(case) for case in wrong)


def test_one_session():
    """Texts and files are checked one after the other over one session, as they would run; settings count."""
    write('in/0.json', '{"k":"a","v":1}\n')
    write('tables.sql', TABLE)
    same(run('--check', '-i', 'tables.sql', '-e', PASS, '-e', 'CREATE TEMPORARY VIEW w AS SELECT k FROM t', '-e', 'SELECT k FROM w').err, '')
    has(run('--check', '-i', 'tables.sql', '-e', 'SELECT nope FROM t', code=1).err, '[UNRESOLVED_COLUMN.WITH_SUGGESTION]')
    done = run('--check', '--no-bail', '-i', 'tables.sql', '-e', f'{COUNT}; {PASS}', '-e', 'SELECT x FROM t', '--output-mode', 'complete', code=1)
    same([line.split(']')[0] for line in done.err.splitlines() if line.startswith('[')],
         ['[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION', '[UNRESOLVED_COLUMN.WITH_SUGGESTION'])
    has(sql(f"SET spark.sql.streaming.checkpointLocation='s3://x'; {TABLE} CREATE STREAMING QUERY q AS {PASS}", '--check', code=1).err, '[UNSUPPORTED_FEATURE]')


def test_nothing_need_be_there():
    """The script may be meant for another machine: no path, broker or server is asked for."""
    text = ("CREATE TABLE f (a INT) USING json OPTIONS (path 'absent'); SELECT a FROM STREAM f;"
            "CREATE TABLE k USING kafka OPTIONS (kafka.bootstrap.servers '192.0.2.1:9', subscribe 'x'); SELECT value FROM STREAM k;"
            "CREATE TABLE s USING socket OPTIONS (host '192.0.2.1', port 9); SELECT value FROM STREAM s;"
            "CREATE TABLE h (a INT) USING http OPTIONS (url 'http://192.0.2.1/'); SELECT a FROM STREAM h;"
            "CREATE TABLE p USING postgresql OPTIONS (url 'postgresql://192.0.2.1/x'); INSERT INTO p SELECT a FROM STREAM f;"
            "CREATE TABLE x USING socket OPTIONS (host 'h', port 1, durable 'true'); CREATE STREAMING QUERY q CHECKPOINT LOCATION 'cp' AS SELECT value FROM STREAM x")
    same(sql(text, '--check').err, '')
    same(os.listdir('.'), [])


if __name__ == '__main__':
    sys.exit(cli.main(globals()))
