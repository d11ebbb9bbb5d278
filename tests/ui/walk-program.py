#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""walk-program.py BUILD: the program itself, started on a display without a screen, killed, and led by keys alone.

Speaks TAP. Reads what the program did from its files and from the actions it exports on the session bus.
"""

import ctypes
import importlib.machinery
import importlib.util
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
LOADER = importlib.machinery.SourceFileLoader('take', str(HERE.parent / 'screenshots' / 'take'))
take = importlib.util.module_from_spec(importlib.util.spec_from_loader('take', LOADER))
LOADER.exec_module(take)

# Reached by a failure only; a build with sanitizers on a busy machine takes a minute to its first window.
DEADLINE_S = 180
SETTLE_S = 60
SCRIPT = '''-- weir: 1
CREATE TABLE orders USING demo OPTIONS (kind 'orders');
CREATE STREAMING QUERY first AS SELECT region FROM STREAM orders;
CREATE STREAMING QUERY second AS SELECT product FROM STREAM orders;
'''


def wait_a_while(condition, seconds=15):
    """Asks again and again; did it come true?"""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def wait_until(what, condition):
    if not wait_a_while(condition, DEADLINE_S):
        raise AssertionError(f'not within {DEADLINE_S} s: {what}')


def count_rows(path):
    return path.read_text(encoding='utf-8').count('\n') if path.exists() else 0


class Attributes(ctypes.Structure):
    """XWindowAttributes, as far as the map state."""
    _fields_ = [('place', ctypes.c_int * 6), ('visual', ctypes.c_void_p), ('root', ctypes.c_ulong), ('kind', ctypes.c_int * 4),
                ('planes', ctypes.c_ulong * 2), ('save_under', ctypes.c_int), ('colormap', ctypes.c_ulong), ('installed', ctypes.c_int),
                ('map_state', ctypes.c_int), ('rest', ctypes.c_ulong * 8)]


def count_windows(name):
    """Windows and popovers that are on the display."""
    x11 = ctypes.CDLL('libX11.so.6')
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(name.encode()))
    root, parent, children, n = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
    x11.XQueryTree(display, ctypes.c_ulong(x11.XDefaultRootWindow(display)), ctypes.byref(root), ctypes.byref(parent),
                   ctypes.byref(children), ctypes.byref(n))
    mapped = 0
    for i in range(n.value):
        attributes = Attributes()
        x11.XGetWindowAttributes(display, ctypes.c_ulong(children[i]), ctypes.byref(attributes))
        mapped += attributes.map_state == 2
    x11.XFree(children)
    x11.XCloseDisplay(display)
    return mapped


class Walk:
    """The program with a display and a home of its own; `start` again after `kill` finds what was left."""

    def __init__(self, build):
        self.build = build
        self.folder = tempfile.TemporaryDirectory(prefix='weir-walk-')
        self.home = self.folder.name
        self.display = take.Display(self.home, take.SIZES['wide'])
        self.program = None

    def start(self, *arguments):
        shutil.rmtree(pathlib.Path(self.home, 'config', 'glib-2.0'), ignore_errors=True)
        self.program = take.Program(self.build, self.display, self.home, take.SIZES['wide'], 'light', list(arguments))
        self.program.wait()
        wait_until('a window', lambda: self.program.call('--object-path', take.PATH + '/window/1', '--method', 'org.gtk.Actions.List').returncode == 0)

    def kill(self):
        answer = take.subprocess.run(['gdbus', 'call', '--session', '--dest', 'org.freedesktop.DBus', '--object-path', '/', '--method',
                                      'org.freedesktop.DBus.GetConnectionUnixProcessID', take.APP],
                                     env=self.program.environment, capture_output=True, text=True, timeout=20, check=True).stdout
        os.kill(int(re.search(r'uint32 (\d+)', answer)[1]), signal.SIGKILL)
        self.program.process.wait()
        os.kill(self.program.bus_pid, signal.SIGTERM)
        self.program = None

    def is_enabled(self, action):
        assert self.program.process.poll() is None, 'the program ended:\n' + self.program.read_log()
        answer = self.program.call('--object-path', take.PATH + '/window/1', '--method', 'org.gtk.Actions.Describe', action).stdout
        return answer.startswith('((true')

    def type(self, text):
        names = {' ': 'space', '/': 'slash', '.': 'period', '-': 'minus', '_': 'shift+minus'}
        assert all(letter in names or re.fullmatch('[a-z0-9]', letter) for letter in text), f'no keys for {text}'
        self.display.press([names.get(letter, letter) for letter in text])

    def settle(self):
        """Until the program has answered a while without delay: what keys began is done."""
        quick = 0
        end = time.monotonic() + SETTLE_S
        while quick < 3 and time.monotonic() < end:
            begun = time.monotonic()
            self.is_enabled('run')
            quick = quick + 1 if time.monotonic() - begun < 0.5 else 0
            time.sleep(0.2)

    def press(self, *keys):
        self.display.press(keys)
        self.settle()

    def press_for_window(self, *keys):
        """Keys that open a window or a popover."""
        before = count_windows(self.display.name)
        self.display.press(keys)
        wait_until(f'a window after {keys}', lambda: count_windows(self.display.name) > before)
        self.settle()

    def close(self):
        if self.program is not None:
            self.program.close()
        self.display.close()
        self.folder.cleanup()


def test_crash(walk):
    path = pathlib.Path(walk.home, 'work.weir')
    path.write_text(SCRIPT, encoding='utf-8')
    walk.start(str(path))
    wait_until('a query to delete', lambda: walk.is_enabled('delete-query'))
    walk.program.activate('win.delete-query')
    drafts = pathlib.Path(walk.home, 'state')
    wait_until('a draft', lambda: any('second' in f.read_text(errors='replace') and 'QUERY first' not in f.read_text(errors='replace')
                                      for f in drafts.rglob('*') if f.is_file()))
    walk.kill()
    assert path.read_text(encoding='utf-8') == SCRIPT, 'the file was touched'
    walk.start()
    wait_until('the draft', lambda: walk.is_enabled('delete-query'))
    walk.program.activate('win.save')
    wait_until('the draft in the file', lambda: path.read_text(encoding='utf-8') == SCRIPT.replace(re.search('CREATE STREAMING QUERY first.*\n', SCRIPT)[0], ''))
    wait_until('no draft', lambda: not any(f.is_file() and 'second' in f.read_text(errors='replace') for f in drafts.rglob('*') if 'draft' in str(f)))


def test_keys(walk):
    """Welcome, demo, a card, run, results, pause, export: without a pointer."""
    exported = pathlib.Path(walk.home, 'rows.csv')
    walk.start()
    walk.settle()
    walk.press('Return')
    wait_until('the demo', lambda: walk.is_enabled('stop'))
    walk.settle()
    walk.press('ctrl+1')
    walk.press_for_window('Tab', 'space')  # past the card of the source
    walk.press('ctrl+a')
    walk.type('quantity is not null')
    walk.press('Return')
    drafts = pathlib.Path(walk.home, 'state')
    wait_until('the edit', lambda: any('WHERE quantity is not null' in f.read_text(errors='replace') for f in drafts.rglob('*') if f.is_file()))
    walk.press('F5')
    wait_until('the second run', lambda: walk.is_enabled('stop') and walk.is_enabled('export'))
    walk.press('ctrl+2')
    walk.press('F8')
    # The view may have stopped before rows came, and the chooser completes names while they are typed and may take a key for itself
    # on a busy machine: then once more, as a user would.
    for _ in range(4):
        walk.press_for_window('ctrl+e')
        walk.press('ctrl+a')
        walk.type(str(exported))
        walk.settle()
        walk.press('Return')
        if wait_a_while(lambda: count_rows(exported) > 5):
            break
        exported.unlink(missing_ok=True)
        walk.press('Escape', 'Escape')
        walk.press('F8', 'F8')
    assert count_rows(exported) > 5, 'no rows were exported'
    walk.press('F8', 'shift+F5')
    wait_until('the end', lambda: not walk.is_enabled('stop'))


TESTS = {'unsaved work comes back after a crash': test_crash, 'keys alone lead from the first page to exported rows': test_keys}


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    print(f'1..{len(TESTS)}')
    for number, (name, test) in enumerate(TESTS.items(), 1):
        missing = [program for program in ('Xvfb', 'dbus-daemon', 'gdbus') if not shutil.which(program)]
        if missing:
            print(f'ok {number} {name} # SKIP {missing[0]} is not here')
            continue
        walk = Walk(build)
        try:
            test(walk)
            print(f'ok {number} {name}', flush=True)
        except AssertionError as error:
            if len(sys.argv) > 2:
                walk.display.save(pathlib.Path(sys.argv[2]))
            print('# ' + str(error).replace('\n', '\n# '))
            print(f'not ok {number} {name}', flush=True)
        finally:
            walk.close()


if __name__ == '__main__':
    main()
