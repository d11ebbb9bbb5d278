/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "base/hash.h"
#include "expr/families-private.h"
#include "expr/row-private.h"

/*
 * Casts under function names, types, assertions, randomness, and facts about the session.
 *
 * Random functions depend on the batch's seed and the row's place only, so a batch that is run again gives the same rows whatever the
 * threads. With a seed of its own, rand()'s first value is Spark's.
 */

static WeirExpr *
rewrite_cast (WeirBind *bind,
              GError  **error)
{
  const char          *name = bind->function->impl != NULL ? bind->function->impl : bind->function->name;
  g_autoptr (WeirType) type = weir_type_parse (name, error);
  WeirType            *from = bind->args[0]->type;

  if (type != NULL && weir_cast_is_allowed (from, type, FALSE))
    return _weir_expr_cast (bind->args[0], type, FALSE);
  if (type != NULL)
    {
      g_autofree char *from_sql = weir_type_to_sql (from);
      g_autofree char *to_sql = weir_type_to_sql (type);

      weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", bind->span,
                 "Cannot resolve \"%s\" due to data type mismatch: cannot cast \"%s\" to \"%s\".", _weir_expr_name (bind->args[0]), from_sql, to_sql);
    }
  weir_expr_unref (bind->args[0]);
  return NULL;
}

static WeirExpr *
rewrite_typeof (WeirBind *bind,
                GError  **error)
{
  g_autofree char *type = weir_type_to_string (bind->args[0]->type);
  WeirExpr        *literal = weir_expr_new_string (type);

  weir_expr_unref (bind->args[0]);
  return literal;
}

/* Assertions ------------------------------------------------------------------------------------------------------ */

static gboolean
raise_text (WeirRow *row,
            guint    i)
{
  gsize       len = 4;
  const char *text = weir_row_is_null (row, i) ? "null" : weir_row_text (row, i, &len);

  _weir_kernel_fail_always (row->expr, row->eval, NULL, row->row, "USER_RAISED_EXCEPTION", "%.*s", (int)len, text);
  return FALSE;
}

static gboolean
row_assert_true (WeirRow *row)
{
  if (weir_row_is_null (row, 0) || !weir_row_bool (row, 0))
    return raise_text (row, 1);
  return FALSE;
}

static WeirType *
bind_assert_true (WeirBind *bind,
                  GError  **error)
{
  if (bind->n_args == 1)
    {
      g_autofree char *message = g_strdup_printf ("'%s' is not true!", _weir_expr_name (bind->args[0]));

      _weir_bind_append (bind, weir_expr_new_string (message));
    }
  if (!_weir_bind_coerce (bind, 0, WEIR_BOOLEAN, error) || !_weir_bind_coerce (bind, 1, WEIR_STRING, error))
    return NULL;
  bind->nullable = TRUE;
  return weir_type_ref (WEIR_VOID);
}

static gboolean
row_raise_error (WeirRow *row)
{
  return raise_text (row, 0);
}

static WeirType *
bind_raise_error (WeirBind *bind,
                  GError  **error)
{
  if (!_weir_bind_coerce (bind, 0, WEIR_STRING, error))
    return NULL;
  bind->nullable = TRUE;
  return weir_type_ref (WEIR_VOID);
}

/* Randomness ------------------------------------------------------------------------------------------------------ */

static guint32
rotl32 (guint32 x,
        int     r)
{
  return x << r | x >> (32 - r);
}

/* MurmurHash3 of eight bytes, big-endian, as Spark spreads the bits of a seed. */
static guint32
spread_seed (guint64 seed,
             guint32 hash)
{
  guint64 swapped = GUINT64_SWAP_LE_BE (seed);

  for (int i = 0; i < 2; i++)
    {
      guint32 k = (guint32)(swapped >> (32 * i)) * 0xcc9e2d51u;

      hash = rotl32 (hash ^ rotl32 (k, 15) * 0x1b873593u, 13) * 5 + 0xe6546b64u;
    }
  hash ^= 8;
  hash = (hash ^ hash >> 16) * 0x85ebca6bu;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
  return hash ^ hash >> 16;
}

static guint64
random_init (guint64 seed)
{
  guint32 low = spread_seed (seed, 0x3c074a61);

  return (guint64)spread_seed (seed, low) << 32 | low;
}

static guint32
random_bits (guint64 *state,
             guint    bits)
{
  guint64 next = *state;

  next ^= next << 21;
  next ^= next >> 35;
  next ^= next << 4;
  *state = next;
  return (guint32)(next & ((G_GUINT64_CONSTANT (1) << bits) - 1));
}

