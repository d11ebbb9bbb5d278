# SPDX-License-Identifier: Apache-2.0
"""How many rows a source's write-ahead log holds: what a peer that resends has to know. engine/io/source-wal.h is its only source."""

from manifest import crc32c

HEADER = 16
ALIGN = 16


class Producer:
    """Knows what the logs took, as one who gets acknowledgements: what was committed goes from the log."""

    def __init__(self):
        self.known = {}

    def taken(self, folder):
        self.known[folder] = max(self.known.get(folder, 0), rows_kept(folder))
        return self.known[folder]

    def reset(self, folder):
        """Forgets the logs below the folder."""
        for log in [log for log in list(self.known) if log.is_relative_to(folder)]:
            del self.known[log]


def rows_kept(folder):
    """The number behind the last row of the log; 0 when there is none."""
    end = 0
    for path in sorted(folder.glob('*.wal')):
        data = path.read_bytes()
        at = HEADER
        while data[:at] and at + 12 <= len(data):
            length, crc, head = (int.from_bytes(data[at + i:at + i + 4], 'little') for i in (0, 4, 8))
            body = data[at + 12:at + 12 + length]
            if crc32c(data[at:at + 8]) != head or len(body) < length or crc32c(body) != crc:
                break
            end = max(end, int.from_bytes(body[:8], 'little') + int.from_bytes(body[8:12], 'little'))
            at += (12 + length + ALIGN - 1) // ALIGN * ALIGN
    return end
