/* SPDX-License-Identifier: MPL-2.0 */

#include "oid.h"

#define OCTETS(text)                                                                               \
    {                                                                                              \
        (const guint8 *)(text), sizeof(text) - 1                                                   \
    }

static const BerSlice oids[OID_N_OIDS] = {
    [OID_DATA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"),
    [OID_SIGNED_DATA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"),
    [OID_ENVELOPED_DATA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"),
    [OID_DIGESTED_DATA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x05"),
    [OID_ENCRYPTED_DATA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06"),
    [OID_AUTHENTICATED_DATA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x02"),
    [OID_AUTH_ENVELOPED_DATA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"),
    [OID_COMPRESSED_DATA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09"),
    [OID_ZLIB_COMPRESS] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08"),
    [OID_CONTENT_TYPE] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"),
    [OID_MESSAGE_DIGEST] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"),
    [OID_SIGNING_TIME] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05"),
    [OID_SMIME_CAPABILITIES] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0f"),
    [OID_ENCRYPTION_KEY_PREFERENCE] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0b"),
    [OID_SIGNING_CERTIFICATE] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0c"),
    [OID_SIGNING_CERTIFICATE_V2] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f"),
    [OID_COUNTERSIGNATURE] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x06"),
    [OID_MD5] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x02\x05"),
    [OID_SHA1] = OCTETS("\x2b\x0e\x03\x02\x1a"),
    [OID_SHA224] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x02\x04"),
    [OID_SHA256] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x02\x01"),
    [OID_SHA384] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x02\x02"),
    [OID_SHA512] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x02\x03"),
    [OID_RSA_ENCRYPTION] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"),
    [OID_MD5_WITH_RSA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"),
    [OID_SHA1_WITH_RSA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"),
    [OID_SHA224_WITH_RSA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e"),
    [OID_SHA256_WITH_RSA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"),
    [OID_SHA384_WITH_RSA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"),
    [OID_SHA512_WITH_RSA] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"),
    [OID_RSASSA_PSS] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"),
    [OID_RSAES_OAEP] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07"),
    [OID_MGF1] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"),
    [OID_P_SPECIFIED] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x09"),
    [OID_EC_PUBLIC_KEY] = OCTETS("\x2a\x86\x48\xce\x3d\x02\x01"),
    [OID_ECDSA_WITH_SHA1] = OCTETS("\x2a\x86\x48\xce\x3d\x04\x01"),
    [OID_ECDSA_WITH_SHA224] = OCTETS("\x2a\x86\x48\xce\x3d\x04\x03\x01"),
    [OID_ECDSA_WITH_SHA256] = OCTETS("\x2a\x86\x48\xce\x3d\x04\x03\x02"),
    [OID_ECDSA_WITH_SHA384] = OCTETS("\x2a\x86\x48\xce\x3d\x04\x03\x03"),
    [OID_ECDSA_WITH_SHA512] = OCTETS("\x2a\x86\x48\xce\x3d\x04\x03\x04"),
    [OID_DSA] = OCTETS("\x2a\x86\x48\xce\x38\x04\x01"),
    [OID_DSA_WITH_SHA1] = OCTETS("\x2a\x86\x48\xce\x38\x04\x03"),
    [OID_DSA_WITH_SHA224] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x03\x01"),
    [OID_DSA_WITH_SHA256] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x03\x02"),
    [OID_ED25519] = OCTETS("\x2b\x65\x70"),
    [OID_ED448] = OCTETS("\x2b\x65\x71"),
    [OID_ECDH_STD_SHA1] = OCTETS("\x2b\x81\x05\x10\x86\x48\x3f\x00\x02"),
    [OID_ECDH_STD_SHA224] = OCTETS("\x2b\x81\x04\x01\x0b\x00"),
    [OID_ECDH_STD_SHA256] = OCTETS("\x2b\x81\x04\x01\x0b\x01"),
    [OID_ECDH_STD_SHA384] = OCTETS("\x2b\x81\x04\x01\x0b\x02"),
    [OID_ECDH_STD_SHA512] = OCTETS("\x2b\x81\x04\x01\x0b\x03"),
    [OID_ECDH_COFACTOR_SHA1] = OCTETS("\x2b\x81\x05\x10\x86\x48\x3f\x00\x03"),
    [OID_ECDH_COFACTOR_SHA224] = OCTETS("\x2b\x81\x04\x01\x0e\x00"),
    [OID_ECDH_COFACTOR_SHA256] = OCTETS("\x2b\x81\x04\x01\x0e\x01"),
    [OID_ECDH_COFACTOR_SHA384] = OCTETS("\x2b\x81\x04\x01\x0e\x02"),
    [OID_ECDH_COFACTOR_SHA512] = OCTETS("\x2b\x81\x04\x01\x0e\x03"),
    [OID_ECDH_HKDF_SHA256] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x13"),
    [OID_ECDH_HKDF_SHA384] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x14"),
    [OID_ECDH_HKDF_SHA512] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x15"),
    [OID_3DES_WRAP] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x06"),
    [OID_AES_128_WRAP] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x05"),
    [OID_AES_192_WRAP] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x19"),
    [OID_AES_256_WRAP] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x2d"),
    [OID_P_256] = OCTETS("\x2a\x86\x48\xce\x3d\x03\x01\x07"),
    [OID_P_384] = OCTETS("\x2b\x81\x04\x00\x22"),
    [OID_P_521] = OCTETS("\x2b\x81\x04\x00\x23"),
    [OID_X25519] = OCTETS("\x2b\x65\x6e"),
    [OID_PWRI_KEK] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x09"),
    [OID_PBKDF2] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c"),
    [OID_HMAC_SHA1] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x02\x07"),
    [OID_HMAC_SHA224] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x02\x08"),
    [OID_HMAC_SHA256] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x02\x09"),
    [OID_HMAC_SHA384] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x02\x0a"),
    [OID_HMAC_SHA512] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x02\x0b"),
    [OID_AES_128_CBC] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x02"),
    [OID_AES_192_CBC] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x16"),
    [OID_AES_256_CBC] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x2a"),
    [OID_AES_128_GCM] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x06"),
    [OID_AES_192_GCM] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x1a"),
    [OID_AES_256_GCM] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x2e"),
    [OID_AES_128_CCM] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x07"),
    [OID_AES_192_CCM] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x1b"),
    [OID_AES_256_CCM] = OCTETS("\x60\x86\x48\x01\x65\x03\x04\x01\x2f"),
    [OID_CHACHA20_POLY1305] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x12"),
    [OID_3DES_CBC] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x03\x07"),
    [OID_RC2_CBC] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x03\x02"),
    [OID_DES_CBC] = OCTETS("\x2b\x0e\x03\x02\x07"),
    [OID_RC4] = OCTETS("\x2a\x86\x48\x86\xf7\x0d\x03\x04"),
};

Oid
oid_find(BerSlice contents)
{
    for (guint i = OID_UNKNOWN + 1; i < OID_N_OIDS; i++)
        if (ber_slice_equal(oids[i], contents))
            return (Oid)i;
    return OID_UNKNOWN;
}

BerSlice
oid_get_octets(Oid oid)
{
    g_assert(oid < OID_N_OIDS);
    return oids[oid];
}

static gchar *
to_hex(BerSlice contents)
{
    GString *text = g_string_new("?");
    for (gsize i = 0; i < MIN(contents.n_octets, 64); i++)
        g_string_append_printf(text, "%02x", contents.octets[i]);
    return g_string_free(text, FALSE);
}

static void
append_arc(GString *text, guint64 arc)
{
    if (text->len > 0) {
        g_string_append_printf(text, ".%" G_GUINT64_FORMAT, arc);
        return;
    }
    /* The first two arcs share one number: X.690 §8.19.4. */
    guint64 first = MIN(arc / 40, 2);
    g_string_append_printf(text, "%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT, first,
                           arc - first * 40);
}

gchar *
oid_to_dotted(BerSlice contents)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint64 arc = 0;
    if (contents.n_octets == 0 || contents.n_octets > 64 ||
        (contents.octets[contents.n_octets - 1] & 0x80) != 0)
        return to_hex(contents);
    for (gsize i = 0; i < contents.n_octets; i++) {
        if (arc >> 57 != 0)
            return to_hex(contents);
        arc = arc << 7 | (contents.octets[i] & 0x7fu);
        if ((contents.octets[i] & 0x80) != 0)
            continue;
        append_arc(text, arc);
        arc = 0;
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}
