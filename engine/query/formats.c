/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/formats.h"

#include "query/session-private.h"
#include "query/state-rows.h"

#include "io/source.h"

/* What plan/ may know of io/: one line a format. An option that is in no list is a warning; a name ending in `*` is a prefix. */

#define FILE_OPTIONS "path", "maxfilespertrigger", "maxbytespertrigger", "latestfirst", "pathglobfilter", "recursivefilelookup", "basepath",                                                                                                                       \
                     "filenameonly", "maxfileage", "cleansource", "sourcearchivedir", "modifiedafter", "modifiedbefore", "maxcachedfiles", "discardcachedinputratio", "ignoremissingfiles", "encoding", "charset", "linesep", "mode", "columnnameofcorruptrecord", \
                     "dateformat", "timestampformat", "timestampntzformat", "locale", "timezone", "multiline", "compression", "codec"

static const char *const text_options[] = { FILE_OPTIONS, "wholetext", NULL };
static const char *const csv_options[] = { FILE_OPTIONS, "sep", "delimiter", "quote", "escape", "comment", "header", "enforceschema",
                                           "inferschema", "prefersdate", "ignoreleadingwhitespace", "ignoretrailingwhitespace", "nullvalue",
                                           "emptyvalue", "nanvalue", "positiveinf", "negativeinf", "maxcolumns", "maxcharspercolumn",
                                           "unescapedquotehandling", "chartoescapequoteescaping", "quoteall", "escapequotes", NULL };
static const char *const json_options[] = { FILE_OPTIONS, "allowcomments", "allowunquotedfieldnames", "allowsinglequotes",
                                            "allownumericleadingzeros", "allowbackslashescapinganycharacter",
                                            "allowunquotedcontrolchars", "allownonnumericnumbers", "primitivesasstring",
                                            "prefersdecimal", "dropfieldifallnull", "ignorenullfields", "infertimestamp", "pretty", "sortkeys", "writenonasciicharacterascodepoint",
                                            "samplingratio", NULL };
static const char *const socket_options[] = { "host", "port", "includetimestamp", "numpartitions", "tls", "durable", NULL };
static const char *const rate_options[] = { "rowspersecond", "rampuptime", "numpartitions", NULL };
static const char *const rate_batch_options[] = { "rowsperbatch", "numpartitions", "starttimestamp", "advancemillisperbatch", NULL };
static const char *const queue_options[] = { "oneatatime", "durable", NULL };
static const char *const kafka_options[] = { "assign", "subscribe", "subscribepattern", "startingoffsets", "endingoffsets",
                                             "startingtimestamp", "endingtimestamp", "startingoffsetsbytimestamp",
                                             "endingoffsetsbytimestamp", "startingoffsetsbytimestampstrategy", "failondataloss",
                                             "maxoffsetspertrigger", "minoffsetspertrigger", "maxtriggerdelay", "minpartitions", "maxrecordsperpartition",
                                             "includeheaders", "groupidprefix", "topic", "replay", "kafkaconsumer.polltimeoutms",
                                             "fetchoffset.numretries", "fetchoffset.retryintervalms", "kafka.*", NULL };
static const char *const demo_options[] = { "kind", "rowspersecond", "seed", "backfill", NULL };
static const char *const memory_options[] = { "maxrows", NULL };
static const char *const console_options[] = { "numrows", "truncate", NULL };
static const char *const no_options[] = { NULL };
static const char *const sqlite_options[] = { "path", "dbtable", "mode", "key", NULL };
static const char *const postgresql_options[] = { "url", "dbtable", "user", "password", "mode", "key", NULL };
static const char *const http_options[] = { "url", "method", "interval", "body", "header.*", "durable", "mode", "columnnameofcorruptrecord",
                                            "dateformat", "timestampformat", "timezone", NULL };

