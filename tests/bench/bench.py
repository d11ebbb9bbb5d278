#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench.py BUILD: Weir, DuckDB and Polars on the same files, interleaved, with results compared value by value.

Every run is a process of its own. Weir's time is that of the whole process, printing included; the peers' is only that of
the query (peers.py). One thread is everything under taskset on one core, two threads is two cores. Figures are medians;
a ratio above 1 says that Weir is that much faster.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import stateful

HERE = pathlib.Path(__file__).resolve().parent
PEERS = {'duckdb': '2.0.1', 'polars': '2.1.0'}
W7_CHECK_ROWS, W7_CHECK_RATE = 200_000, 2_000


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--rows-w5', type=int, default=10_000_000)
    parser.add_argument('--rows-w2', type=int, default=4_000_000)
    parser.add_argument('--rows-w7', type=int, default=24_000_000, help='in files of at least a million rows')
    parser.add_argument('--rate-w7', type=int, default=320_000, help='rows in a second of event time')
    parser.add_argument('--rows-w8', type=int, default=20_000_000)
    parser.add_argument('--rows-w9', type=int, default=10_000_000, help='of each stream')
    parser.add_argument('--rows-w10', type=int, default=30_000_000)
    parser.add_argument('--keys-w10', type=int, default=10_000_000)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--threads', type=int, nargs='+', default=[1, 2])
    parser.add_argument('--only', nargs='+', default=['w5', 'w2', 'w7', 'w8', 'w9', 'w10', 'w11', 'start'])
    parser.add_argument('--data', type=pathlib.Path, help='folder of the inputs; default: bench-data beside BUILD')
    return parser.parse_args()


