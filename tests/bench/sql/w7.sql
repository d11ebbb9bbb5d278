-- SPDX-License-Identifier: Apache-2.0
-- W7: count and sum per auction, 10,000 auctions, append mode, one file a batch. @WINDOW@ is 'SIZE' or 'SIZE', 'SLIDE';
-- @INTO@ is the noop sink when time is taken, nothing when the rows are compared.
CREATE TABLE bids (ts BIGINT, auction BIGINT, price BIGINT) USING csv OPTIONS (path '@FOLDER@', maxFilesPerTrigger 1);
CREATE TABLE nowhere USING noop;

CREATE STREAMING QUERY w7 @INTO@ OUTPUT MODE APPEND TRIGGER AVAILABLE NOW AS
SELECT auction, window(t, @WINDOW@) AS w, count(*) AS n, sum(price) AS total
FROM STREAM bids WATERMARK timestamp_millis(ts) AS t DELAY OF INTERVAL 0 SECONDS
GROUP BY 1, 2;
