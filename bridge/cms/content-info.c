/* SPDX-License-Identifier: MPL-2.0 */

#include "content-info.h"

#include <string.h>

#include "cms-error.h"
#include "content-info-private.h"
#include "core-limits.h"
#include "oid.h"

typedef struct {
    const gchar *name;
    Oid oid;
} ContentRow;

/* The names are values of smime-type where RFC 8551 §3.2.2 has one. */
static const ContentRow contents[CMS_N_CONTENTS] = {
    [CMS_CONTENT_UNKNOWN] = {"unknown", OID_UNKNOWN},
    [CMS_CONTENT_DATA] = {"data", OID_DATA},
    [CMS_CONTENT_SIGNED_DATA] = {"signed-data", OID_SIGNED_DATA},
    [CMS_CONTENT_ENVELOPED_DATA] = {"enveloped-data", OID_ENVELOPED_DATA},
    [CMS_CONTENT_AUTH_ENVELOPED_DATA] = {"auth-enveloped-data", OID_AUTH_ENVELOPED_DATA},
    [CMS_CONTENT_DIGESTED_DATA] = {"digested-data", OID_DIGESTED_DATA},
    [CMS_CONTENT_ENCRYPTED_DATA] = {"encrypted-data", OID_ENCRYPTED_DATA},
    [CMS_CONTENT_AUTHENTICATED_DATA] = {"authenticated-data", OID_AUTHENTICATED_DATA},
    [CMS_CONTENT_COMPRESSED_DATA] = {"compressed-data", OID_COMPRESSED_DATA},
};

const gchar *
cms_content_type_to_string(CmsContentType type)
{
    g_return_val_if_fail(type < CMS_N_CONTENTS, "unknown");
    return contents[type].name;
}

static CmsContentType
find_type(BerSlice oid_contents)
{
    Oid oid = oid_find(oid_contents);
    for (guint i = CMS_CONTENT_UNKNOWN + 1; i < CMS_N_CONTENTS; i++)
        if (contents[i].oid == oid)
            return (CmsContentType)i;
    return CMS_CONTENT_UNKNOWN;
}

CmsContentType
cms_content_info_peek(GBytes *ber)
{
    BerReader all, info;
    BerSlice type;
    ber_reader_init(&all, ber);
    if (!ber_enter(&all, BER_SEQUENCE, "ContentInfo", &info, NULL) ||
        !ber_read(&info, BER_OID, "contentType", &type, NULL))
        return CMS_CONTENT_UNKNOWN;
    return find_type(type);
}

static gboolean
octets_are_too_many(GBytes *octets, guint64 limit, GError **error)
{
    if (g_bytes_get_size(octets) <= limit)
        return FALSE;
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                "CMS object of more than %" G_GUINT64_FORMAT " octets", limit);
    return TRUE;
}

gboolean
content_info_enter(BerReader *all, ContentInfoReader *out_info, GError **error)
{
    BerSlice type;
    if (octets_are_too_many(all->owner, LIMIT_STREAMED_OCTETS, error) ||
        !ber_enter(all, BER_SEQUENCE, "ContentInfo", &out_info->info, error) ||
        !ber_read(&out_info->info, BER_OID, "contentType", &type, error))
        return FALSE;
    out_info->type = find_type(type);
    return ber_enter(&out_info->info, BER_CONTEXT_CONSTRUCTED(0), "ContentInfo content",
                     &out_info->content, error);
}

gboolean
content_info_leave(BerReader *all, ContentInfoReader *info, GError **error)
{
    return ber_leave(&info->info, &info->content, "ContentInfo content", error) &&
           ber_leave(all, &info->info, "ContentInfo", error) &&
           ber_finish(all, "end of the CMS object", error);
}

void
content_info_set_type_error(GError **error, CmsContentType found, const gchar *wanted)
{
    g_set_error(error, CMS_ERROR, CMS_ERROR_CONTENT_TYPE, "content type is %s instead of %s",
                cms_content_type_to_string(found), wanted);
}

/* The white space that base64 and PEM may have about. */
static gboolean
is_space(gchar c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Strict, so that text is not taken for base64: the alphabet, padding at the end alone, whole
 * groups. */
static gboolean
is_base64(const gchar *text, gsize n_octets)
{
    gsize n_characters = 0, n_padding = 0;
    for (gsize i = 0; i < n_octets; i++) {
        gchar c = text[i];
        if (is_space(c))
            continue;
        n_characters++;
        if (c == '=')
            n_padding++;
        else if (n_padding > 0 || !(g_ascii_isalnum(c) || c == '+' || c == '/'))
            return FALSE;
    }
    return n_characters > 0 && n_characters % 4 == 0 && n_padding <= 2;
}

/* NULL if it is no base64, or of nothing that begins like a CMS object. */
static GBytes *
decode_base64(const gchar *text, gsize n_octets)
{
    gint state = 0;
    guint save = 0;
    while (n_octets > 0 && is_space(*text)) {
        text++;
        n_octets--;
    }
    /* "M" is what the identifier octet of a SEQUENCE becomes. */
    if (n_octets == 0 || *text != 'M' || !is_base64(text, n_octets))
        return NULL;
    guint8 *decoded = g_malloc(n_octets / 4 * 3 + 3);
    gsize n_decoded = g_base64_decode_step(text, n_octets, decoded, &state, &save);
    return g_bytes_new_take(decoded, n_decoded);
}

static const gchar *const pem_labels[] = {"CMS", "PKCS7", "PKCS #7 SIGNED DATA"};

/* The base64 between the lines of the first PEM object (RFC 7468) with one of the labels. */
static gboolean
find_pem(const gchar *text, gsize n_octets, BerSlice *out_base64)
{
    for (gsize i = 0; i < G_N_ELEMENTS(pem_labels); i++) {
        g_autofree gchar *begin = g_strdup_printf("-----BEGIN %s-----", pem_labels[i]);
        g_autofree gchar *end = g_strdup_printf("-----END %s-----", pem_labels[i]);
        const gchar *first = memmem(text, n_octets, begin, strlen(begin));
        if (first == NULL)
            continue;
        first += strlen(begin);
        const gchar *last = memmem(first, n_octets - (gsize)(first - text), end, strlen(end));
        if (last == NULL)
            return FALSE;
        *out_base64 = (BerSlice){(const guint8 *)first, (gsize)(last - first)};
        return TRUE;
    }
    return FALSE;
}

GBytes *
cms_content_info_from_file(GBytes *octets, GError **error)
{
    gsize n_octets = 0;
    const gchar *text = g_bytes_get_data(octets, &n_octets);
    g_autoptr(GBytes) decoded = NULL;
    BerSlice base64;
    if (n_octets > 0 && (guint8)text[0] == BER_SEQUENCE &&
        cms_content_info_peek(octets) != CMS_CONTENT_UNKNOWN)
        return g_bytes_ref(octets);
    /* Decoded in memory. */
    if (octets_are_too_many(octets, LIMIT_MESSAGE_OCTETS, error))
        return NULL;
    if (n_octets > 0 && find_pem(text, n_octets, &base64))
        decoded = decode_base64((const gchar *)base64.octets, base64.n_octets);
    else
        decoded = decode_base64(text, n_octets);
    if (decoded != NULL && cms_content_info_peek(decoded) != CMS_CONTENT_UNKNOWN)
        return g_steal_pointer(&decoded);
    g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED,
                "neither a CMS object nor PEM or base64 of one");
    return NULL;
}
