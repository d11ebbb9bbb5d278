/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/source/source-dialog-private.h"

#include <glib/gi18n.h>
#include <string.h>

/*
 * What a failed stage of the connection test lets the user do with one press: a value to try instead, a field to go to, or the test once
 * more. A value is proposed only where the failure names it; otherwise the field that is most likely wrong gets the focus.
 */

static const struct
{
  WeirSourceKind kind;
  const char    *stage, *option, *label;
} places[] = {
  { WEIR_SOURCE_SOCKET, "name", "host", N_ ("Edit Host") },
  { WEIR_SOURCE_SOCKET, "connect", "port", N_ ("Edit Port") },
  { WEIR_SOURCE_SOCKET, "tls", "tls", N_ ("Edit Encryption") },
  { WEIR_SOURCE_HTTP, "name", "url", N_ ("Edit Address") },
  { WEIR_SOURCE_HTTP, "connect", "url", N_ ("Edit Address") },
  { WEIR_SOURCE_FILES, "path", "path", N_ ("Edit Path") },
  { WEIR_SOURCE_KAFKA, "name", "kafka.bootstrap.servers", N_ ("Edit Servers") },
  { WEIR_SOURCE_KAFKA, "connect", "kafka.bootstrap.servers", N_ ("Edit Servers") },
  { WEIR_SOURCE_KAFKA, "tls", "kafka.ssl.ca.location", N_ ("Choose CA Certificate") },
  { WEIR_SOURCE_KAFKA, "sign-in", "kafka.sasl.password", N_ ("Edit Password") },
  { WEIR_SOURCE_KAFKA, "record", "subscribe", N_ ("Choose Topic") },
};

static gboolean
mentions (const WeirStage *stage,
          const char      *words)
{
  return (stage->detail != NULL && strstr (stage->detail, words) != NULL) || (stage->remedy != NULL && strstr (stage->remedy, words) != NULL);
}

static void
propose (WeirStageFix *fix,
         const char   *option,
         const char   *value,
         const char   *name)
{
  fix->option = option;
  fix->value = g_strdup (value);
  /* TRANSLATORS: %s is what is tried instead: "TLS", "SCRAM-SHA-256" */
  fix->label = g_strdup_printf (_ ("Use %s and Try Again"), name);
}

/* "broker's supported mechanisms: PLAIN,SCRAM-SHA-256": the strongest that is offered and can be chosen here. */
static gboolean
propose_mechanism (WeirStageFix    *fix,
                   const WeirStage *stage)
{
  static const char *const known[] = { "SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN" };
  const char              *offer = stage->detail != NULL ? strstr (stage->detail, "supported mechanisms: ") : NULL;

  for (guint i = 0; offer != NULL && i < G_N_ELEMENTS (known); i++)
    if (strstr (offer, known[i]) != NULL)
      {
        propose (fix, "kafka.sasl.mechanism", known[i], known[i]);
        return TRUE;
      }
  return FALSE;
}

/* Plain text against a TLS port, or the other way round. */
static gboolean
propose_protocol (WeirStageFix    *fix,
                  WeirSourceDraft *draft,
                  const WeirStage *stage)
{
  const char *protocol = weir_source_draft_get (draft, "kafka.security.protocol");
  gboolean    sasl, tls;

  if (!mentions (stage, "security may not match"))
    return FALSE;
  sasl = protocol != NULL && g_ascii_strncasecmp (protocol, "sasl", 4) == 0;
  tls = protocol != NULL && g_ascii_strcasecmp (protocol + strlen (protocol) - 3, "ssl") == 0;
  if (tls)
    propose (fix, "kafka.security.protocol", sasl ? "sasl_plaintext" : "plaintext", _ ("No TLS"));
  else
    propose (fix, "kafka.security.protocol", sasl ? "sasl_ssl" : "ssl", _ ("TLS"));
  return TRUE;
}

/* A broker that did not come up in time, a folder that may be readable now. */
static void
try_again (WeirStageFix *fix)
{
  fix->label = g_strdup (_ ("Try Again"));
}

WeirStageFix *
_weir_stage_fix_new (WeirSourceDraft *draft,
                     const WeirStage *stage)
{
  WeirStageFix *fix = g_new0 (WeirStageFix, 1);

  if (draft->kind == WEIR_SOURCE_KAFKA &&
      ((strcmp (stage->id, "sign-in") == 0 && propose_mechanism (fix, stage)) || propose_protocol (fix, draft, stage)))
    return fix;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i].kind == draft->kind && strcmp (places[i].stage, stage->id) == 0 && !(strcmp (stage->id, "record") == 0 && stage->detail == NULL))
      {
        fix->option = places[i].option;
        fix->label = g_strdup (_ (places[i].label));
        return fix;
      }
  try_again (fix);
  return fix;
}

void
_weir_stage_fix_free (WeirStageFix *fix)
{
  g_free (fix->value);
  g_free (fix->label);
  g_free (fix);
}
