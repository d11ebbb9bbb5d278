/* SPDX-License-Identifier: Apache-2.0 */
/* The page of connection fields and the test beside them; the fields are in connect-fields.c. */
#pragma once

#include "ui/source/source-dialog-private.h"

G_BEGIN_DECLS

/* Of all kinds of sources. */
#define WEIR_CONNECT_N_FIELDS 18

struct _WeirConnectPage
{
  WeirSourceDraft *draft;
  WeirPageFunc     changed, test;
  gpointer         user_data;

  GtkWidget    *widget, *columns, *left, *right, *stages, *verdict, *test_button, *fix_button, *keyring, *save;
  GtkWidget    *topics;
  GtkWidget    *rows[WEIR_CONNECT_N_FIELDS]; /* by field; NULL for those of other kinds */
  GtkWidget    *properties;                  /* GtkTextView */
  WeirStageFix *fix;                         /* Owned, nullable: what the button does */
  gboolean      filling, has_keyring;
  GCancellable *cancellable;
};

/* Rows for the fields of the draft's kind, into @plain or @security; said which of the special ones were among them. */
void       _weir_connect_page_make_fields (WeirConnectPage *page, GtkWidget *plain, GtkWidget *security, gboolean *has_security, gboolean *has_password);
GtkWidget *_weir_connect_page_make_properties (WeirConnectPage *page);
/* Fields of signing in and of certificates, where the protocol asks for them. */
void _weir_connect_page_show_security (WeirConnectPage *page);
/* Options of a protocol that is not chosen would be refused or ignored. */
void _weir_connect_page_drop_unused (WeirConnectPage *page);
/* The row of @option; nullable. */
GtkWidget *_weir_connect_page_find_row (WeirConnectPage *page, const char *option);

G_END_DECLS
