# SPDX-License-Identifier: Apache-2.0
"""W8 to W11: state and checkpoints, against what the machine can do (limits.c) and DuckDB, measured in turn with them."""

import json
import os
import shutil
import statistics
import subprocess
import time

FILE_ROWS = 1_000_000
SETTINGS = {'w8': {'bar': 0.09, 'keys': 10_000_000}, 'w9': {'bar': 0.055, 'keys': 5_000_000}}
W8_RATE, W9_RATE = 166_667, 50_000
CHECK_ROWS = 200_000
COMMIT_BATCHES = 300

# A virtual machine hands back what a program freed some seconds after it ended, and to get it again costs a third of W10's time. Of two
# runs in turn the longer one would pay for what the shorter one still finds: both begin when all is handed back.
HANDED_BACK_SECONDS = 6


def prepare(bench, name, rows, small):
    """The input of a workload in files of a batch each; `small`: the one whose rows are compared."""
    folder = bench.data / (f'{name}-check' if small else name)
    folder.mkdir(exist_ok=True)
    files = 4 if small else max(1, rows * (2 if name == 'w9' else 1) // FILE_ROWS)
    for part in ('impressions', 'clicks') if name == 'w9' else ():
        (folder / part).mkdir(exist_ok=True)
    last = {'w8': 2_000 if small else W8_RATE, 'w9': 1_000 if small else W9_RATE, 'w10': 20_000 if small else bench.arguments.keys_w10}[name]
    bench.generate(folder.name, name, rows, folder, files, last)
    for path in sorted(folder.glob('**/*.csv')):
        path.read_bytes()          # into the page cache
    return folder


def limit(bench, *arguments, threads=1):
    subprocess.run(['ninja', '-C', bench.build, '--quiet', 'tests/bench/bench-limits'], stdout=subprocess.DEVNULL, check=True)
    done = subprocess.run([*bench.taskset(threads), bench.build / 'tests/bench/bench-limits', *map(str, arguments)],
                          stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def rows_of(bench, name, order):
    """What the query gives for the small input, as tuples."""
    script = bench.script(name, f'{name}-check', INTO='', FOLDER=str(bench.data / f'{name}-check'))
    result = bench.data / f'{name}-weir.result'
    bench.run_weir(script, result, 2)
    with open(result, encoding='utf-8') as lines:
        return order([tuple(json.loads(text).values()) for text in lines])


def csv(folder, columns):
    kinds = ', '.join(f"'{name}': 'BIGINT'" for name in columns)
    return f"read_csv('{folder}/*.csv', header = false, auto_detect = false, delim = ',', columns = {{{kinds}}})"


def check(bench, name, compare):
    folder = prepare(bench, name, CHECK_ROWS, True)
    if name == 'w8':
        query = f"SELECT DISTINCT id FROM {csv(folder, ['ts', 'id'])}"
    elif name == 'w9':
        query = f"""SELECT i.ad, i.ts, c.ts FROM {csv(folder / 'impressions', ['ts', 'ad'])} i
                    JOIN {csv(folder / 'clicks', ['ts', 'ad'])} c ON i.ad = c.ad AND c.ts BETWEEN i.ts AND i.ts + 60000"""
    else:
        query = f"SELECT key, count(*), sum(value)::BIGINT FROM {csv(folder, ['key', 'value'])} GROUP BY key"
    found = rows_of(bench, name, (lambda rows: sorted(dict((row[0], row) for row in rows).values())) if name == 'w10' else sorted)
    compare(f'{name}: Weir and DuckDB', found, sorted(bench.ask_duckdb(query)))


def against_inserts(bench, name, rows, interleave, compare):
    """W8 and W9: rows a second as a part of bare hash inserts of a table of that size."""
    check(bench, name, compare)
    folder = prepare(bench, name, rows, False)
    script = bench.script(name, name, INTO='INTO nowhere', FOLDER=str(folder))
    total = rows * (2 if name == 'w9' else 1)
    bar, keys = SETTINGS[name]['bar'], SETTINGS[name]['keys']
    lines = []
    for threads in bench.arguments.threads:
        times = interleave({'weir': lambda: bench.run_weir(script, os.devnull, threads),
                            'inserts': lambda: limit(bench, 'insert', total, keys)}, bench.arguments.runs)
        weir, bare = statistics.median(times['weir']), statistics.median(times['inserts'])
        lines.append(f'{name:6} {threads}  {weir:.3f} s ({total / weir / 1e6:.1f} M rows/s), bare inserts {bare:.3f} s '
                     f"({total / bare / 1e6:.1f} M/s): {bare / weir:.3f} of them (bar: {bar}): {'reached' if bare / weir >= bar else 'MISSED'}")
    return lines


def high_cardinality(bench, interleave, compare):
    """W10: update mode in batches against DuckDB's group-by of all rows at once."""
    rows = bench.arguments.rows_w10
    check(bench, 'w10', compare)
    folder = prepare(bench, 'w10', rows, False)
    script = bench.script('w10', 'w10', INTO='INTO nowhere', FOLDER=str(folder))
    lines = []
    for threads in bench.arguments.threads:
        times = interleave({'weir': lambda: bench.run_weir(script, os.devnull, threads),
                            'duckdb': lambda: bench.run_peer('duckdb', 'w10', threads)}, bench.arguments.runs)
        weir, duckdb = statistics.median(times['weir']), statistics.median(times['duckdb'])
        lines.append(f'w10    {threads}  {weir:.3f} s ({rows / weir / 1e6:.1f} M rows/s), DuckDB {duckdb:.3f} s: '
                     f"{duckdb / weir:.2f} times it (bar: 1): {'reached' if duckdb >= weir else 'MISSED'}")
    return lines


def run_anew(bench, script, checkpoint, wait, *arguments):
    """A run as the first of its kind: the checkpoint of the last one is gone, from the disk too."""
    shutil.rmtree(checkpoint, ignore_errors=True)
    os.sync()
    time.sleep(wait)
    return bench.run_weir(script, os.devnull, 2, *arguments)


def checkpoint_loss(bench, interleave):
    lines = []
    for name in ('w5', 'w2', 'w10'):
        if name == 'w10':
            script = bench.script(name, name, INTO='INTO nowhere', FOLDER=str(prepare(bench, name, bench.arguments.rows_w10, False)))
        else:
            bench.prepare(name)
            script = bench.script(name, name)
        checkpoint = bench.data / f'{name}-checkpoint'
        wait = HANDED_BACK_SECONDS if name == 'w10' else 0
        times = interleave({'without': lambda: run_anew(bench, script, checkpoint, wait),
                            'with': lambda: run_anew(bench, script, checkpoint, wait, '--checkpoint', str(checkpoint))}, bench.arguments.runs)
        without, durable = statistics.median(times['without']), statistics.median(times['with'])
        loss = 1 - without / durable
        lines.append(f"w11    2  {name} {without:.3f} s, with a checkpoint {durable:.3f} s: {loss * 100:.1f} % less (bar: 15 %): "
                     f"{'reached' if loss <= 0.15 else 'MISSED'}")
    return lines


def restart(bench):
    """After W10's last run: its checkpoint is opened, nothing is new, and the program ends."""
    checkpoint = bench.data / 'w10-checkpoint'
    script = bench.data / 'w10.sql'
    files = [str(path) for path in sorted(checkpoint.glob('**/*')) if path.is_file()]
    keys = bench.arguments.keys_w10
    weir, bare = [], []
    for _ in range(bench.arguments.runs):
        weir.append(bench.run_weir(script, os.devnull, 1, '--checkpoint', str(checkpoint)))
        bare.append(limit(bench, 'reload', keys, *files))
    weir, bare = statistics.median(weir), statistics.median(bare)
    return [f'w11    1  restart with {keys / 1e6:g} M keys {weir:.3f} s, reading its files and a bare table {bare:.3f} s: '
            f"{weir / bare:.2f} times (bar: 3): {'reached' if weir <= 3 * bare else 'MISSED'}"]


def commit_cost(bench):
    """Small batches with a checkpoint against appends with fdatasync of a record's size."""
    subprocess.run(['ninja', '-C', bench.build, '--quiet', 'tests/bench/bench-commit'], stdout=subprocess.DEVNULL, check=True)
    folder = bench.data / 'commit-checkpoint'
    shutil.rmtree(folder, ignore_errors=True)
    done = subprocess.run([bench.build / 'tests/bench/bench-commit', str(COMMIT_BATCHES), str(folder)],
                          stdout=subprocess.PIPE, text=True, check=True)
    commit, record = (float(word) for word in done.stdout.split())
    append = limit(bench, 'append', COMMIT_BATCHES, int(record), bench.data / 'append.bin')
    return [f'w11    1  commit {commit:.0f} µs, one append of {record:.0f} bytes with fdatasync {append:.0f} µs: '
            f"{commit / append:.2f} times (bar: 5): {'reached' if commit <= 5 * append else 'MISSED'}"]


def run(bench, only, interleave, compare):
    lines = []
    if not bench.weir:
        return lines
    for name in ('w8', 'w9'):
        if name in only:
            lines += against_inserts(bench, name, getattr(bench.arguments, f'rows_{name}'), interleave, compare)
    if 'w10' in only:
        lines += high_cardinality(bench, interleave, compare)
    if 'w11' in only:
        lines += checkpoint_loss(bench, interleave) + restart(bench) + commit_cost(bench)
    return lines
