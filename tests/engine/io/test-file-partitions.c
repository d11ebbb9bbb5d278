/* SPDX-License-Identifier: Apache-2.0 */
/* Columns whose values stand in the names of folders. */
#include "config.h"

#include "base/error.h"
#include "io/file-partitions.h"

#include "source-util.h"
#include "support/temp-dir.h"

#include <glib/gstdio.h>
#include <utime.h>

static void
write_file (const char *folder,
            const char *name,
            const char *text)
{
  static time_t    mtime = 1000;
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *dir = g_path_get_dirname (path);
  struct utimbuf   times = { mtime, mtime };

  mtime++;
  g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (utime (path, &times), ==, 0);
}

/* The schema and rows of a batch read, joined by spaces; or the condition of its error. (transfer full) */
static char *
read_all (const char *format,
          const char *ddl,
          const char *path,
          const char *key,
          const char *value)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  WeirSource         *source = source_make (format, ddl, FALSE, NULL, NULL, 0, &error, "path", path, key != NULL ? key : "mode", key != NULL ? value : "PERMISSIVE", NULL);
  Drain               drain;

  if (source == NULL)
    return g_strdup (weir_error_get_condition (error));
  drain_init (&drain, source);
  if (!drain_batch (&drain, &error) && error != NULL)
    g_string_append (text, weir_error_get_condition (error));
  for (guint i = 0; i < drain.rows->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (char *)drain.rows->pdata[i]);
  drain_clear (&drain);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define assert_read(format, ddl, path, key, value, expected)                       \
  do                                                                               \
    {                                                                              \
      g_autofree char *_text = read_all ((format), (ddl), (path), (key), (value)); \
      g_assert_cmpstr (_text, ==, (expected));                                     \
    }                                                                              \
  while (0)

/* The type that a column of these values gets. */
static void
assert_type (const char *const *values,
             gboolean           infer,
             const char        *expected)
{
  g_autoptr (GPtrArray)  files = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_file_entry_free);
  g_autoptr (GError)     error = NULL;
  g_autoptr (WeirSchema) schema = NULL;
  g_autofree char       *text = NULL;
  WeirFilePartitions     partitions;

  g_assert_true (weir_file_partitions_init (&partitions, "/data", NULL, "/", &error));
  for (; *values != NULL; values++)
    {
      WeirFileEntry *file = g_new0 (WeirFileEntry, 1);

      file->path = g_strdup_printf ("/data/p=%s/x.json", *values);
      g_ptr_array_add (files, file);
      g_assert_true (weir_file_partitions_add (&partitions, file->path, &error));
    }
  schema = weir_file_partitions_schema (&partitions, files, infer);
  text = weir_type_to_string (schema->fields[0].type);
  g_assert_cmpstr (text, ==, expected);
  weir_file_partitions_clear (&partitions);
}

#define TYPE(expected, ...) assert_type ((const char *const[]){ __VA_ARGS__, NULL }, TRUE, (expected))

/* Spark's table of PartitioningUtils.inferPartitionColumnValue(). */
static void
test_types (void)
{
  TYPE ("int", "1");
  TYPE ("int", "007", "-3", "+2147483647", "__HIVE_DEFAULT_PARTITION__");
  TYPE ("string", "__HIVE_DEFAULT_PARTITION__");
  TYPE ("bigint", "1", "2147483648");
  TYPE ("decimal(20,0)", "1", "9223372036854775808", "2147483648");
  TYPE ("decimal(38,0)", "99999999999999999999999999999999999999");
  TYPE ("double", "999999999999999999999999999999999999999");
  TYPE ("double", "1", "1.5");
  TYPE ("double", "NaN", "-Infinity", "1e3");
  TYPE ("string", "2147483648", "1.5");
  TYPE ("string", "9223372036854775808", "1.5");
  TYPE ("date", "2026-01-31");
  TYPE ("string", "2026-02-30");
  TYPE ("string", "2026-1-31");
  TYPE ("timestamp", "2026-01-31 10%3A00%3A00", "2026-01-31", "2026-01-31 10:00:00.5");
  TYPE ("string", "2026-01-31", "1");
  TYPE ("string", "1", "a");
  TYPE ("string", "1d", "0x1");
  TYPE ("string", "-", "+");
  assert_type ((const char *const[]){ "1", "2", NULL }, FALSE, "string");
}

