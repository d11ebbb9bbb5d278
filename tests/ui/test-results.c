/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "fake-rows.h"
#include "support/wait.h"
#include "ui/results/chart-feed.h"
#include "ui/results/result-export.h"
#include "ui/results/result-format.h"
#include "ui/results/why-text.h"

#define SECOND G_GINT64_CONSTANT (1000000)
#define NOW    (1714725725 * SECOND)

static WeirWhy
facts (WeirWhyCause cause)
{
  WeirWhy why = {
    .cause = cause,
    .source = "auction-bids",
    .message = "b1:9093: connection refused",
    .retry_in_us = 7600000,
    .rows_in = 1204,
    .rows_bad = 412,
    .rows_late = 1180,
    .rows_passed = 1178,
    .filter = "status = 'payed'",
    .column = "ts",
    .window_start_us = NOW - 15 * SECOND,
    .window_end_us = NOW - 5 * SECOND,
    .final_at_us = NOW + 5 * SECOND,
    .newest_event_us = NOW - SECOND,
    .started_us = NOW - 100 * SECOND,
  };

  return why;
}

static void
test_sentences (void)
{
  static const struct
  {
    WeirWhyCause cause;
    const char  *headline;
    const char  *in_body;
    const char  *action;
    guint        n_checks;
  } cases[] = {
    { WEIR_WHY_NOT_STARTED, "Not running", "once the query runs", WEIR_WHY_ACTION_RUN, 0 },
    { WEIR_WHY_NOT_CONNECTED, "Not connected to auction-bids", "b1:9093: connection refused. Trying again in 8\xc2\xa0s.", WEIR_WHY_ACTION_EDIT_SOURCE, 1 },
    { WEIR_WHY_NO_INPUT, "Connected, but no rows have come", "since 08:40:25", WEIR_WHY_ACTION_START_EARLIEST, 2 },
    { WEIR_WHY_ALL_BAD, "No row could be read", "412 rows arrived", WEIR_WHY_ACTION_SHOW_BAD_ROWS, 3 },
    { WEIR_WHY_ALL_FILTERED, "The filter lets nothing through", "1,204 rows came in, and 0 pass status = 'payed'.", WEIR_WHY_ACTION_EDIT_FILTER, 4 },
    { WEIR_WHY_NO_EVENT_TIME, "The rows have no event time", "ts is empty", WEIR_WHY_ACTION_CHOOSE_EVENT_TIME, 5 },
    { WEIR_WHY_ALL_LATE, "All rows come too late", "1,180 of 1,204", WEIR_WHY_ACTION_CHANGE_WAIT, 6 },
    { WEIR_WHY_WINDOW_OPEN, "First rows in about 6\xc2\xa0s", "08:41:50\xe2\x80\xaf\xe2\x80\x93\xe2\x80\xaf"
                                                              "08:42:00",
      WEIR_WHY_ACTION_SWITCH_TO_UPDATE, 7 },
    { WEIR_WHY_FAILED, "The query has failed", "refused", WEIR_WHY_ACTION_RUN, 0 },
    { WEIR_WHY_NOT_EMPTY, "No rows", "empty", NULL, 0 },
    { WEIR_WHY_TROUBLE, "A batch cannot be written for now", "connection refused It is tried again in 8\xc2\xa0s; no row is lost", NULL, 0 },
    { WEIR_WHY_RECOVERING, "Going on where the last run stopped", "read back from the checkpoint", NULL, 0 },
    { WEIR_WHY_HELD, "The query is on hold", "no batch starts", WEIR_WHY_ACTION_LET_GO, 0 },
    { WEIR_WHY_FIRST_BATCH, "The first batch is running", "since 08:40:25", NULL, 0 },
  };
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WeirWhy                   why = facts (cases[i].cause);
      g_autoptr (WeirWhyAnswer) answer = weir_why_answer_new (&why, zone, NOW);

      g_assert_cmpstr (answer->headline, ==, cases[i].headline);
      if (strstr (answer->body, cases[i].in_body) == NULL)
        g_error ("\"%s\" has no \"%s\"", answer->body, cases[i].in_body);
      g_assert_cmpstr (answer->action, ==, cases[i].action);
      g_assert_cmpuint (answer->n_checks, ==, cases[i].n_checks);
      for (guint c = 0; c < answer->n_checks; c++)
        g_assert_cmpint (answer->checks[c].state, ==, c + 1 == answer->n_checks ? WEIR_CHECK_WAITING : WEIR_CHECK_MET);
    }
}

