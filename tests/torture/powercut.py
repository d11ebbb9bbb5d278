# SPDX-License-Identifier: Apache-2.0
"""What a disk may hold after the power failed: the tree as the kill left it, minus acts that no sync made durable.

Acts on the bytes of a file are durable after a sync of that file, acts on names after a sync of their folder; nothing else is
ordered. Each file and each folder loses some of its last unsynced acts, of bytes also some blocks only; the size of a file may have
grown all the same. The record comes from preload.c.
"""

import collections
import os
import pathlib
import shutil

Act = collections.namedtuple('Act', 'number name inode path other offset length size')
DATA = ('write', 'ftruncate')
BLOCK = 512          # what a disk writes as one
NAMES = ('create', 'rename', 'unlink', 'mkdir', 'rmdir')


def read_acts(log):
    acts = []
    for line in log.read_text(encoding='utf-8', errors='replace').splitlines():
        fields = line.split('\t')
        acts.append(Act(int(fields[0]), fields[1], int(fields[2]), fields[3], fields[4], *map(int, fields[5:8])))
    return sorted(acts)


def pending(acts):
    """The acts that are not durable at the end: by inode for bytes, by folder for names, each in order."""
    data = collections.defaultdict(list)
    names = collections.defaultdict(list)
    for act in acts:
        if act.name == 'sync':
            data.pop(act.inode, None)
            names.pop(act.path, None)
        elif act.name in DATA:
            data[act.inode].append(act)
        elif act.name in NAMES:
            names[os.path.dirname(act.other or act.path)].append(act)
    return data, names


def find_inode(root, inode):
    for folder, _, files in os.walk(root):
        for file in files:
            path = os.path.join(folder, file)
            if os.lstat(path).st_ino == inode:
                return path
    return None


def before(data, acts, keep):
    """The bytes of a file without its last acts."""
    old = bytearray(data)
    for act in reversed(acts):
        kept = keep / str(act.number)
        lost = kept.read_bytes() if kept.exists() else b''
        if act.name == 'ftruncate':
            old = old[:act.offset].ljust(act.size - len(lost), b'\0') + lost
        else:
            old[act.offset:act.offset + len(lost)] = lost
            del old[act.size:]
    return bytes(old)


def lose_data(path, acts, keep, chance):
    """The acts did not reach the disk, or in part: up to some block, in some blocks, or with the size alone."""
    new = pathlib.Path(path).read_bytes()
    old = before(new, acts, keep)
    longer = old.ljust(len(new), b'\0')
    fate = chance.random()
    if fate < 0.4:
        found = old
    elif fate < 0.6:
        end = BLOCK * chance.randint(0, max(len(old), len(new)) // BLOCK + 1)
        found = new[:end] + old[end:]
    elif fate < 0.8 or len(new) < len(old):
        found = longer
    else:
        blocks = range(0, len(longer), BLOCK)
        found = b''.join((new if chance.random() < 0.5 else longer)[at:at + BLOCK] for at in blocks)
    pathlib.Path(path).write_bytes(found)


def undo_name(act, keep):
    kept = keep / str(act.number)
    if act.name == 'create':
        pathlib.Path(act.path).unlink(missing_ok=True)
    elif act.name == 'mkdir':
        shutil.rmtree(act.path, ignore_errors=True)
    elif act.name == 'rmdir':
        os.makedirs(act.path, exist_ok=True)
    elif act.name == 'rename':
        if os.path.exists(act.other):
            os.rename(act.other, act.path)
        if kept.exists():
            os.link(kept, act.other)
    elif act.name == 'unlink' and kept.exists() and not os.path.exists(act.path):
        os.makedirs(os.path.dirname(act.path), exist_ok=True)
        os.link(kept, act.path)


def cut(root, log, keep, chance):
    """Lets the tree below root lose what it may lose. Returns how many acts were taken back."""
    data, names = pending(read_acts(log))
    lost = 0
    all_of_it = chance.random() < 0.5
    for inode, acts in data.items():
        path = find_inode(root, inode)
        how_many = len(acts) if all_of_it else chance.randint(0, len(acts))
        if path and how_many:
            lose_data(path, acts[len(acts) - how_many:], keep, chance)
            lost += how_many
    # Names of inner folders first: an outer one may go with all that is in it.
    for folder in sorted(names, key=len, reverse=True):
        acts = names[folder]
        how_many = len(acts) if all_of_it else chance.randint(0, len(acts))
        for act in reversed(acts[len(acts) - how_many:]):
            undo_name(act, keep)
            lost += 1
    return lost