static void
test_values (void)
{
  static const struct
  {
    const char *type, *folder, *expected; /* NULL: none */
  } cases[] = {
    { "STRING", "a%3Ab%2Fc%", "\"a:b/c%\"" },
    { "STRING", "007", "\"007\"" },
    { "STRING", "__HIVE_DEFAULT_PARTITION__", "null" },
    { "STRING", "\xff", "\"\xef\xbf\xbd\"" },
    { "STRING", "a=b", "\"a=b\"" },
    { "TINYINT", "127", "127" },
    { "TINYINT", "128", NULL },
    { "SMALLINT", "-32768", "-32768" },
    { "INT", "2147483648", NULL },
    { "INT", "1.0", NULL },
    { "INT", " 1", NULL },
    { "BIGINT", "-9223372036854775808", "-9223372036854775808" },
    { "FLOAT", "1.5", "1.5" },
    { "DOUBLE", "1e2", "100.0" },
    { "DOUBLE", "x", NULL },
    { "DECIMAL(4,2)", "1.255", "1.26" },
    { "DECIMAL(4,2)", "100", NULL },
    { "DATE", "2026-1-2", "\"2026-01-02\"" },
    { "DATE", "1", NULL },
    { "TIMESTAMP", "2026-01-02 03%3A04%3A05", "\"2026-01-02T02:04:05Z\"" },
    { "TIMESTAMP", "2026-01-02", "\"2026-01-01T23:00:00Z\"" },
    { "TIMESTAMP_NTZ", "2026-01-02 03%3A04%3A05.25", "\"2026-01-02T03:04:05.25\"" },
    { "BOOLEAN", "TRUE", "true" },
    { "BOOLEAN", "1", NULL },
    { "ARRAY<INT>", "1", NULL },
    { "ARRAY<INT>", "__HIVE_DEFAULT_PARTITION__", "null" },
  };
  g_autoptr (WeirZone) zone = weir_zone_new ("+01:00", NULL);
  WeirFilePartitions   partitions;

  g_assert_true (weir_file_partitions_init (&partitions, "/data/", NULL, "/", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (WeirType)   type = weir_type_parse (cases[i].type, &error);
      g_autofree char       *path = g_strdup_printf ("/data/p=%s/x", cases[i].folder);
      g_autoptr (WeirColumn) value = NULL;

      g_assert_no_error (error);
      g_assert_true (weir_file_partitions_add (&partitions, path, &error));
      value = weir_file_partitions_value (&partitions, path, 0, type, zone, &error);
      if (cases[i].expected == NULL)
        {
          g_assert_null (value);
          g_assert_cmpstr (weir_error_get_condition (error), ==, "INVALID_PARTITION_VALUE");
          g_assert_cmpstr (weir_error_get_sqlstate (error), ==, "42846");
          g_assert_nonnull (strstr (error->message, cases[i].folder));
        }
      else
        {
          g_autoptr (GString)    text = g_string_new (NULL);
          WeirField              field = { (char *)"p", type, TRUE, NULL };
          g_autoptr (WeirSchema) schema = weir_type_new_struct (&field, 1);
          WeirColumn            *columns[] = { weir_column_ref (value) };
          g_autoptr (WeirBatch)  batch = weir_batch_new (schema, 1, columns);
          g_autofree char       *expected = g_strdup_printf ("{\"p\":%s}", cases[i].expected);

          g_assert_no_error (error);
          weir_batch_append_json_row (text, batch, 0, weir_zone_utc ());
          g_assert_cmpstr (text->str, ==, expected);
        }
    }
  weir_file_partitions_clear (&partitions);
}

/* Declared ones go to the end with their own type and spelling; the file's value does not count; inferred ones stay where the file has them. */
static void
test_columns (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);

  write_file (path, "P=1/q=x/a.json", "{\"p\":9,\"a\":1}\n");
  write_file (path, "p=2/q=y/deeper/a.json", "{\"p\":9,\"a\":2}\n");
  assert_read ("json", NULL, path, NULL, NULL, "{\"a\":1,\"P\":1,\"q\":\"x\"} {\"a\":2,\"P\":2,\"q\":\"y\"}");
  assert_read ("json", "p STRING, a INT", path, NULL, NULL, "{\"a\":1,\"p\":\"1\",\"q\":\"x\"} {\"a\":2,\"p\":\"2\",\"q\":\"y\"}");
  assert_read ("json", "a INT", path, "spark.sql.sources.partitioncolumntypeinference.enabled", "false", "{\"a\":1,\"P\":\"1\",\"q\":\"x\"} {\"a\":2,\"P\":\"2\",\"q\":\"y\"}");
  assert_read ("json", "p BOOLEAN, a INT", path, NULL, NULL, "INVALID_PARTITION_VALUE");
  assert_read ("json", "a INT", path, "recursivefilelookup", "true", "{\"a\":1} {\"a\":2}");
  assert_read ("json", "a INT", path, "pathglobfilter", "b*", "");
}

