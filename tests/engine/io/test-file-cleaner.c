/* SPDX-License-Identifier: Apache-2.0 */
/* cleanSource, modifiedAfter and modifiedBefore of a source of files. */
#include "config.h"

#include "base/error.h"

#include "source-util.h"
#include "support/temp-dir.h"

#include <utime.h>

typedef struct
{
  WeirTempDir *dir; /* Owned */
  char        *in;  /* Owned */
  Drain        drain;
} Fixture;

static WeirSource *
make_source (Fixture    *self,
             const char *what,
             const char *archive,
             GError    **error)
{
  g_autofree char *full = archive != NULL ? g_build_filename (weir_temp_dir_get_path (self->dir), archive, NULL) : NULL;

  return source_make ("json", "n INT", TRUE, NULL, NULL, 0, error, "path", self->in, "maxfilespertrigger", "1", "cleansource", what,
                      full != NULL ? "sourcearchivedir" : NULL, full, NULL);
}

static void
fixture_init (Fixture    *self,
              const char *what,
              const char *archive)
{
  g_autoptr (GError) error = NULL;

  memset (self, 0, sizeof *self);
  self->dir = weir_temp_dir_new ();
  self->in = g_build_filename (weir_temp_dir_get_path (self->dir), "in", NULL);
  g_free (weir_temp_dir_write (self->dir, "in/1.json", "{\"n\":1}\n"));
  g_free (weir_temp_dir_write (self->dir, "in/2.json", "{\"n\":2}\n"));
  drain_init (&self->drain, make_source (self, what, archive, &error));
  g_assert_no_error (error);
}

static void
fixture_clear (Fixture *self)
{
  drain_clear (&self->drain);
  weir_temp_dir_free (self->dir);
  g_free (self->in);
}

