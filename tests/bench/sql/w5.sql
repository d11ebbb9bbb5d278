-- SPDX-License-Identifier: Apache-2.0
-- W5: a CSV file, a tumbling window of 10 s for each of 1,000 keys.
CREATE TABLE readings (ts BIGINT, key STRING, v1 BIGINT, v2 BIGINT) USING csv OPTIONS (path 'w5.csv');

CREATE STREAMING QUERY w5 OUTPUT MODE UPDATE TRIGGER AVAILABLE NOW AS
SELECT key, window(timestamp_millis(ts), '10 seconds') AS w, count(*) AS n, sum(v1) AS total, min(v2) AS low, max(v2) AS high
FROM STREAM readings
GROUP BY 1, 2;
