SELECT (SOURCE((((((DISTINCT((((((TIMESTAMPDIFF(((1))))))))))))))))terminated
