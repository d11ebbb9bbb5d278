/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/time-pattern-private.h"

#include <string.h>

/*
 * Spark's datetime patterns are java.time's with some letters taken out: week-based ones (Y w W u e c), those that make no sense on a
 * timestamp (A B n N p), narrow texts of five letters, and for parsing also E F Q q. A pattern becomes a flat list of tokens; an
 * optional section is a pair of tokens around its own.
 *
 * Numbers without a separator between them, yyyyMMdd, are cut as java.time cuts them: the first may be as wide as the digits
 * that are there less those the fixed ones behind it need (`reserve`).
 */

typedef struct
{
  char   letter;
  guint8 max_number; /* most letters that mean a number; 0: never one */
  guint8 max_count;  /* most letters at all */
} LetterInfo;

static const LetterInfo letters[] = {
  { 'G', 0, 4 },
  { 'y', 10, 10 },
  { 'M', 2, 4 },
  { 'L', 2, 4 },
  { 'Q', 2, 4 },
  { 'q', 2, 4 },
  { 'd', 2, 2 },
  { 'D', 3, 3 },
  { 'E', 0, 4 },
  { 'F', 1, 1 },
  { 'a', 0, 1 },
  { 'h', 2, 2 },
  { 'H', 2, 2 },
  { 'k', 2, 2 },
  { 'K', 2, 2 },
  { 'm', 2, 2 },
  { 's', 2, 2 },
  { 'S', 0, 9 },
  { 'V', 0, 2 },
  { 'z', 0, 4 },
  { 'O', 0, 4 },
  { 'X', 0, 5 },
  { 'x', 0, 5 },
  { 'Z', 0, 5 },
};

static const LetterInfo *
find_letter (char letter)
{
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    if (letters[i].letter == letter)
      return &letters[i];
  return NULL;
}

static void
clear_token (gpointer data)
{
  g_free (((WeirToken *)data)->literal);
}

/* ---- errors ----------------------------------------------------------------------------------------------------- */

static gboolean
fail_week_based (GError **error,
                 char     letter)
{
  char value[] = { letter, '\0' };

  weir_fail (error, WEIR_ERROR_RUN, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", WEIR_SPAN_NONE,
             "You may get a different result due to the upgrading to Spark >= 3.0: All week-based patterns are unsupported since Spark 3.0, "
             "detected week-based character: %c. Please use the SQL function EXTRACT instead.",
             letter);
  if (error != NULL)
    weir_error_add_param (*error, "c", value);
  return FALSE;
}

static gboolean
fail_character (GError    **error,
                const char *pattern,
                const char *at)
{
  g_autofree char *c = g_strndup (at, (gsize)(g_utf8_next_char (at) - at));

  weir_fail (error, WEIR_ERROR_RUN, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", WEIR_SPAN_NONE,
             "Unrecognized datetime pattern: %s. Illegal pattern character found in datetime pattern: %s. Please provide legal character.",
             pattern, c);
  if (error != NULL)
    {
      weir_error_add_param (*error, "pattern", pattern);
      weir_error_add_param (*error, "c", c);
    }
  return FALSE;
}

static gboolean
fail_length (GError    **error,
             const char *pattern)
{
  weir_fail (error, WEIR_ERROR_RUN, "INVALID_DATETIME_PATTERN.LENGTH", WEIR_SPAN_NONE,
             "Unrecognized datetime pattern: %s. Too many letters in datetime pattern: %s. Please reduce pattern length.", pattern, pattern);
  if (error != NULL)
    weir_error_add_param (*error, "pattern", pattern);
  return FALSE;
}

/* ---- tokens ----------------------------------------------------------------------------------------------------- */

static void
set_number_widths (WeirToken *token)
{
  token->kind = WEIR_TOKEN_NUMBER;
  token->min = token->count;
  token->max = token->count;
  if (token->letter == 'y' && token->count != 2)
    {
      token->max = 19;
      token->pads_sign = token->count >= 4;
    }
  else if (token->letter == 'D')
    token->max = 3;
  else if (token->count == 1)
    token->max = 19;
}

