/* SPDX-License-Identifier: MPL-2.0 */

#include "signer-id.h"

#include "certificate-private.h"

gboolean
signer_id_read_issuer_and_serial(BerReader *reader, const gchar *what, SignerId *out_id,
                                 GError **error)
{
    BerReader fields;
    *out_id = (SignerId){0};
    return ber_enter(reader, BER_SEQUENCE, what, &fields, error) &&
           ber_skip(&fields, what, &out_id->issuer, error) &&
           ber_read(&fields, BER_INTEGER, what, &out_id->serial, error) &&
           ber_leave(reader, &fields, what, error);
}

gboolean
signer_id_read(BerReader *reader, const gchar *what, SignerId *out_id, GError **error)
{
    if (ber_peek(reader) != BER_CONTEXT(0))
        return signer_id_read_issuer_and_serial(reader, what, out_id, error);
    *out_id = (SignerId){0};
    return ber_read(reader, BER_CONTEXT(0), what, &out_id->key_identifier, error);
}

static gboolean
slice_is(BerSlice slice, GBytes *octets)
{
    BerSlice other = {0};
    if (octets == NULL)
        return FALSE;
    other.octets = g_bytes_get_data(octets, &other.n_octets);
    return ber_slice_equal(slice, other);
}

/* The same name in other octets: a signer may write as UTF8String what its authority wrote as
 * PrintableString. */
static gboolean
name_is_equivalent(BerSlice name, Certificate *certificate)
{
    const DistinguishedName *subject = NULL, *issuer = NULL;
    g_autoptr(GBytes) octets = g_bytes_new_static(name.octets, name.n_octets);
    g_autoptr(DistinguishedName) wanted = distinguished_name_new(octets, NULL);
    return wanted != NULL && certificate_prepare_names(certificate, &subject, &issuer) &&
           distinguished_name_equal(wanted, issuer);
}

gboolean
signer_id_matches(const SignerId *id, Certificate *certificate, guint *n_comparisons)
{
    if (id->key_identifier.octets != NULL)
        return slice_is(id->key_identifier, certificate_get_key_identifier(certificate));
    if (!slice_is(id->serial, certificate_get_serial(certificate)))
        return FALSE;
    if (slice_is(id->issuer, certificate_get_issuer_der(certificate)))
        return TRUE;
    if (*n_comparisons == 0)
        return FALSE;
    (*n_comparisons)--;
    return name_is_equivalent(id->issuer, certificate);
}

void
signer_id_add_issuer_and_serial(DerNode *parent, guint8 tag, const Certificate *certificate)
{
    DerNode *id = der_add(parent, tag);
    der_add_encoded(id, certificate_get_issuer_der(certificate));
    der_add_bytes(id, BER_INTEGER, certificate_get_serial(certificate));
}
