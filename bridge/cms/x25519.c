/* SPDX-License-Identifier: MPL-2.0 */

#include "x25519.h"

#include <string.h>

#include "cms-error.h"
#include "oid.h"
#include "wiped-octets.h"

/* DER of the curve's older name, 1.3.6.1.4.1.11591.15.1. */
static const guint8 curve_octets[] = {0x06, 0x09, 0x2b, 0x06, 0x01, 0x04,
                                      0x01, 0xda, 0x47, 0x0f, 0x01};

/* ecMontKey of keythi.h, from NSS 3.110 on. */
#define MONTGOMERY_KEY ((KeyType)11)

/* PrivateKeyInfo (RFC 5208 §5) with ECPrivateKey (RFC 5915 §3); every length in it is fixed. */
static const guint8 head[] = {0x30, 0x67, 0x02, 0x01, 0x00, 0x30, 0x14, 0x06, 0x07,
                              0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x09,
                              0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01,
                              0x04, 0x4c, 0x30, 0x4a, 0x02, 0x01, 0x01, 0x04, X25519_OCTETS};
static const guint8 middle[] = {0xa1, 0x23, 0x03, 0x21, 0x00};
#define KEY_INFO_OCTETS (sizeof head + X25519_OCTETS + sizeof middle + X25519_OCTETS)

/* RFC 7748 §4.1; little-endian as all points of this curve. */
static const guint8 base_point[X25519_OCTETS] = {9};

gboolean
x25519_is_named(const SECItem *oid)
{
    return ber_slice_equal((BerSlice){oid->data, oid->len}, oid_get_octets(OID_X25519));
}

SECKEYPublicKey *
x25519_public_key_new(const SECItem *bits)
{
    SECItem curve = {siBuffer, (guint8 *)curve_octets, sizeof curve_octets};
    SECItem point = {siBuffer, bits->data, X25519_OCTETS};
    if (bits->len != X25519_OCTETS * 8) {
        PORT_SetError(SEC_ERROR_BAD_KEY);
        return NULL;
    }
    g_autoptr(PLArenaPool) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECKEYPublicKey *key = PORT_ArenaZNew(arena, SECKEYPublicKey);
    key->keyType = ecKey;
    key->pkcs11ID = CK_INVALID_HANDLE;
    if (SECITEM_CopyItem(arena, &key->u.ec.DEREncodedParams, &curve) != SECSuccess ||
        SECITEM_CopyItem(arena, &key->u.ec.publicValue, &point) != SECSuccess)
        return NULL;
    key->arena = g_steal_pointer(&arena);
    return key;
}

SECKEYPrivateKey *
x25519_generate(SECKEYPublicKey **out_public_key)
{
    SECItem curve = {siBuffer, (guint8 *)curve_octets, sizeof curve_octets};
    return SECKEY_CreateECPrivateKey(&curve, out_public_key, NULL);
}

gboolean
x25519_store_public_key(PK11SlotInfo *slot, SECKEYPublicKey *key)
{
    if (PK11_ImportPublicKey(slot, key, PR_TRUE) != CK_INVALID_HANDLE)
        return TRUE;
    if (key->keyType != ecKey || key->u.ec.publicValue.len != X25519_OCTETS)
        return FALSE;
    key->keyType = MONTGOMERY_KEY;
    gboolean stored = PK11_ImportPublicKey(slot, key, PR_TRUE) != CK_INVALID_HANDLE;
    key->keyType = ecKey;
    return stored;
}

static void
write_key_info(guint8 *out, const guint8 *scalar, const guint8 *point)
{
    memcpy(out, head, sizeof head);
    memcpy(out + sizeof head, scalar, X25519_OCTETS);
    memcpy(out + sizeof head + X25519_OCTETS, middle, sizeof middle);
    memcpy(out + sizeof head + X25519_OCTETS + sizeof middle, point, X25519_OCTETS);
}

/* The public key: the scalar times the base point, which is a Diffie-Hellman with that point. */
static gboolean
compute_point(const guint8 *key_info, guint8 *out_point)
{
    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();
    g_autoptr(SECKEYPrivateKey) key = NULL;
    SECItem der = {siBuffer, (guint8 *)key_info, KEY_INFO_OCTETS};
    SECItem bits = {siBuffer, (guint8 *)base_point, X25519_OCTETS * 8};
    g_autoptr(SECKEYPublicKey) base = x25519_public_key_new(&bits);
    if (base == NULL ||
        PK11_ImportDERPrivateKeyInfoAndReturnKey(slot, &der, NULL, NULL, PR_FALSE, PR_TRUE, KU_ALL,
                                                 &key, NULL) != SECSuccess)
        return FALSE;
    g_autoptr(PK11SymKey) shared =
        PK11_PubDeriveWithKDF(key, base, PR_FALSE, NULL, NULL, CKM_ECDH1_DERIVE, CKM_HKDF_DERIVE,
                              CKA_DERIVE, X25519_OCTETS, CKD_NULL, NULL, NULL);
    if (shared == NULL || PK11_ExtractKeyValue(shared) != SECSuccess)
        return FALSE;
    const SECItem *point = PK11_GetKeyData(shared);
    if (point == NULL || point->len != X25519_OCTETS)
        return FALSE;
    memcpy(out_point, point->data, X25519_OCTETS);
    return TRUE;
}

GBytes *
x25519_prepare_key(const SECItem *key, GError **error)
{
    guint8 point[X25519_OCTETS];
    if (key->len != X25519_OCTETS + 2 || key->data[0] != SEC_ASN1_OCTET_STRING ||
        key->data[1] != X25519_OCTETS) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_KEY, "private key of X25519 is malformed");
        return NULL;
    }
    guint8 *octets = g_malloc(KEY_INFO_OCTETS);
    g_autoptr(GBytes) prepared = wiped_octets_to_bytes(octets, KEY_INFO_OCTETS);
    /* NSS wants some point at once, and does not compare it with the scalar. */
    write_key_info(octets, key->data + 2, base_point);
    PORT_SetError(0);
    if (!compute_point(octets, point)) {
        cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED, "NSS does not take keys of X25519 here");
        return NULL;
    }
    write_key_info(octets, key->data + 2, point);
    return g_steal_pointer(&prepared);
}