static void
test_ahead_of_the_clock (void)
{
  WeirWhy                   why = facts (WEIR_WHY_WINDOW_OPEN);
  g_autoptr (GTimeZone)     zone = g_time_zone_new_utc ();
  g_autoptr (WeirWhyAnswer) answer = NULL;

  why.newest_event_us = NOW + 3 * 3600 * SECOND;
  answer = weir_why_answer_new (&why, zone, NOW);
  g_assert_cmpstr (answer->action, ==, WEIR_WHY_ACTION_SET_TIME_ZONE);
  g_assert_nonnull (strstr (answer->body, "3\xc2\xa0h ahead"));
}

static void
test_session (void)
{
  WeirWhy                   why = facts (WEIR_WHY_WINDOW_OPEN);
  g_autoptr (GTimeZone)     zone = g_time_zone_new_utc ();
  g_autoptr (WeirWhyAnswer) answer = NULL;

  why.window_start_us = why.window_end_us = why.final_at_us = G_MININT64;
  answer = weir_why_answer_new (&why, zone, NOW);
  g_assert_cmpstr (answer->headline, ==, "No session has ended yet");
  g_assert_cmpuint (answer->n_checks, ==, WEIR_WHY_MAX_CHECKS);
}

static void
test_held_back (void)
{
  static const struct
  {
    const char *other;
    gint64      last_row_us;
    const char *headline, *in_body;
  } cases[] = {
    { NULL, NOW - 60 * SECOND, "auction-bids is silent", "No row has come from auction-bids since 08:41:05. Event time moves with the rows: the first window is final when an event of 08:42:10" },
    { "clicks", 0, "auction-bids is silent", "No row has come from auction-bids yet. Windows become final when every source has passed them" },
    { "clicks", G_MAXINT64, "Waiting for auction-bids", "auction-bids is only at 08:40:05, behind clicks." },
  };
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WeirWhy                   why = facts (WEIR_WHY_HELD_BACK);
      g_autoptr (WeirWhyAnswer) answer = NULL;

      why.other_source = cases[i].other;
      why.last_row_us = cases[i].last_row_us;
      why.source_watermark_us = cases[i].last_row_us == 0 ? G_MININT64 : NOW - 120 * SECOND;
      answer = weir_why_answer_new (&why, zone, NOW);
      g_assert_cmpstr (answer->headline, ==, cases[i].headline);
      if (strstr (answer->body, cases[i].in_body) == NULL)
        g_error ("\"%s\" has no \"%s\"", answer->body, cases[i].in_body);
      g_assert_cmpuint (answer->n_checks, ==, WEIR_WHY_MAX_CHECKS);
      g_assert_cmpstr (answer->checks[WEIR_WHY_MAX_CHECKS - 1].detail, ==, "auction-bids");
    }
}

static FakeTable *
small_table (void)
{
  FakeTable *table = fake_table_new ();
  FakeRow   *row;

  row = fake_table_touch (table, NOW, NOW + 10 * SECOND, "Google");
  row->bids = 39628;
  row->avg_price = 1187.5349;
  row->max_price = 9426885;
  row = fake_table_touch (table, NOW, NOW + 10 * SECOND, "a,\"b\"\nc");
  row->bids = 2;
  row->avg_price = __builtin_nan ("");
  return table;
}

static void
test_cell_text (void)
{
  FakeTable               *table = small_table ();
  g_autoptr (WeirRowsView) view = fake_table_snapshot (table);
  g_autoptr (GTimeZone)    zone = g_time_zone_new_utc ();
  WeirCellStyle            style = { zone, "UTC", NOW, FALSE };
  g_autofree char         *window = weir_result_cell_text (view, 0, 0, &style);
  g_autofree char         *bids = weir_result_cell_text (view, 0, 2, &style);
  g_autofree char         *price = weir_result_cell_text (view, 0, 3, &style);
  g_autofree char         *name = weir_result_cell_text (view, 1, 1, &style);

  g_assert_cmpstr (window, ==, "08:42:05\xe2\x80\xaf\xe2\x80\x93\xe2\x80\xaf"
                               "08:42:15");
  g_assert_cmpstr (bids, ==, "39,628");
  g_assert_cmpstr (price, ==, "1,187.53");
  g_assert_cmpstr (name, ==, "a,\"b\" c");
  g_assert_null (weir_result_cell_text (view, 1, 3, &style));
  fake_table_free (table);
}