static gboolean
classify (WeirToken        *token,
          const LetterInfo *info)
{
  if (token->count > info->max_count)
    return FALSE;
  if (token->count <= info->max_number)
    {
      set_number_widths (token);
      return TRUE;
    }
  switch (info->letter)
    {
    case 'S':
      token->kind = WEIR_TOKEN_FRACTION;
      return TRUE;
    case 'V':
      token->kind = WEIR_TOKEN_ZONE;
      return token->count == 2;
    case 'z':
      token->kind = WEIR_TOKEN_ZONE;
      return TRUE;
    case 'O':
      token->kind = WEIR_TOKEN_GMT;
      return token->count == 1 || token->count == 4;
    case 'Z':
      token->kind = token->count == 4 ? WEIR_TOKEN_GMT : WEIR_TOKEN_OFFSET;
      return TRUE;
    case 'X':
    case 'x':
      token->kind = WEIR_TOKEN_OFFSET;
      return TRUE;
    default:
      token->kind = WEIR_TOKEN_TEXT;
      return TRUE;
    }
}

static gboolean
add_letters (WeirTimePattern *self,
             const char      *pattern,
             const char     **at,
             gboolean         for_parsing,
             GError         **error)
{
  WeirToken         token = { .letter = **at };
  const LetterInfo *info = find_letter (token.letter);
  guint             count = 0;

  if (strchr ("YWwuec", token.letter) != NULL)
    return fail_week_based (error, token.letter);
  if (info == NULL || (for_parsing && strchr ("EFqQ", token.letter) != NULL))
    return fail_character (error, pattern, *at);
  while (**at == token.letter)
    {
      (*at)++;
      count++;
    }
  token.count = (guint8)MIN (count, 100);
  if (!classify (&token, info))
    return fail_length (error, pattern);
  token.letter = token.letter == 'L' ? 'M' : token.letter == 'q' ? 'Q'
                                                                 : token.letter;
  self->has_era = self->has_era || token.letter == 'G';
  g_array_append_val (self->tokens, token);
  return TRUE;
}

/* 'text', with '' for one quote; '' alone is a quote too. */
static gboolean
add_quoted (WeirTimePattern *self,
            const char      *pattern,
            const char     **at,
            GError         **error)
{
  GString  *text = g_string_new (NULL);
  WeirToken token = { .kind = WEIR_TOKEN_LITERAL };

  for ((*at)++; **at != '\0' && (**at != '\'' || (*at)[1] == '\''); (*at)++)
    {
      *at += **at == '\'';
      g_string_append_c (text, **at);
    }
  if (**at == '\0')
    {
      g_string_free (text, TRUE);
      return fail_character (error, pattern, strrchr (pattern, '\''));
    }
  (*at)++;
  if (text->len == 0)
    g_string_append_c (text, '\'');
  token.literal = g_string_free (text, FALSE);
  g_array_append_val (self->tokens, token);
  return TRUE;
}

static void
add_char (WeirTimePattern *self,
          const char     **at)
{
  const char *next = g_utf8_next_char (*at);
  WeirToken   token = { .kind = WEIR_TOKEN_LITERAL, .literal = g_strndup (*at, (gsize)(next - *at)) };

  g_array_append_val (self->tokens, token);
  *at = next;
}

static gboolean
add_bracket (WeirTimePattern *self,
             GArray          *open,
             const char      *pattern,
             const char     **at,
             GError         **error)
{
  WeirToken token = { .kind = **at == '[' ? WEIR_TOKEN_OPEN : WEIR_TOKEN_CLOSE };
  guint     here = self->tokens->len;

  if (token.kind == WEIR_TOKEN_OPEN && open->len == WEIR_TIME_PATTERN_DEPTH_MAX)
    return fail_character (error, pattern, *at);
  if (token.kind == WEIR_TOKEN_OPEN)
    g_array_append_val (open, here);
  else
    {
      if (open->len == 0)
        return fail_character (error, pattern, *at);
      g_array_index (self->tokens, WeirToken, g_array_index (open, guint, open->len - 1)).jump = here;
      g_array_set_size (open, open->len - 1);
    }
  g_array_append_val (self->tokens, token);
  (*at)++;
  return TRUE;
}

