/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_SETTING_TEXT,
  WEIR_SETTING_BOOL,
  WEIR_SETTING_INT,
  WEIR_SETTING_MS,    /* a number of milliseconds, or one with a unit: 10s, 5min */
  WEIR_SETTING_BYTES, /* a number of bytes, or one with a unit: 512m, 2g */
  WEIR_SETTING_ZONE,
} WeirSettingKind;

typedef struct
{
  const char     *key;
  WeirSettingKind kind;
  const char     *value;    /* the default; NULL: none, or found out at run time */
  const char     *choices;  /* nullable: the values there are, between bars */
  gint64          min, max; /* of a number; both 0: any */
  const char     *idle;     /* nullable: a sentence, why a value other than the default has no effect */
  const char     *fixed;    /* nullable: a sentence, why there is no value other than the default */
} WeirSetting;

/* Known settings, sorted by key. */
const WeirSetting *_weir_setting_lookup (const char *key);
const WeirSetting *_weir_setting_list (guint *n_settings);
/* The number that @value is for @setting; FALSE: it is none. */
gboolean _weir_setting_number (const WeirSetting *setting, const char *value, gint64 *number);
/* FALSE with INVALID_CONF_VALUE.… (22022) when a known setting cannot have @value. */
gboolean _weir_setting_check (const WeirSetting *setting, const char *value, GError **error);
/* FALSE with CONFIG_NOT_AVAILABLE (42K0I) for a name that only a setting of ours can have. */
gboolean _weir_setting_check_unknown (const char *key, GError **error);

G_END_DECLS
