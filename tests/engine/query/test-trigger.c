/* SPDX-License-Identifier: Apache-2.0 */
#include "query/trigger.h"

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    int         kind; /* −1: refused */
    gint64      us;
    const char *sql;
  } cases[] = {
    { "once", WEIR_TRIGGER_ONCE, 0, "ONCE" },
    { "available-now", WEIR_TRIGGER_AVAILABLE_NOW, 0, "AVAILABLE NOW" },
    { "Available-Now", WEIR_TRIGGER_AVAILABLE_NOW, 0, "AVAILABLE NOW" },
    { "processing-time=5s", WEIR_TRIGGER_PROCESSING_TIME, 5000000, "PROCESSING TIME '5 seconds'" },
    { "processing-time=100ms", WEIR_TRIGGER_PROCESSING_TIME, 100000, "PROCESSING TIME '100 milliseconds'" },
    { "processing-time=2 minutes", WEIR_TRIGGER_PROCESSING_TIME, 120000000, "PROCESSING TIME '120 seconds'" },
    { "processing-time=1 month", -1, 0, NULL },
    { "processing-time=-1s", -1, 0, NULL },
    { "now and then", -1, 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char   *sql = NULL;
      WeirTrigger        trigger;
      gboolean           ok = weir_trigger_parse (cases[i].text, &trigger, &error);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (ok, ==, cases[i].kind >= 0);
      if (!ok)
        {
          g_assert_nonnull (error);
          continue;
        }
      g_assert_cmpint (trigger.kind, ==, cases[i].kind);
      g_assert_cmpint (trigger.interval_us, ==, cases[i].us);
      sql = weir_trigger_to_sql (&trigger);
      g_assert_cmpstr (sql, ==, cases[i].sql);
    }
}

static void
test_duration (void)
{
  gint64 us;

  g_assert_true (weir_duration_parse ("100ms", &us) && us == 100000);
  g_assert_true (weir_duration_parse ("12s", &us) && us == 12000000);
  g_assert_true (weir_duration_parse ("2m", &us) && us == 120000000);
  g_assert_true (weir_duration_parse ("1h", &us) && us == G_GINT64_CONSTANT (3600000000));
  g_assert_false (weir_duration_parse ("12", &us));
  g_assert_false (weir_duration_parse ("s", &us));
  g_assert_false (weir_duration_parse ("-1s", &us));
  g_assert_false (weir_duration_parse ("9223372036854775807h", &us));
}

/* Batches start at multiples of the interval since the epoch; one that overran is followed at once. */
static void
test_next (void)
{
  WeirTrigger every_10s = { WEIR_TRIGGER_PROCESSING_TIME, 10000000 };
  WeirTrigger at_once = { WEIR_TRIGGER_PROCESSING_TIME, 0 };

  g_assert_cmpint (weir_trigger_next (&every_10s, 12000000, 13000000), ==, 20000000);
  g_assert_cmpint (weir_trigger_next (&every_10s, 10000000, 10000001), ==, 20000000);
  g_assert_cmpint (weir_trigger_next (&every_10s, 12000000, 31000000), ==, 31000000);
  g_assert_cmpint (weir_trigger_next (&every_10s, 4000000000000, 13000000), ==, 20000000);
  g_assert_cmpint (weir_trigger_next (&at_once, 12000000, 13000000), ==, 13000000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/trigger/parse", test_parse);
  g_test_add_func ("/engine/query/trigger/duration", test_duration);
  g_test_add_func ("/engine/query/trigger/next", test_next);
  return g_test_run ();
}
