/* SPDX-License-Identifier: MPL-2.0 */

#include "association.h"

static GBytes *
digest_new(GChecksumType type, GBytes *octets)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    g_autoptr(GChecksum) checksum = g_checksum_new(type);
    g_checksum_update(checksum, data, (gssize)n_octets);
    gsize n_digest = (gsize)g_checksum_type_get_length(type);
    g_autofree guint8 *digest = g_malloc(n_digest);
    g_checksum_get_digest(checksum, digest, &n_digest);
    return g_bytes_new_take(g_steal_pointer(&digest), n_digest);
}

GBytes *
association_data_new(GBytes *certificate, GBytes *spki, guint8 selector, guint8 matching_type)
{
    if (selector > SMIMEA_SELECTOR_SPKI)
        return NULL;
    GBytes *selected = selector == SMIMEA_SELECTOR_CERT ? certificate : spki;
    if (selected == NULL)
        return NULL;
    switch (matching_type) {
    case SMIMEA_MATCHING_FULL:
        return g_bytes_ref(selected);
    case SMIMEA_MATCHING_SHA2_256:
        return digest_new(G_CHECKSUM_SHA256, selected);
    case SMIMEA_MATCHING_SHA2_512:
        return digest_new(G_CHECKSUM_SHA512, selected);
    default:
        return NULL;
    }
}

gboolean
association_matches(const SmimeaRecord *record, GBytes *certificate, GBytes *spki)
{
    g_return_val_if_fail(record != NULL, FALSE);

    if (smimea_record_get_usability(record) != RECORD_USABLE)
        return FALSE;
    g_autoptr(GBytes) data =
        association_data_new(certificate, spki, record->selector, record->matching_type);
    return data != NULL && g_bytes_equal(data, record->association_data);
}

gboolean
association_is_considered(const SmimeaRecord *record, const GPtrArray *records)
{
    g_return_val_if_fail(record != NULL && records != NULL, FALSE);

    if (smimea_record_get_usability(record) != RECORD_USABLE)
        return FALSE;
    if (record->matching_type == SMIMEA_MATCHING_FULL)
        return TRUE;
    for (guint i = 0; i < records->len; i++) {
        const SmimeaRecord *other = g_ptr_array_index(records, i);
        /* The numbers of the known digests rise with their strength. */
        if (other->usage == record->usage && other->selector == record->selector &&
            other->matching_type > record->matching_type &&
            smimea_record_get_usability(other) == RECORD_USABLE)
            return FALSE;
    }
    return TRUE;
}
