/* SPDX-License-Identifier: MPL-2.0 */

#include "signature-work.h"

#include "core-limits.h"

/* One multiplication modulo a number of 1024 bits takes about half a unit, and a time that grows
 * with the square of the bits. */
#define MODULUS_BITS              1024u
#define MULTIPLICATIONS_OF_A_UNIT 2u
/* Digests of SHA-NI; without it, and for SHA-512, twice or thrice. */
#define OCTETS_OF_A_UNIT 1000u

static guint64
work_of_powers(guint modulus_bits, guint exponent_bits)
{
    guint64 bits = modulus_bits;
    return bits * bits * exponent_bits / MULTIPLICATIONS_OF_A_UNIT / MODULUS_BITS / MODULUS_BITS;
}

static guint64
work_of_key(const Certificate *certificate)
{
    guint bits = certificate_get_key_bits(certificate);
    /* With these nothing is computed. */
    if (bits > LIMIT_RSA_BITS_MAX)
        return 0;
    switch (certificate_get_key_type(certificate)) {
    case KEY_TYPE_RSA:
    case KEY_TYPE_RSA_OAEP:
    case KEY_TYPE_RSA_PSS:
        return work_of_powers(bits, LIMIT_RSA_EXPONENT_BITS);
    case KEY_TYPE_DSA:
        return bits > LIMIT_DSA_BITS_MAX ? 0 : work_of_powers(bits, 2 * LIMIT_DSA_ORDER_BITS_MAX);
    case KEY_TYPE_EC:
    case KEY_TYPE_ED25519:
    case KEY_TYPE_X25519:
    case KEY_TYPE_DH:
    case KEY_TYPE_UNKNOWN:
    default:
        return bits <= 256 ? 700 : 1400;
    }
}

guint
signature_work_of(const Certificate *certificate, gsize n_octets)
{
    guint64 work = 10 + work_of_key(certificate) + n_octets / OCTETS_OF_A_UNIT;
    return (guint)MIN(work, G_MAXUINT);
}

gboolean
signature_work_take(SignatureWork *work, const Certificate *certificate, gsize n_octets)
{
    guint needed = signature_work_of(certificate, n_octets);
    if (needed > work->n_left)
        return FALSE;
    work->n_left -= needed;
    return TRUE;
}
