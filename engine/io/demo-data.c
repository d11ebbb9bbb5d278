/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/demo-data.h"

#include "base/hash.h"
#include "column/timestamp.h"

#include <math.h>

/*
 * Invented streams that look alive: values follow slow waves with noise, some keys are busier than others. A row is a pure function
 * of its number, so batches can be read again.
 */

static const char *const names[] = { "orders", "sensors", "weblog" };

static const char *const ddls[] = {
  "order_id BIGINT, ts TIMESTAMP, region STRING, product STRING, quantity INT, price DECIMAL(10,2), status STRING",
  "sensor STRING, ts TIMESTAMP, room STRING, temperature DOUBLE, humidity DOUBLE, battery INT",
  "ts TIMESTAMP, ip STRING, method STRING, path STRING, status INT, bytes BIGINT, duration_ms INT, user_agent STRING",
};

gboolean
weir_demo_kind_parse (const char   *name,
                      WeirDemoKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

const char *
weir_demo_ddl (WeirDemoKind kind)
{
  return ddls[kind];
}

/* A fresh number in [0, 1) for each field of a row. */
typedef struct
{
  guint64 state;
} Dice;

static guint64
roll (Dice *dice)
{
  dice->state += WEIR_HASH_K0;
  return weir_hash_u64 (dice->state);
}

static double
roll_unit (Dice *dice)
{
  return (double)(roll (dice) >> 11) * 0x1p-53;
}

/* Index with the given weights. */
static guint
roll_weighted (Dice         *dice,
               const guint8 *weights,
               guint         n)
{
  guint total = 0, at;

  for (guint i = 0; i < n; i++)
    total += weights[i];
  at = (guint)(roll (dice) % total);
  for (guint i = 0; i < n; i++)
    {
      if (at < weights[i])
        return i;
      at -= weights[i];
    }
  return n - 1;
}

static double
wave (gint64 time_us,
      double period_s,
      double phase)
{
  return sin (2 * G_PI * ((double)time_us / 1e6 / period_s + phase));
}

static void
append_time (GString *out,
             gint64   time_us)
{
  g_string_append_c (out, '"');
  weir_timestamp_append_iso (out, time_us / 1000 * 1000, weir_zone_utc ());
  g_string_append_c (out, '"');
}

static void
append_orders (Dice    *dice,
               guint64  row,
               gint64   time_us,
               GString *out)
{
  static const char *const regions[] = { "eu", "us", "apac", "latam" };
  static const char *const products[] = { "book", "lamp", "chair", "desk", "headphones", "backpack" };
  static const char *const states[] = { "paid", "pending", "cancelled" };
  static const guint8      state_weights[] = { 82, 13, 5 };
  static const guint16     prices[] = { 1490, 3950, 8900, 24900, 12900, 5990 };
  guint8                   weights[4];
  guint                    region, product, cents;

  for (guint i = 0; i < 4; i++)
    weights[i] = (guint8)(20 + 3 * (4 - i) + 12 * wave (time_us, 180 + 60 * i, 0.25 * i));
  region = roll_weighted (dice, weights, 4);
  product = (guint)(roll (dice) % G_N_ELEMENTS (products));
  cents = (guint)(prices[product] * (0.9 + 0.2 * roll_unit (dice)));
  g_string_append_printf (out, "{\"order_id\":%" G_GUINT64_FORMAT ",\"ts\":", 100000 + row);
  append_time (out, time_us);
  g_string_append_printf (out, ",\"region\":\"%s\",\"product\":\"%s\",\"quantity\":%u,\"price\":%u.%02u,\"status\":\"%s\"}", regions[region],
                          products[product], 1 + (guint)(roll (dice) % 4), cents / 100, cents % 100, states[roll_weighted (dice, state_weights, 3)]);
}

static void
append_tenths (GString *out,
               double   value)
{
  int tenths = (int)floor (value * 10 + 0.5);

  g_string_append_printf (out, "%s%d.%d", tenths < 0 ? "-" : "", ABS (tenths) / 10, ABS (tenths) % 10);
}

static void
append_sensors (Dice    *dice,
                guint64  row,
                gint64   time_us,
                GString *out)
{
  static const char *const rooms[] = { "hall", "lab", "office", "store" };
  guint                    sensor = (guint)(roll (dice) % 12);

  g_string_append_printf (out, "{\"sensor\":\"s-%02u\",\"ts\":", sensor);
  append_time (out, time_us);
  g_string_append_printf (out, ",\"room\":\"%s\",\"temperature\":", rooms[sensor % 4]);
  append_tenths (out, 20 + sensor % 4 + 3 * wave (time_us, 600, sensor / 12.0) + roll_unit (dice));
  g_string_append (out, ",\"humidity\":");
  append_tenths (out, 45 + 10 * wave (time_us, 900, sensor / 12.0) + 3 * roll_unit (dice));
  g_string_append_printf (out, ",\"battery\":%u}", 100 - (guint)((row / 1000 + sensor * 7) % 100));
}

static void
append_weblog (Dice    *dice,
               guint64  row,
               gint64   time_us,
               GString *out)
{
  static const char *const paths[] = { "/", "/products", "/cart", "/checkout", "/login", "/search", "/api/items" };
  static const char *const methods[] = { "GET", "POST" };
  static const char *const agents[] = { "Firefox", "Chrome", "Safari", "curl" };
  static const guint16     states[] = { 200, 304, 404, 500 };
  static const guint8      state_weights[] = { 88, 6, 5, 1 };

  g_string_append (out, "{\"ts\":");
  append_time (out, time_us);
  g_string_append_printf (out, ",\"ip\":\"10.%u.%u.%u\",\"method\":\"%s\",\"path\":\"%s\",\"status\":%u,\"bytes\":%u,\"duration_ms\":%u,\"user_agent\":\"%s\"}",
                          (guint)(roll (dice) % 4), (guint)(roll (dice) % 256), (guint)(roll (dice) % 256), methods[roll (dice) % 5 == 0],
                          paths[roll (dice) % G_N_ELEMENTS (paths)], states[roll_weighted (dice, state_weights, 4)], 200 + (guint)(roll (dice) % 40000),
                          (guint)(5 + 40 * -log (1 - roll_unit (dice)) + 10 * (1 + wave (time_us, 300, 0))), agents[roll (dice) % 4]);
}

void
weir_demo_append_row (WeirDemoKind kind,
                      guint64      seed,
                      guint64      row,
                      gint64       time_us,
                      GString     *out)
{
  Dice    dice = { weir_hash_combine (weir_hash_u64 (seed), row) };
  guint64 fate = roll (&dice) % 1000;

  if (fate == 0)
    {
      g_string_append_printf (out, "{\"error\": \"row %" G_GUINT64_FORMAT " was cut o\n", row);
      return;
    }
  if (fate <= 10)
    time_us -= 20 * WEIR_US_PER_SECOND + (gint64)(roll (&dice) % (100 * WEIR_US_PER_SECOND));
  else
    time_us -= (gint64)(roll (&dice) % (2 * WEIR_US_PER_SECOND));
  if (kind == WEIR_DEMO_ORDERS)
    append_orders (&dice, row, time_us, out);
  else if (kind == WEIR_DEMO_SENSORS)
    append_sensors (&dice, row, time_us, out);
  else
    append_weblog (&dice, row, time_us, out);
  g_string_append_c (out, '\n');
}
