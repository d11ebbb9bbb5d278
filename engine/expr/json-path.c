/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/value.h"
#include "expr/json-path-private.h"

/*
 * JSON paths over texts.
 *
 * The text is walked once; nothing is built but the answer. Single quotes delimit strings too, as Spark's parser allows. Duplicate
 * names: the first that matches counts. A wildcard with several hits gives an array, one hit alone gives itself.
 */

typedef enum
{
  STEP_NAME,
  STEP_INDEX,
  STEP_ANY,      /* [*] */
  STEP_ANY_NAME, /* .* */
} StepKind;

typedef struct
{
  StepKind kind;
  char    *name;
  gsize    name_len;
  guint64  index;
} Step;

struct _WeirJsonPath
{
  GArray *steps; /* Step */
};

void
_weir_json_skip_blanks (WeirJsonCursor *c)
{
  while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
    c->p++;
}

static int
hex4 (const char *p)
{
  int value = 0;

  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (p[i]);

      if (digit < 0)
        return -1;
      value = value << 4 | digit;
    }
  return value;
}

/* Behind the backslash. */
static gboolean
take_escape (WeirJsonCursor *c,
             GString        *out)
{
  static const char from[] = "\"'\\/bfnrt", to[] = "\"'\\/\b\f\n\r\t";
  const char       *found;
  int               unit, low;

  if (c->p >= c->end || *c->p == '\0')
    return FALSE;
  found = strchr (from, *c->p);
  if (found != NULL)
    {
      c->p++;
      if (out != NULL)
        g_string_append_c (out, to[found - from]);
      return TRUE;
    }
  if (*c->p != 'u' || c->end - c->p < 5 || (unit = hex4 (c->p + 1)) < 0)
    return FALSE;
  c->p += 5;
  if (unit >= 0xd800 && unit < 0xdc00 && c->end - c->p >= 6 && c->p[0] == '\\' && c->p[1] == 'u' && (low = hex4 (c->p + 2)) >= 0xdc00 && low < 0xe000)
    {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      c->p += 6;
    }
  if (unit >= 0xd800 && unit < 0xe000)
    unit = 0xfffd;
  if (out != NULL)
    g_string_append_unichar (out, (gunichar)unit);
  return TRUE;
}

gboolean
_weir_json_take_string (WeirJsonCursor *c,
                        GString        *out)
{
  char quote;

  if (c->p >= c->end || (*c->p != '"' && *c->p != '\''))
    return FALSE;
  quote = *c->p++;
  while (c->p < c->end && *c->p != quote)
    {
      const char *run = c->p;

      while (c->p < c->end && *c->p != quote && *c->p != '\\' && (guchar)*c->p >= ' ')
        c->p++;
      if (out != NULL)
        g_string_append_len (out, run, c->p - run);
      if (c->p >= c->end || (guchar)*c->p < ' ')
        return FALSE;
      if (*c->p == '\\')
        {
          c->p++;
          if (!take_escape (c, out))
            return FALSE;
        }
    }
  if (c->p >= c->end)
    return FALSE;
  c->p++;
  return TRUE;
}

static gboolean
skip_digits (WeirJsonCursor *c)
{
  const char *start = c->p;

  while (c->p < c->end && g_ascii_isdigit (*c->p))
    c->p++;
  return c->p > start;
}

static gboolean
skip_number (WeirJsonCursor *c)
{
  if (c->p < c->end && *c->p == '-')
    c->p++;
  if (c->p < c->end && *c->p == '0')
    c->p++;
  else if (!skip_digits (c))
    return FALSE;
  if (c->p < c->end && *c->p == '.')
    {
      c->p++;
      if (!skip_digits (c))
        return FALSE;
    }
  if (c->p < c->end && (*c->p == 'e' || *c->p == 'E'))
    {
      c->p++;
      if (c->p < c->end && (*c->p == '+' || *c->p == '-'))
        c->p++;
      return skip_digits (c);
    }
  return TRUE;
}

static gboolean
skip_word (WeirJsonCursor *c)
{
  static const char *const words[] = { "true", "false", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize len = strlen (words[i]);

      if ((gsize)(c->end - c->p) >= len && memcmp (c->p, words[i], len) == 0)
        {
          c->p += len;
          return TRUE;
        }
    }
  return FALSE;
}

/* Members and elements: calls for each with the cursor at the value; FALSE when malformed or @each says so. */
typedef gboolean (*EachFunc) (WeirJsonCursor *c, GString *name, guint64 index, gpointer data);

