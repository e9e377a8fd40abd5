/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "algorithm.h"
#include "octet-source.h"

/* A digest in the making, fed in pieces of any size. */
typedef struct _ContentDigest ContentDigest;

typedef struct {
    guint8 octets[CMS_DIGEST_MAX_OCTETS];
    gsize n_octets;
} DigestValue;

/* CMS_ERROR_UNSUPPORTED if NSS does not compute @digest. */
ContentDigest *content_digest_new(CmsDigest digest, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void content_digest_free(ContentDigest *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContentDigest, content_digest_free)

gboolean content_digest_update(ContentDigest *context, const guint8 *octets, gsize n_octets,
                               GError **error);
/* Once, and nothing after. */
gboolean content_digest_finish(ContentDigest *context, DigestValue *out_value, GError **error);

/* Of a @content in one pass: *@out_values at index i is filled where bit i of @digests is set.
 * Digests that NSS does not compute stay empty (n_octets 0). Fails if @content can't be read. */
gboolean content_digest_compute_all(guint digests, const OctetSource *content,
                                    DigestValue out_values[CMS_N_DIGESTS], GError **error);

/* All at once. */
gboolean content_digest_compute(CmsDigest digest, GBytes *content, DigestValue *out_value,
                                GError **error);
