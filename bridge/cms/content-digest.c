/* SPDX-License-Identifier: MPL-2.0 */

#include "content-digest.h"

#include "cms-error.h"
#include "nss-scoped.h"

/* NSS counts in 32 bits. */
#define PIECE_OCTETS ((gsize)1 << 30)

struct _ContentDigest {
    PK11Context *nss;
};

ContentDigest *
content_digest_new(CmsDigest digest, GError **error)
{
    PORT_SetError(0);
    g_autoptr(PK11Context) nss = PK11_CreateDigestContext(cms_digest_get_info(digest)->nss);
    if (nss == NULL || PK11_DigestBegin(nss) != SECSuccess) {
        cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED, cms_digest_to_string(digest));
        return NULL;
    }
    ContentDigest *context = g_new0(ContentDigest, 1);
    context->nss = g_steal_pointer(&nss);
    return context;
}

void
content_digest_free(ContentDigest *context)
{
    if (context == NULL)
        return;
    PK11_DestroyContext(context->nss, PR_TRUE);
    g_free(context);
}

gboolean
content_digest_update(ContentDigest *context, const guint8 *octets, gsize n_octets, GError **error)
{
    while (n_octets > 0) {
        gsize n_piece = MIN(n_octets, PIECE_OCTETS);
        if (PK11_DigestOp(context->nss, octets, (unsigned)n_piece) != SECSuccess)
            return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot compute a digest");
        octets += n_piece;
        n_octets -= n_piece;
    }
    return TRUE;
}

gboolean
content_digest_finish(ContentDigest *context, DigestValue *out_value, GError **error)
{
    DigestValue value = {0};
    unsigned n_octets = 0;
    if (PK11_DigestFinal(context->nss, value.octets, &n_octets, sizeof value.octets) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot finish a digest");
    value.n_octets = n_octets;
    *out_value = value;
    return TRUE;
}

typedef struct {
    ContentDigest *contexts[CMS_N_DIGESTS]; /* NULL: not wanted, or not to be had */
} DigestSet;

static void
digest_set_clear(DigestSet *set)
{
    for (guint i = 0; i < CMS_N_DIGESTS; i++)
        content_digest_free(set->contexts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DigestSet, digest_set_clear)

static gboolean
update_all(const guint8 *octets, gsize n_octets, gpointer user_data, GError **error)
{
    DigestSet *set = user_data;
    for (guint i = 0; i < CMS_N_DIGESTS; i++)
        if (set->contexts[i] != NULL &&
            !content_digest_update(set->contexts[i], octets, n_octets, error))
            return FALSE;
    return TRUE;
}

gboolean
content_digest_compute_all(guint digests, const OctetSource *content,
                           DigestValue out_values[CMS_N_DIGESTS], GError **error)
{
    g_auto(DigestSet) set = {0};
    for (guint i = CMS_DIGEST_UNKNOWN + 1; i < CMS_N_DIGESTS; i++)
        if ((digests & 1u << i) != 0)
            set.contexts[i] = content_digest_new((CmsDigest)i, NULL);
    if (!octet_source_read(content, update_all, &set, error))
        return FALSE;
    for (guint i = 0; i < CMS_N_DIGESTS; i++) {
        if ((digests & 1u << i) != 0)
            out_values[i] = (DigestValue){0};
        if (set.contexts[i] != NULL &&
            !content_digest_finish(set.contexts[i], &out_values[i], error))
            return FALSE;
    }
    return TRUE;
}

gboolean
content_digest_compute(CmsDigest digest, GBytes *content, DigestValue *out_value, GError **error)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(content, &n_octets);
    g_autoptr(ContentDigest) context = content_digest_new(digest, error);
    return context != NULL && content_digest_update(context, octets, n_octets, error) &&
           content_digest_finish(context, out_value, error);
}
