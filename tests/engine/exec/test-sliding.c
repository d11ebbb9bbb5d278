/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec-help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Sliding windows against counting every window by itself, over random rows: sizes and slides that divide each other and that do not,
 * all output modes, one and several workers, morsels cut anywhere, the state taken out and put back. With the same input the rows
 * must be the same bytes in the same order, whatever the number of workers.
 */

typedef struct
{
  gint64 size, slide, start;
} Shape;

static const Shape shapes[] = { { 10, 5, 0 }, { 10, 4, 1 }, { 7, 3, 0 }, { 60, 1, 0 }, { 9, 3, -2 }, { 5, 5, 3 }, { 6, 4, 0 } };

static WeirPlan *
sliding_plan (const Shape *shape)
{
  WeirPlan *input = watermark (scan ("t", "k STRING, v BIGINT, d DOUBLE, ts TIMESTAMP", TRUE), "ts", 8000);
  WeirPlan *plan = group_by (input, "ts", shape->size, shape->slide, shape->start, "k", agg ("count", NULL), agg ("sum", column (input, "v"), NULL),
                             agg ("min", column (input, "v"), NULL), agg ("max", column (input, "k"), NULL), agg ("sum", column (input, "d"), NULL),
                             agg ("collect_list", column (input, "v"), NULL), NULL);

  return project (plan, call ("unix_seconds", weir_expr_new_field (column (plan, "window"), 0), NULL), "s", column (plan, "k"), "k",
                  column (plan, "count(1)"), "n", column (plan, "sum(v)"), "sum", column (plan, "min(v)"), "min", column (plan, "max(k)"), "max",
                  column (plan, "sum(d)"), "d", column (plan, "collect_list(v)"), "l", NULL);
}

typedef struct
{
  gint64 at;
  guint  key;
  gint64 v;
} Row;

static char *
random_batch (GRand  *rand,
              gint64 *now,
              GArray *rows)
{
  GString *text = g_string_new (NULL);
  guint    n = (guint)g_rand_int_range (rand, 0, 40);

  *now += g_rand_int_range (rand, 0, 25);
  for (guint i = 0; i < n; i++)
    {
      gint64 at = *now + g_rand_int_range (rand, -15, 6);
      Row    row = { MAX (at, 0), (guint)g_rand_int_range (rand, 0, 5), g_rand_int_range (rand, -50, 50) };

      g_array_append_val (rows, row);
      g_string_append_printf (text, "{\"k\":\"key %u%s\",\"v\":%d,\"d\":%d.25,\"ts\":\"1970-01-01T%02d:%02d:%02dZ\"}\n", row.key, row.key > 2 ? " with a long tail" : "",
                              (int)row.v, (int)row.v, (int)(row.at / 3600), (int)(row.at / 60 % 60), (int)(row.at % 60));
    }
  return g_string_free (text, FALSE);
}

/* Count and sum of every window by itself. */
typedef struct
{
  gint64   start;
  guint    key;
  gint64   n, sum, min;
  gboolean touched, gone;
} Window;

static Window *
ensure_window (GArray *windows,
               gint64  start,
               guint   key)
{
  Window fresh = { start, key, 0, 0, G_MAXINT64, FALSE, FALSE };

  for (guint i = 0; i < windows->len; i++)
    {
      Window *window = &g_array_index (windows, Window, i);

      if (window->start == start && window->key == key && !window->gone)
        return window;
    }
  g_array_append_val (windows, fresh);
  return &g_array_index (windows, Window, windows->len - 1);
}

static void
count_rows (GArray      *windows,
            const Shape *shape,
            GArray      *rows,
            gint64       late_ms)
{
  for (guint i = 0; i < rows->len; i++)
    {
      Row   *row = &g_array_index (rows, Row, i);
      gint64 from = row->at - shape->size - shape->slide;

      for (gint64 start = from; start <= row->at; start++)
        {
          Window *window;

          if ((start - shape->start) % shape->slide != 0 || row->at >= start + shape->size || (start + shape->size) * 1000 <= late_ms)
            continue;
          window = ensure_window (windows, start, row->key);
          window->n++;
          window->sum += row->v;
          window->min = MIN (window->min, row->v);
          window->touched = TRUE;
        }
    }
}

