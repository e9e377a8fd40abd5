/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "core-limits.h"
#include "distribution-point.h"

/* An X.509 certificate revocation list (RFC 5280 §5), read from DER. What it says is worth nothing
 * before its signature and signer have been judged: path_validate() does. */
typedef struct _Crl Crl;

/* Reads all but the list itself. CMS_ERROR_MALFORMED, CMS_ERROR_LIMIT. */
Crl *crl_new(GBytes *der, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void crl_free(Crl *crl);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crl, crl_free)

GBytes *crl_get_der(const Crl *crl);
const DistinguishedName *crl_get_issuer(const Crl *crl);
/* Of everything, for a CRL without issuingDistributionPoint. */
const IssuingPoint *crl_get_point(const Crl *crl);
/* Between thisUpdate and nextUpdate; one without nextUpdate never ends. */
gboolean crl_is_current(const Crl *crl, gint64 now);
/* Seconds since 1970; the next one G_MAXINT64 if none is announced. */
gint64 crl_get_this_update(const Crl *crl);
gint64 crl_get_next_update(const Crl *crl);
/* As certificate_get_issuer(). */
gchar *crl_dup_issuer_text(const Crl *crl);
/* Whether both are of the same issuer's name, point and kind: of two such, one is the later. */
gboolean crl_has_same_scope(const Crl *a, const Crl *b);
gboolean crl_is_delta(const Crl *crl);
/* Whether @delta is newer than @base and builds on it or on one before it (RFC 5280 §5.2.4), for
 * the same issuer and the same distribution point. */
gboolean crl_delta_fits(const Crl *delta, const Crl *base);

/* What the lists of one search may still take: entries, and octets of the issuers that they name.
 * Each takes many times the memory of what it is written in. */
typedef struct {
    guint n_entries;
    gsize n_name_octets;
} CrlRoom;
#define CRL_ROOM_ALL ((CrlRoom){LIMIT_CRL_ENTRIES, LIMIT_CRL_NAME_OCTETS})

/* Reads the list, which costs time and memory by its length: when the signature is known to be
 * good. CMS_ERROR_MALFORMED, CMS_ERROR_LIMIT if there is no @room. Needed before the two that
 * follow. */
gboolean crl_load_entries(Crl *crl, CrlRoom *room, GError **error);
/* Whether there is a critical extension, or an entry with one, that is not known here. Then those
 * that it lists count as revoked all the same, but that it doesn't list one means nothing. */
gboolean crl_has_unknown_critical(const Crl *crl);
typedef enum {
    CRL_ENTRY_ABSENT,
    CRL_ENTRY_REVOKED, /* also "on hold" */
    CRL_ENTRY_REMOVED  /* in a delta: no longer revoked */
} CrlEntry;
/* @issuer: of the certificate; in an indirect CRL it may be another than the CRL's. */
CrlEntry crl_find(const Crl *crl, const DistinguishedName *issuer, GBytes *serial);
