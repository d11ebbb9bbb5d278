#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples of Spark's function reference (shared/data/spark-sql/doc-examples.jsonl) through one weir-sql and compares the rows as
spark-sql prints them.

    run-doc-examples.py WEIR_SQL EXAMPLES [--verbose] [--write]

TAP on standard output, one test a group of functions. An example that fails must be listed in known-doc-examples.txt under its reason, one
that is listed must not pass, and what is `unsupported` must fail with an error that says so. --write lists what fails now and is not listed
yet. Skips when the data is absent.
"""
import argparse
import json
import math
import os
import re
import subprocess
import sys

KNOWN = os.path.join(os.path.dirname(__file__), 'known-doc-examples.txt')
MARK = 'weir-doc-example-'
# What a missing function or feature says.
UNSUPPORTED = ('UNRESOLVED_ROUTINE', 'UNSUPPORTED', 'PARSE_SYNTAX_ERROR', 'DATATYPE_MISMATCH', 'UNRESOLVED_COLUMN', 'TABLE_OR_VIEW_NOT_FOUND',
               'WRONG_NUM_ARGS')
NUMBER = re.compile(r'-?\d+\.\d+(?:[eE]-?\d+)?')


def answers(program, examples):
    """For each example the lines that were printed, and the error or None. A marker follows each statement; errors share the pipe."""
    zone = "SET spark.sql.session.timeZone=America/Los_Angeles;\n"
    text = zone + ''.join(f"{e['sql'].rstrip().rstrip(';')}\n;\nSELECT '{MARK}{i}';\n" + (f'RESET;\n{zone}' if e['sql'].startswith('SET ') else '')
                   for i, e in enumerate(examples))
    command = [program, '--no-bail', '--error-format', 'json', '-o', 'tsv', '-']
    done = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    result, lines, error = {}, [], None
    for line in done.stdout.decode(errors='replace').split('\n'):
        if line.startswith('{"errorClass"'):
            error = json.loads(line)
        elif line.startswith(MARK):
            result[int(line[len(MARK):])] = (lines, error)
            lines, error = [], None
        elif not line.startswith('weir-sql: '):
            lines.append(line)
    return result, done.returncode


def near(a, b):
    """Equal text, or equal but for the last digits of doubles."""
    if a == b:
        return True
    x, y = NUMBER.findall(a), NUMBER.findall(b)
    return NUMBER.sub('#', a) == NUMBER.sub('#', b) and all(math.isclose(float(p), float(q), rel_tol=1e-14) for p, q in zip(x, y))


def compare(example, answer):
    if answer is None:
        return 'no answer'
    lines, error = answer
    if error:
        return 'error ' + str(error.get('errorClass')) + ' ' + json.dumps(error.get('messageParameters'))
    want = '\n'.join(example['rows']).split('\n')
    if len(want) == len(lines) and (all(map(near, want, lines)) or all(map(near, sorted(want), sorted(lines)))):
        return None
    return f'{lines} instead of {want}'


def load_known():
    known = {}
    if os.path.exists(KNOWN):
        with open(KNOWN, encoding='utf-8') as lines:
            for line in lines:
                if line.strip() and not line.startswith('#'):
                    reason, sql = line.rstrip('\n').split('\t', 1)
                    known[json.loads(sql)] = reason
    return known


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('examples')
    parser.add_argument('--verbose', action='store_true')
    parser.add_argument('--write', action='store_true')
    options = parser.parse_args()
    if not os.path.exists(options.examples):
        print('1..0 # SKIP the reference data is not here')
        return 0
    with open(options.examples, encoding='utf-8') as lines:
        examples = [json.loads(line) for line in lines]
    known = load_known()
    result, code = answers(options.program, examples)
    groups = sorted({e['group'] for e in examples})
    print(f'1..{len(groups) + 1}')
    passed, classes, news = 0, {}, []
    for n, group in enumerate(groups, 1):
        good, bad, count = 0, [], 0
        for i, example in enumerate(examples):
            if example['group'] != group:
                continue
            count += 1
            reason, why = known.get(example['sql']), compare(example, result.get(i))
            good += why is None
            if why is None and reason and not reason.startswith('clock'):
                bad.append(f'passes, take it off the list: {example["sql"]}')
            elif why is not None:
                classes[reason or 'not listed'] = classes.get(reason or 'not listed', 0) + 1
                if not reason:
                    news.append((example['sql'], why))
                    bad.append(f'{example["sql"]}: {why}')
                elif reason == 'unsupported' and not any(w in why for w in UNSUPPORTED):
                    bad.append(f'unsupported, but does not say so: {example["sql"]}: {why}')
                elif options.verbose:
                    print(f'# ({reason}) {example["sql"]}: {why}')
        for line in bad:
            print('# ' + line.replace('\n', ' '))
        passed += good
        print(f'{"not ok" if bad else "ok"} {n} - {group}: {good} of {count}')
    print('# ' + ', '.join(f'{k}: {v}' for k, v in sorted(classes.items())))
    print(f'{"ok" if len(result) == len(examples) and code in (0, 1) else "not ok"} {len(groups) + 1} - {passed} of {len(examples)} examples, exit {code}')
    if options.write:
        with open(KNOWN, 'a', encoding='utf-8') as out:
            for sql, why in news:
                says_so = why.startswith('error') and any(w in why for w in UNSUPPORTED)
                out.write(f'{"unsupported" if says_so else "UNEXPLAINED"}\t{json.dumps(sql)}\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
