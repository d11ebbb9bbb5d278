/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "column/timezone.h"
#include "plan/settings-private.h"

/*
 * Settings with a meaning here, and their defaults: Spark's where Spark has them. A value that would change rows or what is accepted and cannot
 * be had is refused; one that only would change how a run is kept is said to have no effect. Others may be set and are kept, so that a script
 * written for Spark runs unchanged.
 */

#define STREAMING "spark.sql.streaming."

static const WeirSetting settings[] = {
  { "compat.watermark.restart", WEIR_SETTING_TEXT, "keep", .choices = "keep|forget" },
  { "spark.sql.ansi.enabled", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.caseSensitive", WEIR_SETTING_BOOL, "false", .fixed = "Names have no case here." },
  { "spark.sql.files.ignoreMissingFiles", WEIR_SETTING_BOOL, "false" },
  { "spark.sql.groupByAliases", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.groupByOrdinal", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.orderByOrdinal", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.parser.escapedStringLiterals", WEIR_SETTING_BOOL, "false" },
  { "spark.sql.session.timeZone", WEIR_SETTING_ZONE, NULL },
  { "spark.sql.shuffle.partitions", WEIR_SETTING_INT, "200", .min = 1, .max = G_MAXINT32 },
  { "spark.sql.sources.partitionColumnTypeInference.enabled", WEIR_SETTING_BOOL, "true" },
  { STREAMING "checkpointLocation", WEIR_SETTING_TEXT, NULL },
  { STREAMING "fileSource.schema.forceNullable", WEIR_SETTING_BOOL, "true", .fixed = "Columns of files may always be NULL." },
  { STREAMING "fileStreamSink.ignoreMetadata", WEIR_SETTING_BOOL, "false", .fixed = "Of a folder that Spark wrote, what its log has is read." },
  { STREAMING "forceDeleteTempCheckpointLocation", WEIR_SETTING_BOOL, "false", .idle = "A query without a checkpoint location writes none." },
  { STREAMING "maxBatchesToRetainInMemory", WEIR_SETTING_INT, "2" },
  { STREAMING "metricsEnabled", WEIR_SETTING_BOOL, "false", .idle = "There are no gauges; progress has the numbers." },
  { STREAMING "minBatchesToRetain", WEIR_SETTING_INT, "100", .min = 1, .max = G_MAXINT32 },
  { STREAMING "multipleWatermarkPolicy", WEIR_SETTING_TEXT, "min", .choices = "min|max" },
  { STREAMING "noDataMicroBatches.enabled", WEIR_SETTING_BOOL, "true" },
  { STREAMING "noDataProgressEventInterval", WEIR_SETTING_MS, "10000", .max = G_MAXINT64 / 1000 },
  { STREAMING "numRecentProgressUpdates", WEIR_SETTING_INT, "100" },
  { STREAMING "pollingDelay", WEIR_SETTING_MS, "10" },
  { STREAMING "ratioExtraSpaceAllowedInCheckpoint", WEIR_SETTING_TEXT, "0.3" },
  { STREAMING "schemaInference", WEIR_SETTING_BOOL, "false" },
  { STREAMING "statefulOperator.allowMultiple", WEIR_SETTING_BOOL, "true", .fixed = "Operators with state may always be chained." },
  { STREAMING "statefulOperator.checkCorrectness.enabled", WEIR_SETTING_BOOL, "true" },
  { STREAMING "stopActiveRunOnRestart", WEIR_SETTING_BOOL, "false", .idle = "A run that has a checkpoint keeps it until it is stopped." },
  { STREAMING "stopTimeout", WEIR_SETTING_MS, "0", .idle = "A stop always ends the query." },
  { STREAMING "unsupportedOperationCheck", WEIR_SETTING_BOOL, "true" },
  { "weir.result.maxBytes", WEIR_SETTING_BYTES, "268435456", .min = 1, .max = G_MAXINT64 },
  { "weir.result.maxRows", WEIR_SETTING_INT, "1000000", .min = 1, .max = G_MAXINT32 },
  { "weir.state.maxBytes", WEIR_SETTING_BYTES, "0", .max = G_MAXINT64 },
};

static int
compare_key (const void *a,
             const void *b)
{
  return strcmp (((const WeirSetting *)a)->key, ((const WeirSetting *)b)->key);
}

const WeirSetting *
_weir_setting_lookup (const char *key)
{
  WeirSetting wanted = { .key = key };

  return bsearch (&wanted, settings, G_N_ELEMENTS (settings), sizeof settings[0], compare_key);
}

const WeirSetting *
_weir_setting_list (guint *n_settings)
{
  *n_settings = G_N_ELEMENTS (settings);
  return settings;
}

static gboolean
is_choice (const char *choices,
           const char *value)
{
  g_auto (GStrv) words = g_strsplit (choices, "|", -1);

  for (char **word = words; *word != NULL; word++)
    if (g_ascii_strcasecmp (*word, value) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
fail_value (const WeirSetting *setting,
            const char        *value,
            const char        *subclass,
            const char        *reason,
            GError           **error)
{
  g_autofree char *condition = g_strdup_printf ("INVALID_CONF_VALUE.%s", subclass);
  GError          *created = weir_error_new (WEIR_ERROR_ANALYZE, condition, WEIR_SPAN_NONE,
                                             "The value '%s' in the config \"%s\" is invalid. %s", value, setting->key, reason);

  weir_error_add_param (created, "confValue", value);
  weir_error_add_param (created, "confName", setting->key);
  g_propagate_error (error, created);
  return FALSE;
}

typedef struct
{
  const char *name;
  gint64      factor;
} Unit;

/* A whole number and one of @units. */
static gboolean
number_with_unit (const char *value,
                  const Unit *units,
                  guint       n_units,
                  gint64     *number)
{
  gsize            n = strspn (value, "-0123456789");
  g_autofree char *digits = g_strndup (value, n);

  if (!g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, number, NULL))
    return FALSE;
  for (guint i = 0; i < n_units; i++)
    if (g_ascii_strcasecmp (units[i].name, value + n) == 0)
      return !__builtin_mul_overflow (*number, units[i].factor, number);
  return FALSE;
}

gboolean
_weir_setting_number (const WeirSetting *setting,
                      const char        *value,
                      gint64            *number)
{
  static const Unit times[] = { { "", 1 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "min", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
  static const Unit sizes[] = { { "", 1 }, { "b", 1 }, { "k", 1 << 10 }, { "kb", 1 << 10 }, { "m", 1 << 20 }, { "mb", 1 << 20 }, { "g", 1 << 30 }, { "gb", 1 << 30 }, { "t", G_GINT64_CONSTANT (1) << 40 }, { "tb", G_GINT64_CONSTANT (1) << 40 } };

  if (setting->kind == WEIR_SETTING_MS)
    return number_with_unit (value, times, G_N_ELEMENTS (times), number);
  if (setting->kind == WEIR_SETTING_BYTES)
    return number_with_unit (value, sizes, G_N_ELEMENTS (sizes), number);
  return g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, number, NULL);
}

/* What the kind alone asks for. */
static gboolean
check_kind (const WeirSetting *setting,
            const char        *value,
            GError           **error)
{
  g_autoptr (WeirZone) zone = NULL;
  gint64               number;

  switch (setting->kind)
    {
    case WEIR_SETTING_BOOL:
      if (!is_choice ("true|false", value))
        return fail_value (setting, value, "TYPE_MISMATCH", "It should be a boolean: true or false.", error);
      break;
    case WEIR_SETTING_INT:
      if (!_weir_setting_number (setting, value, &number))
        return fail_value (setting, value, "TYPE_MISMATCH", "It should be an integer.", error);
      break;
    case WEIR_SETTING_MS:
      if (!_weir_setting_number (setting, value, &number))
        return fail_value (setting, value, "TYPE_MISMATCH", "It should be a time such as 10s or 500ms, or a number of milliseconds.", error);
      break;
    case WEIR_SETTING_BYTES:
      if (!_weir_setting_number (setting, value, &number))
        return fail_value (setting, value, "TYPE_MISMATCH", "It should be a size such as 512m or 2g, or a number of bytes.", error);
      break;
    case WEIR_SETTING_ZONE:
      if (g_ascii_strcasecmp (value, "LOCAL") == 0)
        break;
      zone = weir_zone_new (value, NULL);
      if (zone == NULL)
        return fail_value (setting, value, "TIME_ZONE", "Cannot resolve the given timezone.", error);
      break;
    case WEIR_SETTING_TEXT:
      break;
    }
  return TRUE;
}

static gboolean
fail_range (const WeirSetting *setting,
            const char        *value,
            GError           **error)
{
  g_autofree char *range = g_strdup_printf ("It should be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".", setting->min, setting->max);

  return fail_value (setting, value, "REQUIREMENT", range, error);
}

static gboolean
fail_choice (const WeirSetting *setting,
             const char        *value,
             GError           **error)
{
  g_auto (GStrv)   words = g_strsplit (setting->choices, "|", -1);
  g_autofree char *list = g_strjoinv (" or ", words);
  g_autofree char *reason = g_strdup_printf ("It should be %s.", list);

  return fail_value (setting, value, "REQUIREMENT", reason, error);
}

gboolean
_weir_setting_check (const WeirSetting *setting,
                     const char        *value,
                     GError           **error)
{
  gint64 number;

  if (!check_kind (setting, value, error))
    return FALSE;
  if (setting->choices != NULL && !is_choice (setting->choices, value))
    return fail_choice (setting, value, error);
  if (setting->max > 0 && _weir_setting_number (setting, value, &number) &&
      (number < setting->min || number > setting->max))
    return fail_range (setting, value, error);
  if (setting->fixed != NULL && g_ascii_strcasecmp (value, setting->value) != 0)
    return fail_value (setting, value, "REQUIREMENT", setting->fixed, error);
  return TRUE;
}

gboolean
_weir_setting_check_unknown (const char *key,
                             GError    **error)
{
  if (!g_str_has_prefix (key, "weir.") && !g_str_has_prefix (key, "compat."))
    return TRUE;
  weir_fail (error, WEIR_ERROR_ANALYZE, "CONFIG_NOT_AVAILABLE", WEIR_SPAN_NONE, "Configuration %s is not available. SET alone lists those there are.", key);
  if (error != NULL)
    weir_error_add_param (*error, "config", key);
  return FALSE;
}
