#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""peers.py ENGINE WORKLOAD THREADS DATA RESULT: one run of DuckDB or Polars, in a process of its own.

Prints the seconds between handing over the query and having all rows; start-up and imports are not counted. The rows are
written to RESULT as JSON afterwards.
"""

import json
import os
import sys
import time

ENGINE, WORKLOAD, THREADS, DATA, RESULT = sys.argv[1:]
os.environ['POLARS_MAX_THREADS'] = THREADS

DUCKDB = {
    'w5': """
        SELECT key, ts // 10000 * 10000 AS w, count(*), sum(v1), min(v2), max(v2)
        FROM read_csv('{data}/w5.csv', header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
                      columns = {{'ts': 'BIGINT', 'key': 'VARCHAR', 'v1': 'BIGINT', 'v2': 'BIGINT'}})
        GROUP BY 1, 2""",
    'w2': """
        SELECT c.campaign_id, e.event_time::BIGINT // 10000 * 10000 AS w, count(*), max(e.event_time)
        FROM read_ndjson('{data}/w2.json',
                         columns = {{'ad_id': 'VARCHAR', 'event_type': 'VARCHAR', 'event_time': 'VARCHAR'}}) e
        JOIN read_csv('{data}/campaigns.csv', header = false, auto_detect = false, delim = ',',
                      columns = {{'ad_id': 'VARCHAR', 'campaign_id': 'VARCHAR'}}) c USING (ad_id)
        WHERE e.event_type = 'view'
        GROUP BY 1, 2""",
    'w7': """
        SELECT auction, ts // 1000 * 1000 AS w, count(*), sum(price)
        FROM read_csv('{data}/w7/*.csv', header = false, auto_detect = false, delim = ',',
                      columns = {{'ts': 'BIGINT', 'auction': 'BIGINT', 'price': 'BIGINT'}})
        GROUP BY 1, 2""",
    'w10': """
        SELECT count(*), sum(n), sum(total)
        FROM (SELECT key, count(*) AS n, sum(value) AS total
              FROM read_csv('{data}/w10/*.csv', header = false, auto_detect = false, delim = ',',
                            columns = {{'key': 'BIGINT', 'value': 'BIGINT'}})
              GROUP BY key)""",
}


def run_duckdb():
    import duckdb
    connection = duckdb.connect(config={'threads': int(THREADS), 'preserve_insertion_order': False})
    connection.execute('SET enable_progress_bar = false')
    query = DUCKDB[WORKLOAD].format(data=DATA)
    started = time.perf_counter()
    rows = connection.execute(query).fetchall()
    return time.perf_counter() - started, rows


def polars_w5(pl):
    schema = {'ts': pl.Int64, 'key': pl.String, 'v1': pl.Int64, 'v2': pl.Int64}
    return (pl.scan_csv(f'{DATA}/w5.csv', has_header=False, schema=schema)
            .group_by('key', (pl.col('ts') // 10000 * 10000).alias('w'))
            .agg(pl.len(), pl.col('v1').sum(), pl.col('v2').min().alias('low'), pl.col('v2').max().alias('high')))


def polars_w2(pl):
    schema = {'ad_id': pl.String, 'event_type': pl.String, 'event_time': pl.String}
    campaigns = pl.scan_csv(f'{DATA}/campaigns.csv', has_header=False,
                            schema={'ad_id': pl.String, 'campaign_id': pl.String})
    return (pl.scan_ndjson(f'{DATA}/w2.json', schema=schema)
            .filter(pl.col('event_type') == 'view')
            .join(campaigns, on='ad_id')
            .group_by('campaign_id', (pl.col('event_time').cast(pl.Int64) // 10000 * 10000).alias('w'))
            .agg(pl.len(), pl.col('event_time').max()))


def run_polars():
    import polars as pl
    query = {'w5': polars_w5, 'w2': polars_w2}[WORKLOAD](pl)
    started = time.perf_counter()
    rows = query.collect(engine='streaming').rows()
    return time.perf_counter() - started, rows


seconds, result = {'duckdb': run_duckdb, 'polars': run_polars}[ENGINE]()
with open(RESULT, 'w', encoding='utf-8') as out:
    json.dump([list(row) for row in result], out)
print(seconds)
