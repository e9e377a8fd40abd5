/* SPDX-License-Identifier: MPL-2.0 */

#include "associations.h"

/* By selector and matching type; NULL until it is wanted. */
typedef struct {
    GBytes *data[SMIMEA_SELECTOR_SPKI + 1][SMIMEA_MATCHING_SHA2_512 + 1];
} CertificateData;

struct _Associations {
    GHashTable *certificates; /* (element-type Certificate CertificateData) */
};

static void
certificate_data_free(gpointer pointer)
{
    CertificateData *certificate = pointer;
    for (gsize i = 0; i < G_N_ELEMENTS(certificate->data); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(certificate->data[i]); j++)
            g_clear_pointer(&certificate->data[i][j], g_bytes_unref);
    g_free(certificate);
}

Associations *
associations_new(void)
{
    Associations *associations = g_new0(Associations, 1);
    associations->certificates =
        g_hash_table_new_full(NULL, NULL, (GDestroyNotify)certificate_unref, certificate_data_free);
    return associations;
}

void
associations_free(Associations *associations)
{
    if (associations == NULL)
        return;
    g_hash_table_unref(associations->certificates);
    g_free(associations);
}

static CertificateData *
get_data(Associations *associations, Certificate *certificate)
{
    CertificateData *data = g_hash_table_lookup(associations->certificates, certificate);
    if (data == NULL) {
        data = g_new0(CertificateData, 1);
        g_hash_table_insert(associations->certificates, certificate_ref(certificate), data);
    }
    return data;
}

gboolean
associations_match(Associations *associations, const SmimeaRecord *record, Certificate *certificate)
{
    if (smimea_record_get_usability(record) != RECORD_USABLE)
        return FALSE;
    CertificateData *data = get_data(associations, certificate);
    GBytes **wanted = &data->data[record->selector][record->matching_type];
    if (*wanted == NULL)
        *wanted = association_data_new(certificate_get_der(certificate),
                                       certificate_get_spki(certificate), record->selector,
                                       record->matching_type);
    return *wanted != NULL && g_bytes_equal(*wanted, record->association_data);
}
