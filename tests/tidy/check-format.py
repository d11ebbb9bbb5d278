#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every C file is as clang-format leaves it. Versions differ in details, so only the one of Debian 12 judges."""

import re
import shutil
import subprocess

from tidy import Report, files, name

VERSION = '14'
RULE = 'files are as clang-format leaves them'

report = Report(RULE)
program = shutil.which('clang-format-' + VERSION) or shutil.which('clang-format')
version = ''
if program:
    answer = subprocess.run([program, '--version'], capture_output=True, text=True, check=False).stdout
    version = (re.search(r'version (\d+)', answer) or ['', ''])[1]

if version != VERSION:
    report.skip(RULE, f'clang-format {VERSION} is not here')
else:
    sources = [str(path) for path in files('engine', 'ui', 'app', 'tests') if path.suffix in ('.c', '.h')]
    done = subprocess.run([program, '--dry-run', '--ferror-limit=1', *sources], capture_output=True, text=True, check=False)
    for path in files('engine', 'ui', 'app', 'tests'):
        match = re.search(re.escape(str(path)) + r':(\d+):\d+: (?:warning|error)', done.stderr)
        if match:
            report.complain(RULE, path, match[1], f'run clang-format -i {name(path)}')

report.finish()