#define RESOLVER(format)                                                                                                   \
  static WeirSchema *                                                                                                      \
    schema_of_##format (const char *name, WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error) \
  {                                                                                                                        \
    return weir_source_resolve_schema (#format, declared, options, base_dir, error);                                       \
  }

RESOLVER (text)
RESOLVER (csv)
RESOLVER (json)
RESOLVER (socket)
RESOLVER (rate)
RESOLVER (queue)
RESOLVER (kafka)
RESOLVER (demo)
RESOLVER (http)
RESOLVER (memory)

static WeirSchema *
schema_of_rate_batch (const char *name,
                      WeirSchema *declared,
                      GHashTable *options,
                      const char *base_dir,
                      GError    **error)
{
  return weir_source_resolve_schema ("rate-micro-batch", declared, options, base_dir, error);
}

/* A table of a database that has no option dbtable has its own name. */
static WeirSchema *
schema_of_table (const char *format,
                 const char *dbtable,
                 WeirSchema *declared,
                 GHashTable *options,
                 const char *base_dir,
                 GError    **error)
{
  g_autoptr (GHashTable) named = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, NULL);
  GHashTableIter         iter;
  gpointer               key, value;

  g_hash_table_insert (named, (gpointer) "dbtable", (gpointer)dbtable);
  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (named, key, value);
  return weir_source_resolve_schema (format, declared, named, base_dir, error);
}

static WeirSchema *
schema_of_sqlite (const char *name,
                  WeirSchema *declared,
                  GHashTable *options,
                  const char *base_dir,
                  GError    **error)
{
  return schema_of_table ("sqlite", name, declared, options, base_dir, error);
}

static WeirSchema *
schema_of_postgresql (const char *name,
                      WeirSchema *declared,
                      GHashTable *options,
                      const char *base_dir,
                      GError    **error)
{
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", name);

  return schema_of_table ("postgresql", strchr (name, '"') != NULL ? name : quoted, declared, options, base_dir, error);
}

/* Sinks take the query's columns. */
static WeirSchema *
schema_of_sink (const char *name,
                WeirSchema *declared,
                GHashTable *options,
                const char *base_dir,
                GError    **error)
{
  if (declared != NULL)
    return weir_type_ref (declared);
  weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE.TABLE_OPERATION", WEIR_SPAN_NONE,
             "Table %s is a sink: it can be written to (INTO), not read from.", name);
  return NULL;
}

static const WeirFormatInfo formats[] = {
  { "text", TRUE, TRUE, FALSE, FALSE, text_options, schema_of_text, FALSE, NULL, weir_source_hidden_schema, .has_folders = TRUE },
  { "csv", TRUE, TRUE, TRUE, TRUE, csv_options, schema_of_csv, TRUE, NULL, weir_source_hidden_schema, .has_folders = TRUE },
  { "json", TRUE, TRUE, TRUE, TRUE, json_options, schema_of_json, TRUE, NULL, weir_source_hidden_schema, .has_folders = TRUE },
  { "socket", TRUE, FALSE, FALSE, FALSE, socket_options, schema_of_socket },
  { "rate", TRUE, FALSE, FALSE, FALSE, rate_options, schema_of_rate },
  { "rate-micro-batch", TRUE, FALSE, FALSE, FALSE, rate_batch_options, schema_of_rate_batch },
  { "queue", TRUE, FALSE, TRUE, FALSE, queue_options, schema_of_queue },
  { "kafka", TRUE, TRUE, TRUE, FALSE, kafka_options, schema_of_kafka },
  { "demo", TRUE, FALSE, FALSE, FALSE, demo_options, schema_of_demo },
  { "http", TRUE, FALSE, FALSE, FALSE, http_options, schema_of_http },
  { "memory", FALSE, TRUE, TRUE, FALSE, memory_options, schema_of_memory },
  { "console", FALSE, FALSE, TRUE, FALSE, console_options, schema_of_sink },
  { "sqlite", FALSE, TRUE, TRUE, FALSE, sqlite_options, schema_of_sqlite, TRUE, "path" },
  { "postgresql", FALSE, TRUE, TRUE, FALSE, postgresql_options, schema_of_postgresql, TRUE, "url", .connects = TRUE },
  { "noop", FALSE, FALSE, TRUE, FALSE, no_options, schema_of_sink },
};

