/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/limits.h"
#include "expr/families-private.h"
#include "expr/row-private.h"

/*
 * Regular expressions through PCRE2, with bounds on the work of one match (base/limits.h).
 *
 * The syntax is PCRE2's in UTF mode, which takes nearly all of Java's: classes, groups, look-around, possessive quantifiers, \p{L}.
 * Differences: \h, \R and character class set operations ([a-z&&[^b]]) mean something else or are errors.
 * In replacements $1, ${name} and a backslash before any character are Java's.
 */

typedef struct
{
  pcre2_code *code;
  guint32     n_groups;
  char       *source;
  gsize       source_len;
} Regex;

/* For one vector: the pattern of the row before and room for a match. */
typedef struct
{
  Regex               *regex; /* Owned; NULL while the bound one is used */
  pcre2_match_data    *match;
  pcre2_match_context *context;
} RegexScratch;

static void
regex_free (gpointer data)
{
  Regex *regex = data;

  if (regex == NULL)
    return;
  pcre2_code_free (regex->code);
  g_free (regex->source);
  g_free (regex);
}

static Regex *
regex_new (const char *text,
           gsize       len)
{
  int         code;
  PCRE2_SIZE  offset;
  pcre2_code *compiled = pcre2_compile ((PCRE2_SPTR)text, len, PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);
  Regex      *regex;

  if (compiled == NULL)
    return NULL;
  pcre2_jit_compile (compiled, PCRE2_JIT_COMPLETE);
  regex = g_new0 (Regex, 1);
  regex->code = compiled;
  regex->source = g_strndup (text, len);
  regex->source_len = len;
  pcre2_pattern_info (compiled, PCRE2_INFO_CAPTURECOUNT, &regex->n_groups);
  return regex;
}

static void
scratch_free (gpointer data)
{
  RegexScratch *scratch = data;

  regex_free (scratch->regex);
  g_clear_pointer (&scratch->match, pcre2_match_data_free);
  g_clear_pointer (&scratch->context, pcre2_match_context_free);
  g_free (scratch);
}

static RegexScratch *
scratch_of (WeirRow *row)
{
  RegexScratch *scratch = row->scratch;

  if (scratch != NULL)
    return scratch;
  scratch = g_new0 (RegexScratch, 1);
  scratch->context = pcre2_match_context_create (NULL);
  pcre2_set_match_limit (scratch->context, WEIR_REGEX_MATCH_LIMIT);
  pcre2_set_depth_limit (scratch->context, WEIR_REGEX_DEPTH_LIMIT);
  row->scratch = scratch;
  row->scratch_free = scratch_free;
  return scratch;
}

static gboolean
fail_pattern (WeirRow    *row,
              const char *text,
              gsize       len)
{
  return _weir_row_fail_value (row, "PATTERN", "regexp", "'%.*s'.", (int)len, text);
}

/* The pattern of this row, always argument 1; NULL when it is none (raised). */
static const Regex *
regex_of_row (WeirRow *row)
{
  RegexScratch *scratch = scratch_of (row);
  gsize         len;
  const char   *text = weir_row_text (row, 1, &len);

  if (row->expr->data != NULL)
    {
      const Regex *bound = row->expr->data;

      if (scratch->match == NULL)
        scratch->match = pcre2_match_data_create_from_pattern (bound->code, NULL);
      return bound;
    }
  if (scratch->regex != NULL && scratch->regex->source_len == len && memcmp (scratch->regex->source, text, len) == 0)
    return scratch->regex;
  g_clear_pointer (&scratch->regex, regex_free);
  g_clear_pointer (&scratch->match, pcre2_match_data_free);
  scratch->regex = regex_new (text, len);
  if (scratch->regex == NULL)
    {
      fail_pattern (row, text, len);
      return NULL;
    }
  scratch->match = pcre2_match_data_create_from_pattern (scratch->regex->code, NULL);
  return scratch->regex;
}

