#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What README.md and the manual page tell people to type, typed.

    run-docs.py WEIR_SQL [--only NAME]

Examples run in their order with bash, weir-sql being WEIR_SQL and /tmp a folder of their own. A socket is a server of the test's; Kafka's
example is checked. TAP on standard output, as run-cli.py, whose helpers it uses.
"""
import importlib.util
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading

spec = importlib.util.spec_from_file_location('cli', pathlib.Path(__file__).with_name('run-cli.py'))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)
same, has = cli.same, cli.has

ROOT = pathlib.Path(__file__).resolve().parents[2]


def shell(text, code=0):
    """Standard output of what was typed; /tmp is here."""
    text = re.sub(r'(build/app/sql/|(?<![\w/-]))weir-sql(?= )', lambda _: cli.PROGRAM, text.replace('/tmp/', f'{os.getcwd()}/'))
    done = subprocess.run(['bash', '-euo', 'pipefail', '-c', text], capture_output=True, text=True, timeout=cli.LIMIT, env=cli.environment(), check=False)
    assert done.returncode == code, f'{text}\n{done.stdout}{done.stderr}'
    return done.stdout


def readme_blocks():
    """Indented blocks of the five-minute tour by the word in bold above them."""
    with open(ROOT / 'README.md', encoding='utf-8') as file:
        tour = file.read().split('## Five minutes', 1)[1].split('\n## ', 1)[0]
    found = {}
    for name, body in re.findall(r'^\*\*(.+?)\*\*(.*?)(?=^\*\*|\Z)', tour, re.M | re.S):
        found[name] = '\n'.join(line[4:] for line in body.splitlines() if line.startswith('    '))
    return found


def manual_blocks():
    """Examples (.EX to .EE) of the manual page, as they are typed."""
    with open(ROOT / 'data/weir-sql.1', encoding='utf-8') as file:
        text = file.read()
    return [block.replace('\\e', '\\').replace('\\-', '-') for block in re.findall(r'^\.EX\n(.*?)^\.EE$', text, re.M | re.S)]


class Lines(threading.Thread):
    """A server that gives one peer its lines and hangs up."""

    def __init__(self, text):
        super().__init__(daemon=True)
        self.text = text
        self.server = socket.create_server(('127.0.0.1', 0))
        self.port = self.server.getsockname()[1]
        self.start()

    def run(self):
        peer, _ = self.server.accept()
        peer.sendall(self.text.encode())
        peer.close()
        self.server.close()


def counts(example):
    """The word count over a socket; the server hangs up, which ends it."""
    server = Lines('to be or not to be\n')
    out = shell(example.replace('9999', str(server.port)).replace("'localhost'", "'127.0.0.1'"))
    same({(row['word'], row['n']) for row in map(json.loads, out.splitlines())}, {('to', 2), ('be', 2), ('or', 1), ('not', 1)})


def test_readme_tour():
    blocks = readme_blocks()
    same(list(blocks), ['A socket.', 'A file.', 'Kafka.', 'Stopped and gone on.'])
    counts(blocks['A socket.'])
    table = shell(blocks['A file.']).splitlines()
    same([line.split('|')[2:4] for line in table if '20' in line], [[' busan ', '  5 '], [' seoul ', '  3 '], [' seoul ', '  2 ']])
    same(shell(blocks['Kafka.'].replace('weir-sql -e', 'weir-sql --check -e')), '')
    out = shell(blocks['Stopped and gone on.'])
    same(re.findall(r'\| (\w+) +\| +(\d+) \|', out), [('busan', '5'), ('seoul', '15')])
    same(json.loads(out[out.index('{\n'):])['lastCommittedBatchId'], 1)


def test_manual():
    blocks = manual_blocks()
    out = {}
    for block in blocks:
        if 'socket' in block:
            counts(block)
            continue
        if 'query.weir' in block:
            cli.write('query.weir', 'SELECT 1 AS a;\n')
        if "path 'in'" in block:
            cli.write('in/1.json', '{"item":"tea"}\n{"item":"tea"}\n')
        out[block] = shell(block)
    find = {word: [text for block, text in out.items() if word in block][0] for word in ('fahrenheit', 'UNPIVOT', '_metadata', 'rate-micro-batch', 'cached', '--check')}
    same(find['fahrenheit'], '{"f":70.7}\n')
    same(find['UNPIVOT'].count('\n'), 3)
    same([json.loads(line) for line in find['_metadata'].splitlines()], [{'city': 'seoul', 'file': 'rain.csv'}, {'city': 'busan', 'file': 'rain.csv'}])
    same([json.loads(line) for line in find['rate-micro-batch'].splitlines()],
         [{'timestamp': f'1970-01-01T00:00:0{time}Z', 'value': value} for value, time in enumerate(['1', '1', '1.5', '1.5'])])
    same([json.loads(line) for line in find['cached'].splitlines()], [{'name': 'Seoul', 'mm': 3}, {'name': 'Busan', 'mm': 5}])
    same(find['--check'], '')
    same(cli.sql("CREATE TABLE counts USING sqlite OPTIONS (path 'shop.db'); SELECT * FROM counts").rows(), [{'item': 'tea', 'n': 2}])


def test_help():
    """SQL and commands of the window's help."""
    with open(ROOT / 'ui/window/help-text.c', encoding='utf-8') as file:
        shown = re.findall(r'^  "> (.*)",$', file.read(), re.M)
    tables = ("CREATE TABLE sales (q1 INT, q2 INT) USING json OPTIONS (path 'sales'); CREATE TABLE orders (price INT, status STRING) USING json OPTIONS (path 'orders');")
    cli.write('cities.csv', 'city,n\nseoul,1\n')
    cli.write('sales/1.json', '{"q1":1,"q2":2}\n')
    cli.write('orders/1.json', '{"price":100,"status":"paid"}\n{"price":99,"status":"paid"}\n')
    out = []
    for text in shown:
        if text.startswith(('CREATE', 'SELECT')):
            out += cli.sql(tables + text).rows()
        elif text.startswith('price'):
            out += cli.sql(f'{tables} SELECT price FROM orders WHERE {text}').rows()
    same(out, [{'price': 100}, {'quarter': 'q1', 'amount': 1}, {'quarter': 'q2', 'amount': 2},
               {'price': 100, 'status': 'paid', 'file_name': '1.json'}, {'price': 99, 'status': 'paid', 'file_name': '1.json'}])
    cli.sql(f'{tables} SELECT * FROM STREAM orders', '--checkpoint', 'FOLDER')
    [inspect] = [text for text in shown if text.startswith('weir-sql')]
    same(json.loads(shell(inspect + ' '))['problems'], [])


