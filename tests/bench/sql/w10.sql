-- SPDX-License-Identifier: Apache-2.0
-- W10: count and sum by a key with 1e7 values, update mode, one file a batch.
CREATE TABLE pairs (key BIGINT, value BIGINT) USING csv OPTIONS (path '@FOLDER@', maxFilesPerTrigger 1);
CREATE TABLE nowhere USING noop;

CREATE STREAMING QUERY w10 @INTO@ OUTPUT MODE UPDATE TRIGGER AVAILABLE NOW AS
SELECT key, count(*) AS n, sum(value) AS total FROM STREAM pairs GROUP BY key;