def say(message):
    print(message, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.build = arguments.build.resolve()
        self.data = (arguments.data or self.build.parent / 'build' / 'bench-data').resolve()
        self.data.mkdir(parents=True, exist_ok=True)
        programs = sorted(path for path in self.build.glob('**/weir-sql') if path.is_file())
        self.weir = programs[0] if programs else None
        self.python = self.prepare_peers()

    def prepare_peers(self):
        venv = self.data.parent / 'bench-venv'
        stamp = venv / 'versions'
        wanted = ' '.join(f'{name}=={version}' for name, version in PEERS.items())
        if not stamp.exists() or stamp.read_text(encoding='ascii') != wanted:
            say(f'installing {wanted}')
            shutil.rmtree(venv, ignore_errors=True)
            subprocess.run([sys.executable, '-m', 'venv', venv], check=True)
            subprocess.run([venv / 'bin' / 'pip', 'install', '-q', '--disable-pip-version-check', *wanted.split()], check=True)
            stamp.write_text(wanted, encoding='ascii')
        return venv / 'bin' / 'python'

    def generate(self, name, *arguments):
        """Makes an input once; `name` holds its parameters, so that another size is another input."""
        stamp = self.data / f'{name}.made'
        if stamp.exists() and stamp.read_text(encoding='ascii') == repr(arguments):
            return
        say(f'generating {name}')
        subprocess.run(['ninja', '-C', self.build, '--quiet', 'tests/bench/bench-generate'], stdout=subprocess.DEVNULL, check=True)
        subprocess.run([self.build / 'tests/bench/bench-generate', *map(str, arguments)], check=True)
        stamp.write_text(repr(arguments), encoding='ascii')

    def prepare(self, workload):
        arguments = self.arguments
        if workload == 'w5':
            self.generate('w5', 'w5', arguments.rows_w5, self.data / 'w5.csv')
        elif workload == 'w2':
            self.generate('w2', 'w2', arguments.rows_w2, self.data / 'w2.json', self.data / 'campaigns.csv')
        else:
            for folder, rows, files, rate in (
                    ('w7', arguments.rows_w7, max(1, arguments.rows_w7 // 1_000_000), arguments.rate_w7),
                    ('w7-check', W7_CHECK_ROWS, 4, W7_CHECK_RATE)):
                (self.data / folder).mkdir(exist_ok=True)
                self.generate(folder, 'w7', rows, self.data / folder, files, rate)
        for path in sorted(self.data.glob('**/*.csv')) + sorted(self.data.glob('**/*.json')):
            if path.parent.name == workload or path.stem in (workload, 'campaigns'):
                with path.open('rb', buffering=0) as file:          # into the page cache
                    while file.read(1 << 22):
                        pass

    def taskset(self, threads):
        return ['taskset', '-c', '1' if threads == 1 else '0-' + str(threads - 1)]

    def run_peer(self, engine, workload, threads):
        result = self.data / f'{workload}-{engine}.result'
        command = [*self.taskset(threads), self.python, HERE / 'peers.py', engine, workload, str(threads), self.data, result]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env={'PATH': os.environ['PATH'], 'HOME': str(self.data)})
        return float(done.stdout)

    def run_weir(self, script, result, threads, *options):
        """Returns the seconds of the whole process; rows go to the file `result`."""
        command = [*self.taskset(threads), self.weir, '--threads', str(threads), '--conf', 'spark.sql.session.timeZone=UTC',
                   '--output', 'json', *options, script]
        with open(result, 'wb') as out:
            started = time.perf_counter()
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, check=True)
            return time.perf_counter() - started

    def script(self, template, name, **words):
        text = (HERE / 'sql' / f'{template}.sql').read_text(encoding='utf-8')
        for word, value in words.items():
            text = text.replace(f'@{word}@', value)
        path = self.data / f'{name}.sql'
        path.write_text(text, encoding='utf-8')
        return path

    # The two workloads with peers.

    def compare_engines(self, workload, rows):
        self.prepare(workload)
        lines = []
        script = self.script(workload, workload)
        for threads in self.arguments.threads:
            engines = {'duckdb': lambda: self.run_peer('duckdb', workload, threads),
                       'polars': lambda: self.run_peer('polars', workload, threads)}
            if self.weir:
                engines = {'weir': lambda: self.run_weir(script, self.data / f'{workload}-weir.result', threads), **engines}
            times = interleave(engines, self.arguments.runs)
            self.check_engines(workload)
            lines.append(line(workload, threads, rows, times))
        return lines

    def check_engines(self, workload):
        expected = sorted(read_peer(self.data / f'{workload}-duckdb.result'))
        compare(f'{workload}: Polars and DuckDB', sorted(read_peer(self.data / f'{workload}-polars.result')), expected)
        if self.weir:
            compare(f'{workload}: Weir and DuckDB', sorted(read_weir(self.data / f'{workload}-weir.result')), expected)

    # W7: one window against another, within Weir.

    def compare_windows(self):
        self.prepare('w7')
        if not self.weir:
            return []
        self.check_windows()
        hop = self.script('w7', 'w7-hop', WINDOW="'60 seconds', '1 second'", INTO='INTO nowhere', FOLDER='w7')
        tumble = self.script('w7', 'w7-tumble', WINDOW="'1 second'", INTO='INTO nowhere', FOLDER='w7')
        lines = []
        for threads in self.arguments.threads:
            times = interleave({'hop': lambda: self.run_weir(hop, os.devnull, threads),
                                'tumble': lambda: self.run_weir(tumble, os.devnull, threads)}, self.arguments.runs)
            lines.append(window_line(threads, self.arguments.rows_w7, times))
        return lines

    def check_windows(self):
        """All windows that a small input closes, with DuckDB's own sliding sum as the judge."""
        size = {'tumble': ("'1 second'", 1), 'hop': ("'60 seconds', '1 second'", 60)}
        last = 1_700_000_000_000 + (W7_CHECK_ROWS - 1) * 1000 // W7_CHECK_RATE
        for name, (window, seconds) in size.items():
            script = self.script('w7', f'w7-check-{name}', WINDOW=window, INTO='', FOLDER='w7-check')
            result = self.data / f'w7-{name}.result'
            self.run_weir(script, result, 2)
            expected = self.ask_duckdb(f"""
                SELECT auction, s AS w, sum(n)::BIGINT, sum(p)::BIGINT
                FROM (SELECT auction, ts // 1000 * 1000 AS pane, count(*) AS n, sum(price) AS p
                      FROM read_csv('{self.data}/w7-check/*.csv', header = false, auto_detect = false, delim = ',',
                                    columns = {{'ts': 'BIGINT', 'auction': 'BIGINT', 'price': 'BIGINT'}})
                      GROUP BY 1, 2), unnest(range(pane - {(seconds - 1) * 1000}, pane + 1000, 1000)) AS t(s)
                GROUP BY 1, 2 HAVING s + {seconds * 1000} <= {last}""")
            compare(f'w7: {name} and DuckDB', sorted(read_weir(result)), sorted(expected))

    def ask_duckdb(self, query):
        program = ('import duckdb, json, sys; c = duckdb.connect(); c.execute("SET enable_progress_bar = false"); '
                   'print(json.dumps(c.execute(sys.argv[1]).fetchall()))')
        done = subprocess.run([self.python, '-c', program, query], stdout=subprocess.PIPE, text=True, check=True)
        return [tuple(row) for row in json.loads(done.stdout)]

    # Start-up against an empty program linked with the same libraries.

    def compare_start(self):
        if not self.weir:
            return []
        subprocess.run(['ninja', '-C', self.build, '--quiet', 'tests/bench/bench-empty'], stdout=subprocess.DEVNULL, check=True)

        def timed(*command):
            started = time.perf_counter()
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
            return time.perf_counter() - started

        times = interleave({'weir': lambda: timed(self.weir, '-e', 'SELECT 1'),
                            'empty': lambda: timed(self.build / 'tests/bench/bench-empty')}, 40)
        weir, empty = statistics.median(times['weir']), statistics.median(times['empty'])
        return [f"start  weir-sql -e 'SELECT 1' {weir * 1000:.1f} ms, empty program {empty * 1000:.1f} ms: "
                f'{weir / empty:.2f} times (bar: at most 2)']


def interleave(runners, runs):
    """Runs all in turn, `runs` times, after one turn that does not count."""
    times = {name: [] for name in runners}
    for turn in range(runs + 1):
        for name, runner in runners.items():
            seconds = runner()
            if turn:
                times[name].append(seconds)
    return times


def read_peer(path):
    return [tuple(row) for row in json.loads(path.read_text(encoding='utf-8'))]


def milliseconds(text):
    moment = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
    return round(moment.timestamp() * 1000)


def read_weir(path):
    """The rows with the window replaced by the start of it; of a group printed twice, in update mode, the last row counts."""
    rows = {}
    starts = {}
    with open(path, encoding='utf-8') as lines:
        for text in lines:
            values = json.loads(text)
            start = values['w']['start']
            if start not in starts:
                starts[start] = milliseconds(start)
            row = tuple(starts[start] if key == 'w' else value for key, value in values.items())
            rows[row[:2]] = row
    return list(rows.values())


def compare(what, found, expected):
    if found == expected:
        say(f'{what}: {len(found)} rows agree')
        return
    differing = [pair for pair in zip(found, expected) if pair[0] != pair[1]][:3]
    sys.exit(f'{what} differ: {len(found)} and {len(expected)} rows, first differences {differing}')


def line(workload, threads, rows, times):
    medians = {name: statistics.median(values) for name, values in times.items()}
    text = f'{workload:6} {threads}  '
    for name in ('weir', 'duckdb', 'polars'):
        text += f'{medians[name]:8.3f}' if name in medians else '       -'
    if 'weir' not in medians:
        return text
    bar = 2.0 if threads == 1 else 1.5
    by_duckdb, by_polars = medians['duckdb'] / medians['weir'], medians['polars'] / medians['weir']
    verdict = 'reached' if by_duckdb >= bar and by_polars > 1 else 'MISSED'
    return text + (f"  {rows / medians['weir'] / 1e6:8.1f}  {by_duckdb:7.2f}  {by_polars:7.2f}"
                   f'  {bar:.1f} x DuckDB, > Polars: {verdict}')


def window_line(threads, rows, times):
    hop, tumble = statistics.median(times['hop']), statistics.median(times['tumble'])
    verdict = 'reached' if tumble / hop >= 0.5 else 'MISSED'
    return (f'w7     {threads}  HOP(60 s, 1 s) {hop:.3f} s ({rows / hop / 1e6:.1f} M rows/s), TUMBLE(1 s) {tumble:.3f} s '
            f'({rows / tumble / 1e6:.1f} M rows/s): {tumble / hop:.2f} of it (bar: 0.5): {verdict}')


def main():
    arguments = parse_arguments()
    bench = Bench(arguments)
    if not bench.weir:
        say('weir-sql is not built: only the peers are measured')
    lines = []
    if 'w5' in arguments.only:
        lines += bench.compare_engines('w5', arguments.rows_w5)
    if 'w2' in arguments.only:
        lines += bench.compare_engines('w2', arguments.rows_w2)
    if 'w7' in arguments.only:
        lines += bench.compare_windows()
    lines += stateful.run(bench, arguments.only, interleave, compare)
    if 'start' in arguments.only:
        lines += bench.compare_start()

    peers = ', '.join(f'{name} {version}' for name, version in PEERS.items())
    print(f'Seconds, medians of {arguments.runs} interleaved runs; {peers}; W5 {arguments.rows_w5 / 1e6:g} M rows, '
          f'W2 {arguments.rows_w2 / 1e6:g} M, W7 {arguments.rows_w7 / 1e6:g} M, W8 {arguments.rows_w8 / 1e6:g} M, '
          f'W9 2 x {arguments.rows_w9 / 1e6:g} M, W10 {arguments.rows_w10 / 1e6:g} M')
    print('work   threads weir  duckdb  polars  M rows/s  /duckdb  /polars  bar')
    print('\n'.join(lines))


if __name__ == '__main__':
    main()
