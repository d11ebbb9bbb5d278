#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check-data.py BUILD: the desktop's own validators accept what data/ installs."""

import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from tidy import TOP, Report

APP = 'io.github.weirapp.Weir'
BUILT = pathlib.Path(sys.argv[1]) / 'data'
CHECKS = {
    'desktop entry': ['desktop-file-validate', BUILT / f'{APP}.desktop'],
    'AppStream metadata': ['appstreamcli', 'validate', '--no-net', BUILT / f'{APP}.metainfo.xml'],
    'settings schema': ['glib-compile-schemas', '--strict', '--dry-run', TOP / 'data'],
}
WELL_FORMED = 'icons and types are well-formed XML'

report = Report(*CHECKS, WELL_FORMED)
for rule, command in CHECKS.items():
    if not shutil.which(command[0]):
        report.skip(rule, f'{command[0]} is not here')
        continue
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        for line in (done.stdout + done.stderr).splitlines():
            report.complain(rule, pathlib.Path(command[-1]).name, 0, line)

for path in [*(TOP / 'data').rglob('*.svg'), *(TOP / 'data').rglob('*.xml')]:
    try:
        ElementTree.parse(path)
    except ElementTree.ParseError as error:
        report.complain(WELL_FORMED, path, 0, str(error))

report.finish()
