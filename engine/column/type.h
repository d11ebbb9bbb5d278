/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column/ holds data at rest: types, schemas, columns, batches, single values, calendars and decimals.
 * It may use base/. It must not know SQL, expressions, files or streams.
 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

/**
 * WeirTypeKind:
 *
 * Spark's types. Storage of a value in a flat column is given behind each.
 */
typedef enum
{
  WEIR_TYPE_VOID,          /* the type of NULL: no storage */
  WEIR_TYPE_BOOLEAN,       /* bit-packed, least significant bit first */
  WEIR_TYPE_TINYINT,       /* gint8 */
  WEIR_TYPE_SMALLINT,      /* gint16 */
  WEIR_TYPE_INT,           /* gint32 */
  WEIR_TYPE_BIGINT,        /* gint64 */
  WEIR_TYPE_FLOAT,         /* float */
  WEIR_TYPE_DOUBLE,        /* double */
  WEIR_TYPE_DECIMAL,       /* WeirInt128, unscaled */
  WEIR_TYPE_STRING,        /* WeirView, valid UTF-8 */
  WEIR_TYPE_BINARY,        /* WeirView */
  WEIR_TYPE_DATE,          /* gint32, days since 1970-01-01, proleptic Gregorian */
  WEIR_TYPE_TIMESTAMP,     /* gint64, µs since 1970-01-01 00:00 UTC */
  WEIR_TYPE_TIMESTAMP_NTZ, /* gint64, µs since 1970-01-01 00:00 of a clock without zone */
  WEIR_TYPE_INTERVAL_YM,   /* gint32, months */
  WEIR_TYPE_INTERVAL_DT,   /* gint64, µs */
  WEIR_TYPE_INTERVAL,      /* WeirInterval: CalendarInterval of make_interval() */
  WEIR_TYPE_ARRAY,         /* WeirListView into child 0 */
  WEIR_TYPE_MAP,           /* WeirListView into children 0 (keys) and 1 (values) */
  WEIR_TYPE_STRUCT,        /* children, one a field, as long as the column */
} WeirTypeKind;

#define WEIR_N_TYPE_KINDS (WEIR_TYPE_STRUCT + 1)

/* First and last unit of an interval type. */
typedef enum
{
  WEIR_UNIT_YEAR,
  WEIR_UNIT_MONTH,
  WEIR_UNIT_DAY,
  WEIR_UNIT_HOUR,
  WEIR_UNIT_MINUTE,
  WEIR_UNIT_SECOND,
} WeirIntervalUnit;

typedef struct _WeirType  WeirType;
typedef struct _WeirField WeirField;

struct _WeirField
{
  char     *name;
  WeirType *type; /* Owned */
  gboolean  nullable;
  char     *comment; /* nullable */
};

/**
 * WeirType:
 *
 * An immutable, refcounted type. Simple types are static and never freed; ref and unref work on all.
 */
struct _WeirType
{
  gatomicrefcount  ref_count;
  WeirTypeKind     kind;
  gboolean         is_static;
  guint8           precision;  /* DECIMAL: 1…38 */
  guint8           scale;      /* DECIMAL: 0…precision */
  WeirIntervalUnit unit_start; /* intervals */
  WeirIntervalUnit unit_end;
  guint            n_fields; /* ARRAY 1 ("element"), MAP 2 ("key", "value"), STRUCT n */
  WeirField       *fields;
};

WeirType *weir_type_ref (WeirType *type);
void      weir_type_unref (WeirType *type);

/* Simple types (transfer none: static). DECIMAL gives decimal(10,0), intervals their widest range. */
WeirType *weir_type_simple (WeirTypeKind kind);

#define WEIR_VOID          (weir_type_simple (WEIR_TYPE_VOID))
#define WEIR_BOOLEAN       (weir_type_simple (WEIR_TYPE_BOOLEAN))
#define WEIR_TINYINT       (weir_type_simple (WEIR_TYPE_TINYINT))
#define WEIR_SMALLINT      (weir_type_simple (WEIR_TYPE_SMALLINT))
#define WEIR_INT           (weir_type_simple (WEIR_TYPE_INT))
#define WEIR_BIGINT        (weir_type_simple (WEIR_TYPE_BIGINT))
#define WEIR_FLOAT         (weir_type_simple (WEIR_TYPE_FLOAT))
#define WEIR_DOUBLE        (weir_type_simple (WEIR_TYPE_DOUBLE))
#define WEIR_STRING        (weir_type_simple (WEIR_TYPE_STRING))
#define WEIR_BINARY        (weir_type_simple (WEIR_TYPE_BINARY))
#define WEIR_DATE          (weir_type_simple (WEIR_TYPE_DATE))
#define WEIR_TIMESTAMP     (weir_type_simple (WEIR_TYPE_TIMESTAMP))
#define WEIR_TIMESTAMP_NTZ (weir_type_simple (WEIR_TYPE_TIMESTAMP_NTZ))

/* All (transfer full); unref when done. */
WeirType *weir_type_new_decimal (guint precision, guint scale);
WeirType *weir_type_new_interval (WeirTypeKind kind, WeirIntervalUnit start, WeirIntervalUnit end);
WeirType *weir_type_new_array (WeirType *element, gboolean contains_null);
WeirType *weir_type_new_map (WeirType *key, WeirType *value, gboolean value_contains_null);
/* Names, types and comments are copied or referenced; @fields is the caller's. */
WeirType *weir_type_new_struct (const WeirField *fields, guint n_fields);

/* Kinds, names and nested types; nullability and comments do not count. */
gboolean weir_type_equal (WeirType *a, WeirType *b);
/* Bytes of one flat value; 0 for VOID, BOOLEAN (bits) and STRUCT. */
gsize    weir_type_width (WeirType *type);
gboolean weir_type_is_numeric (WeirType *type);
gboolean weir_type_is_integral (WeirType *type);
gboolean weir_type_is_orderable (WeirType *type); /* maps and calendar intervals are not */
/* Index of a struct field, without regard to case; -1 when absent. */
int weir_type_field_index (WeirType *type, const char *name);

/* `struct<k:string,n:bigint>`, as DESCRIBE and the envelope print it. (transfer full) */
char *weir_type_to_string (WeirType *type);
/* `STRUCT<k: STRING, n: BIGINT>` as error messages and typeof-like texts in upper case print it. (transfer full) */
char *weir_type_to_sql (WeirType *type);

/**
 * weir_type_parse:
 * @text: a type (`DECIMAL(10,2)`, `array<struct<a:int>>`) in Spark's DDL
 *
 * Returns: (transfer full) (nullable): the type, or NULL with @error (span into @text)
 */
WeirType *weir_type_parse (const char *text, GError **error);

/* As weir_type_parse() for `a INT, b STRING NOT NULL COMMENT 'x'` or `struct<…>`: always a STRUCT. */
WeirType *weir_type_parse_ddl (const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirType, weir_type_unref)

/* A schema is a STRUCT type; the name says which is meant. */
typedef WeirType WeirSchema;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSchema, weir_type_unref)

G_END_DECLS
