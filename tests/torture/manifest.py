# SPDX-License-Identifier: Apache-2.0
"""A reader of the file sink's manifest that shares nothing with the engine's: engine/io/file-manifest.h is its only source."""

import re

MAGIC = b'WEIRMAN1'
NAME = re.compile(r'part-(\d{20})-(\d{5})-([0-9a-f-]{36})\.(\w+)')
POLYNOMIAL = 0x82F63B78


def _table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (POLYNOMIAL if byte & 1 else 0)
        yield byte


TABLE = tuple(_table())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class Damaged(Exception):
    pass


class Body:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, length):
        self.at += length
        if self.at > len(self.data):
            raise Damaged('a record ends early')
        return self.data[self.at - length:self.at]

    def u32(self):
        return int.from_bytes(self.take(4), 'little')

    def varint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value


def _records(data):
    if data[:8] != MAGIC:
        raise Damaged('no manifest')
    log = Body(data)
    log.at = 8
    while log.at < len(data):
        head = log.take(8)
        length, crc = (int.from_bytes(head[i:i + 4], 'little') for i in (0, 4))
        if log.u32() != crc32c(head):
            raise Damaged(f'byte {log.at}: wrong checksum of a header')
        body = log.take(length)
        if crc32c(body) != crc:
            raise Damaged(f'byte {log.at}: wrong checksum of a record')
        yield Body(body)


def _files(folder, body):
    for _ in range(body.varint()):
        name = body.take(body.varint()).decode('ascii')
        size, crc = body.varint(), body.u32()
        data = (folder / name).read_bytes()
        if (len(data), crc32c(data)) != (size, crc):
            raise Damaged(f'{name}: not the bytes that were committed')
        yield name, data


def _take_base(folder, writer, last, named, found):
    """Up to `last` all files of the writer are committed; their names are no longer kept."""
    for path in folder.iterdir():
        match = NAME.fullmatch(path.name)
        if match and match[3] == writer and int(match[1]) <= last:
            named.add(path.name)
            found[f'{match[1]}-{match[2]}.{match[4]}'] = path.read_bytes()


def committed(folder):
    """{batch-index: bytes} of all writers, names without their random part; what no manifest names is `orphan`."""
    found = {}
    named = set()
    for log in sorted((folder / '_weir_manifest').glob('*.log')):
        last = -1
        for body in _records(log.read_bytes()):
            kind, batch = body.varint(), body.varint()
            if kind == 1 and last == -1:
                last = batch
                _take_base(folder, log.stem, batch, named, found)
                continue
            if kind != 2 or batch <= last:
                raise Damaged(f'record {kind} of batch {batch} after batch {last}')
            last = batch
            for name, data in _files(folder, body):
                named.add(name)
                match = NAME.fullmatch(name)
                if not match or int(match[1]) != batch or match[3] != log.stem:
                    raise Damaged(f'{name}: not a name of batch {batch}')
                found[f'{match[1]}-{match[2]}.{match[4]}'] = data
    for path in folder.iterdir():
        if path.is_file() and path.name not in named:
            found['orphan ' + NAME.sub('', path.name)] = path.read_bytes()
    return found