static double
random_double (guint64 *state)
{
  guint64 high = random_bits (state, 26);

  return (double)((high << 27) + random_bits (state, 27)) * 0x1p-53;
}

/* A generator of this row: from its own seed, or from the batch's. */
static guint64
random_of_row (WeirRow *row)
{
  guint64 at = row->eval->row_base + row->row;

  if (row->n_args > 0)
    return random_init ((guint64)_weir_row_int (row, 0) + at);
  return random_init (weir_hash_combine (row->eval->seed, at));
}

static gboolean
row_rand (WeirRow *row)
{
  guint64 state = random_of_row (row);

  row->d = random_double (&state);
  return TRUE;
}

static gboolean
row_randn (WeirRow *row)
{
  guint64 state = random_of_row (row);

  for (;;)
    {
      double x = 2 * random_double (&state) - 1, y = 2 * random_double (&state) - 1;
      double s = x * x + y * y;

      if (s < 1 && s != 0)
        {
          row->d = x * sqrt (-2 * log (s) / s);
          return TRUE;
        }
    }
}

static WeirType *
bind_rand (WeirBind *bind,
           GError  **error)
{
  g_autoptr (WeirColumn) seed = NULL;

  bind->nullable = FALSE;
  if (bind->n_args == 0)
    return weir_type_ref (WEIR_DOUBLE);
  if (!_weir_bind_coerce (bind, 0, WEIR_BIGINT, error))
    return NULL;
  seed = _weir_bind_constant (bind, 0);
  if (seed == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "SEED_EXPRESSION_IS_UNFOLDABLE", bind->span,
                      "The seed expression \"%s\" of the expression \"%s\" must be foldable.", _weir_expr_name (bind->args[0]), bind->function->name),
           NULL;
  if (weir_column_is_null (seed, 0))
    {
      weir_expr_unref (bind->args[0]);
      bind->args[0] = weir_expr_with_name (weir_expr_new_bigint (0), "NULL");
    }
  return weir_type_ref (WEIR_DOUBLE);
}

static gboolean
row_uuid (WeirRow *row)
{
  guint64 state = random_of_row (row), high = 0, low = 0;

  for (int i = 0; i < 2; i++)
    {
      high = high << 32 | random_bits (&state, 32);
      low = low << 32 | random_bits (&state, 32);
    }
  high = (high & ~G_GUINT64_CONSTANT (0xf000)) | 0x4000;
  low = (low & G_GUINT64_CONSTANT (0x3fffffffffffffff)) | G_GUINT64_CONSTANT (0x8000000000000000);
  g_string_printf (row->text, "%08x-%04x-%04x-%04x-%012" G_GINT64_MODIFIER "x", (guint)(high >> 32), (guint)(high >> 16) & 0xffff, (guint)high & 0xffff,
                   (guint)(low >> 48), low & G_GUINT64_CONSTANT (0xffffffffffff));
  return TRUE;
}

/* Letters and digits, n of them. */
static gboolean
row_randstr (WeirRow *row)
{
  guint64 state = row->n_args > 1 ? random_init ((guint64)_weir_row_int (row, 1) + row->eval->row_base + row->row)
                                  : random_init (weir_hash_combine (row->eval->seed, row->eval->row_base + row->row));
  gint64  n = _weir_row_int (row, 0);

  if (n < 0)
    return _weir_row_fail_value (row, "LENGTH", "length", "Expects `length` greater than or equal to 0, but got %" G_GINT64_FORMAT ".", n);
  if (!_weir_row_check_len (row, (gsize)n))
    return FALSE;
  for (gint64 i = 0; i < n; i++)
    {
      int v = (gint32)random_bits (&state, 32) % 62;

      v = ABS (v);
      g_string_append_c (row->text, (char)(v < 10 ? '0' + v : v < 36 ? 'a' + v - 10
                                                                     : 'A' + v - 36));
    }
  return TRUE;
}

/* From the lower bound up to the upper, by integers or not, as the bounds are. */
static gboolean
row_uniform (WeirRow *row)
{
  guint64 state = row->n_args > 2 ? random_init ((guint64)_weir_row_int (row, 2) + row->eval->row_base + row->row)
                                  : random_init (weir_hash_combine (row->eval->seed, row->eval->row_base + row->row));
  double  low = weir_row_double (row, 0), high = weir_row_double (row, 1);

  row->d = low + random_double (&state) * (high - low);
  row->i = (gint64)row->d;
  return TRUE;
}