/* TRUE with a match at or behind @start; FALSE when there is none or (@failed) its search was given up. */
static gboolean
search (WeirRow     *row,
        const Regex *regex,
        const char  *data,
        gsize        len,
        gsize        start,
        gboolean    *failed)
{
  RegexScratch *scratch = row->scratch;
  int           rc = pcre2_match (regex->code, (PCRE2_SPTR)data, len, start, PCRE2_NO_UTF_CHECK, scratch->match, scratch->context);

  *failed = rc < 0 && rc != PCRE2_ERROR_NOMATCH;
  if (*failed)
    _weir_kernel_fail_always (row->expr, row->eval, NULL, row->row, "LIMIT_EXCEEDED", "The regular expression '%.*s' needs too much work for one value.",
                              (int)regex->source_len, regex->source);
  return rc > 0;
}

static const PCRE2_SIZE *
ovector (WeirRow *row)
{
  return pcre2_get_ovector_pointer (((RegexScratch *)row->scratch)->match);
}

/* Where to search next: an empty match moves on by one character. */
static gsize
next_start (WeirRow    *row,
            const char *data,
            gsize       len)
{
  const PCRE2_SIZE *o = ovector (row);

  if (o[1] > o[0])
    return o[1];
  return o[1] < len ? o[1] + weir_utf8_width ((guchar)data[o[1]]) : len + 1;
}

static gboolean
row_rlike (WeirRow *row)
{
  const Regex *regex = regex_of_row (row);
  gsize        len;
  const char  *data = weir_row_text (row, 0, &len);
  gboolean     failed;

  if (regex == NULL)
    return FALSE;
  row->i = search (row, regex, data, len, 0, &failed);
  return !failed;
}

/* Argument 2 as a group of the pattern. */
static gboolean
group_of_row (WeirRow     *row,
              const Regex *regex,
              gint32      *group)
{
  *group = weir_row_i32 (row, 2);
  if (*group >= 0 && (guint32)*group <= regex->n_groups)
    return TRUE;
  return _weir_row_fail_value (row, "REGEX_GROUP_INDEX", "idx", "Expects group index between 0 and %u, but got %d.", regex->n_groups, *group);
}

static gboolean
row_regexp_extract (WeirRow *row)
{
  const Regex      *regex = regex_of_row (row);
  gsize             len;
  const char       *data = weir_row_text (row, 0, &len);
  const PCRE2_SIZE *o;
  gboolean          failed;
  gint32            group;

  if (regex == NULL)
    return FALSE;
  if (!search (row, regex, data, len, 0, &failed))
    return failed ? FALSE : group_of_row (row, regex, &group) && _weir_row_part (row, 0, 0, 0);
  if (!group_of_row (row, regex, &group))
    return FALSE;
  o = ovector (row) + 2 * group;
  if (o[0] == PCRE2_UNSET)
    return _weir_row_part (row, 0, 0, 0);
  return _weir_row_part (row, 0, o[0], o[1] - o[0]);
}

static gboolean
row_regexp_substr (WeirRow *row)
{
  const Regex *regex = regex_of_row (row);
  gsize        len;
  const char  *data = weir_row_text (row, 0, &len);
  gboolean     failed;

  if (regex == NULL || !search (row, regex, data, len, 0, &failed) || ovector (row)[0] == ovector (row)[1])
    return FALSE;
  return _weir_row_part (row, 0, ovector (row)[0], ovector (row)[1] - ovector (row)[0]);
}

static gboolean
row_regexp_count (WeirRow *row)
{
  const Regex *regex = regex_of_row (row);
  gsize        len, at = 0;
  const char  *data = weir_row_text (row, 0, &len);
  gboolean     failed = FALSE;

  if (regex == NULL)
    return FALSE;
  row->i = 0;
  while (at <= len && search (row, regex, data, len, at, &failed))
    {
      row->i++;
      at = next_start (row, data, len);
    }
  return !failed;
}

static gboolean
row_regexp_instr (WeirRow *row)
{
  const Regex *regex = regex_of_row (row);
  gsize        len;
  const char  *data = weir_row_text (row, 0, &len);
  gboolean     failed;

  if (regex == NULL)
    return FALSE;
  row->i = search (row, regex, data, len, 0, &failed) ? (gint64)weir_utf8_length (data, ovector (row)[0]) + 1 : 0;
  return !failed;
}

