/* SPDX-License-Identifier: MPL-2.0 */

#include "bench-bare.h"

#include <string.h>

#include "bench-bridge.h"
#include "nss-scoped.h"

/* What the hardware gives through NSS: nothing is parsed, encoded, allocated or checked beyond what
 * the primitive itself does. */

#define DIGEST_OCTETS 32
#define KEY_OCTETS    32
#define TAG_OCTETS    16
#define WRAPPED_MAX   512

typedef struct {
    const BenchTask *task;
    KeyPair *pair;
    SECKEYPrivateKey *private_key; /* the pair's */
    SECKEYPublicKey *public_key;
    PK11SymKey *content_key;
    guint8 to_sign[DIGEST_OCTETS + 32]; /* the digest, for RSA as DigestInfo */
    guint n_to_sign;
    guint8 signature[WRAPPED_MAX];
    guint n_signature;
    guint8 wrapped[WRAPPED_MAX];
    guint n_wrapped;
    guint8 *own_out;    /* where the task has no room */
    guint8 *ciphertext; /* for GCM, whose tag has to be right */
    guint8 tag[TAG_OCTETS];
} Way;

static guint8 initialization[16];

static void
check(gboolean good, const gchar *what)
{
    bridge_check(good, what, NULL);
}

static void
digest(Way *way)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(way->task->content, &n_octets);
    guint8 value[DIGEST_OCTETS];
    unsigned n_value = 0;
    g_autoptr(PK11Context) context = PK11_CreateDigestContext(SEC_OID_SHA256);
    check(PK11_DigestBegin(context) == SECSuccess, "digest");
    for (gsize i = 0; i < n_octets; i += BENCH_PIECE_OCTETS)
        check(PK11_DigestOp(context, octets + i, (unsigned)MIN(n_octets - i, BENCH_PIECE_OCTETS)) ==
                  SECSuccess,
              "digest");
    check(PK11_DigestFinal(context, value, &n_value, sizeof value) == SECSuccess, "digest");
}

static guint8 *
get_out(Way *way, gsize offset)
{
    return way->task->out != NULL ? way->task->out + offset : way->own_out;
}

static void
run_cbc(Way *way, CK_ATTRIBUTE_TYPE operation)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(way->task->content, &n_octets);
    SECItem iv = {siBuffer, initialization, sizeof initialization};
    g_autoptr(PK11Context) context =
        PK11_CreateContextBySymKey(CKM_AES_CBC, operation, way->content_key, &iv);
    for (gsize i = 0; i < n_octets; i += BENCH_PIECE_OCTETS) {
        gint n = (gint)MIN(n_octets - i, BENCH_PIECE_OCTETS), n_written = 0;
        check(PK11_CipherOp(context, get_out(way, i), &n_written, n, octets + i, n) == SECSuccess,
              "AES-CBC");
    }
}

static void
run_gcm(Way *way, CK_ATTRIBUTE_TYPE operation, guint8 *out, const guint8 *in)
{
    SECItem none = {siBuffer, NULL, 0};
    gint n_octets = (gint)way->task->row.n_octets, n_written = 0;
    g_autoptr(PK11Context) context = PK11_CreateContextBySymKey(
        CKM_AES_GCM, CKA_NSS_MESSAGE | operation, way->content_key, &none);
    check(PK11_AEADOp(context, CKG_NO_GENERATE, 0, initialization, 12, NULL, 0, out, &n_written,
                      n_octets, way->tag, TAG_OCTETS, in, n_octets) == SECSuccess,
          "AES-GCM");
}

static void
encrypt(Way *way)
{
    if (way->task->row.gcm)
        run_gcm(way, CKA_ENCRYPT, get_out(way, 0), g_bytes_get_data(way->task->content, NULL));
    else
        run_cbc(way, CKA_ENCRYPT);
}

static void
decrypt(Way *way)
{
    if (way->task->row.gcm)
        run_gcm(way, CKA_DECRYPT, get_out(way, 0), way->ciphertext);
    else
        run_cbc(way, CKA_DECRYPT);
}

static void
sign(Way *way)
{
    SECItem signature = {siBuffer, way->signature, sizeof way->signature};
    SECItem value = {siBuffer, way->to_sign, way->n_to_sign};
    check(PK11_Sign(way->private_key, &signature, &value) == SECSuccess, "signing");
    way->n_signature = signature.len;
}

static void
verify(Way *way)
{
    SECItem signature = {siBuffer, way->signature, way->n_signature};
    SECItem value = {siBuffer, way->to_sign, way->n_to_sign};
    check(PK11_Verify(way->public_key, &signature, &value, NULL) == SECSuccess, "verifying");
}