static WeirType *
bind_uniform (WeirBind *bind,
              GError  **error)
{
  g_autoptr (WeirType) common = weir_type_common (bind->args[0]->type, bind->args[1]->type);

  for (guint i = 0; i < 2; i++)
    if (!weir_type_is_numeric (bind->args[i]->type))
      return _weir_bind_mismatch (bind, i, "NUMERIC", error), NULL;
    else
      bind->args[i] = _weir_expr_cast (bind->args[i], WEIR_DOUBLE, FALSE);
  if (bind->n_args > 2 && !_weir_bind_coerce (bind, 2, WEIR_BIGINT, error))
    return NULL;
  return weir_type_ref (weir_type_is_integral (common) ? common : WEIR_DOUBLE);
}

static WeirExpr *
rewrite_collation (WeirBind *bind,
                   GError  **error)
{
  weir_expr_unref (bind->args[0]);
  return weir_expr_new_string ("SYSTEM.BUILTIN.UTF8_BINARY");
}

/* The bitmaps of bitmap_construct_agg(): 32,768 bits a bucket. */
#define BUCKET_BITS 32768

static gboolean
row_bitmap_position (WeirRow *row)
{
  gint64 value = weir_row_i64 (row, 0);

  row->i = value > 0 ? (value - 1) % BUCKET_BITS : -(value % BUCKET_BITS);
  return TRUE;
}

static gboolean
row_bitmap_bucket (WeirRow *row)
{
  gint64 value = weir_row_i64 (row, 0);

  row->i = value > 0 ? 1 + (value - 1) / BUCKET_BITS : value / BUCKET_BITS;
  return TRUE;
}

static gboolean
row_bitmap_count (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);

  row->i = 0;
  for (gsize i = 0; i < len; i++)
    row->i += __builtin_popcount ((guchar)data[i]);
  return TRUE;
}

static gboolean
row_id (WeirRow *row)
{
  row->i = (gint64)(row->eval->row_base + row->row);
  return TRUE;
}

static gboolean
row_zero (WeirRow *row)
{
  row->i = GPOINTER_TO_INT (row->expr->function->impl);
  return TRUE;
}

static WeirType *
bind_session (WeirBind *bind,
              GError  **error)
{
  bind->nullable = FALSE;
  return weir_type_ref (WEIR_STRING);
}

static gboolean
row_session (WeirRow *row)
{
  g_string_append (row->text, row->expr->function->impl != NULL ? row->expr->function->impl : g_get_user_name ());
  return TRUE;
}

#define CAST(name_, type_)                                                                                                                                        \
  {                                                                                                                                                               \
    WEIR_REWRITE (name_, "conversion", name_ "(value)", "The value cast to the type.", "SELECT " name_ "('1')", 1, 1, rewrite_cast), .impl = type_, .print = "$1" \
  }
#define SESSION(name_, value_, doc_, print_)                                                                                                                                         \
  {                                                                                                                                                                                  \
    .name = name_, .group = "misc", .signature = name_ "()", .doc = doc_, .example = "SELECT " name_ "()", .bind = bind_session, .row = row_session, .impl = value_, .print = print_ \
  }
#define RANDOM(name_, max_, types_, bind_, row_, doc_, print_)                                                                                                                                                                       \
  {                                                                                                                                                                                                                                  \
    .name = name_, .group = "math", .signature = name_ "()", .doc = doc_, .example = "SELECT " name_ "()", .n_args_max = max_, .flags = WEIR_FUNCTION_NONDETERMINISTIC, .types = types_, .bind = bind_, .row = row_, .print = print_ \
  }