def test_options():
    """The manual has every option of --help and no other."""
    listed = set(re.findall(r'--[a-z][a-z-]+', cli.run('--help').out)) - {'--help'}
    with open(ROOT / 'data/weir-sql.1', encoding='utf-8') as file:
        options = file.read().replace('\\-', '-').split('.SH OPTIONS', 1)[1].split('.SH', 1)[0]
    same(set(re.findall(r'--[a-z][a-z-]+', options)), listed)


def test_settings():
    """The manual has every setting of ours, and of Spark's every one but those that are said to change nothing."""
    idle = {'caseSensitive', 'fileSource.schema.forceNullable', 'fileStreamSink.ignoreMetadata', 'forceDeleteTempCheckpointLocation', 'maxBatchesToRetainInMemory', 'metricsEnabled', 'pollingDelay',
            'ratioExtraSpaceAllowedInCheckpoint', 'statefulOperator.allowMultiple', 'stopActiveRunOnRestart', 'stopTimeout'}
    listed = {row['key'] for row in cli.sql('SET').rows()} | {'spark.sql.streaming.checkpointLocation'}
    with open(ROOT / 'data/weir-sql.1', encoding='utf-8') as file:
        settings = file.read().split('.SH SETTINGS', 1)[1].split('.SH', 1)[0]
    same(set(re.findall(r'(?:spark|weir|compat)\.[a-zA-Z.]+\w', settings)), {key for key in listed if re.sub(r'spark\.sql\.(streaming\.)?', '', key) not in idle})


if __name__ == '__main__':
    sys.exit(cli.main(globals()))