static gboolean
append_group (WeirRow     *row,
              const Regex *regex,
              const char  *data,
              guint32      group)
{
  const PCRE2_SIZE *o = ovector (row) + 2 * group;

  if (group > regex->n_groups)
    return FALSE;
  if (o[0] != PCRE2_UNSET)
    g_string_append_len (row->text, data + o[0], (gssize)(o[1] - o[0]));
  return TRUE;
}

/* Java's replacement text: $n takes as many digits as make a group, ${name}, \x. */
static gboolean
append_replacement (WeirRow     *row,
                    const Regex *regex,
                    const char  *data,
                    const char  *by,
                    gsize        by_len)
{
  for (gsize i = 0; i < by_len; i++)
    {
      if (by[i] == '\\')
        {
          if (++i >= by_len)
            return FALSE;
          g_string_append_c (row->text, by[i]);
        }
      else if (by[i] == '$' && i + 1 < by_len && by[i + 1] == '{')
        {
          const char      *close = memchr (by + i, '}', by_len - i);
          g_autofree char *name = close != NULL ? g_strndup (by + i + 2, (gsize)(close - by) - i - 2) : NULL;
          int              group = name != NULL ? pcre2_substring_number_from_name (regex->code, (PCRE2_SPTR)name) : -1;

          if (group < 0 || !append_group (row, regex, data, (guint32)group))
            return FALSE;
          i = (gsize)(close - by);
        }
      else if (by[i] == '$')
        {
          guint32 group;

          if (i + 1 >= by_len || !g_ascii_isdigit (by[i + 1]))
            return FALSE;
          for (group = (guint32)(by[++i] - '0'); i + 1 < by_len && g_ascii_isdigit (by[i + 1]); i++)
            {
              guint32 longer = group * 10 + (guint32)(by[i + 1] - '0');

              if (longer > regex->n_groups)
                break;
              group = longer;
            }
          if (!append_group (row, regex, data, group))
            return FALSE;
        }
      else
        g_string_append_c (row->text, by[i]);
    }
  return TRUE;
}

static gboolean
row_regexp_replace (WeirRow *row)
{
  const Regex *regex = regex_of_row (row);
  gsize        len, by_len, at, copied = 0;
  const char  *data = weir_row_text (row, 0, &len);
  const char  *by = weir_row_text (row, 2, &by_len);
  gint32       position = weir_row_i32 (row, 3);
  gboolean     failed = FALSE, any = FALSE;

  if (regex == NULL)
    return FALSE;
  at = _weir_utf8_offset (data, len, (gsize)MAX (position, 1) - 1);
  if (position > 1 && at >= len)
    return _weir_row_part (row, 0, 0, len);
  while (at <= len && search (row, regex, data, len, at, &failed))
    {
      any = TRUE;
      g_string_append_len (row->text, data + copied, (gssize)(ovector (row)[0] - copied));
      if (!append_replacement (row, regex, data, by, by_len))
        return _weir_row_fail (row, "INVALID_REGEXP_REPLACE", "Could not perform regexp_replace for replacement = \"%.*s\".", (int)by_len, by);
      if (!_weir_row_check_len (row, row->text->len))
        return FALSE;
      copied = ovector (row)[1];
      at = next_start (row, data, len);
    }
  if (failed)
    return FALSE;
  if (!any)
    return _weir_row_part (row, 0, 0, len);
  g_string_append_len (row->text, data + copied, (gssize)(len - copied));
  return TRUE;
}

/* Functions that make an array of parts append them here, a row at a time. */
typedef gboolean (*PartsFunc) (WeirRow *row, WeirColumnBuilder *parts, guint *n);

