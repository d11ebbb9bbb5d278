#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prefix consistency: what a stream gives out, batch by batch, is what the same SQL gives as a batch over the rows so far.

    run-prefix.py WEIR_SQL [--seed N] [--rounds N]

Queries, rows and the borders between batches are random; the seed is printed. A file is a batch (maxFilesPerTrigger 1).

    complete   the rows of every batch are those of the batch query over the files so far
    update     the newest row of each key, put together, is the batch query over all files
    append     the rows of all batches together are the batch query over all files; a last file far in the future ends what is open

Every query runs with 1, 2 and 7 threads, and its output must be the same bytes. TAP, one test a kind of query.
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
MODES = {'complete': 'COMPLETE', 'update': 'UPDATE'}
STEP = 600  # seconds of event time a file spans; the delay of watermarks is as long, so no row is late
# Not the row that ends what is open. It must be a filter on the event time, which stays above the watermark; the row passes all others.
FLUSH = "ts < TIMESTAMP'2026-02-10 00:00:00'"

PREDICATES = ['v IS NOT NULL', 'v % 3 <> 1', "k IN ('a', 'b', '')", 'x > 0 OR x IS NULL', "k LIKE 'a%'", 'd BETWEEN -500 AND 500', 'id % 7 > 1',
              'NOT (v > 6 AND k IS NULL)']
AGGREGATES = ['count(*)', 'count(v)', 'sum(v)', 'avg(v)', 'min(x)', 'max(x)', 'min(k)', 'max(ts)', 'sum(d)', 'avg(x)', 'stddev(x)', 'var_pop(v)',
              'approx_count_distinct(id)', 'count_if(v > 5)', 'bool_or(v > 8)', 'bool_and(v < 9)', 'bit_xor(v)', 'sort_array(collect_list(v))',
              'sort_array(collect_set(k))', 'max_by(id, id)', 'median(v)', 'percentile(v, 0.3)', 'percentile_cont(0.7) WITHIN GROUP (ORDER BY v)',
              'sum(v) FILTER (WHERE k = \'a\')', 'hex(count_min_sketch(v, 0.5D, 0.5D, 1))', 'skewness(v)', 'corr(v, id)', 'min_by(v, id)']
KEYS = ['k', 'v', 'v % 3', 'upper(k)', "CASE WHEN v > 5 THEN 'hi' WHEN v IS NULL THEN NULL ELSE 'lo' END", 'd > 0', "date_trunc('HOUR', ts)", 'id % 5']
WINDOWS = ["window(ts, '10 minutes')", "window(ts, '10 minutes', '5 minutes')", "window(ts, '7 minutes', '3 minutes')", "window(ts, '1 hour', '20 minutes')"]


def select_list(rng, keys):
    items = [f'{key} g{i}' for i, key in enumerate(keys)]
    return ', '.join(items + [f'{a} a{i}' for i, a in enumerate(rng.sample(AGGREGATES, rng.randrange(1, 6)))])


def where(rng, *more):
    chosen = list(more) + rng.sample(PREDICATES, rng.choice([0, 0, 1, 2]))
    return ' WHERE ' + ' AND '.join(f'({p})' for p in chosen) if chosen else ''


def grouped(rng, mode):
    """An aggregate of whatever keys; HAVING takes rows away again, so only where the whole result comes anew."""
    keys = rng.sample(KEYS, rng.randrange(0, 3))
    if rng.random() < 0.3:
        window = rng.choice(WINDOWS)
        return f"SELECT window.start ws, {select_list(rng, keys)} FROM {{t}}{where(rng)} GROUP BY {', '.join([window] + keys)}", len(keys) + 1
    sql = f'SELECT {select_list(rng, keys)} FROM {{t}}{where(rng)}'
    if keys:
        form = rng.choice(['{}', '{}', 'ROLLUP ({})', 'CUBE ({})']) if mode == 'complete' else '{}'
        sql += ' GROUP BY ' + form.format(', '.join(keys))
        if mode == 'complete' and rng.random() < 0.3:
            sql += f' HAVING count(*) > {rng.randrange(1, 4)}'
    return sql, len(keys)


