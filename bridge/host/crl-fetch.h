/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

#include "certificate-judge.h"
#include "http-reach.h"

/* Revocation lists over http, each by a dane-smime-fetch of its own. Only where a person says so:
 * who has the list learns that it is looked at, and when. */

/* Waits for it. Returns: (transfer full): what is there, up to LIMIT_CRL_OCTETS, or %NULL with
 * PROTOCOL_ERROR_FILE, or the error of a program that can't be started */
GBytes *crl_fetch(const gchar *url, HttpReach reach, GCancellable *cancellable,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    gchar *url;
    GPtrArray *lists; /* (element-type GBytes): DER; NULL: none could be got */
    GError *problem;  /* then; else NULL */
} FetchedCrls;
void fetched_crls_free(FetchedCrls *fetched);

/* All at once, a thread each; as long as the slowest takes. @urls: (element-type utf8).
 * Returns: (element-type FetchedCrls) (transfer full): one for each, in order */
GPtrArray *crl_fetch_all(GPtrArray *urls, HttpReach reach, GCancellable *cancellable);

/* Addresses for which one message may make the program ask. */
#define CRL_FETCH_MAX_URLS 8u

/**
 * crl_fetch_collect_urls:
 * @certificates: (element-type Certificate): whose lists are wanted most first
 * @urls: (element-type utf8) (inout): to which are added, up to CRL_FETCH_MAX_URLS, those that they
 *   name, each once
 */
void crl_fetch_collect_urls(GPtrArray *certificates, GPtrArray *urls);