static gboolean
parts_extract_all (WeirRow           *row,
                   WeirColumnBuilder *parts,
                   guint             *n)
{
  const Regex *regex = regex_of_row (row);
  gsize        len, at = 0;
  const char  *data = weir_row_text (row, 0, &len);
  gboolean     failed = FALSE;
  gint32       group;

  if (regex == NULL)
    return FALSE;
  while (at <= len && search (row, regex, data, len, at, &failed))
    {
      const PCRE2_SIZE *o;

      if (!group_of_row (row, regex, &group))
        return FALSE;
      o = ovector (row) + 2 * group;
      if (o[0] == PCRE2_UNSET)
        weir_column_builder_append_bytes (parts, "", 0);
      else
        weir_column_builder_append_bytes (parts, data + o[0], o[1] - o[0]);
      (*n)++;
      at = next_start (row, data, len);
    }
  return !failed;
}

/* As Java's String.split with the limit, but an empty pattern splits between characters and a limit of 0 keeps the empty ends. */
static gboolean
parts_split (WeirRow           *row,
             WeirColumnBuilder *parts,
             guint             *n)
{
  const Regex *regex = regex_of_row (row);
  gsize        len, at = 0, start = 0;
  const char  *data = weir_row_text (row, 0, &len);
  gint32       limit = weir_row_i32 (row, 2);
  gboolean     failed = FALSE;

  if (regex == NULL)
    return FALSE;
  while (at <= len && (limit <= 0 || *n + 1 < (guint)limit) && search (row, regex, data, len, at, &failed))
    {
      const PCRE2_SIZE *o = ovector (row);

      at = next_start (row, data, len);
      if (o[1] == o[0] && (o[0] == 0 || o[0] >= len))
        continue;
      if (o[1] > 0)
        {
          weir_column_builder_append_bytes (parts, data + start, o[0] - start);
          (*n)++;
          start = o[1];
        }
    }
  if (failed)
    return FALSE;
  weir_column_builder_append_bytes (parts, data + start, len - start);
  (*n)++;
  return TRUE;
}

static WeirColumn *
eval_parts (const WeirExpr *expr,
            WeirEval       *eval,
            WeirColumn    **args,
            WeirSel         sel,
            guint           n_rows)
{
  PartsFunc                     func = (PartsFunc)expr->function->impl;
  g_autoptr (WeirColumnBuilder) parts = weir_column_builder_new (WEIR_STRING, sel.n);
  WeirArg                       own[3];
  WeirOut                       out;
  WeirRow                       row = { .expr = expr, .eval = eval, .args = own, .n_args = expr->n_args, .out = &out };
  WeirColumn                   *child;

  for (guint i = 0; i < expr->n_args; i++)
    own[i] = weir_arg (args[i]);
  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, at)
  {
    guint before = parts->n_rows, n = 0;

    row.row = at;
    if (!func (&row, parts, &n))
      {
        weir_column_builder_truncate (parts, before);
        _weir_out_null (&out, at);
        continue;
      }
    weir_out_values (&out, WeirListView)[at] = (WeirListView){ before, n };
  }
  if (row.scratch != NULL)
    row.scratch_free (row.scratch);
  child = weir_column_builder_finish (parts);
  return _weir_out_finish_nested (&out, &child);
}

static WeirType *
bind_pattern (WeirBind *bind,
              GError  **error)
{
  g_autofree char *text = NULL;
  WeirType        *type = _weir_bind_types (bind, error);

  if (type == NULL)
    return NULL;
  text = _weir_bind_constant_string (bind, 1);
  /* A wrong pattern is an error of the first row, as in Spark. */
  if (text != NULL)
    {
      bind->data = regex_new (text, strlen (text));
      bind->data_free = regex_free;
    }
  bind->can_fail = TRUE;
  return type;
}

static WeirType *
bind_parts (WeirBind *bind,
            GError  **error)
{
  g_autoptr (WeirType) string = bind_pattern (bind, error);

  return string != NULL ? weir_type_new_array (WEIR_STRING, bind->function->impl != (gconstpointer)parts_split) : NULL;
}

