#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What outlives the process goes through base/effects and base/durable-file: there it can be made to fail, and is synced."""

import re

from tidy import TOP, Report, files

WRAPPERS = ('effects.c', 'effects.h', 'durable-file.c', 'durable-file.h')
# GLib's calls sync nothing when the file is new, or do not report a failed sync of the folder.
WHOLE_FILE = re.compile(r'\b(g_file_set_contents\w*|g_file_replace\w*|g_key_file_save_to_file|g_output_stream_flush)\s*\(')
BARE = re.compile(r'(?<![\w>.])(write|pwrite|writev|pwritev|fsync|fdatasync|ftruncate|truncate|rename|renameat2?|unlink|unlinkat'
                  r'|mkdir|mkdirat|link|symlink|g_rename|g_unlink|g_remove|g_rmdir|g_mkdir\w*|g_creat|fopen|g_fopen)\s*\(')
# Without a checkpoint nothing of the file sink has to last.
ALLOWED = {'sink-file.c': 'g_mkdir_with_parents (self->folder, 0755)'}

report = Report('whole files are written by durable-file', 'folders that persist use the wrappers of effects.h')
(WHOLE, WRAPPED) = report.complaints


def persists(path):
    folder = path.relative_to(TOP / 'engine').parts[0]
    return folder in ('state', 'query') or folder == 'io' and path.name.startswith(('sink-', 'source-wal', 'file-manifest', 'file-cleaner', 'sqlite-', 'kafka-writer'))


for source in files('engine'):
    if source.suffix not in ('.c', '.h') or source.name in WRAPPERS:
        continue
    for number, line in enumerate(source.read_text(encoding='utf-8').splitlines(), 1):
        if line.lstrip().startswith(('*', '/*', '//')):
            continue
        if WHOLE_FILE.search(line):
            report.complain(WHOLE, source, number, line.strip())
        if BARE.search(line) and persists(source) and ALLOWED.get(source.name, line + 'x') not in line:
            report.complain(WRAPPED, source, number, line.strip())

report.finish()
