#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The counting of run-tests.py, on logs as meson writes them."""

import importlib.machinery
import importlib.util
import pathlib
import sys

sys.dont_write_bytecode = True
PATH = pathlib.Path(__file__).resolve().parents[1] / 'run-tests.py'
loader = importlib.machinery.SourceFileLoader('run_tests', str(PATH))
run_tests = importlib.util.module_from_spec(importlib.util.spec_from_loader('run_tests', loader))
loader.exec_module(run_tests)

# name, result of meson, standard output, (passed, failed, skipped)
CASES = [
    ('flat', 'OK', '1..3\nok 1 /a\nok 2 /b # SKIP no reason\nok 3 /c\n', (2, 0, 1)),
    ('failed', 'FAIL', '1..2\nok 1 /a\nnot ok 2 /b\n', (1, 1, 0)),
    ('crashed after good results', 'ERROR', '1..3\nok 1 /a\nok 2 /b\n', (2, 1, 0)),
    ('timed out', 'TIMEOUT', 'ok 1 /a\n', (1, 1, 0)),
    ('no TAP, good', 'OK', 'hello\n', (1, 0, 0)),
    ('no TAP, bad', 'FAIL', '', (0, 1, 0)),
    ('no TAP, skipped', 'SKIP', '', (0, 0, 1)),
    ('all skipped', 'SKIP', '1..1\nok 1 /a # SKIP no broker\n', (0, 0, 1)),
    ('expected failure', 'OK', '1..1\nnot ok 1 /a # TODO not there yet\n', (0, 0, 1)),
    ('nested', 'OK', '    ok 1 x\n    ok 2 y\nok 1 /a\nok 2 /b\n', (3, 0, 0)),
    ('nested failure', 'FAIL', '    ok 1 x\n    not ok 2 y\nnot ok 1 /a\n', (1, 1, 0)),
    ('ok within a word', 'OK', 'okay\n1..1\nok 1 /a\nnot okay\n', (1, 0, 0)),
]

print(f'1..{len(CASES)}')
failures = 0
for number, (name, result, stdout, expected) in enumerate(CASES, 1):
    counted = run_tests.count({'name': name, 'result': result, 'stdout': stdout})
    if counted != expected:
        print(f'# counted {counted}, expected {expected}')
        failures += 1
    print(f"{'ok' if counted == expected else 'not ok'} {number} {name}")
sys.exit(1 if failures else 0)