void
weir_formats_register (WeirCatalog *catalog)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    weir_catalog_add_format (catalog, &formats[i]);
  weir_catalog_set_state_func (catalog, weir_state_rows);
}

static gboolean
knows_option (const WeirFormatInfo *format,
              const char           *key)
{
  /* Whether a table beside a stream is read in every batch: the run's business, whatever the format. */
  if (format->can_batch && strcmp (key, "static") == 0)
    return TRUE;
  for (guint i = 0; format->options != NULL && format->options[i] != NULL; i++)
    {
      gsize len = strlen (format->options[i]);

      if (format->options[i][len - 1] == '*' ? strncmp (key, format->options[i], len - 1) == 0 : strcmp (key, format->options[i]) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Options of Spark's that are known and change nothing, and why: a sentence for the user. @usual: the value with which they change nothing in
 * Spark either. */
static const struct
{
  const char *key, *usual, *reason;
} idle_options[] = {
  { "numpartitions", NULL, "Rows are divided among the threads there are." },
  { "minpartitions", NULL, "Records are divided among the threads there are." },
  { "maxrecordsperpartition", NULL, "Records are divided among the threads there are." },
  { "kafkaconsumer.polltimeoutms", NULL, "Records are waited for until the query is stopped." },
  { "fetchoffset.numretries", NULL, "Offsets are asked for again until the broker answers." },
  { "fetchoffset.retryintervalms", NULL, "Offsets are asked for again until the broker answers." },
  { "locale", "en-US", "Names of months and days are English." },
  { "samplingratio", "1.0", "Columns are found in the first rows of files." },
};

static const char *
idle_reason (const WeirFormatInfo *format,
             const char           *key,
             const char           *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (idle_options); i++)
    if (strcmp (idle_options[i].key, key) == 0 && knows_option (format, key))
      return idle_options[i].usual != NULL && g_ascii_strcasecmp (idle_options[i].usual, value) == 0 ? NULL : idle_options[i].reason;
  return NULL;
}

char *
weir_format_option_warning (const WeirFormatInfo *format,
                            const char           *name,
                            const char           *value)
{
  g_autofree char *key = g_ascii_strdown (name, -1);
  const char      *reason;

  if (!knows_option (format, key))
    return g_strdup_printf ("Format %s knows no option \"%s\"; it is ignored.", format->name, name);
  reason = idle_reason (format, key, value);
  return reason != NULL ? g_strdup_printf ("Option %s of format %s has no effect. %s", name, format->name, reason) : NULL;
}

/* scheme://user:password@host, or password=… */
static gboolean
address_has_password (const char *value)
{
  const char *user = strstr (value, "://");
  const char *end = user != NULL ? strpbrk (user + 3, "@/?") : NULL;
  const char *colon = user != NULL ? strchr (user + 3, ':') : NULL;

  return (end != NULL && *end == '@' && colon != NULL && colon < end) || strstr (value, "password=") != NULL;
}

char *
weir_option_secret_name (const char *value)
{
  static const char prefix[] = "${secret:";
  gsize             len = strlen (value);

  if (!g_str_has_prefix (value, prefix) || value[len - 1] != '}')
    return NULL;
  return g_strndup (value + strlen (prefix), len - strlen (prefix) - 1);
}

gboolean
weir_option_is_literal_secret (const char *key,
                               const char *value)
{
  if (g_str_has_prefix (value, "${secret:"))
    return FALSE;
  if (g_ascii_strcasecmp (key, "url") == 0)
    return address_has_password (value);
  return _weir_option_is_secret (key);
}
