/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "column/timezone.h"
#include "plan/settings-private.h"

/*
 * Settings with a meaning here, and their defaults: Spark's where Spark has them. Others may be set and are kept, so that a
 * script written for Spark runs unchanged.
 */

static const WeirSetting settings[] = {
  { "compat.watermark.restart", WEIR_SETTING_TEXT, "keep" },
  { "spark.sql.ansi.enabled", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.caseSensitive", WEIR_SETTING_BOOL, "false" },
  { "spark.sql.files.ignoreMissingFiles", WEIR_SETTING_BOOL, "false" },
  { "spark.sql.groupByAliases", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.groupByOrdinal", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.orderByOrdinal", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.parser.escapedStringLiterals", WEIR_SETTING_BOOL, "false" },
  { "spark.sql.session.timeZone", WEIR_SETTING_ZONE, NULL },
  { "spark.sql.shuffle.partitions", WEIR_SETTING_INT, "200" },
  { "spark.sql.streaming.checkpointLocation", WEIR_SETTING_TEXT, NULL },
  { "spark.sql.streaming.forceDeleteTempCheckpointLocation", WEIR_SETTING_BOOL, "false" },
  { "spark.sql.streaming.maxBatchesToRetainInMemory", WEIR_SETTING_INT, "2" },
  { "spark.sql.streaming.metricsEnabled", WEIR_SETTING_BOOL, "false" },
  { "spark.sql.streaming.minBatchesToRetain", WEIR_SETTING_INT, "100" },
  { "spark.sql.streaming.multipleWatermarkPolicy", WEIR_SETTING_TEXT, "min" },
  { "spark.sql.streaming.noDataMicroBatches.enabled", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.streaming.noDataProgressEventInterval", WEIR_SETTING_INT, "10000" },
  { "spark.sql.streaming.numRecentProgressUpdates", WEIR_SETTING_INT, "100" },
  { "spark.sql.streaming.pollingDelay", WEIR_SETTING_INT, "10" },
  { "spark.sql.streaming.ratioExtraSpaceAllowedInCheckpoint", WEIR_SETTING_TEXT, "0.3" },
  { "spark.sql.streaming.schemaInference", WEIR_SETTING_BOOL, "false" },
  { "spark.sql.streaming.statefulOperator.allowMultiple", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.streaming.statefulOperator.checkCorrectness.enabled", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.streaming.stopActiveRunOnRestart", WEIR_SETTING_BOOL, "true" },
  { "spark.sql.streaming.stopTimeout", WEIR_SETTING_INT, "0" },
  { "spark.sql.streaming.unsupportedOperationCheck", WEIR_SETTING_BOOL, "true" },
  { "weir.result.maxBytes", WEIR_SETTING_INT, "268435456" },
  { "weir.result.maxRows", WEIR_SETTING_INT, "1000000" },
  { "weir.state.maxBytes", WEIR_SETTING_INT, "0" },
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

gboolean
_weir_setting_check (const WeirSetting *setting,
                     const char        *value,
                     GError           **error)
{
  g_autoptr (WeirZone) zone = NULL;
  gint64               number;

  switch (setting->kind)
    {
    case WEIR_SETTING_BOOL:
      if (g_ascii_strcasecmp (value, "true") != 0 && g_ascii_strcasecmp (value, "false") != 0)
        return fail_value (setting, value, "TYPE_MISMATCH", "It should be a boolean: true or false.", error);
      break;
    case WEIR_SETTING_INT:
      if (!g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return fail_value (setting, value, "TYPE_MISMATCH", "It should be an integer.", error);
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
