#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares every #include with the table of layers: a folder may include only what stands below it."""

import re

from tidy import TOP, Report, files

BELOW = {
    'base': [],
    'column': ['base'],
    'sql': ['base'],
    'format': ['base', 'column'],
    'expr': ['base', 'column', 'format'],
    'state': ['base', 'column'],
    'plan': ['base', 'column', 'expr', 'sql', 'state'],
    'exec': ['base', 'column', 'expr', 'state', 'plan'],
    'io': ['base', 'column', 'format'],
    'query': ['base', 'column', 'sql', 'format', 'expr', 'state', 'plan', 'exec', 'io'],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
TOOLKIT = ('gtk/', 'gdk/', 'gsk/', 'adwaita', 'gtksourceview/', 'pango/')

report = Report('engine includes only downwards', 'engine knows no toolkit', 'ui and app see only engine/engine.h',
                'ui does not include app')


def includes(path):
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1], match[2]


def check_engine(path, number, included):
    relative = path.relative_to(TOP / 'engine')
    if included.startswith(TOOLKIT):
        report.complain('engine knows no toolkit', path, number, f'includes {included}')
    if len(relative.parts) < 2:
        return
    folder, target = relative.parts[0], included.split('/')[0]
    if '/' in included and target in BELOW and target != folder and target not in BELOW.get(folder, []):
        report.complain('engine includes only downwards', path, number, f'{folder}/ may not include {included}')


def check_window(path, number, included):
    target = included.split('/')[0]
    if target == 'engine' and included != 'engine/engine.h' or '/' in included and target in BELOW:
        report.complain('ui and app see only engine/engine.h', path, number, f'includes {included}')
    if path.is_relative_to(TOP / 'ui') and target == 'app' and '/' in included:
        report.complain('ui does not include app', path, number, f'includes {included}')


for source in files('engine', 'ui', 'app'):
    if source.suffix not in ('.c', '.h'):
        continue
    for line_number, mark, header in includes(source):
        if source.is_relative_to(TOP / 'engine'):
            check_engine(source, line_number, header)
        elif mark == '"':
            check_window(source, line_number, header)

report.finish()
