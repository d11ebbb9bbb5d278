CREATE TABLE raw USING kafka OPTIONS (kafka.bootstrap.servers 'localhost:9092', subscribe 'orders', 'startingOffsets' = 'earliest', maxOffsetsPerTrigger -1);