def complete(rng):
    if rng.random() < 0.15:
        return f'SELECT DISTINCT k, v % 3 m FROM {{t}}{where(rng)}', 0
    return grouped(rng, 'complete')


def update(rng):
    return grouped(rng, 'update')


def stateless(rng):
    items = rng.sample(['id', 'k', 'v * 2 v2', 'upper(k) u', 'd + 1 d1', 'coalesce(v, -1) c', "date_format(ts, 'HH:mm') f", 'round(x, 1) r'], 3)
    if rng.random() < 0.4:
        return f"SELECT {', '.join(items)}, e FROM {{t}} LATERAL VIEW explode(sequence(1, coalesce(v, 0) % 4)) AS e{where(rng)}", 0
    if rng.random() < 0.4:
        kind = rng.choice(['JOIN', 'LEFT JOIN', 'LEFT SEMI JOIN', 'LEFT ANTI JOIN'])
        extra = ', s.name' if kind in ('JOIN', 'LEFT JOIN') else ''
        return f"SELECT t.id, t.k{extra} FROM {{t}} AS t {kind} (SELECT explode(array('a', 'ü', 'q')) name) s ON t.k = s.name", 0
    return f"SELECT {', '.join(items)} FROM {{t}}{where(rng)}", 0


def windowed(rng):
    """In append mode, so windows come when they are over."""
    keys = rng.sample(KEYS[:4], rng.randrange(0, 2))
    return f"SELECT window.start ws, {select_list(rng, keys)} FROM {{w}}{where(rng, FLUSH)} GROUP BY {', '.join([rng.choice(WINDOWS)] + keys)}", 0


def session(rng):
    gap = rng.choice(["'3 minutes'", "'40 seconds'", "CASE WHEN v > 5 THEN '5 minutes' ELSE '1 minute' END"])
    return f'SELECT session_window.start ss, session_window.end se, k, count(*) n, sum(v) s FROM {{w}} WHERE {FLUSH} GROUP BY session_window(ts, {gap}), k', 0


def distinct(rng):
    if rng.random() < 0.5:
        return f'SELECT DISTINCT ts, k, v % 2 p FROM {{w}} WHERE {FLUSH}', 0
    return f'SELECT * FROM (SELECT k, v % 4 m FROM {{t}} {where(rng)}){{dedup}}', 0


def joined(rng):
    kind = rng.choice(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'LEFT SEMI JOIN'])
    right = ', r.id rid, r.v rv' if kind != 'LEFT SEMI JOIN' else ''
    on = rng.choice(['l.k = r.k AND l.ts = r.ts', "l.k = r.k AND r.ts BETWEEN l.ts - INTERVAL 2 MINUTES AND l.ts + INTERVAL 3 MINUTES",
                     'l.v = r.v AND l.k <=> r.k AND r.ts > l.ts - INTERVAL 1 MINUTE AND r.ts < l.ts + INTERVAL 1 MINUTE'])
    sides = [f'(SELECT * FROM {side} WHERE ts IS NOT NULL)' for side in ('{w}', '{w2}')]
    return f'SELECT l.id lid, l.v lv{right} FROM {sides[0]} AS l {kind} {sides[1]} AS r ON {on}', 0


def chained(rng):
    """Windows of windows."""
    return (f"SELECT window.start ws, count(*) n, sum(c) s FROM (SELECT window w5, count(*) c FROM {{w}} WHERE {FLUSH} GROUP BY window(ts, '5 minutes')) "
            "GROUP BY window(w5, '20 minutes')"), 0


KINDS = {'complete': complete, 'update': update, 'stateless': stateless, 'windowed': windowed, 'session': session, 'distinct': distinct,
         'joined': joined, 'chained': chained}


# ---- rows ---------------------------------------------------------------------------------------------------------------------------

def moment(second):
    return f'2026-01-31T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z'


