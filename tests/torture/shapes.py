# SPDX-License-Identifier: Apache-2.0
"""The queries that are killed: one per kind of operator and output mode, and the rows they read."""

import dataclasses
import json
import os
import random

COLUMNS = 'ts TIMESTAMP, k STRING, v BIGINT'
FILES = 6
ROWS_PER_FILE = 7
START = 1_767_225_600       # 2026-01-01T00:00:00Z


@dataclasses.dataclass(frozen=True)
class Shape:
    """`key` is what an upsert by key uses; `static` says that the table `names` is read too."""
    name: str
    mode: str
    query: str
    key: str = ''
    streams: tuple = ('t',)
    static: bool = False


SHAPES = [
    Shape('map-filter', 'append', 'SELECT ts, k, v * 2 AS v2 FROM STREAM t WHERE v % 3 <> 0'),
    Shape('tumbling', 'append',
          "SELECT window.start AS ws, k, count(*) AS n, sum(v) AS s FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS "
          "GROUP BY window(ts, '20 seconds'), k"),
    Shape('sliding-update', 'update',
          "SELECT window.start AS ws, k, count(*) AS n, avg(v) AS a FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS "
          "GROUP BY window(ts, '30 seconds', '10 seconds'), k", key='ws,k'),
    Shape('sliding', 'append',
          "SELECT window.start AS ws, k, count(*) AS n, min(v) AS lo, max(v) AS hi FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS "
          "GROUP BY window(ts, '30 seconds', '10 seconds'), k"),
    Shape('session', 'append',
          "SELECT session_window.start AS s0, session_window.end AS s1, k, sum(v) AS s FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS "
          "GROUP BY session_window(ts, '6 seconds'), k"),
    Shape('dedup', 'append',
          'SELECT k, v % 5 AS m FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS DROP DUPLICATES (k) WITHIN WATERMARK'),
    Shape('inner-join', 'append',
          'SELECT a.ts AS ts, a.k AS k, a.v AS v, b.v AS w FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS AS a '
          'JOIN STREAM u WATERMARK ts DELAY OF INTERVAL 10 SECONDS AS b '
          'ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL 8 SECONDS AND a.ts + INTERVAL 8 SECONDS', streams=('t', 'u')),
    Shape('left-join', 'append',
          'SELECT a.ts AS ts, a.k AS k, a.v AS v, b.v AS w FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS AS a '
          'LEFT JOIN STREAM u WATERMARK ts DELAY OF INTERVAL 10 SECONDS AS b '
          'ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL 3 SECONDS AND a.ts + INTERVAL 3 SECONDS', streams=('t', 'u')),
    Shape('static-join', 'append', 'SELECT t.ts, t.k, t.v, names.name FROM STREAM t LEFT JOIN names ON t.k = names.k', static=True),
    Shape('complete', 'complete', 'SELECT k, count(*) AS n, sum(v) AS s FROM STREAM t GROUP BY k', key='k'),
]


def stream_rows(seed, number):
    """The rows of file `number`: event time goes on by about 3 s a row, some rows come late."""
    chance = random.Random(f'{seed}-{number}')
    for i in range(ROWS_PER_FILE):
        second = (number * ROWS_PER_FILE + i) * 3 + chance.randint(0, 4) - (25 if chance.random() < 0.1 else 0)
        yield {'ts': START + max(second, 0), 'k': chance.choice('abcd'), 'v': chance.randint(0, 99)}


def stamp(second):
    minutes, seconds = divmod(second - START, 60)
    return f'2026-01-01T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}Z'


def write_stream(folder, seed):
    """FILES small files with modification times in order."""
    folder.mkdir(parents=True)
    for number in range(FILES):
        path = folder / f'{number:03}.json'
        with path.open('w', encoding='ascii') as out:
            for row in stream_rows(seed, number):
                out.write(json.dumps({**row, 'ts': stamp(row['ts'])}) + '\n')
        os.utime(path, (START + number, START + number))


def write_replay(folder, seed):
    """The same rows as records of one partition."""
    folder.mkdir()
    rows = [row for number in range(FILES) for row in stream_rows(seed, number)]
    with (folder / '0.json').open('w', encoding='ascii') as out:
        for offset, row in enumerate(rows):
            record = {'topic': 'topic', 'partition': 0, 'offset': offset, 'tstype': 'create', 'ts': START * 1000 + offset, 'key': None,
                      'payload': json.dumps({**row, 'ts': stamp(row['ts'])})}
            out.write(json.dumps(record) + '\n')


def write_inputs(folder):
    folder.mkdir()
    write_replay(folder / 'replay-t', 'left')
    write_replay(folder / 'replay-u', 'right')
    write_stream(folder / 't', 'left')
    write_stream(folder / 'u', 'right')
    (folder / 'names').mkdir()
    (folder / 'names' / 'all.json').write_text('{"k":"a","name":"Ada"}\n{"k":"b","name":"Bob"}\n{"k":"d","name":"Dan"}\n', encoding='ascii')
