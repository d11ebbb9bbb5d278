/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "state/state-frame.h"

/* Frames come back as they were written; other versions and every damaged byte are named. */

static GBytes *
make_state (void)
{
  WeirStateWriter       writer;
  g_autoptr (GPtrArray) pieces = NULL;

  weir_state_writer_init (&writer, WEIR_STATE_DELTA);
  weir_writer_u64 (weir_state_writer_begin_frame (&writer, "First"), 7);
  weir_state_writer_end_frame (&writer);
  weir_state_writer_begin_frame (&writer, "Empty");
  weir_state_writer_end_frame (&writer);
  pieces = weir_state_writer_finish (&writer);
  return weir_pieces_join (pieces);
}

static gboolean
open_state (const guint8    *data,
            gsize            len,
            WeirStateReader *reader,
            const char      *condition)
{
  g_autoptr (GError) error = NULL;
  gboolean           ok = weir_state_reader_init (reader, data, len, &error);

  g_assert_cmpint (ok, ==, condition == NULL);
  if (condition != NULL)
    g_assert_cmpstr (weir_error_get_condition (error), ==, condition);
  return ok;
}

static void
test_round (void)
{
  g_autoptr (GBytes) state = make_state ();
  WeirStateReader    reader;
  WeirReader         body;
  const char        *name;
  gsize              len, name_len;
  const guint8      *data = g_bytes_get_data (state, &len);
  g_autoptr (GError) error = NULL;

  g_assert_true (open_state (data, len, &reader, NULL));
  g_assert_cmpint (reader.kind, ==, WEIR_STATE_DELTA);
  g_assert_cmpuint (reader.n_frames, ==, 2);
  g_assert_true (weir_state_reader_next (&reader, &name, &name_len, &body, &error));
  g_assert_cmpmem (name, name_len, "First", 5);
  g_assert_cmpuint (weir_reader_u64 (&body), ==, 7);
  g_assert_true (weir_state_reader_next (&reader, &name, &name_len, &body, &error));
  g_assert_cmpmem (name, name_len, "Empty", 5);
  g_assert_cmpuint (body.len, ==, 0);
  g_assert_false (weir_state_reader_next (&reader, &name, &name_len, &body, &error));
}

static void
test_version (void)
{
  g_autoptr (GBytes) state = make_state ();
  gsize              len;
  const guint8      *data = g_bytes_get_data (state, &len);
  g_autofree guint8 *other = g_memdup2 (data, len);
  WeirStateReader    reader;

  for (guint version = 0; version < 256; version++)
    {
      other[8] = (guint8)version;
      open_state (other, len, &reader, version == WEIR_STATE_VERSION ? NULL : "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
    }
}

static void
test_damage (void)
{
  g_autoptr (GBytes) state = make_state ();
  gsize              len;
  const guint8      *data = g_bytes_get_data (state, &len);
  WeirStateReader    reader;

  for (gsize at = 0; at < len; at++)
    {
      g_autofree guint8 *other = g_memdup2 (data, len);

      open_state (data, at, &reader, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED");
      other[at] ^= 0x10;
      open_state (other, len, &reader, at == 8 ? "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION" : "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED");
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/state/frame/round", test_round);
  g_test_add_func ("/engine/state/frame/version", test_version);
  g_test_add_func ("/engine/state/frame/damage", test_damage);
  return g_test_run ();
}
