#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prefix consistency: after every batch the result of a query in complete mode is that of the same SQL as a batch over the files so far.

    run-prefix.py WEIR_SQL [--seed N] [--rounds N]

Rows and the borders between batches are random; the seed is printed. A file is a batch (maxFilesPerTrigger 1). TAP, one test a query.
"""
import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile

COLUMNS = 'id BIGINT, k STRING, v INT, x DOUBLE, d DECIMAL(10,2), ts TIMESTAMP'
QUERIES = {
    'count and sum': 'SELECT k, count(*) n, count(v) c, sum(v) s, avg(v) a FROM {t} GROUP BY k',
    'no group': 'SELECT count(*) n, sum(d) s, avg(x) a, min(ts) lo, max(ts) hi FROM {t}',
    'distinct': 'SELECT v % 3 m, approx_count_distinct(id) n, first(1) f FROM {t} GROUP BY v % 3',
    'having': 'SELECT k, max(x) hi, min(d) lo FROM {t} WHERE v IS NOT NULL GROUP BY k HAVING count(*) > 2',
    'tumbling': "SELECT window.start s, k, count(*) n, sum(x) sx FROM {t} GROUP BY window(ts, '10 minutes'), k",
    'sliding': "SELECT window.start s, window.end e, count(*) n, stddev(x) dev FROM {t} GROUP BY window(ts, '10 minutes', '5 minutes')",
    'collect': 'SELECT k, sort_array(collect_list(v)) l, max_by(id, id) m, count_if(v > 5) c FROM {t} GROUP BY k',
    'rollup': 'SELECT k, v % 2 p, count(*) n, bool_or(v > 8) b, var_pop(x) vp FROM {t} GROUP BY ROLLUP (k, v % 2)',
}


def random_row(rng, number):
    row = {'id': number, 'k': rng.choice(['a', 'b', 'ü', '', None]), 'v': rng.choice([None, *range(12)]),
           'x': rng.choice([None, 0.1, rng.uniform(-1e6, 1e6), rng.gauss(0, 1)]), 'd': rng.choice([None, round(rng.uniform(-999, 999), 2)]),
           'ts': f'2026-01-31T{rng.randrange(2):02}:{rng.randrange(60):02}:{rng.randrange(60):02}Z'}
    if rng.random() < 0.05:
        row['ts'] = None
    return {key: value for key, value in row.items() if rng.random() > 0.03}


def write_files(rng, folder):
    names, number = [], 0
    for k in range(rng.randrange(3, 7)):
        name = os.path.join(folder, f'{k:02}.json')
        with open(name, 'w', encoding='utf-8') as out:
            for _ in range(rng.choice([0, 1, 2, 7, 40, 300])):
                out.write(json.dumps(random_row(rng, number)) + '\n')
                number += 1
        os.utime(name, (1_700_000_000 + k, 1_700_000_000 + k))
        names.append(name)
    return names


def close(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(close(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)
    return a == b and type(a) is type(b)


def key(row):
    """By what is exact: the floats come last, rounded."""
    exact = {k: v for k, v in row.items() if not isinstance(v, float)}
    return json.dumps(exact, sort_keys=True) + str([f'{v:.6g}' for v in row.values() if isinstance(v, float)])


def run(program, sql, *options):
    done = subprocess.run([program, '--envelope', '--conf', 'spark.sql.session.timeZone=UTC', *options, '-'], input=sql.encode(),
                          capture_output=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f'exit {done.returncode}: {done.stderr.decode(errors="replace")[-300:]}')
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def table(name, path, options=''):
    return f"CREATE TABLE {name} ({COLUMNS}) USING json OPTIONS (path '{path}'{options});\n"


def check(program, queries, rng):
    """The first difference of each query, for one random set of files."""
    wrong = {}
    with tempfile.TemporaryDirectory(prefix='weir-prefix-') as folder:
        data = os.path.join(folder, 'data')
        os.mkdir(data)
        names = write_files(rng, data)
        batch = ''
        for n in range(len(names)):
            part = os.path.join(folder, f'part{n}')
            os.mkdir(part)
            for name in names[:n + 1]:
                os.link(name, os.path.join(part, os.path.basename(name)))
            batch += table(f'p{n}', part) + ''.join(sql.format(t=f'p{n}') + ';\n' for sql in queries.values())
        expected = {}
        for record in run(program, batch):
            if record['type'] == 'row':
                expected.setdefault(record['stmt'], []).append(record['row'])
        stream = table('t', data, ', maxFilesPerTrigger 1') + ''.join(sql.format(t='STREAM t') + ';\n' for sql in queries.values())
        actual, batches = {}, {}
        threads = str(rng.choice([1, 2, 3]))
        for record in run(program, stream, '--output-mode', 'complete', '--trigger', 'available-now', '--threads', threads):
            if record['type'] == 'row':
                actual.setdefault((record['stmt'], record['batchId']), []).append(record['row'])
            elif record['type'] == 'batch':
                batches[record['stmt']] = record['batchId'] + 1
        for q, name in enumerate(queries):
            if batches.get(q + 1) != len(names):
                wrong[name] = f'{batches.get(q + 1)} batches of {len(names)} files'
                continue
            for n in range(len(names)):
                want = sorted(expected.get(n * (len(queries) + 1) + q + 1, []), key=key)
                have = sorted(actual.get((q + 1, n), []), key=key)
                if not close(want, have):
                    wrong[name] = f'batch {n}: {json.dumps(have)[:300]} instead of {json.dumps(want)[:300]}'
                    break
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--seed', type=int, default=20260131)
    parser.add_argument('--rounds', type=int, default=6)
    options = parser.parse_args()
    print(f'1..{len(QUERIES)}')
    failures = {}
    for i in range(options.rounds):
        for name, why in check(options.program, QUERIES, random.Random(options.seed + i)).items():
            failures.setdefault(name, f'seed {options.seed + i}: {why}')
    for n, name in enumerate(QUERIES, 1):
        if name in failures:
            print(f'# {failures[name]}')
        print(f'{"not ok" if name in failures else "ok"} {n} - {name}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
