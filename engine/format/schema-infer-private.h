/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "format/schema-infer.h"
#include "format/text-options-private.h"

G_BEGIN_DECLS

/* The type both values fit, STRING at worst; VOID gives way. (transfer full) */
WeirType *_weir_common_type (WeirType *a, WeirType *b);

/* Type of one JSON text; an object's fields in order of name. NULL: malformed. (transfer full) */
WeirType *_weir_json_infer_value (const WeirTextOptions *options, const char *text, gsize len);
/* VOID becomes STRING or is dropped, empty structs and nameless fields are dropped. NULL: nothing is left. (transfer full) */
WeirType *_weir_json_canonical (const WeirTextOptions *options, WeirType *type);
/* @so_far: (transfer full): joined with what one field's text is. (transfer full) */
WeirType *_weir_csv_infer_field (const WeirTextOptions *options, WeirType *so_far, const char *text);

G_END_DECLS