static void
agree(SECKEYPrivateKey *own, SECKEYPublicKey *other)
{
    SECItem shared = {siBuffer, initialization, sizeof initialization};
    g_autoptr(PK11SymKey) key = PK11_PubDeriveWithKDF(
        own, other, PR_FALSE, NULL, NULL, CKM_ECDH1_DERIVE, CKM_NSS_AES_KEY_WRAP, CKA_WRAP,
        KEY_OCTETS, CKD_SHA256_KDF, &shared, NULL);
    check(key != NULL, "ECDH");
}

static void
wrap(Way *way)
{
    if (way->task->row.key == BENCH_RSA_2048) {
        SECItem wrapped = {siBuffer, way->wrapped, sizeof way->wrapped};
        check(PK11_PubWrapSymKey(CKM_RSA_PKCS, way->public_key, way->content_key, &wrapped) ==
                  SECSuccess,
              "RSA");
        way->n_wrapped = wrapped.len;
        return;
    }
    g_autoptr(SECKEYPublicKey) ephemeral = NULL;
    g_autoptr(SECKEYPrivateKey) own =
        SECKEY_CreateECPrivateKey(&way->public_key->u.ec.DEREncodedParams, &ephemeral, NULL);
    check(own != NULL, "EC key");
    agree(own, way->public_key);
}

static void
unwrap(Way *way)
{
    guint8 octets[WRAPPED_MAX];
    unsigned n_octets = 0;
    if (way->task->row.key == BENCH_P_256) {
        agree(way->private_key, way->public_key);
        return;
    }
    check(PK11_PrivDecryptPKCS1(way->private_key, octets, &n_octets, sizeof octets, way->wrapped,
                                way->n_wrapped) == SECSuccess,
          "RSA");
}

/* DigestInfo of SHA-256 (RFC 8017 §9.2), and any digest. */
static void
prepare_digest(Way *way)
{
    static const guint8 prefix[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    way->n_to_sign = DIGEST_OCTETS;
    if (way->task->row.key != BENCH_RSA_2048)
        return;
    memcpy(way->to_sign, prefix, sizeof prefix);
    way->n_to_sign += sizeof prefix;
}

gpointer
bare_way_new(const BenchTask *task)
{
    Way *way = g_new0(Way, 1);
    way->task = task;
    way->pair = bridge_find_pair(task);
    way->private_key = key_pair_get_private_key(way->pair);
    way->public_key = certificate_extract_public_key(key_pair_get_certificate(way->pair), NULL);
    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();
    way->content_key = PK11_KeyGen(slot, CKM_AES_KEY_GEN, NULL, KEY_OCTETS, NULL);
    check(way->public_key != NULL && way->content_key != NULL, "keys");
    way->own_out = g_malloc(MAX(task->row.gcm ? task->row.n_octets : 0, BENCH_PIECE_OCTETS));
    prepare_digest(way);
    sign(way);
    wrap(way);
    if (task->row.gcm) {
        way->ciphertext = g_malloc(task->row.n_octets);
        run_gcm(way, CKA_ENCRYPT, way->ciphertext, g_bytes_get_data(task->content, NULL));
    }
    return way;
}

void
bare_way_free(gpointer data)
{
    Way *way = data;
    PK11_FreeSymKey(way->content_key);
    SECKEY_DestroyPublicKey(way->public_key);
    key_pair_unref(way->pair);
    g_free(way->own_out);
    g_free(way->ciphertext);
    g_free(way);
}

void
bare_way_run_primitive(gpointer way, BarePrimitive primitive)
{
    static void (*const primitives[])(Way *) = {
        [BARE_DIGEST] = digest, [BARE_ENCRYPT] = encrypt, [BARE_DECRYPT] = decrypt,
        [BARE_SIGN] = sign,     [BARE_VERIFY] = verify,   [BARE_WRAP] = wrap,
        [BARE_UNWRAP] = unwrap,
    };
    primitives[primitive](way);
}

void
bare_way_run(gpointer data)
{
    Way *way = data;
    switch (way->task->row.operation) {
    case BENCH_SIGN:
        digest(way);
        sign(way);
        break;
    case BENCH_VERIFY:
        digest(way);
        verify(way);
        break;
    case BENCH_ENCRYPT:
        for (guint i = 0; i < way->task->row.n_recipients; i++)
            wrap(way);
        encrypt(way);
        break;
    case BENCH_DECRYPT:
        unwrap(way);
        decrypt(way);
        break;
    default:
        g_assert_not_reached();
    }
}
