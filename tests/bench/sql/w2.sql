-- SPDX-License-Identifier: Apache-2.0
-- W2: the Yahoo streaming benchmark from NDJSON: filter, join with a static table, tumbling window of 10 s.
CREATE TABLE events (user_id STRING, page_id STRING, ad_id STRING, ad_type STRING, event_type STRING, event_time STRING,
  ip_address STRING) USING json OPTIONS (path 'w2.json');
CREATE TABLE campaigns (ad_id STRING, campaign_id STRING) USING csv OPTIONS (path 'campaigns.csv');

CREATE STREAMING QUERY w2 OUTPUT MODE UPDATE TRIGGER AVAILABLE NOW AS
SELECT c.campaign_id, window(e.ts, '10 seconds') AS w, count(*) AS n, max(e.event_time) AS latest
FROM STREAM events WATERMARK timestamp_millis(CAST(event_time AS BIGINT)) AS ts DELAY OF INTERVAL 10 SECONDS AS e
JOIN campaigns c USING (ad_id)
WHERE e.event_type = 'view'
GROUP BY 1, 2;