static gboolean
exists (Fixture    *self,
        const char *name)
{
  g_autofree char *path = g_build_filename (weir_temp_dir_get_path (self->dir), name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* A file goes when its batch is committed, and not before. */
static void
test_delete (void)
{
  Fixture          fixture;
  g_autofree char *to = NULL;

  fixture_init (&fixture, "delete", NULL);
  to = fixture.drain.source->klass->latest (fixture.drain.source, "", FALSE, NULL);
  g_assert_nonnull (to);
  g_assert_true (exists (&fixture, "in/1.json"));
  g_assert_true (drain_batch (&fixture.drain, NULL));
  g_assert_cmpint (exists (&fixture, "in/1.json") + exists (&fixture, "in/2.json"), ==, 1);
  g_assert_true (drain_batch (&fixture.drain, NULL));
  g_assert_cmpint (exists (&fixture, "in/1.json") + exists (&fixture, "in/2.json"), ==, 0);
  g_assert_cmpuint (fixture.drain.rows->len, ==, 2);
  fixture_clear (&fixture);
}

/* The whole path of a file is made anew below the archive; a file that is there already is not lost. */
static void
test_archive (void)
{
  Fixture          fixture;
  g_autofree char *there = NULL;
  g_autofree char *message = NULL;

  fixture_init (&fixture, "archive", "kept");
  there = g_strconcat ("kept", fixture.in, "/1.json", NULL);
  drain_until (&fixture.drain, 2);
  g_assert_true (exists (&fixture, there));
  g_assert_false (exists (&fixture, "in/1.json"));
  drain_clear (&fixture.drain);
  g_free (weir_temp_dir_write (fixture.dir, "in/1.json", "{\"n\":3}\n"));
  drain_init (&fixture.drain, make_source (&fixture, "archive", "kept", NULL));
  drain_until (&fixture.drain, 1);
  g_assert_true (exists (&fixture, "in/1.json"));
  message = source_wait_for (fixture.drain.source, WEIR_SOURCE_CONNECTED);
  g_assert_nonnull (strstr (message, "1.json was read and not archived"));
  fixture_clear (&fixture);
}

/* What took the name after the file was listed has not been read. */
static void
test_replaced (void)
{
  Fixture          fixture;
  WeirSource      *source;
  g_autofree char *to = NULL;

  fixture_init (&fixture, "delete", NULL);
  source = fixture.drain.source;
  to = source->klass->latest (source, "", TRUE, NULL);
  g_free (weir_temp_dir_write (fixture.dir, "in/1.json", "{\"n\":100}\n"));
  source->klass->commit (source, to);
  g_assert_true (exists (&fixture, "in/1.json"));
  g_assert_false (exists (&fixture, "in/2.json"));
  fixture_clear (&fixture);
}

/* A run that ended behind the commit: the next one does it. */
static void
test_restart (void)
{
  Fixture            fixture;
  g_autoptr (GBytes) range = NULL;
  WeirSource        *source;
  g_autofree char   *to = NULL;

  fixture_init (&fixture, "delete", NULL);
  source = fixture.drain.source;
  to = source->klass->latest (source, "", TRUE, NULL);
  range = source->klass->log_range (source, "", to, NULL);
  drain_clear (&fixture.drain);
  source = make_source (&fixture, "delete", NULL, NULL);
  g_assert_true (source->klass->replay_range (source, "", to, range, TRUE, NULL));
  g_assert_true (exists (&fixture, "in/1.json"));
  drain_init (&fixture.drain, source);
  g_assert_false (exists (&fixture, "in/1.json"));
  g_assert_false (exists (&fixture, "in/2.json"));
  fixture_clear (&fixture);
}

static void
check_refused (Fixture    *fixture,
               const char *what,
               const char *archive,
               const char *condition,
               const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (make_source (fixture, what, archive, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, condition);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_refused (void)
{
  Fixture fixture;

  fixture_init (&fixture, "OFF", NULL);
  check_refused (&fixture, "burn", NULL, "INVALID_PARAMETER_VALUE", "off, delete or archive, not 'burn'");
  check_refused (&fixture, "archive", NULL, "INVALID_PARAMETER_VALUE", "needs sourceArchiveDir");
  check_refused (&fixture, "archive", "in/below", "INVALID_PARAMETER_VALUE", "the source could read");
  check_refused (&fixture, "archive", "", "INVALID_PARAMETER_VALUE", "the source could read");
  g_free (weir_temp_dir_write (fixture.dir, "in/_spark_metadata/0", "v1"));
  check_refused (&fixture, "delete", NULL, "UNSUPPORTED_FEATURE", "_spark_metadata");
  g_assert_true (exists (&fixture, "in/1.json"));
  fixture_clear (&fixture);
}

static guint
count_rows (Fixture    *fixture,
            gboolean    is_streaming,
            const char *after,
            const char *before,
            GError    **error)
{
  WeirSource *source = source_make ("json", "n INT", is_streaming, NULL, NULL, 0, error, "path", fixture->in, "modifiedafter", after, "modifiedbefore", before,
                                    "timezone", "+09:00", NULL);
  Drain       drain;
  guint       n;

  if (source == NULL)
    return 0;
  drain_init (&drain, source);
  drain_batch (&drain, error);
  n = drain.rows->len;
  drain_clear (&drain);
  return n;
}

/* Both bounds are left out; times are of the option's time zone; a stream has neither. */
static void
test_modified (void)
{
  Fixture            fixture;
  struct utimbuf     midnight = { 1577836800, 1577836800 }; /* 2020-01-01 09:00 in +09:00 */
  g_autofree char   *path = NULL;
  g_autoptr (GError) error = NULL;

  fixture_init (&fixture, "off", NULL);
  path = g_build_filename (fixture.in, "1.json", NULL);
  g_assert_cmpint (utime (path, &midnight), ==, 0);
  g_assert_cmpuint (count_rows (&fixture, FALSE, "2020-01-01T08:59:59", "2020-01-01T09:00:01", &error), ==, 1);
  g_assert_cmpuint (count_rows (&fixture, FALSE, "2020-01-01T09:00:00", "2020-01-01T09:00:01", &error), ==, 0);
  g_assert_cmpuint (count_rows (&fixture, FALSE, "2020-01-01T08:59:59", "2020-01-01T09:00:00", &error), ==, 0);
  g_assert_cmpuint (count_rows (&fixture, FALSE, "2019-01-01T00:00:00", "2900-01-01T00:00:00", &error), ==, 2);
  g_assert_no_error (error);
  count_rows (&fixture, TRUE, "2019-01-01T00:00:00", "2900-01-01T00:00:00", &error);
  g_assert_cmpstr (weir_error_get_condition (error), ==, "INVALID_PARAMETER_VALUE");
  g_clear_error (&error);
  count_rows (&fixture, FALSE, "yesterday", "2900-01-01T00:00:00", &error);
  g_assert_cmpstr (weir_error_get_condition (error), ==, "INVALID_PARAMETER_VALUE");
  fixture_clear (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/file-cleaner/delete", test_delete);
  g_test_add_func ("/engine/io/file-cleaner/archive", test_archive);
  g_test_add_func ("/engine/io/file-cleaner/replaced", test_replaced);
  g_test_add_func ("/engine/io/file-cleaner/restart", test_restart);
  g_test_add_func ("/engine/io/file-cleaner/refused", test_refused);
  g_test_add_func ("/engine/io/file-cleaner/modified", test_modified);
  return g_test_run ();
}
