/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/sink.h"

G_BEGIN_DECLS

typedef struct
{
  const WeirSinkClass *klass;
  gsize                size;                                        /* of the instance, WeirSink first */
  gboolean (*check) (const WeirSinkConfig *config, GError **error); /* nullable: weir_sink_check() */
} WeirSinkKind;

extern const WeirSinkKind _weir_sink_noop, _weir_sink_memory, _weir_sink_console, _weir_sink_json, _weir_sink_csv, _weir_sink_queue,
  _weir_sink_sqlite, _weir_sink_postgresql, _weir_sink_kafka;

G_END_DECLS
