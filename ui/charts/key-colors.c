/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "ui/charts/palette.h"

/* Remembered keys; a stream of ever new keys must not grow the table for ever. */
#define MAX_KEYS 4096

struct _WeirKeyColors
{
  GObject parent_instance;

  GHashTable *slots; /* Owned: key → slot + 1 */
};

G_DEFINE_FINAL_TYPE (WeirKeyColors, weir_key_colors, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
weir_key_colors_finalize (GObject *object)
{
  WeirKeyColors *self = WEIR_KEY_COLORS (object);

  g_hash_table_unref (self->slots);

  G_OBJECT_CLASS (weir_key_colors_parent_class)->finalize (object);
}

static void
weir_key_colors_class_init (WeirKeyColorsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_key_colors_finalize;

  /**
   * WeirKeyColors::changed:
   *
   * A key got a slot.
   */
  signals[CHANGED] = g_signal_new ("changed", WEIR_TYPE_KEY_COLORS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_key_colors_init (WeirKeyColors *self)
{
  self->slots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

WeirKeyColors *
weir_key_colors_new (void)
{
  return g_object_new (WEIR_TYPE_KEY_COLORS, NULL);
}

gboolean
weir_key_colors_lookup (WeirKeyColors *self,
                        const char    *key,
                        guint         *slot)
{
  gpointer value = g_hash_table_lookup (self->slots, key);

  if (value == NULL)
    return FALSE;
  *slot = GPOINTER_TO_UINT (value) - 1;
  return TRUE;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static guint
least_used (const guint *n_users)
{
  guint best = 0;

  for (guint i = 1; i < 2 * WEIR_N_SERIES_COLORS; i++)
    if (n_users[i] < n_users[best])
      best = i;
  return best;
}

void
weir_key_colors_assign (WeirKeyColors     *self,
                        const char *const *keys,
                        guint              n_keys)
{
  g_autoptr (GPtrArray) newcomers = g_ptr_array_new ();
  guint                 n_users[2 * WEIR_N_SERIES_COLORS] = { 0 };

  g_return_if_fail (WEIR_IS_KEY_COLORS (self));

  for (guint i = 0; i < n_keys; i++)
    {
      guint slot;

      if (weir_key_colors_lookup (self, keys[i], &slot))
        n_users[slot]++;
      else
        g_ptr_array_add (newcomers, (gpointer)keys[i]);
    }
  if (newcomers->len == 0)
    return;

  if (g_hash_table_size (self->slots) + newcomers->len > MAX_KEYS)
    {
      g_hash_table_remove_all (self->slots);
      g_ptr_array_set_size (newcomers, 0);
      memset (n_users, 0, sizeof n_users);
      for (guint i = 0; i < n_keys && i < MAX_KEYS; i++)
        g_ptr_array_add (newcomers, (gpointer)keys[i]);
    }
  g_ptr_array_sort (newcomers, compare_names);
  for (guint i = 0; i < newcomers->len; i++)
    {
      guint slot = least_used (n_users);

      if (g_hash_table_insert (self->slots, g_strdup (newcomers->pdata[i]), GUINT_TO_POINTER (slot + 1)))
        n_users[slot]++;
    }
  g_signal_emit (self, signals[CHANGED], 0);
}