static void
exported_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static char *
export_text (WeirRowsView    *view,
             GArray          *rows,
             WeirExportFormat format)
{
  g_autoptr (GFileIOStream) stream = NULL;
  g_autoptr (GError)        error = NULL;
  g_autoptr (GFile)         file = g_file_new_tmp ("weir-export-XXXXXX", &stream, &error);
  g_autoptr (GAsyncResult)  result = NULL;
  char                     *text;

  g_assert_no_error (error);
  weir_result_export_async (view, rows, "UTC", format, file, NULL, exported_cb, &result);
  wait_until (result != NULL);
  g_assert_cmpint (weir_result_export_finish (result, &error), ==, rows->len);
  g_assert_no_error (error);
  g_assert_true (g_file_load_contents (file, NULL, &text, NULL, NULL, &error));
  g_file_delete (file, NULL, NULL);
  return text;
}

static void
test_export (void)
{
  FakeTable               *table = small_table ();
  g_autoptr (WeirRowsView) view = fake_table_snapshot (table);
  g_autoptr (GArray)       rows = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree char         *csv = NULL;
  g_autofree char         *json = NULL;
  g_auto (GStrv)           lines = NULL;
  guint                    order[] = { 1, 0 };

  g_array_append_vals (rows, order, 2);
  csv = export_text (view, rows, WEIR_EXPORT_CSV);
  lines = g_strsplit (csv, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_cmpstr (lines[0], ==, "window,channel,bids,avg_price,max_price");
  g_assert_true (g_str_has_suffix (lines[1], ",\"a,\"\"b\"\"\nc\",2,,0"));
  g_assert_true (g_str_has_suffix (lines[2], ",Google,39628,1187.5349,9426885"));
  json = export_text (view, rows, WEIR_EXPORT_NDJSON);
  g_assert_true (g_str_has_suffix (json, "\"channel\":\"Google\",\"bids\":39628}\n"));
  g_assert_cmpint (weir_export_format_for_name ("a.NDJSON"), ==, WEIR_EXPORT_NDJSON);
  g_assert_cmpint (weir_export_format_for_name ("a.csv"), ==, WEIR_EXPORT_CSV);
  fake_table_free (table);
}

static void
test_export_fails (void)
{
  FakeTable               *table = small_table ();
  g_autoptr (WeirRowsView) view = fake_table_snapshot (table);
  g_autoptr (GArray)       rows = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GFile)        file = g_file_new_for_path ("/nowhere/at/all.csv");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError)       error = NULL;

  weir_result_export_async (view, rows, "UTC", WEIR_EXPORT_CSV, file, NULL, exported_cb, &result);
  wait_until (result != NULL);
  g_assert_cmpint (weir_result_export_finish (result, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  fake_table_free (table);
}

static void
test_feed (void)
{
  FakeTable                 *table = small_table ();
  g_autoptr (WeirChartModel) model = weir_chart_model_new (NULL);
  g_autoptr (WeirChartFeed)  feed = weir_chart_feed_new (model);
  g_autoptr (WeirRowsView)   view = fake_table_snapshot (table);
  g_autoptr (WeirRowsView)   next = NULL;
  WeirChartSeries *const    *series;
  guint                      n;

  weir_chart_feed_set_view (feed, view);
  g_assert_true (weir_chart_feed_is_drawable (feed));
  g_assert_cmpstr (weir_chart_feed_get_value (feed), ==, "bids");
  g_assert_cmpint (weir_chart_feed_get_series_column (feed), ==, 1);
  g_assert_cmpint (weir_chart_feed_get_window_us (feed), ==, 10 * SECOND);
  series = weir_chart_model_get_series (model, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpfloat (series[0]->values[0], ==, 39628);

  fake_table_touch (table, NOW, NOW + 10 * SECOND, "Google")->bids = 40000;
  next = fake_table_snapshot (table);
  weir_chart_feed_set_view (feed, next);
  series = weir_chart_model_get_series (model, &n);
  g_assert_cmpfloat (series[0]->values[0], ==, 40000);

  weir_chart_feed_set_value (feed, "avg_price");
  weir_chart_feed_set_series (feed, "");
  series = weir_chart_model_get_series (model, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (series[0]->name, ==, "");
  weir_chart_feed_set_view (feed, NULL);
  g_assert_false (weir_chart_feed_is_drawable (feed));
  fake_table_free (table);
}

static void
put (FakeTable *table,
     int        window,
     gint64     bids)
{
  FakeRow *row = fake_table_touch (table, NOW + window * 10 * SECOND, NOW + (window + 1) * 10 * SECOND, "Google");

  row->bids = bids;
}

/* Feeds the table as it is and writes down every window: `f` final, `w` waiting, `l` filling, with its value. */
static char *
feed_windows (WeirChartFeed  *feed,
              WeirChartModel *model,
              FakeTable      *table)
{
  g_autoptr (WeirRowsView) view = fake_table_snapshot (table);
  const WeirChartWindow   *windows;
  WeirChartSeries *const  *series;
  GString                 *text = g_string_new (NULL);
  guint                    n_windows, n_series;

  weir_chart_feed_set_view (feed, view);
  weir_chart_model_set_times (model, table->watermark_us, table->newest_us, 10 * SECOND);
  weir_chart_model_update (model);
  windows = weir_chart_model_get_windows (model, &n_windows);
  series = weir_chart_model_get_series (model, &n_series);
  for (guint i = 0; i < n_windows; i++)
    g_string_append_printf (text, "%s%c%d", i > 0 ? " " : "", "fwl"[windows[i].state], (int)series[0] -> values[i]);
  return g_string_free (text, FALSE);
}

/* Append mode: open windows are not among the rows. When one is final its mark becomes solid where it stood. */
static void
test_feed_open (void)
{
  FakeTable                 *table = fake_table_new ();
  g_autoptr (WeirChartModel) model = weir_chart_model_new (NULL);
  g_autoptr (WeirChartFeed)  feed = weir_chart_feed_new (model);
  g_autofree char           *first = NULL, *grown = NULL, *passed = NULL, *closed = NULL, *gone = NULL;

  for (int window = 0; window < 3; window++)
    put (table, window, 100 + window);
  table->open = fake_table_new ();
  put (table->open, 3, 30);
  put (table->open, 4, 4);
  table->watermark_us = NOW + 32 * SECOND;
  table->newest_us = NOW + 42 * SECOND;
  first = feed_windows (feed, model, table);
  g_assert_cmpstr (first, ==, "f100 f101 f102 w30 l4");
  g_assert_cmpuint (weir_chart_model_get_n_open (model), ==, 2);

  put (table->open, 4, 7);
  grown = feed_windows (feed, model, table);
  g_assert_cmpstr (grown, ==, "f100 f101 f102 w30 l7");

  /* The watermark has passed, the row comes with the next batch. */
  table->watermark_us = NOW + 41 * SECOND;
  table->newest_us = NOW + 51 * SECOND;
  passed = feed_windows (feed, model, table);
  g_assert_cmpstr (passed, ==, "f100 f101 f102 w30 w7");

  put (table, 3, 30);
  fake_table_remove_front (table->open, 1);
  closed = feed_windows (feed, model, table);
  g_assert_cmpstr (closed, ==, "f100 f101 f102 f30 w7");
  g_assert_cmpuint (weir_chart_model_get_n_open (model), ==, 1);

  g_clear_pointer (&table->open, fake_table_free);
  gone = feed_windows (feed, model, table);
  g_assert_cmpstr (gone, ==, "f100 f101 f102 f30");
  fake_table_free (table);
}

/* The open windows stand behind the pages, whose number grows. */
static void
test_feed_open_pages (void)
{
  FakeTable                 *table = fake_table_new ();
  g_autoptr (WeirChartModel) model = weir_chart_model_new (NULL);
  g_autoptr (WeirChartFeed)  feed = weir_chart_feed_new (model);
  const WeirChartWindow     *windows;
  guint                      n_windows;

  table->open = fake_table_new ();
  for (int window = 0; window < 2500; window++)
    {
      put (table, window, window);
      fake_table_remove_front (table->open, 1);
      put (table->open, window + 1, 5);
      table->watermark_us = NOW + (window + 1) * 10 * SECOND;
      table->newest_us = table->watermark_us + 5 * SECOND;
      if (window % 100 == 99 || window % 1024 < 2)
        {
          g_free (feed_windows (feed, model, table));
          g_assert_cmpuint (weir_chart_model_get_n_open (model), ==, 1);
          windows = weir_chart_model_get_windows (model, &n_windows);
          g_assert_cmpuint (n_windows, >=, MIN (window, 20) + 2);
          g_assert_cmpint (windows[n_windows - 1].start_us, ==, NOW + (window + 1) * 10 * SECOND);
          g_assert_cmpint (windows[n_windows - 1].state, ==, WEIR_WINDOW_FILLING);
          g_assert_cmpint (windows[n_windows - 2].start_us, ==, NOW + window * 10 * SECOND);
        }
    }
  fake_table_free (table);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/why/sentences", test_sentences);
  g_test_add_func ("/why/ahead", test_ahead_of_the_clock);
  g_test_add_func ("/why/held-back", test_held_back);
  g_test_add_func ("/why/session", test_session);
  g_test_add_func ("/results/cell-text", test_cell_text);
  g_test_add_func ("/results/export", test_export);
  g_test_add_func ("/results/export-fails", test_export_fails);
  g_test_add_func ("/results/chart-feed", test_feed);
  g_test_add_func ("/results/chart-feed/open", test_feed_open);
  g_test_add_func ("/results/chart-feed/open-pages", test_feed_open_pages);
  return g_test_run ();
}
