# SPDX-License-Identifier: Apache-2.0
"""What the tidy checks share: the files of the tree, and a TAP report with one line per rule."""

import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
SKIPPED_PREFIXES = ('build', '_build', '.git', '__pycache__', '.cache', '.vscode', '.idea')


def files(*folders):
    """Yields the files below the folders (default: the whole tree), sorted, without build folders."""
    roots = [TOP / folder for folder in folders] if folders else [TOP]
    for root in roots:
        if root.is_dir():
            yield from _walk(root)


def _walk(folder):
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if not (folder == TOP and path.name.startswith(SKIPPED_PREFIXES)) and path.name != '__pycache__':
                yield from _walk(path)
        elif path.is_file() and not path.name.startswith('.git'):
            yield path


def name(path):
    return path.relative_to(TOP).as_posix()


class Report:
    """Collects complaints by rule; finish() prints them as TAP and ends the program."""

    def __init__(self, *rules):
        self.complaints = {rule: [] for rule in rules}
        self.skipped = {}

    def complain(self, rule, path, line, message):
        place = name(path) if isinstance(path, pathlib.Path) else path
        self.complaints[rule].append(f'{place}:{line}: {message}' if line else f'{place}: {message}')

    def skip(self, rule, reason):
        self.skipped[rule] = reason

    def finish(self):
        print(f'1..{len(self.complaints)}')
        failed = False
        for number, (rule, complaints) in enumerate(self.complaints.items(), 1):
            for complaint in complaints:
                print(f'# {complaint}')
            if rule in self.skipped:
                print(f'ok {number} {rule} # SKIP {self.skipped[rule]}')
            else:
                print(f"{'not ok' if complaints else 'ok'} {number} {rule}")
            failed = failed or bool(complaints)
        sys.exit(1 if failed else 0)