static WeirType *
bind_replace (WeirBind *bind,
              GError  **error)
{
  WeirType              *type = bind_pattern (bind, error);
  g_autoptr (WeirColumn) position = type != NULL ? _weir_bind_constant (bind, 3) : NULL;

  if (position != NULL && !weir_column_is_null (position, 0) && weir_column_values (position, gint32)[0] < 1)
    {
      weir_type_unref (type);
      return weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", bind->span,
                        "Cannot resolve \"regexp_replace\" due to data type mismatch: The `position` must be between (0, 2147483647] (current value = %d).",
                        weir_column_values (position, gint32)[0]),
             NULL;
    }
  return type;
}

static WeirType *
bind_substr (WeirBind *bind,
             GError  **error)
{
  WeirType *type = bind_pattern (bind, error);

  bind->nullable = TRUE;
  return type;
}

#define GROUP "string"
#define RLIKE(name_, print_)                                                                                                                                                                                                 \
  {                                                                                                                                                                                                                          \
    WEIR_ROW_FAILS (name_, "predicate", name_ "(text, regexp)", "Whether the regular expression is found in the text.", "SELECT " name_ "('Spark', 'S.*k')", 2, 2, "ss>b", row_rlike), .bind = bind_pattern, .print = print_ \
  }

static const WeirFunction functions[] = {
  RLIKE ("rlike", "RLIKE($*)"),
  RLIKE ("regexp", "REGEXP($*)"),
  RLIKE ("regexp_like", "REGEXP_LIKE($*)"),
  { WEIR_ROW_FAILS ("regexp_extract", GROUP, "regexp_extract(text, regexp[, group])", "A group of the first match; empty when there is none.", "SELECT regexp_extract('100-200', '(\\\\d+)-(\\\\d+)', 1)", 2, 3, "ssi>s", row_regexp_extract), .bind = bind_pattern, .defaults = "i1" },
  { WEIR_ROW_FAILS ("regexp_substr", GROUP, "regexp_substr(text, regexp)", "The first match; NULL when there is none or it is empty.", "SELECT regexp_substr('Steven Jones', 'Ste(v|ph)en')", 2, 2, "ss>s", row_regexp_substr), .bind = bind_substr },
  { WEIR_ROW_FAILS ("regexp_count", GROUP, "regexp_count(text, regexp)", "How many matches there are.", "SELECT regexp_count('abcdef', '[a-z]{3}')", 2, 2, "ss>i", row_regexp_count), .bind = bind_pattern },
  { WEIR_ROW_FAILS ("regexp_instr", GROUP, "regexp_instr(text, regexp)", "Where the first match begins; 0 when there is none.", "SELECT regexp_instr('user@spark.apache.org', '@[^.]*')", 2, 3, "ssi>i", row_regexp_instr), .bind = bind_pattern, .defaults = "i0" },
  { WEIR_ROW_FAILS ("regexp_replace", GROUP, "regexp_replace(text, regexp, replacement[, position])", "Every match replaced.", "SELECT regexp_replace('100-200', '(\\\\d+)', 'num')", 3, 4, "sssi>s", row_regexp_replace), .bind = bind_replace, .defaults = "i1" },
  { .name = "regexp_extract_all", .group = GROUP, .signature = "regexp_extract_all(text, regexp[, group])", .doc = "A group of every match.", .example = "SELECT regexp_extract_all('100-200, 300-400', '(\\\\d+)-(\\\\d+)', 1)", .n_args_min = 2, .n_args_max = 3, .flags = WEIR_FUNCTION_STRICT | WEIR_FUNCTION_CAN_FAIL, .types = "ssi>s", .defaults = "i1", .bind = bind_parts, .eval = eval_parts, .impl = (gconstpointer)parts_extract_all },
  { .name = "split", .group = GROUP, .signature = "split(text, regexp[, limit])", .doc = "The parts between matches.", .example = "SELECT split('oneAtwoBthreeC', '[ABC]')", .n_args_min = 2, .n_args_max = 3, .flags = WEIR_FUNCTION_STRICT | WEIR_FUNCTION_CAN_FAIL, .types = "ssi>s", .defaults = "i-1", .bind = bind_parts, .eval = eval_parts, .impl = (gconstpointer)parts_split },
};

const WeirFamily _weir_family_regexp = { functions, G_N_ELEMENTS (functions) };