static gboolean
walk (WeirJsonCursor *c,
      EachFunc        each,
      gpointer        data)
{
  char                close = *c->p == '{' ? '}' : ']';
  g_autoptr (GString) name = close == '}' ? g_string_new (NULL) : NULL;

  if (++c->depth > WEIR_JSON_DEPTH_MAX)
    return FALSE;
  c->p++;
  _weir_json_skip_blanks (c);
  if (c->p < c->end && *c->p == close)
    {
      c->p++;
      c->depth--;
      return TRUE;
    }
  for (guint64 index = 0;; index++)
    {
      _weir_json_skip_blanks (c);
      if (close == '}')
        {
          g_string_truncate (name, 0);
          if (!_weir_json_take_string (c, name))
            return FALSE;
          _weir_json_skip_blanks (c);
          if (c->p >= c->end || *c->p++ != ':')
            return FALSE;
          _weir_json_skip_blanks (c);
        }
      if (!each (c, name, index, data))
        return FALSE;
      _weir_json_skip_blanks (c);
      if (c->p >= c->end || (*c->p != ',' && *c->p != close))
        return FALSE;
      if (*c->p++ == close)
        {
          c->depth--;
          return TRUE;
        }
    }
}

static gboolean
skip_each (WeirJsonCursor *c,
           GString        *name,
           guint64         index,
           gpointer        data)
{
  return _weir_json_skip_value (c);
}

gboolean
_weir_json_skip_value (WeirJsonCursor *c)
{
  _weir_json_skip_blanks (c);
  if (c->p >= c->end)
    return FALSE;
  switch (*c->p)
    {
    case '{':
    case '[':
      return walk (c, skip_each, NULL);
    case '"':
    case '\'':
      return _weir_json_take_string (c, NULL);
    case 't':
    case 'f':
    case 'n':
      return skip_word (c);
    default:
      return skip_number (c);
    }
}

gboolean
_weir_json_is_document (const char *text,
                        gsize       len)
{
  WeirJsonCursor c = { text, text + len, 0 };

  if (!_weir_json_skip_value (&c))
    return FALSE;
  _weir_json_skip_blanks (&c);
  return c.p == c.end;
}

typedef struct
{
  GString *out;
  gboolean first;
} Compact;

static gboolean
compact_each (WeirJsonCursor *c,
              GString        *name,
              guint64         index,
              gpointer        data)
{
  Compact *compact = data;

  if (index > 0)
    g_string_append_c (compact->out, ',');
  if (name != NULL)
    {
      weir_json_append_string (compact->out, name->str, name->len);
      g_string_append_c (compact->out, ':');
    }
  return _weir_json_append_compact (c, compact->out);
}

gboolean
_weir_json_append_compact (WeirJsonCursor *c,
                           GString        *out)
{
  const char *start;
  Compact     compact = { out, TRUE };
  char        open;

  _weir_json_skip_blanks (c);
  if (c->p >= c->end)
    return FALSE;
  start = c->p;
  open = *c->p;
  if (open == '{' || open == '[')
    {
      g_string_append_c (out, open);
      if (!walk (c, compact_each, &compact))
        return FALSE;
      g_string_append_c (out, open == '{' ? '}' : ']');
      return TRUE;
    }
  if (open == '"' || open == '\'')
    {
      g_autoptr (GString) text = g_string_new (NULL);

      if (!_weir_json_take_string (c, text))
        return FALSE;
      weir_json_append_string (out, text->str, text->len);
      return TRUE;
    }
  if (!_weir_json_skip_value (c))
    return FALSE;
  g_string_append_len (out, start, c->p - start);
  return TRUE;
}

/* Paths ----------------------------------------------------------------------------------------------------------- */

void
_weir_json_path_free (gpointer data)
{
  WeirJsonPath *path = data;

  for (guint i = 0; i < path->steps->len; i++)
    g_free (g_array_index (path->steps, Step, i).name);
  g_array_unref (path->steps);
  g_free (path);
}

static void
add_name (WeirJsonPath *path,
          const char   *name,
          gsize         len)
{
  Step step = { .kind = STEP_NAME, .name = g_strndup (name, len), .name_len = len };

  g_array_append_val (path->steps, step);
}

/* `[0]`, `[*]`, `['name']`, behind the bracket. */
static gboolean
parse_bracket (WeirJsonPath   *path,
               WeirJsonCursor *c)
{
  Step        step = { .kind = STEP_ANY };
  const char *close;

  if (c->p < c->end && *c->p == '\'')
    {
      close = memchr (c->p + 1, '\'', (gsize)(c->end - c->p) - 1);
      if (close == NULL || close + 1 >= c->end || close[1] != ']')
        return FALSE;
      add_name (path, c->p + 1, (gsize)(close - c->p) - 1);
      c->p = close + 2;
      return TRUE;
    }
  if (c->p < c->end && *c->p == '*')
    c->p++;
  else
    {
      const char *start = c->p;

      step.kind = STEP_INDEX;
      for (; c->p < c->end && g_ascii_isdigit (*c->p) && c->p - start < 18; c->p++)
        step.index = step.index * 10 + (guint64)(*c->p - '0');
      if (c->p == start)
        return FALSE;
    }
  if (c->p >= c->end || *c->p++ != ']')
    return FALSE;
  g_array_append_val (path->steps, step);
  return TRUE;
}

