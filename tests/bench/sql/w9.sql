-- SPDX-License-Identifier: Apache-2.0
-- W9: clicks within a minute of the impression of the same ad, about 5e6 live rows, one file of each stream a batch.
CREATE TABLE impressions (ts BIGINT, ad BIGINT) USING csv OPTIONS (path '@FOLDER@/impressions', maxFilesPerTrigger 1);
CREATE TABLE clicks (ts BIGINT, ad BIGINT) USING csv OPTIONS (path '@FOLDER@/clicks', maxFilesPerTrigger 1);
CREATE TABLE nowhere USING noop;

CREATE STREAMING QUERY w9 @INTO@ OUTPUT MODE APPEND TRIGGER AVAILABLE NOW AS
SELECT i.ad, i.ts AS shown, c.ts AS clicked
FROM STREAM impressions WATERMARK timestamp_millis(ts) AS t DELAY OF INTERVAL 10 SECONDS AS i
JOIN STREAM clicks WATERMARK timestamp_millis(ts) AS t DELAY OF INTERVAL 10 SECONDS AS c
ON i.ad = c.ad AND c.t BETWEEN i.t AND i.t + INTERVAL 60 SECONDS;
