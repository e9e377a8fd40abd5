/* SPDX-License-Identifier: MPL-2.0 */

#include "key-anchor.h"

#include "ber.h"
#include "der-writer.h"

/* 1950 and 9999: the first and last year that a certificate can name. */
#define FIRST_SECOND G_GINT64_CONSTANT(-631152000)
#define LAST_SECOND  G_GINT64_CONSTANT(253402300799)

gboolean
key_anchor_is_key(GBytes *spki)
{
    BerReader all, fields, algorithm;
    BerSlice whole = {g_bytes_get_data(spki, NULL), g_bytes_get_size(spki)};
    BerSlice id, key;
    ber_reader_init(&all, spki);
    if (whole.n_octets == 0 || !ber_slice_has_der_lengths(spki, whole) ||
        !ber_enter(&all, BER_SEQUENCE, "", &fields, NULL) ||
        !ber_enter(&fields, BER_SEQUENCE, "", &algorithm, NULL) ||
        !ber_read(&algorithm, BER_OID, "", &id, NULL) ||
        (!ber_at_end(&algorithm) && !ber_skip(&algorithm, "", NULL, NULL)))
        return FALSE;
    return ber_leave(&fields, &algorithm, "", NULL) &&
           ber_read_bit_string(&fields, "", &key, NULL) && ber_leave(&all, &fields, "", NULL) &&
           ber_finish(&all, "", NULL);
}

Certificate *
key_anchor_new(GBytes *spki, GBytes *name, GError **error)
{
    static const guint8 no_signature[] = {0, 0};
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    DerNode *body = der_add(root, BER_SEQUENCE);
    der_add_small(body, 1);
    der_add_algorithm(body, OID_ECDSA_WITH_SHA256, FALSE);
    der_add_encoded(body, name);
    DerNode *validity = der_add(body, BER_SEQUENCE);
    der_add_time(validity, FIRST_SECOND);
    der_add_time(validity, LAST_SECOND);
    der_add_encoded(body, name);
    der_add_encoded(body, spki);
    der_add_algorithm(root, OID_ECDSA_WITH_SHA256, FALSE);
    der_add_octets(root, BER_BIT_STRING, no_signature, sizeof no_signature);
    g_autoptr(GBytes) der = der_node_serialize(root);
    return certificate_new(der, error);
}
