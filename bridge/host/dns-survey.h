/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-client.h"

/* Asks every name server of a configuration by each transport that lookups may come to, one and the
 * same question, all at once: so that an administrator sees which of them works. */

/* Servers beyond these are not asked. */
#define DNS_SURVEY_MAX_SERVERS 8u
#define DNS_SURVEY_DEADLINE_MS 3000u

typedef struct {
    gchar *server;    /* as configured; NULL: from the root */
    gchar *transport; /* "tcp", …; "recursive" from the root */
    ResolverAnswer *answer;
    gchar *problem; /* if there is no answer */
    guint n_ms;
} DnsSurveyRow;

/* Returns: (element-type DnsSurveyRow): in the order in which lookups would come to them; asking
 * from the root last, if they may come to that. */
GPtrArray *dns_survey(const gchar *program, const ResolverConfig *config);
