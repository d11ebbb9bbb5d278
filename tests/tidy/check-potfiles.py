#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""po/POTFILES.in names the files of the window with strings to translate, and every language in LINGUAS is complete.

The engine has no locale: its messages and the sentences on functions are English, as Spark's are.
"""

import re
import shutil
import subprocess
import tempfile
import pathlib

from tidy import TOP, Report, files, name

MARKED = {
    '.c': re.compile(r'(?<![\w])(?:_|N_|C_|NC_|ngettext|g_dngettext|Q_)\s?\(\s*"'),
    '.ui': re.compile(r'translatable="(?:yes|true|1)"'),
}
KEYWORDS = ('_', 'N_', 'C_:1c,2', 'NC_:1c,2', 'g_dcgettext:2', 'g_dngettext:2,3', 'g_dpgettext2:2c,3', 'ngettext:1,2')
# xgettext reads a string up to the first macro: what follows would never be translated.
CUT = re.compile(r'(?<![\w])(?:_|N_|C_|ngettext)\s?\([^;]*?"\s*G_G?U?INT\w*FORMAT', re.DOTALL)
LISTED, WHOLE, COMPLETE = ('POTFILES.in names every file with strings', 'strings are whole literals',
                           'every language is complete')

report = Report(LISTED, WHOLE, COMPLETE)
potfiles = [line.strip() for line in (TOP / 'po' / 'POTFILES.in').read_text(encoding='utf-8').splitlines()
            if line.strip() and not line.startswith('#')]

for listed in potfiles:
    if not (TOP / listed).exists():
        report.complain(LISTED, 'po/POTFILES.in', 0, f'{listed} does not exist')
if potfiles != sorted(potfiles):
    report.complain(LISTED, 'po/POTFILES.in', 0, 'is not sorted')
for source in files('app', 'ui'):
    marked = MARKED.get(source.suffix)
    text = source.read_text(encoding='utf-8') if marked else ''
    for cut in CUT.finditer(text) if source.suffix == '.c' else []:
        report.complain(WHOLE, source, text.count('\n', 0, cut.end()) + 1, 'a macro cuts the string: use %lu with a cast')
    if marked and marked.search(text) and name(source) not in potfiles:
        report.complain(LISTED, source, 0, 'has strings to translate and is not in po/POTFILES.in')


def run(*command):
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False, env={'LC_ALL': 'C', 'PATH': '/usr/bin:/bin'})


def check_language(language, pot, folder):
    """Merges the current strings into the catalogue: what is new, changed or empty shows as untranslated or fuzzy."""
    po, merged = TOP / 'po' / f'{language}.po', folder / f'{language}.po'
    checked = run('msgfmt', '--check', '-o', '/dev/null', str(po))
    if checked.returncode != 0:
        report.complain(COMPLETE, po, 0, checked.stderr.strip())
    run('msgmerge', '--quiet', '--no-fuzzy-matching', '-o', str(merged), str(po), str(pot))
    for attribute in ('--untranslated', '--only-fuzzy'):
        found = run('msgattrib', attribute, '--no-obsolete', '--no-wrap', str(merged)).stdout
        for message in re.findall(r'^msgid "(.+)"$', found, re.MULTILINE):
            report.complain(COMPLETE, po, 0, f'{attribute[2:]}: {message}')


languages = (TOP / 'po' / 'LINGUAS').read_text(encoding='utf-8').split()
existing = [listed for listed in potfiles if (TOP / listed).exists()]
if not shutil.which('msgmerge'):
    report.skip(COMPLETE, 'gettext is not here')
else:
    with tempfile.TemporaryDirectory(prefix='weir-po-') as scratch:
        template = pathlib.Path(scratch) / 'weir.pot'
        extracted = run('xgettext', '--from-code=UTF-8', '--add-comments', '-o', str(template),
                        *(f'--keyword={keyword}' for keyword in KEYWORDS), *existing)
        if extracted.returncode != 0:
            report.complain(COMPLETE, 'po/POTFILES.in', 0, extracted.stderr.strip())
        for tongue in languages if template.exists() else []:
            check_language(tongue, template, pathlib.Path(scratch))

report.finish()
