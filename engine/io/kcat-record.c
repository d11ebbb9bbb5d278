/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/kcat-record.h"

#include "base/limits.h"

#include <string.h>

typedef struct
{
  char       *p, *end;
  const char *reason; /* what is wrong; NULL: nothing yet */
} Scan;

/* A string in place; `data` NULL: null. */
typedef struct
{
  char *data;
  gsize len;
} Text;

static gboolean
fail (Scan       *scan,
      const char *reason)
{
  if (scan->reason == NULL)
    scan->reason = reason;
  return FALSE;
}

static char
peek (Scan *scan)
{
  while (scan->p < scan->end && (*scan->p == ' ' || *scan->p == '\t' || *scan->p == '\r'))
    scan->p++;
  return scan->p < scan->end ? *scan->p : '\0';
}

static gboolean
take (Scan *scan,
      char  wanted)
{
  if (peek (scan) != wanted)
    return FALSE;
  scan->p++;
  return TRUE;
}

static gboolean
take_word (Scan       *scan,
           const char *word)
{
  gsize len = strlen (word);

  peek (scan);
  if ((gsize)(scan->end - scan->p) < len || memcmp (scan->p, word, len) != 0)
    return FALSE;
  scan->p += len;
  return TRUE;
}

static gboolean
take_hex (Scan  *scan,
          guint *code)
{
  *code = 0;
  if (scan->end - scan->p < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++, scan->p++)
    {
      if (!g_ascii_isxdigit (*scan->p))
        return FALSE;
      *code = *code << 4 | (guint)g_ascii_xdigit_value (*scan->p);
    }
  return TRUE;
}