def random_row(rng, number, file):
    row = {'id': number, 'k': rng.choice(['a', 'b', 'ü', '', None]), 'v': rng.choice([None, *range(12)]),
           'x': rng.choice([None, 0.1, rng.uniform(-1e6, 1e6), rng.gauss(0, 1)]), 'd': rng.choice([None, round(rng.uniform(-999, 999), 2)]),
           'ts': moment(file * STEP + rng.randrange(STEP))}
    if rng.random() < 0.03:
        row['ts'] = None
    return {key: value for key, value in row.items() if key in ('id', 'ts') or rng.random() > 0.03}


def write_files(rng, folder, start):
    """Files of random rows, then one with a single row far in the future."""
    names, number = [], start
    for k in range(rng.randrange(3, 7)):
        rows = [random_row(rng, number + i, k) for i in range(rng.choice([0, 1, 2, 7, 40, 300]))]
        number += len(rows)
        names.append((f'{k:02}.json', rows))
    names.append(('99.json', [{'id': 1000006, 'k': 'a', 'v': 2, 'x': 1.0, 'd': 1.5, 'ts': '2026-02-20T00:00:00Z'}]))
    for k, (name, rows) in enumerate(names):
        path = os.path.join(folder, name)
        with open(path, 'w', encoding='utf-8') as out:
            out.write(''.join(json.dumps(row) + '\n' for row in rows))
        os.utime(path, (1_700_000_000 + k, 1_700_000_000 + k))
    return [name for name, _ in names]


# ---- comparing ----------------------------------------------------------------------------------------------------------------------

