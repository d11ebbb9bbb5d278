#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The parts of the house style that a formatter does not see."""

import re

from tidy import TOP, Report, files, name

CODE = ('.c', '.h')
TEXT = CODE + ('.py', '.build', '.css', '.ui', '.xml', '.in', '.sh', '.lang', '.sql', '.weir', '.svg')
WITH_LICENCE = CODE + ('.py', '.build', '.css', '.ui', '.sh')
OUTPUT = re.compile(r'(?<![\w>.])(g_print|g_printerr|printf|puts|putchar)\s*\(')
TODO = re.compile(r'\b(TODO|FIXME|XXX)\b(.*)')
INCLUDE = re.compile(r'^#include\s+[<"]([^>"]+)[>"]')
# Written in pieces so that this file does not hold what it looks for.
MACHINE_PATH = re.compile('(?<![\\w.])/(?:wo' + 'rk|ro' + 'ot|home/\\w+)/')
REGISTRIES = re.compile('|'.join(host + re.escape(end) for host, end in (
    ('pypi', '.org'), ('pythonhosted', '.org'), ('npmjs', '.org'), ('crates', '.io'), ('golang', '.org/'),
    ('maven', '.org'), ('maven', '.apache.org/maven2'), ('debian', '.org/debian'))))
LONG_FILE = 700

RULES = ('SPDX line first', 'no trailing space, tab or missing end of line', 'config.h is the first include',
         'every C file is built', 'file names are unique', 'the engine does not print', 'a TODO says why',
         'no path of a machine', 'no host of a registry', 'every folder has a map', 'maps name what there is')
report = Report(*RULES)
(SPDX, SPACE, CONFIG, BUILT, UNIQUE, PRINT, WHY, PATHS, HOSTS, MAPS, NAMED) = RULES


def is_script(path, text):
    return path.suffix == '' and text.startswith('#!')


def check_lines(path, text):
    is_c = path.suffix in CODE
    is_engine = path.is_relative_to(TOP / 'engine')
    prints = is_engine and not path.name.startswith(('weir-sql', 'sink-console'))
    for number, line in enumerate(text.split('\n'), 1):
        if line != line.rstrip() and line.strip():
            report.complain(SPACE, path, number, 'trailing space')
        elif line and not line.strip():
            report.complain(SPACE, path, number, 'blank line with spaces')
        if is_c and '\t' in line:
            report.complain(SPACE, path, number, 'tab')
        if is_c and prints and OUTPUT.search(line) and not line.lstrip().startswith(('*', '/*', '//')):
            report.complain(PRINT, path, number, line.strip())
        todo = TODO.search(line)
        if todo and len(todo[2].split()) < 3 and path.name != 'check-style.py':
            report.complain(WHY, path, number, line.strip())
    if text and not text.endswith('\n'):
        report.complain(SPACE, path, 0, 'no end of line at the end')


def check_words(path, text):
    for number, line in enumerate(text.split('\n'), 1):
        if MACHINE_PATH.search(line):
            report.complain(PATHS, path, number, line.strip()[:100])
        if REGISTRIES.search(line):
            report.complain(HOSTS, path, number, line.strip()[:100])


def check_includes(path, text):
    included = [match[1] for match in map(INCLUDE.match, text.splitlines()) if match]
    if 'config.h' in included and included[0] != 'config.h':
        report.complain(CONFIG, path, 0, f'{included[0]} comes before it')


def check_built(path, build_files, sources):
    """A C file is named in a meson.build of its folder or above (tests without test- and .c), or included by another."""
    stem = path.stem.removeprefix('test-').removeprefix('fuzz-').removeprefix('bench-')
    wanted = (f"'{path.name}'", f"/{path.name}'", f"'{stem}'", f"'{path.stem}'")
    folder = path.parent
    while folder.is_relative_to(TOP):
        text = build_files.get(folder, '')
        if any(word in text for word in wanted):
            return
        folder = folder.parent
    if any(f'{path.name}"' in text for other, text in sources.items() if other != path):
        return
    report.complain(BUILT, path, 0, 'no meson.build names it')


def words_of(text):
    """Names in backticks, one by one."""
    return [word for quoted in re.findall(r'`([^`\n]+)`', text) for word in quoted.replace(',', ' ').split()]


def pattern_of(word):
    """`a.[ch]`, `a-*.c` and `dir/a.c` as expressions over file names."""
    parts = word.rsplit('/', 1)[-1].split('*')
    return '.*'.join(re.escape(part).replace(r'\[ch\]', '[ch]') for part in parts)


def check_map(path, text, names):
    """What looks like a file is one; in the engine every C file is in the map of its folder."""
    words = words_of(text)
    for word in words:
        if re.fullmatch(r'[\w./*-]+\.(c|h|\[ch\]|py|ui|css)', word) and 'NAME' not in word and not any(re.fullmatch(pattern_of(word), known) for known in names):
            report.complain(NAMED, path, 0, f'{word} is not there')
    if name(path).startswith('engine/'):
        patterns = [pattern_of(word) for word in words if '.' in word]
        for source in sorted(path.parent.glob('*.c')):
            if not any(re.fullmatch(pattern, source.name) for pattern in patterns):
                report.complain(NAMED, path, 0, f'{source.name} is not named')


texts = {}
for file in files():
    try:
        texts[file] = file.read_text(encoding='utf-8')
    except UnicodeDecodeError:
        continue

meson = {path.parent: text for path, text in texts.items() if path.name == 'meson.build'}
code = {path: text for path, text in texts.items() if path.suffix in CODE}
seen = {}
for file, content in texts.items():
    if file.suffix in WITH_LICENCE or is_script(file, content) or file.name == 'Makefile':
        if not any('SPDX-License-Identifier: Apache-2.0' in line for line in content.split('\n', 3)[:3]):
            report.complain(SPDX, file, 0, 'its first lines name no licence')
    is_corpus = file.is_relative_to(TOP / 'tests' / 'fuzz' / 'corpus')
    if not is_corpus and (file.suffix in TEXT or is_script(file, content)):
        check_lines(file, content)
    if file.name != 'check-style.py' and not is_corpus:
        check_words(file, content)
    if file.suffix in CODE:
        check_includes(file, content)
        if not name(file).startswith('tests/'):
            if file.name in seen and file.name != 'main.c':
                report.complain(UNIQUE, file, 0, f'also {name(seen[file.name])}')
            seen[file.name] = file
            if content.count('\n') > LONG_FILE:
                print(f'# {name(file)}: {content.count(chr(10))} lines, worth a look above {LONG_FILE}')
    if file.suffix == '.c':
        check_built(file, meson, code)

known_names = {path.name for path in files()}
for file, content in texts.items():
    if file.name in ('README.md', 'CONTRIBUTING.md'):
        check_map(file, content, known_names)

for top in ('engine', 'ui'):
    for folder in sorted((TOP / top).iterdir()) if (TOP / top).is_dir() else []:
        if folder.is_dir() and any(folder.glob('*.c')) and not (folder / 'README.md').exists():
            report.complain(MAPS, folder, 0, 'has no README.md')

report.finish()
