/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "key-management-private.h"
#include "nss-scoped.h"
#include "pbkdf2.h"

/* PasswordRecipientInfo (RFC 5652 §6.2.4) with id-alg-PWRI-KEK (RFC 3211 §2.3): the key is
 * encrypted twice in CBC, so that all of its octets depend on all others. */

/* What stands before the key: its length, and the first three octets of it inverted. */
#define CHECK_OCTETS 4
#define MIN_OCTETS   3

typedef struct {
    Pbkdf2Parameters derivation;
    const CmsCipherInfo *cipher;
    BerSlice iv;
} PasswordWrap;

/* The parameters of id-alg-PWRI-KEK are the algorithm of the cipher. */
static gboolean
read_cipher(const Recipient *recipient, GBytes *owner, PasswordWrap *wrap)
{
    CmsAlgorithm algorithm;
    BerReader reader, parameters;
    if (recipient->algorithm.id != OID_PWRI_KEK || recipient->algorithm.parameters.octets == NULL)
        return FALSE;
    ber_reader_init_slice(&reader, owner, recipient->algorithm.parameters);
    if (!cms_algorithm_read(&reader, "key encryption", &algorithm, NULL) ||
        algorithm.parameters.octets == NULL)
        return FALSE;
    wrap->cipher = cms_cipher_get_info(cms_cipher_find(algorithm.id));
    if (wrap->cipher->mechanism != CKM_AES_CBC && wrap->cipher->mechanism != CKM_DES3_CBC)
        return FALSE;
    ber_reader_init_slice(&parameters, owner, algorithm.parameters);
    return ber_read(&parameters, BER_OCTET_STRING, "initialization vector", &wrap->iv, NULL) &&
           wrap->iv.n_octets == wrap->cipher->n_block_octets;
}

/* Why the password can't be tried whatever it is; NULL if it can. */
static const gchar *
find_objection(const Recipient *recipient, GBytes *owner, PasswordWrap *out_wrap)
{
    const CmsAlgorithm *derivation = &recipient->derivation;
    if (derivation->id != OID_PBKDF2 ||
        !pbkdf2_parameters_parse(owner, derivation->parameters, &out_wrap->derivation))
        return "the key is not derived from the password by a PBKDF2 that is known";
    if (!read_cipher(recipient, owner, out_wrap))
        return "the key's encryption is none of RFC 3211 with AES or triple DES";
    if (out_wrap->derivation.n_key_octets != 0 &&
        out_wrap->derivation.n_key_octets != out_wrap->cipher->n_key_octets)
        return "the derived key is not as long as its cipher wants it";
    return NULL;
}

static gboolean
decrypt_blocks(PK11SymKey *key, const CmsCipherInfo *cipher, const guint8 *iv, guint8 *out,
               const guint8 *in, gsize n_octets)
{
    SECItem parameters = {siBuffer, (guint8 *)iv, (unsigned)cipher->n_block_octets};
    int n_written = 0;
    g_autoptr(PK11Context) context =
        PK11_CreateContextBySymKey(cipher->mechanism, CKA_DECRYPT, key, &parameters);
    return context != NULL &&
           PK11_CipherOp(context, out, &n_written, (int)n_octets, in, (int)n_octets) ==
               SECSuccess &&
           (gsize)n_written == n_octets;
}

/* RFC 3211 §2.3.2. The last block, decrypted, is what the outer encryption began with. */
static gboolean
decrypt_twice(PK11SymKey *key, const PasswordWrap *wrap, const guint8 *in, gsize n_octets,
              guint8 *out)
{
    gsize n_block = wrap->cipher->n_block_octets, n_rest = n_octets - n_block;
    guint8 outer[LIMIT_WRAPPED_KEY_OCTETS] = {0};
    gboolean good = decrypt_blocks(key, wrap->cipher, in + n_rest - n_block, outer + n_rest,
                                   in + n_rest, n_block) &&
                    decrypt_blocks(key, wrap->cipher, outer + n_rest, outer, in, n_rest) &&
                    decrypt_blocks(key, wrap->cipher, wrap->iv.octets, out, outer, n_octets);
    explicit_bzero(outer, sizeof outer);
    return good;
}

static gboolean
open_wrap(PK11SymKey *key, const PasswordWrap *wrap, GBytes *encrypted_key, guint8 *out_octets,
          unsigned *out_n_octets)
{
    gsize n_octets = 0;
    const guint8 *in = g_bytes_get_data(encrypted_key, &n_octets);
    gsize n_block = wrap->cipher->n_block_octets;
    guint8 plain[LIMIT_WRAPPED_KEY_OCTETS] = {0};
    if (n_octets % n_block != 0 || n_octets < 2 * n_block || n_octets > sizeof plain ||
        !decrypt_twice(key, wrap, in, n_octets, plain))
        return FALSE;
    guint check = 0xff;
    for (guint i = 0; i < MIN_OCTETS; i++)
        check &= (guint)(plain[1 + i] ^ plain[CHECK_OCTETS + i]);
    gboolean good =
        (check == 0xff) & (plain[0] >= MIN_OCTETS) & ((gsize)plain[0] + CHECK_OCTETS <= n_octets);
    if (good) {
        memcpy(out_octets, plain + CHECK_OCTETS, plain[0]);
        *out_n_octets = plain[0];
    }
    explicit_bzero(plain, sizeof plain);
    return good;
}

KeyUnwrap
key_password_unwrap(const Recipient *recipient, GBytes *owner, guint8 *out_octets,
                    unsigned *out_n_octets, const gchar **out_objection)
{
    PasswordWrap wrap = {0};
    *out_n_octets = 0;
    *out_objection = find_objection(recipient, owner, &wrap);
    if (*out_objection != NULL)
        return KEY_UNWRAP_UNSUPPORTED;
    if (recipient->n_rounds > recipient->n_rounds_max) {
        *out_objection = "the derivation of keys from the password asks for too many rounds";
        return KEY_UNWRAP_LIMIT;
    }
    g_autoptr(PK11SymKey) key =
        pbkdf2_derive(&wrap.derivation, recipient->password, wrap.cipher->n_key_octets,
                      wrap.cipher->mechanism, CKA_DECRYPT);
    if (key == NULL)
        return KEY_UNWRAP_WRONG;
    return open_wrap(key, &wrap, recipient->encrypted_key, out_octets, out_n_octets)
               ? KEY_UNWRAP_DONE
               : KEY_UNWRAP_WRONG;
}