/* Fields of csv go by their place: a declared column of a folder is not among them, an inferred one is where the file has it. */
static void
test_csv (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);

  write_file (path, "p=1/a.csv", "a,p,b\n1,9,x\n");
  assert_read ("csv", NULL, path, "header", "true", "{\"a\":\"1\",\"p\":1,\"b\":\"x\"}");
  assert_read ("csv", "a INT, p INT, b STRING", path, "header", "true", "{\"a\":1,\"b\":\"9\",\"p\":1}");
  assert_read ("csv", "p INT", path, "header", "true", "{\"p\":1}");
}

static void
test_bases (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *root = g_build_filename (weir_temp_dir_get_path (dir), "in=1", NULL);
  g_autofree char        *glob = g_build_filename (root, "p=*", NULL);
  g_autofree char        *braces = g_strconcat (root, "/{p=1/q=1,p=2}", NULL);
  g_autofree char        *file = g_build_filename (root, "p=1", "q=1", "a.txt", NULL);
  g_autofree char        *doubled = g_strconcat (root, "//", NULL);

  write_file (root, "p=1/q=1/a.txt", "one\n");
  write_file (root, "p=2/q=1/a.txt", "two\n");
  /* A folder above the base is none of the table's. */
  assert_read ("text", NULL, doubled, NULL, NULL, "{\"value\":\"one\",\"p\":1,\"q\":1} {\"value\":\"two\",\"p\":2,\"q\":1}");
  assert_read ("text", NULL, glob, NULL, NULL, "{\"value\":\"one\",\"q\":1} {\"value\":\"two\",\"q\":1}");
  assert_read ("text", NULL, glob, "basepath", root, "{\"value\":\"one\",\"p\":1,\"q\":1} {\"value\":\"two\",\"p\":2,\"q\":1}");
  assert_read ("text", NULL, file, NULL, NULL, "{\"value\":\"one\"}");
  assert_read ("text", NULL, file, "basepath", root, "{\"value\":\"one\",\"p\":1,\"q\":1}");
  assert_read ("text", NULL, root, "basepath", weir_temp_dir_get_path (dir), "{\"value\":\"one\",\"in\":1,\"p\":1,\"q\":1} {\"value\":\"two\",\"in\":1,\"p\":2,\"q\":1}");
  assert_read ("text", NULL, braces, NULL, NULL, "{\"value\":\"one\"} {\"value\":\"two\"}");
  assert_read ("text", NULL, root, "basepath", glob, "INVALID_PARAMETER_VALUE");
  assert_read ("text", NULL, root, "basepath", file, "INVALID_PARAMETER_VALUE");
  assert_read ("text", NULL, root, "basepath", "/", "{\"value\":\"one\",\"in\":1,\"p\":1,\"q\":1} {\"value\":\"two\",\"in\":1,\"p\":2,\"q\":1}");
}