def close(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(close(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    return a == b and type(a) is type(b)


def key(row):
    """By what is exact: the floats come last, rounded."""
    exact = {k: v for k, v in row.items() if not isinstance(v, float)}
    return json.dumps(exact, sort_keys=True) + str([f'{v:.6g}' for v in row.values() if isinstance(v, float)])


def same_rows(want, have):
    want, have = sorted(want, key=key), sorted(have, key=key)
    if close(want, have):
        return None
    missing, extra = [r for r in want if r not in have], [r for r in have if r not in want]
    return f'{len(have)} rows instead of {len(want)}; missing {json.dumps(missing)[:400]}; too many {json.dumps(extra)[:400]}'


def run(program, sql, *options):
    done = subprocess.run([program, '--envelope', '--conf', 'spark.sql.session.timeZone=UTC', *options, '-'], input=sql.encode(),
                          capture_output=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f'exit {done.returncode}: {done.stderr.decode(errors="replace")[-600:]}')
    return done.stdout.decode().splitlines()


def table(name, path, options=''):
    return f"CREATE TABLE {name} ({COLUMNS}) USING json OPTIONS (path '{path}'{options});\n"


def expected_rows(program, folder, names, queries):
    """Rows of each query as a batch over the first n files, by (query, n)."""
    script, order = '', []
    for n in range(1, len(names) + 1):
        for side in ('t', 'u'):
            part = os.path.join(folder, f'{side}{n}')
            os.mkdir(part)
            for name in names[:n]:
                if os.path.exists(os.path.join(folder, side, name)):
                    os.link(os.path.join(folder, side, name), os.path.join(part, name))
            script += table(f'{side}{n}', part)
        order += [None, None]
        for query, (kind, sql, _) in queries.items():
            if kind != 'complete' and n < len(names):
                continue
            text = sql.format(t=f't{n}', w=f't{n}', w2=f'u{n}', dedup='')
            script += (text.replace('SELECT *', 'SELECT DISTINCT *', 1) if '{dedup}' in sql else text) + ';\n'
            order.append((query, n))
    rows = {pair: [] for pair in order if pair}
    for record in map(json.loads, run(program, script)):
        if record['type'] == 'row':
            rows[order[record['stmt']]].append(record['row'])
    return rows


def streamed(program, folder, queries, threads):
    """Lines of each query's output, in order."""
    delay = f'WATERMARK ts DELAY OF INTERVAL {STEP} SECONDS'
    script = table('t', os.path.join(folder, 't'), ', maxFilesPerTrigger 1') + table('u', os.path.join(folder, 'u'), ', maxFilesPerTrigger 1')
    for query, (kind, sql, _) in queries.items():
        text = sql.format(t='STREAM t', w=f'STREAM t {delay}', w2=f'STREAM u {delay}', dedup=' DROP DUPLICATES')
        script += f"CREATE STREAMING QUERY {query} OUTPUT MODE {MODES.get(kind, 'APPEND')} AS {text};\n"
    lines = {query: [] for query in queries}
    for line in run(program, script, '--trigger', 'available-now', '--threads', str(threads)):
        record = json.loads(line)
        if record['type'] in ('row', 'batch'):
            lines[record['query']].append(line)
    return lines


def judge(kind, n_keys, lines, expected, n_files):
    """What is wrong with one query's output; None: nothing."""
    batches, rows, folded = {}, [], {}
    for record in map(json.loads, lines):
        if record['type'] == 'batch':
            batches.setdefault(record['batchId'], [])
            continue
        rows.append(record['row'])
        batches.setdefault(record['batchId'], []).append(record['row'])
        folded[json.dumps(list(record['row'].values())[:n_keys])] = record['row']
    if kind == 'complete':
        if sorted(batches) != list(range(n_files)):
            return f'batches {sorted(batches)} of {n_files} files'
        for n in range(n_files):
            wrong = same_rows(expected[n + 1], batches[n])
            if wrong:
                return f'batch {n}: {wrong}'
        return None
    if kind == 'update':
        return same_rows(expected[n_files], list(folded.values()))
    if kind == 'joined':
        # Rows of the last files wait for a partner that never comes.
        ends = [r for r in expected[n_files] if all(r.get(c) is None or r[c] >= 1000000 for c in ('lid', 'rid'))]
        return same_rows([r for r in expected[n_files] if r not in ends], [r for r in rows if r not in ends])
    return same_rows(expected[n_files], rows)


def check(program, rng):
    """The first difference of each kind, for one random set of files and queries."""
    wrong = {}
    with tempfile.TemporaryDirectory(prefix='weir-prefix-') as folder:
        for side in ('t', 'u'):
            os.mkdir(os.path.join(folder, side))
        names = write_files(rng, os.path.join(folder, 't'), 0)
        write_files(rng, os.path.join(folder, 'u'), 100000)
        queries = {}
        for kind, make in KINDS.items():
            for i in range(3 if kind in ('complete', 'update', 'joined') else 2):
                queries[f'{kind}{i}'] = (kind, *make(rng))
        expected = expected_rows(program, folder, names + [n for n in os.listdir(os.path.join(folder, 'u')) if n not in names], queries)
        outputs = [streamed(program, folder, queries, threads) for threads in (1, 2, 7)]
        n_all = max(n for _, n in expected)
        for query, (kind, sql, n_keys) in queries.items():
            if any(output[query] != outputs[0][query] for output in outputs):
                wrong.setdefault(kind, f'other bytes with more threads: {sql}')
                continue
            by_files = {n: rows for (q, n), rows in expected.items() if q == query}
            n_files = len(names) if kind == 'complete' else n_all
            why = judge(kind, n_keys, outputs[0][query], by_files, n_files)
            if why:
                wrong.setdefault(kind, f'{why}\n# {sql}')
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--seed', type=int, default=20260131)
    parser.add_argument('--rounds', type=int, default=12)
    options = parser.parse_args()
    print(f'1..{len(KINDS)}')
    failures = {}
    for i in range(options.rounds):
        for kind, why in check(options.program, random.Random(options.seed + i)).items():
            failures.setdefault(kind, f'seed {options.seed + i}: {why}')
    for n, kind in enumerate(KINDS, 1):
        if kind in failures:
            print(f'# {failures[kind]}')
        print(f'{"not ok" if kind in failures else "ok"} {n} - {kind}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
