INSERT INTO t (a) SELECT 1; VALUES (array(1,2), map('a', 1), struct(1 AS x)); SELECT r'\n', 'it''s', 'a' 'b', '\u0041', :p, ?; SELECT x -> x + 1