static gboolean
parse_path (WeirJsonPath   *path,
            WeirJsonCursor *c)
{
  if (c->p >= c->end || *c->p++ != '$')
    return FALSE;
  while (c->p < c->end)
    {
      char lead = *c->p++;

      if (lead == '[')
        {
          if (!parse_bracket (path, c))
            return FALSE;
        }
      else if (lead == '.' && c->p < c->end && *c->p == '*')
        {
          Step any = { .kind = STEP_ANY_NAME };

          c->p++;
          g_array_append_val (path->steps, any);
        }
      else if (lead == '.')
        {
          const char *start = c->p;

          while (c->p < c->end && *c->p != '.' && *c->p != '[')
            c->p++;
          if (c->p == start)
            return FALSE;
          add_name (path, start, (gsize)(c->p - start));
        }
      else
        return FALSE;
    }
  return TRUE;
}

WeirJsonPath *
_weir_json_path_new (const char *text,
                     gsize       len)
{
  WeirJsonPath  *path = g_new0 (WeirJsonPath, 1);
  WeirJsonCursor c = { text, text + len, 0 };

  path->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  if (parse_path (path, &c))
    return path;
  _weir_json_path_free (path);
  return NULL;
}

/* Walking a path: hits are appended, each compact, separated by commas. */
typedef struct
{
  const WeirJsonPath *path;
  guint               step;
  GString            *hits;
  guint               n_hits;
  gboolean            found; /* a name or index was there: the first counts */
} Search;

static gboolean search_value (WeirJsonCursor *c, Search *search);

static void
add_separator (Search *search)
{
  if (search->n_hits++ > 0)
    g_string_append_c (search->hits, ',');
}

static gboolean
search_each (WeirJsonCursor *c,
             GString        *name,
             guint64         index,
             gpointer        data)
{
  Search     *search = data;
  const Step *step = &g_array_index (search->path->steps, Step, search->step);
  gboolean    match = FALSE, held = search->found;

  switch (step->kind)
    {
    case STEP_NAME:
      match = name != NULL && !held && name->len == step->name_len && memcmp (name->str, step->name, name->len) == 0;
      break;
    case STEP_INDEX:
      match = name == NULL && index == step->index;
      break;
    case STEP_ANY:
      match = name == NULL;
      break;
    case STEP_ANY_NAME:
      match = name != NULL;
      break;
    }
  if (!match)
    return _weir_json_skip_value (c);
  search->step++;
  search->found = FALSE;
  if (!search_value (c, search))
    return FALSE;
  search->step--;
  search->found = TRUE;
  return TRUE;
}

/* A name over an array looks into its elements, as Hive's paths do behind a wildcard. */
static gboolean
search_value (WeirJsonCursor *c,
              Search         *search)
{
  gboolean found = search->found, fine;

  _weir_json_skip_blanks (c);
  if (c->p >= c->end)
    return FALSE;
  if (search->step == search->path->steps->len)
    {
      if (*c->p == 'n')
        return _weir_json_skip_value (c);
      add_separator (search);
      return _weir_json_append_compact (c, search->hits);
    }
  if (*c->p != '{' && *c->p != '[')
    return _weir_json_skip_value (c);
  search->found = FALSE;
  fine = walk (c, search_each, search);
  search->found = found;
  return fine;
}

static gboolean
has_wildcard (const WeirJsonPath *path)
{
  for (guint i = 0; i < path->steps->len; i++)
    if (g_array_index (path->steps, Step, i).kind >= STEP_ANY)
      return TRUE;
  return FALSE;
}

gboolean
_weir_json_path_get (const WeirJsonPath *path,
                     const char         *text,
                     gsize               len,
                     GString            *out)
{
  g_autoptr (GString) hits = g_string_new (NULL);
  WeirJsonCursor      c = { text, text + len, 0 };
  Search              search = { .path = path, .hits = hits };

  if (!search_value (&c, &search) || search.n_hits == 0)
    return FALSE;
  if (search.n_hits > 1)
    {
      g_string_append_printf (out, "[%s]", hits->str);
      return TRUE;
    }
  if (hits->str[0] == '"' && !has_wildcard (path))
    {
      WeirJsonCursor string = { hits->str, hits->str + hits->len, 0 };

      return _weir_json_take_string (&string, out);
    }
  g_string_append_len (out, hits->str, (gssize)hits->len);
  return TRUE;
}
