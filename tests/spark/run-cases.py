#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs shared/data/streaming/cases.jsonl (Spark's own answers) through run-case and compares batch by batch.

    run-cases.py RUN_CASE CASES [--restore] [--restart] [--group G]… [--id ID] [--verbose]

TAP on standard output, one test a group: a case that does not pass must be listed in known-differences.txt with its reason, and one that
is listed must not pass; at least 90 % of all must. Input rows are not compared: Spark counts what its file reader lets through
after filters that it pushed down, Weir what was read. Skips when the data is absent.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import tempfile

def load(path):
    with open(path, encoding='utf-8') as lines:
        return [json.loads(line, parse_float=lambda t: ('f', t)) for line in lines]


def number(value):
    if isinstance(value, tuple):
        return float(value[1])
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return None


def same(a, b):
    """Equal values; decimals and doubles by text, or within 1e-12 when both are numbers with a fraction."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, tuple) and isinstance(b, tuple):
        x, y = number(a), number(b)
        return a == b or math.isclose(x, y, rel_tol=1e-12, abs_tol=0)
    return type(a) is type(b) and a == b


def key(row):
    return json.dumps(row, sort_keys=True, default=str)


def rows_match(expected, actual, ordered):
    if len(expected) != len(actual):
        return False
    if not ordered:
        expected, actual = sorted(expected, key=key), sorted(actual, key=key)
    return all(same(x, y) for x, y in zip(expected, actual))


def write_inputs(case, folder):
    for directory, files in case['inputs'].items():
        path = os.path.join(folder, directory)
        os.makedirs(path, exist_ok=True)
        for k, lines in enumerate(files):
            name = os.path.join(path, f'{k:03}.json')
            with open(name, 'w', encoding='utf-8', errors='surrogateescape', newline='') as out:
                out.write(''.join(line + '\n' for line in lines))
            os.utime(name, (1_700_000_000 + k, 1_700_000_000 + k))


def watermark_ms(text):
    if text is None:
        return None
    from datetime import datetime, timezone
    text = text.replace('Z', '+00:00')
    return round(datetime.fromisoformat(text).astimezone(timezone.utc).timestamp() * 1000)


def compare(case, batches, error):
    expected = case['expected']
    want = case['error']
    if want is not None:
        if error is None:
            return f'expected {want["condition"]} ({want["phase"]}), got none'
        named = want['condition'] and not want['condition'].startswith('_LEGACY')
        chain = [want['condition']] + [c.get('condition') if isinstance(c, dict) else c for c in want.get('chain') or []]
        if named and error['condition'] not in chain:
            return f'expected {want["condition"]}, got {error["condition"]}: {error["message"]}'
    elif error is not None:
        return f'{error["condition"]}: {error["message"]}'
    if len(batches) != len(expected):
        return f'{len(batches)} batches instead of {len(expected)}'
    for i, (have, wanted) in enumerate(zip(batches, expected)):
        if have['batchId'] != wanted['batchId']:
            return f'batch id {have["batchId"]} instead of {wanted["batchId"]}'
        if not rows_match(wanted['rows'], have['rows'], case.get('ordered')):
            return f'batch {i}: rows {key(have["rows"])[:400]} instead of {key(wanted["rows"])[:400]}'
        if case.get('dropped_late') and have['droppedLate'] != case['dropped_late'][i]:
            return f'batch {i}: late {have["droppedLate"]} instead of {case["dropped_late"][i]}'
        if case.get('state_rows') and have['stateRows'] != case['state_rows'][i]:
            return f'batch {i}: state rows {have["stateRows"]} instead of {case["state_rows"][i]}'
        if case.get('watermarks') and have['watermarkMs'] != watermark_ms(case['watermarks'][i]):
            return f'batch {i}: watermark {have["watermarkMs"]} instead of {case["watermarks"][i]}'
    return None


def run(program, case, restore, restart, threads):
    with tempfile.TemporaryDirectory(prefix='weir-case-') as folder:
        write_inputs(case, folder)
        script = os.path.join(folder, 'script.sql')
        with open(script, 'w', encoding='utf-8') as out:
            out.write(case['script'].replace('${DIR}', folder))
        command = [program, f'--threads={threads}'] + [f'--conf={k}={v}' for k, v in case['conf'].items()]
        command += ['--restore'] if restore else []
        command += [f'--checkpoint={folder}/cp'] if restart else []
        try:
            done = subprocess.run(command + [script], capture_output=True, timeout=60)
        except subprocess.TimeoutExpired:
            return 'hangs'
    if done.returncode != 0:
        return f'exit {done.returncode}: {done.stderr.decode(errors="replace")[-300:]}'
    records = [json.loads(line, parse_float=lambda t: ('f', t)) for line in done.stdout.decode().splitlines()]
    error = records.pop()['error'] if records and 'error' in records[-1] else None
    return compare(case, records, error)


def known_differences():
    known = {}
    with open(os.path.join(os.path.dirname(__file__), 'known-differences.txt'), encoding='utf-8') as lines:
        for line in lines:
            if line.strip() and not line.startswith('#'):
                name, reason = line.split(None, 1)
                known[name] = reason.strip()
    return known


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('cases')
    parser.add_argument('--restore', action='store_true')
    parser.add_argument('--restart', action='store_true', help='from a checkpoint, after every batch')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--group', action='append')
    parser.add_argument('--id')
    parser.add_argument('--verbose', action='store_true')
    options = parser.parse_args()
    if not os.path.exists(options.cases):
        print('1..0 # SKIP the reference data is not here')
        return 0
    known = known_differences()
    cases = load(options.cases)
    groups = options.group or list(dict.fromkeys(case['group'] for case in cases))
    print(f'1..{len(groups) + 1}')
    total = passed = 0
    for n, group in enumerate(groups, 1):
        chosen = [c for c in cases if c['group'] == group and (not options.id or c['id'] == options.id)]
        failures = {}
        for case in chosen:
            reason = run(options.program, case, options.restore, options.restart, options.threads)
            if reason is not None:
                failures[case['id']] = reason
        for name, reason in failures.items():
            print(f'# {name}: {reason}' + (f' (known: {known[name]})' if name in known else ''))
        unknown = [name for name in failures if name not in known]
        stale = [c['id'] for c in chosen if c['id'] in known and c['id'] not in failures]
        for name in stale:
            print(f'# {name} passes: take it off known-differences.txt')
        good = not unknown and not stale
        print(f'{"ok" if good else "not ok"} {n} - {group}: {len(chosen) - len(failures)} of {len(chosen)}')
        total += len(chosen)
        passed += len(chosen) - len(failures)
    print(f'{"ok" if passed >= 0.9 * total else "not ok"} {len(groups) + 1} - {passed} of {total} cases')
    return 0


if __name__ == '__main__':
    sys.exit(main())
