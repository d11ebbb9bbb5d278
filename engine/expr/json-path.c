/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/value.h"
#include "expr/json-path-private.h"

/*
 * JSON paths over texts.
 *
 * The text is walked once; nothing is built but the answer. Single quotes delimit strings too, as Spark's parser allows. Duplicate
 * names: the first that gives something counts. As in Hive and Spark, [*] with several hits gives an array and one hit alone gives itself;
 * behind an index it always gives an array, and two in a row give one flat array. The names' wildcard `.*` is a path that finds nothing.
 */

typedef enum
{
  STEP_NAME,
  STEP_INDEX,
  STEP_ANY,      /* [*] */
  STEP_ANY_NAME, /* .* and ['*'] */
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
      step.kind = STEP_ANY_NAME;
      if (close == c->p + 1)
        return FALSE;
      if (close == c->p + 2 && c->p[1] == '*')
        g_array_append_val (path->steps, step);
      else
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

/* Walking a path ------------------------------------------------------------------------------------------------- */

/* How a text is written that the path ends at. */
typedef enum
{
  STYLE_RAW,     /* as it is: no array was walked */
  STYLE_QUOTED,  /* as JSON */
  STYLE_FLATTEN, /* as JSON, and arrays element by element: behind two wildcards */
} Style;

/* Values found so far, separated by commas. */
typedef struct
{
  GString *text;
  guint    n;
} Hits;

typedef struct
{
  const WeirJsonPath *path;
  guint               step;
  Style               style;
  Hits               *hits;
  guint               n_found; /* children that gave something */
} Search;

static gboolean search_value (WeirJsonCursor *c, const Search *search, gboolean *found);

static const Step *
get_step (const Search *search,
          guint         ahead)
{
  guint i = search->step + ahead;

  return i < search->path->steps->len ? &g_array_index (search->path->steps, Step, i) : NULL;
}

static void
begin_hit (Hits *hits)
{
  if (hits->n++ > 0)
    g_string_append_c (hits->text, ',');
}

/* Members and elements that fit @step, each searched as @child. */
typedef struct
{
  const Step *step; /* NULL: all elements, at the end of the path */
  Search      child;
} Walk;

static gboolean
search_each (WeirJsonCursor *c,
             GString        *name,
             guint64         index,
             gpointer        data)
{
  Walk       *self = data;
  const Step *step = self->step;
  gboolean    match = TRUE, found = FALSE;

  if (step != NULL && step->kind == STEP_NAME)
    match = self->child.n_found == 0 && name->len == step->name_len && memcmp (name->str, step->name, name->len) == 0 && c->p < c->end && *c->p != 'n';
  else if (step != NULL && step->kind == STEP_INDEX)
    match = index == step->index;
  if (!match)
    return _weir_json_skip_value (c);
  if (!search_value (c, &self->child, &found))
    return FALSE;
  self->child.n_found += found;
  return TRUE;
}

static gboolean
walk_on (WeirJsonCursor *c,
         const Step     *step,
         Search          child,
         gboolean       *found)
{
  Walk self = { step, child };

  self.child.n_found = 0;
  if (!walk (c, search_each, &self))
    return FALSE;
  *found = self.child.n_found > 0;
  return TRUE;
}

/* [*]: what the elements give is an array, but for a single hit of a wildcard that stands alone, which is itself. */
static gboolean
search_elements (WeirJsonCursor *c,
                 const Search   *search,
                 gboolean       *found)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Hits                inner = { text, 0 };
  const Step         *next = get_step (search, 1);
  gboolean            is_double = next != NULL && next->kind == STEP_ANY;
  gboolean            always_array = is_double || search->style == STYLE_QUOTED;
  Walk                self = { get_step (search, 0), { search->path, search->step + 1 + is_double, STYLE_QUOTED, &inner, 0 } };

  if (is_double || search->style == STYLE_FLATTEN)
    self.child.style = STYLE_FLATTEN;
  if (!walk (c, search_each, &self))
    return FALSE;
  *found = self.child.n_found > 0;
  if (!always_array && !*found)
    return TRUE;
  begin_hit (search->hits);
  if (always_array || self.child.n_found > 1)
    g_string_append_printf (search->hits->text, "[%s]", text->str);
  else
    g_string_append_len (search->hits->text, text->str, (gssize)text->len);
  return TRUE;
}

static gboolean
take_end (WeirJsonCursor *c,
          const Search   *search,
          gboolean       *found)
{
  if (*c->p == '[' && search->style == STYLE_FLATTEN)
    return walk_on (c, NULL, *search, found);
  *found = TRUE;
  begin_hit (search->hits);
  if ((*c->p == '"' || *c->p == '\'') && search->style == STYLE_RAW)
    return _weir_json_take_string (c, search->hits->text);
  return _weir_json_append_compact (c, search->hits->text);
}

static gboolean
search_value (WeirJsonCursor *c,
              const Search   *search,
              gboolean       *found)
{
  const Step *step = get_step (search, 0), *next = get_step (search, 1);
  Search      child = *search;

  _weir_json_skip_blanks (c);
  if (c->p >= c->end)
    return FALSE;
  if (step == NULL)
    return take_end (c, search, found);
  child.step++;
  if (*c->p == '{' && step->kind == STEP_NAME)
    return walk_on (c, step, child, found);
  if (*c->p == '[' && step->kind == STEP_ANY)
    return search_elements (c, search, found);
  if (*c->p == '[' && step->kind == STEP_INDEX)
    {
      if (next != NULL && next->kind == STEP_ANY)
        child.style = STYLE_QUOTED;
      return walk_on (c, step, child, found);
    }
  return _weir_json_skip_value (c);
}

gboolean
_weir_json_path_get (const WeirJsonPath *path,
                     const char         *text,
                     gsize               len,
                     GString            *out)
{
  g_autoptr (GString) answer = g_string_new (NULL);
  WeirJsonCursor      c = { text, text + len, 0 };
  Hits                hits = { answer, 0 };
  Search              search = { .path = path, .hits = &hits };
  gboolean            found = FALSE;

  if (!search_value (&c, &search, &found) || !found)
    return FALSE;
  g_string_append_len (out, answer->str, (gssize)answer->len);
  return TRUE;
}