static void
test_conflicts (void)
{
  static const char *const others[] = { "x.json", "p=1/x.json", "q=1/p=1/x.json", "p=1/q=1/r=1/x.json", "p=1/plain/q=1/x.json", "p=1/p=1/x.json", "p=/q=1/x.json", "=1/q=1/x.json", "p=1/q=/x.json" };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
      const char             *path = weir_temp_dir_get_path (dir);
      g_autofree char        *other = g_build_filename (path, others[i], NULL);
      g_autofree char        *folder = g_path_get_dirname (other);
      g_autoptr (GError)      error = NULL;
      Drain                   drain;

      write_file (path, "p=1/q=1/a.json", "{\"a\":1}\n");
      drain_init (&drain, source_make ("json", "a INT", TRUE, NULL, NULL, 0, &error, "path", path, NULL));
      g_assert_true (drain_batch (&drain, &error));
      write_file (path, others[i], "{\"a\":2}\n");
      g_assert_false (drain_batch (&drain, &error));
      g_assert_nonnull (error);
      g_assert_true (g_str_has_prefix (weir_error_get_condition (error), "CONFLICTING_"));
      g_assert_cmpstr (weir_error_get_sqlstate (error), ==, "KD009");
      g_assert_nonnull (strstr (error->message, folder));
      g_assert_nonnull (strstr (error->message, "recursiveFileLookup"));
      g_clear_error (&error);
      /* Once the file is gone, it goes on. */
      g_assert_cmpint (g_unlink (other), ==, 0);
      write_file (path, "p=2/q=1/a.json", "{\"a\":3}\n");
      g_assert_true (drain_batch (&drain, &error));
      g_assert_cmpstr (drain.rows->pdata[1], ==, "{\"a\":3,\"p\":2,\"q\":1}");
      drain_clear (&drain);
    }
}

/* Two folders of one name make a column that exists already. */
static void
test_twice (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();

  write_file (weir_temp_dir_get_path (dir), "p=1/P=2/a.json", "{}\n");
  assert_read ("json", "a INT", weir_temp_dir_get_path (dir), NULL, NULL, "COLUMN_ALREADY_EXISTS");
}

/* Only some columns are read: in the table's order, and as many rows as there are. */
static void
test_needed (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autoptr (GHashTable)  options = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (WeirSchema)  schema = NULL;
  g_autoptr (WeirClock)   clock = weir_clock_new_real ();
  g_autoptr (GError)      error = NULL;
  gboolean                needed[] = { FALSE, FALSE, TRUE };
  WeirSourceConfig        config = { .format = "json", .needed = needed, .options = options, .base_dir = "/", .zone = weir_zone_utc (), .clock = clock, .is_streaming = TRUE };
  Drain                   drain;

  write_file (weir_temp_dir_get_path (dir), "p=1/q=2/a.json", "{\"a\":1}\n{}\n");
  g_hash_table_insert (options, (gpointer) "path", (gpointer)weir_temp_dir_get_path (dir));
  schema = weir_source_resolve_schema ("json", NULL, options, "/", &error);
  g_assert_no_error (error);
  config.schema = schema;
  drain_init (&drain, weir_source_new (&config, &error));
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpuint (drain.rows->len, ==, 2);
  g_assert_cmpstr (drain.rows->pdata[1], ==, "{\"q\":2}");
  drain_clear (&drain);
}

