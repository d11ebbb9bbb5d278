-- SPDX-License-Identifier: Apache-2.0
-- W8: rows whose id was not seen within the watermark, 1e7 live ids, one file a batch.
CREATE TABLE events (ts BIGINT, id BIGINT) USING csv OPTIONS (path '@FOLDER@', maxFilesPerTrigger 1);
CREATE TABLE nowhere USING noop;

CREATE STREAMING QUERY w8 @INTO@ OUTPUT MODE APPEND TRIGGER AVAILABLE NOW AS
SELECT id FROM STREAM events WATERMARK timestamp_millis(ts) AS t DELAY OF INTERVAL 60 SECONDS DROP DUPLICATES (id) WITHIN WATERMARK;