static const WeirFunction functions[] = {
  CAST ("bigint", NULL),
  CAST ("binary", NULL),
  CAST ("boolean", NULL),
  CAST ("date", NULL),
  CAST ("decimal", NULL),
  CAST ("double", NULL),
  CAST ("float", NULL),
  CAST ("int", NULL),
  CAST ("smallint", NULL),
  CAST ("string", NULL),
  CAST ("timestamp", NULL),
  CAST ("tinyint", NULL),
  { WEIR_REWRITE ("typeof", "misc", "typeof(value)", "The type of the value.", "SELECT typeof(array(1))", 1, 1, rewrite_typeof) },
  { .name = "assert_true", .group = "misc", .signature = "assert_true(condition[, message])", .doc = "NULL when the condition is true, else an error.", .example = "SELECT assert_true(0 < 1)", .n_args_min = 1, .n_args_max = 2, .flags = WEIR_FUNCTION_CAN_FAIL, .bind = bind_assert_true, .row = row_assert_true },
  { .name = "raise_error", .group = "misc", .signature = "raise_error(message)", .doc = "An error.", .example = "SELECT raise_error('custom error message')", .n_args_min = 1, .n_args_max = 1, .flags = WEIR_FUNCTION_CAN_FAIL, .bind = bind_raise_error, .row = row_raise_error, .print = "raise_error(USER_RAISED_EXCEPTION, map(errorMessage, $1))" },
  RANDOM ("rand", 1, NULL, bind_rand, row_rand, "A random number from 0 to 1.", NULL),
  RANDOM ("random", 1, NULL, bind_rand, row_rand, "A random number from 0 to 1.", "rand($*)"),
  RANDOM ("randn", 1, NULL, bind_rand, row_randn, "A random number of the normal distribution.", NULL),
  RANDOM ("uuid", 0, ">s", NULL, row_uuid, "A random UUID.", NULL),
  RANDOM ("monotonically_increasing_id", 0, ">l", NULL, row_id, "A number of the row that grows within a partition.", NULL),
  { .name = "randstr", .group = "string", .signature = "randstr(length[, seed])", .doc = "Random letters and digits.", .example = "SELECT randstr(3, 0)", .n_args_min = 1, .n_args_max = 2, .flags = WEIR_FUNCTION_STRICT | WEIR_FUNCTION_CAN_FAIL | WEIR_FUNCTION_NONDETERMINISTIC, .types = "il>s", .row = row_randstr },
  { .name = "uniform", .group = "math", .signature = "uniform(low, high[, seed])", .doc = "A random number between the bounds.", .example = "SELECT uniform(10, 20, 0)", .n_args_min = 2, .n_args_max = 3, .flags = WEIR_FUNCTION_STRICT | WEIR_FUNCTION_NONDETERMINISTIC, .bind = bind_uniform, .row = row_uniform },
  { WEIR_REWRITE ("collation", "string", "collation(text)", "The name of the text's collation.", "SELECT collation('Spark SQL')", 1, 1, rewrite_collation) },
  { WEIR_ROW ("bitmap_bit_position", "misc", "bitmap_bit_position(n)", "The place of the number's bit in its bitmap.", "SELECT bitmap_bit_position(123)", 1, 1, "l>l", row_bitmap_position) },
  { WEIR_ROW ("bitmap_bucket_number", "misc", "bitmap_bucket_number(n)", "The number of the bitmap that has the number's bit.", "SELECT bitmap_bucket_number(123)", 1, 1, "l>l", row_bitmap_bucket) },
  { WEIR_ROW ("bitmap_count", "misc", "bitmap_count(bitmap)", "How many bits are set.", "SELECT bitmap_count(X'1010')", 1, 1, "x>l", row_bitmap_count) },
  { .name = "spark_partition_id", .group = "misc", .signature = "spark_partition_id()", .doc = "The partition of the row.", .example = "SELECT spark_partition_id()", .types = ">i", .row = row_zero, .print = "SPARK_PARTITION_ID()" },
  { .name = "input_file_block_start", .group = "misc", .signature = "input_file_block_start()", .doc = "Where the file block begins; -1 when it is not known.", .example = "SELECT input_file_block_start()", .types = ">l", .row = row_zero, .impl = GINT_TO_POINTER (-1) },
  { .name = "input_file_block_length", .group = "misc", .signature = "input_file_block_length()", .doc = "The length of the file block; -1 when it is not known.", .example = "SELECT input_file_block_length()", .types = ">l", .row = row_zero, .impl = GINT_TO_POINTER (-1) },
  SESSION ("input_file_name", "", "The file being read, when it is known.", NULL),
  SESSION ("current_catalog", "spark_catalog", "The catalogue.", NULL),
  SESSION ("current_database", "default", "The database.", "current_schema()"),
  SESSION ("current_schema", "default", "The database.", NULL),
  SESSION ("current_user", NULL, "The user's name.", NULL),
  SESSION ("session_user", NULL, "The user's name.", NULL),
  SESSION ("user", NULL, "The user's name.", NULL),
  SESSION ("version", PACKAGE_VERSION, "The version of the program.", NULL),
};

const WeirFamily _weir_family_misc = { functions, G_N_ELEMENTS (functions) };