static int
compare_lines (const void *a,
               const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static char *
expected (GArray        *windows,
          const Shape   *shape,
          WeirOutputMode mode,
          gint64         evict_ms)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < windows->len; i++)
    {
      Window  *window = &g_array_index (windows, Window, i);
      gboolean final = mode != WEIR_OUTPUT_COMPLETE && (window->start + shape->size) * 1000 <= evict_ms;

      if (window->gone)
        continue;
      if (mode == WEIR_OUTPUT_COMPLETE || (mode == WEIR_OUTPUT_UPDATE && window->touched) || (mode == WEIR_OUTPUT_APPEND && final))
        g_ptr_array_add (lines, g_strdup_printf ("%d %u %d %d %d", (int)window->start, window->key, (int)window->n, (int)window->sum, (int)window->min));
      window->touched = FALSE;
      window->gone = final;
    }
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **)lines->pdata);
}

/* start, key, n, sum, min of each row, sorted. */
static char *
shorten (const char *rows)
{
  g_auto (GStrv)        parts = g_strsplit (rows, "\n", -1);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i] != NULL && *parts[i] != '\0'; i++)
    {
      int   start, n, sum, min, used = 0;
      guint key;

      g_assert_cmpint (sscanf (parts[i], "{\"s\":%d,\"k\":\"key %u%n", &start, &key, &used), ==, 2);
      g_assert_cmpint (sscanf (strstr (parts[i] + used, "\"n\":"), "\"n\":%d,\"sum\":%d,\"min\":%d", &n, &sum, &min), ==, 3);
      g_ptr_array_add (lines, g_strdup_printf ("%d %u %d %d %d", start, key, n, sum, min));
    }
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **)lines->pdata);
}

static void
check_shape (const Shape   *shape,
             WeirOutputMode mode,
             guint32        seed)
{
  static const guint threads[] = { 0, 1, 2, 7 };
  Run               *runs[G_N_ELEMENTS (threads)];
  WeirPlan          *plan = sliding_plan (shape);
  g_autoptr (GRand)  rand = g_rand_new_with_seed (seed);
  g_autoptr (GArray) windows = g_array_new (FALSE, FALSE, sizeof (Window));
  gint64             now = 5;

  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    {
      runs[t] = run_new (weir_plan_ref (plan), mode, TRUE, threads[t]);
      runs[t]->lines_per_morsel = 7;
      runs[t]->restore_each = t % 2 == 1;
    }
  for (guint b = 0; b < 30; b++)
    {
      g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
      g_autofree char   *text = random_batch (rand, &now, rows);
      g_autofree char   *wanted = NULL, *got = NULL;
      const char        *inputs[] = { text, NULL };
      gint64             late_ms = runs[0]->used_ms, evict_ms = runs[0]->watermark_ms;

      count_rows (windows, shape, rows, mode == WEIR_OUTPUT_COMPLETE ? G_MININT64 : late_ms);
      wanted = expected (windows, shape, mode, evict_ms);
      for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
        {
          run_batch (runs[t], FALSE, inputs);
          g_assert_no_error (runs[t]->error);
          g_assert_cmpstr (runs[t]->rows->str, ==, runs[0]->rows->str);
        }
      got = shorten (runs[0]->rows->str);
      g_assert_cmpstr (got, ==, wanted);
    }
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    run_free (runs[t]);
  weir_plan_unref (plan);
}

static void
test_brute_force (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (shapes); s++)
    for (guint mode = WEIR_OUTPUT_APPEND; mode <= WEIR_OUTPUT_COMPLETE; mode++)
      check_shape (&shapes[s], mode, 17 + s);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exec/sliding/brute-force", test_brute_force);
  return g_test_run ();
}