/* A folder that is empty when the query begins: the first file says which declared columns come from folders. */
static void
test_empty (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autoptr (GError)      error = NULL;
  Drain                   drain;

  drain_init (&drain, source_make ("text", "value STRING, p INT", TRUE, NULL, NULL, 0, &error, "path", path, NULL));
  g_assert_false (drain_batch (&drain, &error));
  write_file (path, "p=1/a.txt", "one\n");
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpstr (drain.rows->pdata[0], ==, "{\"value\":\"one\",\"p\":1}");
  drain_clear (&drain);
  drain_init (&drain, source_make ("json", "a INT", TRUE, NULL, NULL, 0, &error, "path", path, "pathglobfilter", "b*", NULL));
  write_file (path, "p=1/b.json", "{\"a\":1}\n");
  for (guint i = 0; i < 2; i++) /* also when it is tried again */
    {
      g_clear_error (&error);
      g_assert_false (drain_batch (&drain, &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, "CONFLICTING_PARTITION_COLUMN_NAMES");
      g_assert_nonnull (strstr (error->message, "Declare the column"));
    }
  drain_clear (&drain);
}

/* What was logged is a path; it says its values again after a restart. */
static void
test_restart (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autoptr (GError)      error = NULL;
  g_autofree char        *to = NULL;
  g_autoptr (GBytes)      range = NULL, state = NULL;
  g_autoptr (GPtrArray)   chunks = NULL;
  WeirDecodeStats         stats = { 0 };
  Drain                   drain;

  write_file (path, "p=1/a.json", "{\"a\":1}\n");
  drain_init (&drain, source_make ("json", "p INT, a INT", TRUE, NULL, NULL, 0, &error, "path", path, NULL));
  state = drain.source->klass->log_state (drain.source);
  to = drain.source->klass->latest (drain.source, "", FALSE, &error);
  range = drain.source->klass->log_range (drain.source, "", to, &error);
  g_assert_no_error (error);
  drain_clear (&drain);
  drain_init (&drain, source_make ("json", "p INT, a INT", TRUE, NULL, NULL, 0, &error, "path", path, NULL));
  g_assert_true (drain.source->klass->restore_state (drain.source, "", state, &error));
  g_assert_true (drain.source->klass->replay_range (drain.source, "", to, range, FALSE, &error));
  chunks = drain.source->klass->plan (drain.source, "", to, &error);
  g_assert_cmpuint (chunks->len, ==, 1);
  g_assert_true (drain.source->klass->read (drain.source, chunks->pdata[0], drain_push_cb, &drain, &stats, NULL, &error));
  g_assert_cmpstr (drain.rows->pdata[0], ==, "{\"a\":1,\"p\":1}");
  drain_clear (&drain);
}

/* Folders that come and go, until told to stop. */
typedef struct
{
  const char *path;
  int         stop; /* atomic */
} Churn;

static gpointer
churn_thread (gpointer data)
{
  Churn *churn = data;

  for (guint i = 0; !g_atomic_int_get (&churn->stop); i = (i + 1) % 16)
    {
      g_autofree char *folder = g_strdup_printf ("%s/p=%u", churn->path, 2 + i % 8);

      g_assert_cmpint (i < 8 ? g_mkdir (folder, 0700) : g_rmdir (folder), ==, 0);
    }
  return NULL;
}

/* A folder that is gone when it is its turn is none: who cleans up old days does not end the query. */
static void
test_vanishing (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  Churn                   churn = { weir_temp_dir_get_path (dir), 0 };
  GThread                *thread;

  write_file (churn.path, "p=1/a.txt", "one\n");
  thread = g_thread_new ("churn", churn_thread, &churn);
  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GError)    error = NULL;
      g_autoptr (GPtrArray) files = weir_file_list (churn.path, NULL, WEIR_FILES_PARTITIONED, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (files->len, ==, 1);
    }
  g_atomic_int_set (&churn.stop, 1);
  g_thread_join (thread);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/file-partitions/types", test_types);
  g_test_add_func ("/engine/io/file-partitions/values", test_values);
  g_test_add_func ("/engine/io/file-partitions/columns", test_columns);
  g_test_add_func ("/engine/io/file-partitions/csv", test_csv);
  g_test_add_func ("/engine/io/file-partitions/bases", test_bases);
  g_test_add_func ("/engine/io/file-partitions/conflicts", test_conflicts);
  g_test_add_func ("/engine/io/file-partitions/twice", test_twice);
  g_test_add_func ("/engine/io/file-partitions/needed", test_needed);
  g_test_add_func ("/engine/io/file-partitions/empty", test_empty);
  g_test_add_func ("/engine/io/file-partitions/restart", test_restart);
  g_test_add_func ("/engine/io/file-partitions/vanishing", test_vanishing);
  return g_test_run ();
}
