#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""weir-sql at a terminal: the prompt, lines of one statement, Ctrl-C, errors, history.

    run-prompt.py WEIR_SQL

TAP on standard output. The program gets a terminal of its own and is led by what a user types.
"""
import os
import pathlib
import pty
import re
import select
import signal
import sys
import tempfile
import termios
import time

# Reached by a failure only.
DEADLINE_S = 60
PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())


class Terminal:
    """weir-sql on a pseudo-terminal, with a home of its own."""

    def __init__(self, home, *arguments):
        self.seen = ''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(HOME=home, XDG_STATE_HOME=home, TERM='dumb', COLUMNS='200')
            os.chdir(home)
            os.execv(PROGRAM, [PROGRAM, *arguments])

    def read(self):
        ready = select.select([self.fd], [], [], 0.1)[0]
        if ready:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b''
            self.seen += data.decode('utf-8', 'replace')
            return bool(data)
        return True

    def expect(self, pattern):
        """Reads until @pattern has come; what came before the end of it is forgotten."""
        end = time.monotonic() + DEADLINE_S
        while (found := re.search(pattern, self.seen)) is None:
            if time.monotonic() > end or not self.read():
                raise AssertionError(f'no {pattern!r} in {self.seen!r}')
        before = self.seen[:found.start()]
        self.seen = self.seen[found.end():]
        return before

    def type(self, text):
        os.write(self.fd, text.encode())

    def line(self, text):
        self.type(text + '\n')

    def prompt(self):
        """Until it has come to its prompt and sleeps there: a signal in the moment before is none to the editor of the line."""
        self.expect('weir-sql> ')
        self.settle()

    def settle(self):
        end = time.monotonic() + DEADLINE_S
        while termios.tcgetattr(self.fd)[3] & termios.ICANON or pathlib.Path(f'/proc/{self.pid}/stat').read_text().rpartition(') ')[2][0] != 'S':
            assert time.monotonic() < end, 'it does not wait for a key'
            self.read()

    def wait(self):
        """Its status, once it has ended."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                self.pid = None
                return os.waitstatus_to_exitcode(status)
            self.read()
        raise AssertionError(f'it has not ended: {self.seen!r}')

    def close(self):
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def test_statements(terminal, _home):
    """A statement may take several lines; the prompt says that it goes on."""
    terminal.expect(r"End statements with ';'")
    terminal.expect('weir-sql> ')
    terminal.line("SELECT 'one;' AS a,")
    terminal.expect(r'\.\.\.> ')
    terminal.line("1 + 1 AS b;")
    terminal.expect('one;')
    terminal.expect('2')
    terminal.expect('weir-sql> ')
    terminal.line('')
    terminal.expect('weir-sql> ')
    terminal.line('quit;')
    assert terminal.wait() == 0


def test_error(terminal, _home):
    """An error is said and the prompt comes back; what was made before is still there."""
    terminal.expect('weir-sql> ')
    terminal.line("CREATE TEMPORARY VIEW v AS SELECT 7 AS seven;")
    terminal.expect('weir-sql> ')
    terminal.line('SELECT nothing FROM v;')
    terminal.expect('UNRESOLVED_COLUMN')
    terminal.expect('weir-sql> ')
    terminal.line('SELECT seven * 6 AS answer FROM v;')
    terminal.expect('42')
    terminal.expect('weir-sql> ')
    terminal.line('\\q')
    terminal.wait()


def test_bail(_terminal, home):
    """With --bail the first error is the end."""
    terminal = Terminal(home, '--bail')
    try:
        terminal.expect('weir-sql> ')
        terminal.line('SELECT nothing;')
        terminal.expect('UNRESOLVED_COLUMN')
        assert terminal.wait() == 1
    finally:
        terminal.close()


def test_interrupt(terminal, _home):
    """Ctrl-C drops what was typed, an open line too, and stops a query that runs, but not the program nor the query that comes next."""
    terminal.prompt()
    terminal.line("SELECT 'dropped',")
    terminal.expect(r'\.\.\.> ')
    terminal.settle()
    terminal.type('\x03')
    terminal.prompt()
    terminal.type('SELECT 9')
    terminal.expect('SELECT 9')
    terminal.settle()
    terminal.type('\x03')
    terminal.prompt()
    terminal.line('CREATE TABLE r USING rate OPTIONS (rowsPerSecond 5);')
    terminal.prompt()
    terminal.type('\x03')
    terminal.prompt()
    terminal.line('SELECT value AS a_row FROM STREAM r;')
    terminal.expect('a_row FROM STREAM')
    terminal.expect(r'a_row(.|\n)*\d')
    terminal.type('\x03')
    terminal.prompt()
    terminal.line('SELECT 40 + 3;')
    assert 'dropped' not in terminal.expect('43')
    terminal.prompt()
    terminal.type('\x04')
    assert terminal.wait() == 0


def test_terminate(terminal, _home):
    """SIGTERM ends it."""
    terminal.prompt()
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.wait() == 128 + signal.SIGTERM


def test_history(terminal, home):
    """What was typed is there in the next session."""
    path = pathlib.Path(home, 'weir', 'sql_history')
    terminal.expect('weir-sql> ')
    terminal.line('SELECT 11 * 11 AS square;')
    terminal.expect('121')
    terminal.expect('weir-sql> ')
    terminal.line('exit')
    assert terminal.wait() == 0
    assert 'square' in path.read_text(encoding='utf-8')
    again = Terminal(home)
    try:
        again.expect('weir-sql> ')
        again.type('\x10\n')  # Ctrl-P: the line before
        again.expect('121')
        again.expect('weir-sql> ')
        again.line('quit')
        assert again.wait() == 0
    finally:
        again.close()


TESTS = [test_statements, test_error, test_bail, test_interrupt, test_terminate, test_history]


def main():
    print(f'1..{len(TESTS)}')
    for number, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory(prefix='weir-prompt-') as home:
            terminal = Terminal(home)
            try:
                test(terminal, home)
                print(f'ok {number} {test.__name__}', flush=True)
            except AssertionError as error:
                print('# ' + str(error).replace('\n', '\n# '))
                print(f'not ok {number} {test.__name__}', flush=True)
            finally:
                terminal.close()


if __name__ == '__main__':
    main()
