CREATE OR REPLACE TEMPORARY VIEW v (a, b) AS WITH x AS (SELECT 1) SELECT from_json(CAST(value AS STRING), 'id BIGINT') j, `odd``name`.f[0]::int FROM x LATERAL VIEW OUTER explode(a) AS b;