static gboolean
compile (WeirTimePattern *self,
         const char      *pattern,
         gboolean         for_parsing,
         GError         **error)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));
  const char        *at = pattern;
  gboolean           ok = TRUE;

  while (ok && *at != '\0')
    {
      if (g_ascii_isalpha (*at))
        ok = add_letters (self, pattern, &at, for_parsing, error);
      else if (*at == '\'')
        ok = add_quoted (self, pattern, &at, error);
      else if (*at == '[' || *at == ']')
        ok = add_bracket (self, open, pattern, &at, error);
      else if (strchr ("{}#", *at) != NULL)
        ok = fail_character (error, pattern, at);
      else
        add_char (self, &at);
    }
  /* A section that is not closed ends with the pattern. */
  while (ok && open->len > 0)
    {
      const char *close = "]";

      ok = add_bracket (self, open, pattern, &close, error);
    }
  return ok;
}

static void
set_reserves (WeirTimePattern *self)
{
  guint behind = 0;

  for (guint i = self->tokens->len; i-- > 0;)
    {
      WeirToken *token = &g_array_index (self->tokens, WeirToken, i);

      if (token->kind == WEIR_TOKEN_FRACTION)
        behind = token->count;
      else if (token->kind != WEIR_TOKEN_NUMBER)
        behind = 0;
      else
        {
          token->reserve = behind;
          behind = token->min == token->max ? behind + token->max : 0;
        }
    }
}

WeirTimePattern *
weir_time_pattern_new (const char *pattern,
                       gboolean    for_parsing,
                       GError    **error)
{
  g_autoptr (WeirTimePattern) self = g_new0 (WeirTimePattern, 1);

  self->tokens = g_array_new (FALSE, TRUE, sizeof (WeirToken));
  g_array_set_clear_func (self->tokens, clear_token);
  if (!g_utf8_validate (pattern, -1, NULL))
    {
      fail_character (error, "?", "?");
      return NULL;
    }
  if (!compile (self, pattern, for_parsing, error))
    return NULL;
  set_reserves (self);
  return g_steal_pointer (&self);
}

void
weir_time_pattern_free (WeirTimePattern *pattern)
{
  if (pattern == NULL)
    return;
  g_array_unref (pattern->tokens);
  g_free (pattern);
}

/* ---- tables of the letters -------------------------------------------------------------------------------------- */

const WeirOffsetStyle *
_weir_offset_style (const WeirToken *token)
{
  static const WeirOffsetStyle z_styles[] = {
    { FALSE, FALSE, FALSE, "Z" },
    { FALSE, TRUE, FALSE, "Z" },
    { TRUE, TRUE, FALSE, "Z" },
    { FALSE, TRUE, TRUE, "Z" },
    { TRUE, TRUE, TRUE, "Z" },
  };
  static const WeirOffsetStyle x_styles[] = {
    { FALSE, FALSE, FALSE, "+00" },
    { FALSE, TRUE, FALSE, "+0000" },
    { TRUE, TRUE, FALSE, "+00:00" },
    { FALSE, TRUE, TRUE, "+0000" },
    { TRUE, TRUE, TRUE, "+00:00" },
  };

  if (token->letter == 'x')
    return &x_styles[token->count - 1];
  if (token->letter == 'Z' && token->count < 5)
    return &x_styles[1];
  return &z_styles[token->count - 1];
}

const char *const *
_weir_pattern_names (const WeirToken *token,
                     guint           *n,
                     guint           *first)
{
  static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July",
                                        "August", "September", "October", "November", "December" };
  static const char *const short_months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  static const char *const weekdays[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
  static const char *const short_weekdays[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
  static const char *const halves[] = { "AM", "PM" };
  static const char *const eras[] = { "Before Christ", "Anno Domini" };
  static const char *const short_eras[] = { "BC", "AD" };
  static const char *const quarters[] = { "1st quarter", "2nd quarter", "3rd quarter", "4th quarter" };
  static const char *const short_quarters[] = { "Q1", "Q2", "Q3", "Q4" };
  gboolean                 is_full = token->count == 4;

  *first = 0;
  switch (token->letter)
    {
    case 'M':
      *n = 12;
      *first = 1;
      return is_full ? months : short_months;
    case 'E':
      *n = 7;
      return is_full ? weekdays : short_weekdays;
    case 'a':
      *n = 2;
      return halves;
    case 'G':
      *n = 2;
      return is_full ? eras : short_eras;
    default:
      *n = 4;
      *first = 1;
      return is_full ? quarters : short_quarters;
    }
}
