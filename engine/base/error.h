/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/ holds what every other folder needs: errors, limits, hashing, clocks, durable files.
 * It may use GLib and nothing of ours. It must not know columns, SQL or streams.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WeirSpan:
 * @start: byte offset of the first byte, in the whole text given to the parser
 * @end: byte offset after the last byte; equal to @start when empty
 *
 * A place in an SQL text. `{0, 0}` stands for "no place known".
 */
typedef struct
{
  guint32 start;
  guint32 end;
} WeirSpan;

#define WEIR_SPAN_NONE ((WeirSpan){ 0, 0 })

/**
 * WeirErrorPhase:
 *
 * When an error arose; it is the code of a #GError in the domain %WEIR_ERROR.
 */
typedef enum
{
  WEIR_ERROR_PARSE,     /* the text is no SQL of ours */
  WEIR_ERROR_ANALYZE,   /* names, types, streaming rules */
  WEIR_ERROR_RUN,       /* while rows flow: bad values, sources, sinks */
  WEIR_ERROR_CANCELLED, /* stopped by the user; never shown as a failure */
} WeirErrorPhase;

#define WEIR_ERROR (weir_error_quark ())
GQuark weir_error_quark (void);

/**
 * weir_error_new:
 * @phase: when it happened
 * @condition: Spark's error condition with its subclass, as `UNRESOLVED_COLUMN.WITH_SUGGESTION`
 * @span: the place in the SQL text, or %WEIR_SPAN_NONE
 * @format: printf format of the message, without condition and SQLSTATE
 *
 * The SQLSTATE is looked up by condition (base/error-conditions.c).
 *
 * Returns: (transfer full): a new error
 */
GError *weir_error_new (WeirErrorPhase phase,
                        const char    *condition,
                        WeirSpan       span,
                        const char    *format,
                        ...) G_GNUC_PRINTF (4, 5);

/* As weir_error_new(), put into @error (which may be NULL). Always returns FALSE, for `return weir_fail (…)`. */
gboolean weir_fail (GError       **error,
                    WeirErrorPhase phase,
                    const char    *condition,
                    WeirSpan       span,
                    const char    *format,
                    ...) G_GNUC_PRINTF (5, 6);

/* Adds one of Spark's message parameters, in order. NULL errors and foreign domains are left alone. */
void weir_error_add_param (GError     *error,
                           const char *name,
                           const char *value);

/* These accept errors of any domain; a foreign one has condition INTERNAL_ERROR, XX000. (transfer none) */
const char *weir_error_get_condition (const GError *error);
const char *weir_error_get_sqlstate (const GError *error);
WeirSpan    weir_error_get_span (const GError *error);
void        weir_error_set_span (GError *error, WeirSpan span);    /* only when it has none */
void        weir_error_shift_span (GError *error, guint32 offset); /* text was a part of a larger one */
guint       weir_error_get_n_params (const GError *error);
void        weir_error_get_param (const GError *error, guint i, const char **name, const char **value);

/**
 * weir_sqlstate_for_condition:
 * @condition: a condition with or without subclass
 *
 * Returns: (transfer none): five characters; `XX000` for an unknown condition
 */
const char *weir_sqlstate_for_condition (const char *condition);

/**
 * weir_error_format:
 * @error: an error
 * @text: (nullable): the text its span refers to
 *
 * One line `[CONDITION] message SQLSTATE: xxxxx (line L, column C)` and, with a known place, the SQL line and
 * a caret under it, as `cli.md` has it. Lines and columns count characters from 1.
 *
 * Returns: (transfer full): the text, without a final line feed
 */
char *weir_error_format (const GError *error,
                         const char   *text);

/* Byte offset → line and column, in characters from 1. */
void weir_text_position (const char *text, gsize offset, guint *line, guint *column);

/* Condition for what is not there yet: UNSUPPORTED_FEATURE, 0A000. @what: "session_window()". */
gboolean weir_fail_unsupported (GError       **error,
                                WeirErrorPhase phase,
                                WeirSpan       span,
                                const char    *what);

G_END_DECLS