/* Behind `\u`; never longer than its source. */
static gboolean
take_unicode (Scan  *scan,
              char **out)
{
  guint code, low;

  if (!take_hex (scan, &code))
    return FALSE;
  if (code >= 0xd800 && code < 0xdc00 && scan->end - scan->p >= 6 && scan->p[0] == '\\' && scan->p[1] == 'u')
    {
      scan->p += 2;
      if (!take_hex (scan, &low) || low < 0xdc00 || low > 0xdfff)
        return FALSE;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
  if (code >= 0xd800 && code < 0xe000)
    return FALSE;
  if (code == 0)
    *(*out)++ = '\0';
  else
    *out += g_unichar_to_utf8 (code, *out);
  return TRUE;
}

static gboolean
take_escape (Scan  *scan,
             char **out)
{
  static const char from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";
  const char       *at;

  if (scan->p == scan->end)
    return FALSE;
  if (*scan->p == 'u')
    {
      scan->p++;
      return take_unicode (scan, out);
    }
  at = *scan->p != '\0' ? strchr (from, *scan->p) : NULL;
  if (at == NULL)
    return FALSE;
  *(*out)++ = to[at - from];
  scan->p++;
  return TRUE;
}

/* A string, or null. */
static gboolean
take_text (Scan *scan,
           Text *text)
{
  char *out;

  *text = (Text){ NULL, 0 };
  if (take_word (scan, "null"))
    return TRUE;
  if (!take (scan, '"'))
    return fail (scan, "a string or null is expected");
  text->data = out = scan->p;
  while (scan->p < scan->end && *scan->p != '"')
    if (*scan->p != '\\')
      *out++ = *scan->p++;
    else
      {
        scan->p++;
        if (!take_escape (scan, &out))
          return fail (scan, "a string has an unknown escape");
      }
  if (!take (scan, '"'))
    return fail (scan, "a string is not closed");
  text->len = (gsize)(out - text->data);
  return TRUE;
}

static gboolean
take_integer (Scan   *scan,
              gint64  min,
              gint64  max,
              gint64 *value)
{
  char *end;

  /* The buffer ends with a byte that is no digit: the line feed or the end of the text. */
  if (peek (scan) != '-' && !g_ascii_isdigit (*scan->p))
    return fail (scan, "a whole number is expected");
  *value = g_ascii_strtoll (scan->p, &end, 10);
  scan->p = end;
  return (*value >= min && *value <= max) || fail (scan, "a number is out of range");
}

/* Any value of a member that is of no use here; nothing recurses. */
static gboolean
skip_value (Scan *scan)
{
  guint depth = 0;
  Text  text;

  do
    switch (peek (scan))
      {
      case '"':
        if (!take_text (scan, &text))
          return FALSE;
        break;
      case '{':
      case '[':
        depth++;
        scan->p++;
        break;
      case '}':
      case ']':
        if (depth == 0)
          return fail (scan, "a value is expected");
        depth--;
        scan->p++;
        break;
      case '\0':
        return fail (scan, "the record is cut off");
      default:
        scan->p++;
        while (depth == 0 && scan->p < scan->end && *scan->p != ',' && *scan->p != '}' && *scan->p != ' ')
          scan->p++;
      }
  while (depth > 0 && depth <= WEIR_JSON_DEPTH_MAX);
  return depth == 0 || fail (scan, "a value is nested too deeply");
}

/* Names and values in turn. */
static gboolean
take_headers (Scan   *scan,
              GArray *headers)
{
  if (take_word (scan, "null"))
    return TRUE;
  if (!take (scan, '['))
    return fail (scan, "headers are a list");
  if (take (scan, ']'))
    return TRUE;
  do
    {
      Text            name, value;
      WeirKafkaHeader header;

      if (!take_text (scan, &name) || !take (scan, ',') || !take_text (scan, &value) || name.data == NULL)
        return fail (scan, "headers are names and values in turn");
      header = (WeirKafkaHeader){ name.data, value.data, value.len };
      name.data[name.len] = '\0'; /* on its closing quote, or before it */
      g_array_append_val (headers, header);
    }
  while (take (scan, ','));
  return take (scan, ']') || fail (scan, "the list of headers is not closed");
}

static gint
timestamp_type (const Text *text)
{
  if (text->len == strlen ("create") && memcmp (text->data, "create", text->len) == 0)
    return 0;
  return text->len == strlen ("logappend") && memcmp (text->data, "logappend", text->len) == 0 ? 1 : -1;
}

static gboolean
is_name (const Text *name,
         const char *wanted)
{
  return name->data != NULL && strlen (wanted) == name->len && memcmp (name->data, wanted, name->len) == 0;
}

static gboolean
take_member (Scan         *scan,
             const Text   *name,
             GArray       *headers,
             WeirKafkaRow *row)
{
  Text     text = { NULL, 0 };
  gint64   number = row->partition;
  gboolean ok = TRUE;

  if (is_name (name, "offset"))
    return take_integer (scan, 0, G_MAXINT64 - 1, &row->offset);
  if (is_name (name, "ts"))
    return take_integer (scan, -1, G_MAXINT64 / 1000, &row->timestamp_ms);
  if (is_name (name, "headers"))
    return take_headers (scan, headers);
  if (is_name (name, "partition"))
    ok = take_integer (scan, 0, G_MAXINT32, &number);
  else if (is_name (name, "topic"))
    {
      ok = take_text (scan, &text) && text.data != NULL;
      if (ok)
        text.data[text.len] = '\0';
      row->topic = text.data;
    }
  else if (is_name (name, "tstype"))
    {
      ok = take_text (scan, &text);
      row->timestamp_type = timestamp_type (&text);
    }
  else if (is_name (name, "key"))
    {
      ok = take_text (scan, &text);
      row->key = text.data;
      row->key_size = text.len;
    }
  else if (is_name (name, "payload"))
    {
      ok = take_text (scan, &text);
      row->value = text.data;
      row->value_size = text.len;
    }
  else
    return skip_value (scan);
  row->partition = (gint32)number;
  return ok;
}

const char *
weir_kcat_record_parse (char         *line,
                        gsize         len,
                        GArray       *headers,
                        WeirKafkaRow *row)
{
  Scan scan = { line, line + len, NULL };
  Text name;

  *row = (WeirKafkaRow){ .partition = -1, .offset = -1, .timestamp_ms = -1, .timestamp_type = -1 };
  g_array_set_size (headers, 0);
  if (!take (&scan, '{'))
    return "it does not begin with {";
  do
    if (!take_text (&scan, &name) || !take (&scan, ':') || !take_member (&scan, &name, headers, row))
      return scan.reason != NULL ? scan.reason : "a member is a name, a colon and a value";
  while (take (&scan, ','));
  if (!take (&scan, '}') || peek (&scan) != '\0')
    return "the object is not closed, or something follows it";
  if (row->topic == NULL || *row->topic == '\0' || row->partition < 0 || row->offset < 0)
    return "topic, partition or offset is missing";
  if (headers->len > 0)
    {
      row->headers = (const WeirKafkaHeader *)headers->data;
      row->n_headers = headers->len;
    }
  return NULL;
}
