/* SPDX-License-Identifier: MPL-2.0 */

#include "key-generate.h"

#include <secder.h>
#include <string.h>

#include "addr-spec.h"
#include "certificate-private.h"
#include "cms-error.h"
#include "nss-scoped.h"
#include "smime-capabilities.h"

#define RSA_PUBLIC_EXPONENT 65537
#define SECONDS_A_DAY       (24 * 60 * 60)
/* Clocks of correspondents that run late shall not find the certificate in their future. */
#define BACKDATED_SECONDS (60 * 60)
/* RFC 5280 §4.1.2.2 allows 20 octets; 16 random ones keep issuer and serial apart from every other
 * pair. */
#define SERIAL_OCTETS 16
/* RFC 5280 §A.1, ub-common-name. */
#define COMMON_NAME_CHARACTERS 64

typedef struct {
    const gchar *name;
    guint rsa_bits; /* 0: EC */
    SECOidTag curve;
    SECOidTag signature;
} AlgorithmRow;

static const AlgorithmRow algorithms[KEY_N_ALGORITHMS] = {
    [KEY_ALGORITHM_RSA_2048] = {"rsa-2048", 2048, SEC_OID_UNKNOWN,
                                SEC_OID_PKCS1_SHA256_WITH_RSA_ENCRYPTION},
    [KEY_ALGORITHM_RSA_3072] = {"rsa-3072", 3072, SEC_OID_UNKNOWN,
                                SEC_OID_PKCS1_SHA256_WITH_RSA_ENCRYPTION},
    [KEY_ALGORITHM_RSA_4096] = {"rsa-4096", 4096, SEC_OID_UNKNOWN,
                                SEC_OID_PKCS1_SHA256_WITH_RSA_ENCRYPTION},
    [KEY_ALGORITHM_P_256] = {"p-256", 0, SEC_OID_ANSIX962_EC_PRIME256V1,
                             SEC_OID_ANSIX962_ECDSA_SHA256_SIGNATURE},
    [KEY_ALGORITHM_P_384] = {"p-384", 0, SEC_OID_SECG_EC_SECP384R1,
                             SEC_OID_ANSIX962_ECDSA_SHA384_SIGNATURE},
};

/* id-on-SmtpUTF8Mailbox, 1.3.6.1.5.5.7.8.9 (RFC 9598 §3). */
static const guint8 oid_smtp_utf8_mailbox[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x09};

const gchar *
key_algorithm_to_string(KeyAlgorithm algorithm)
{
    g_return_val_if_fail((guint)algorithm < KEY_N_ALGORITHMS, NULL);
    return algorithms[algorithm].name;
}

gboolean
key_algorithm_from_string(const gchar *name, KeyAlgorithm *out_algorithm)
{
    for (guint i = 0; i < KEY_N_ALGORITHMS; i++) {
        if (g_str_equal(algorithms[i].name, name)) {
            *out_algorithm = (KeyAlgorithm)i;
            return TRUE;
        }
    }
    return FALSE;
}

SECKEYPrivateKey *
key_generate_pair(PK11SlotInfo *slot, KeyAlgorithm algorithm, gboolean permanent,
                  SECKEYPublicKey **out_public_key, GError **error)
{
    const AlgorithmRow *row = &algorithms[algorithm];
    PK11RSAGenParams rsa = {(int)row->rsa_bits, RSA_PUBLIC_EXPONENT};
    guint8 curve[32];
    SECItem ec = {siBuffer, curve, 0};
    CK_MECHANISM_TYPE mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN;
    void *parameters = &rsa;

    if (row->rsa_bits == 0) {
        const SECItem *oid = &SECOID_FindOIDByTag(row->curve)->oid;
        g_assert(oid->len + 2 <= sizeof curve);
        curve[0] = SEC_ASN1_OBJECT_ID;
        curve[1] = (guint8)oid->len;
        memcpy(curve + 2, oid->data, oid->len);
        ec.len = oid->len + 2;
        mechanism = CKM_EC_KEY_PAIR_GEN;
        parameters = &ec;
    }
    PORT_SetError(0);
    SECKEYPrivateKey *key = PK11_GenerateKeyPair(slot, mechanism, parameters, out_public_key,
                                                 permanent, permanent, NULL);
    if (key == NULL)
        cms_set_nss_error(error, CMS_ERROR_STORE, "cannot make a key pair");
    return key;
}

/* The name points into @arena. */
static CERTName *
make_name(PLArenaPool *arena, const gchar *text)
{
    glong n_characters = MIN(g_utf8_strlen(text, -1), (glong)COMMON_NAME_CHARACTERS);
    g_autofree gchar *cut = g_utf8_substring(text, 0, n_characters);
    CERTAVA *ava = CERT_CreateAVA(arena, SEC_OID_AVA_COMMON_NAME, SEC_ASN1_UTF8_STRING, cut);
    CERTRDN *rdn = ava != NULL ? CERT_CreateRDN(arena, ava, NULL) : NULL;

    return rdn != NULL ? CERT_CreateName(rdn, NULL) : NULL;
}

static gboolean
random_serial(PLArenaPool *arena, SECItem *out_serial)
{
    out_serial->data = PORT_ArenaAlloc(arena, SERIAL_OCTETS);
    out_serial->len = SERIAL_OCTETS;
    if (PK11_GenerateRandom(out_serial->data, SERIAL_OCTETS) != SECSuccess)
        return FALSE;
    /* Positive, and without a zero octet in front, which DER would not have. */
    out_serial->data[0] = (guint8)((out_serial->data[0] & 0x7f) | 0x40);
    return TRUE;
}

/* The bare certificate: names, validity, key. */
static CERTCertificate *
make_certificate(const KeyRequest *request, const gchar *address, SECKEYPublicKey *public_key)
{
    gint64 from = request->now - BACKDATED_SECONDS;
    gint64 to = request->now + (gint64)request->n_days * SECONDS_A_DAY;
    g_autoptr(PLArenaPool) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    g_autoptr(CERTName) name = make_name(arena, request->name != NULL ? request->name : address);
    g_autoptr(CERTSubjectPublicKeyInfo) spki = SECKEY_CreateSubjectPublicKeyInfo(public_key);
    g_autoptr(CERTValidity) validity =
        CERT_CreateValidity(from * PR_USEC_PER_SEC, to * PR_USEC_PER_SEC);
    if (name == NULL || spki == NULL || validity == NULL)
        return NULL;

    g_autoptr(CERTCertificateRequest) csr = CERT_CreateCertificateRequest(name, spki, NULL);
    g_autoptr(CERTCertificate) certificate =
        csr != NULL ? CERT_CreateCertificate(0, name, validity, csr) : NULL;
    if (certificate == NULL || !random_serial(certificate->arena, &certificate->serialNumber) ||
        DER_SetUInteger(certificate->arena, &certificate->version, 2) != SECSuccess)
        return NULL;
    return g_steal_pointer(&certificate);
}

static gboolean
add_bit_string(void *extensions, SECOidTag tag, guint8 first_octet, guint n_bits)
{
    g_autoptr(PLArenaPool) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECItem bits = {siBuffer, &first_octet, n_bits};
    SECItem der = {siBuffer, NULL, 0};

    return SEC_ASN1EncodeItem(arena, &der, &bits, SEC_ASN1_GET(SEC_BitStringTemplate)) != NULL &&
           CERT_AddExtension(extensions, tag, &der, PR_TRUE, PR_TRUE) == SECSuccess;
}

static gboolean
add_key_usage(void *extensions, gboolean is_rsa)
{
    /* Bit 0 digitalSignature; bit 2 keyEncipherment or bit 4 keyAgreement. DER drops zero bits at
     * the end. */
    return is_rsa ? add_bit_string(extensions, SEC_OID_X509_KEY_USAGE, 0x80 | 0x20, 3)
                  : add_bit_string(extensions, SEC_OID_X509_KEY_USAGE, 0x80 | 0x08, 5);
}

static gboolean
add_extended_key_usage(void *extensions)
{
    g_autoptr(PLArenaPool) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECItem *oids[] = {&SECOID_FindOIDByTag(SEC_OID_EXT_KEY_USAGE_EMAIL_PROTECT)->oid, NULL};
    SECItem **list = oids;
    SECItem der = {siBuffer, NULL, 0};

    return SEC_ASN1EncodeItem(arena, &der, &list, SEC_ASN1_GET(SEC_SequenceOfObjectIDTemplate)) !=
               NULL &&
           CERT_AddExtension(extensions, SEC_OID_X509_EXT_KEY_USAGE, &der, PR_FALSE, PR_TRUE) ==
               SECSuccess;
}

static gboolean
add_basic_constraints(void *extensions)
{
    g_autoptr(PLArenaPool) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    CERTBasicConstraints constraints = {PR_FALSE, CERT_UNLIMITED_PATH_CONSTRAINT};
    SECItem der = {siBuffer, NULL, 0};

    return CERT_EncodeBasicConstraintValue(arena, &constraints, &der) == SECSuccess &&
           CERT_AddExtension(extensions, SEC_OID_X509_BASIC_CONSTRAINTS, &der, PR_TRUE, PR_TRUE) ==
               SECSuccess;
}

/* RFC 5280 §4.2.1.2 method 1. */
static gboolean
add_key_identifier(void *extensions, const CERTCertificate *certificate)
{
    const SECItem *bits = &certificate->subjectPublicKeyInfo.subjectPublicKey;
    g_autoptr(PLArenaPool) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    guint8 digest[SHA1_LENGTH];
    SECItem identifier = {siBuffer, digest, sizeof digest};
    SECItem der = {siBuffer, NULL, 0};

    return PK11_HashBuf(SEC_OID_SHA1, digest, bits->data, (PRInt32)((bits->len + 7) / 8)) ==
               SECSuccess &&
           SEC_ASN1EncodeItem(arena, &der, &identifier, SEC_ASN1_GET(SEC_OctetStringTemplate)) !=
               NULL &&
           CERT_AddExtension(extensions, SEC_OID_X509_SUBJECT_KEY_ID, &der, PR_FALSE, PR_TRUE) ==
               SECSuccess;
}

/* RFC 4262: whoever finds the certificate in the DNS knows what can be sent to it. */
static gboolean
add_capabilities(void *extensions)
{
    g_autoptr(DerNode) list = smime_capabilities_new_own();
    g_autoptr(GBytes) octets = der_node_serialize(list);
    SECItem der = nss_borrow_bytes(octets);
    return CERT_AddExtension(extensions, SEC_OID_PKCS9_SMIME_CAPABILITIES, &der, PR_FALSE,
                             PR_TRUE) == SECSuccess;
}

static gboolean
add_subject_alt_name(void *extensions, const AddrSpec *spec, const gchar *address)
{
    g_autoptr(PLArenaPool) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECItem text = {siBuffer, (guint8 *)address, (unsigned int)strlen(address)};
    CERTGeneralName *name = PORT_ArenaZNew(arena, CERTGeneralName);
    SECItem der = {siBuffer, NULL, 0};

    PR_INIT_CLIST(&name->l);
    if (g_str_is_ascii(spec->local_part)) {
        name->type = certRFC822Name;
        name->name.other = text;
    } else {
        name->type = certOtherName;
        name->name.OthName.oid.data = (guint8 *)oid_smtp_utf8_mailbox;
        name->name.OthName.oid.len = sizeof oid_smtp_utf8_mailbox;
        if (SEC_ASN1EncodeItem(arena, &name->name.OthName.name, &text,
                               SEC_ASN1_GET(SEC_UTF8StringTemplate)) == NULL)
            return FALSE;
    }
    return CERT_EncodeAltNameExtension(arena, name, &der) == SECSuccess &&
           CERT_AddExtension(extensions, SEC_OID_X509_SUBJECT_ALT_NAME, &der, PR_FALSE, PR_TRUE) ==
               SECSuccess;
}

static gboolean
add_extensions(CERTCertificate *certificate, const KeyRequest *request, const AddrSpec *spec,
               const gchar *address)
{
    void *extensions = CERT_StartCertExtensions(certificate);
    gboolean is_rsa = algorithms[request->algorithm].rsa_bits != 0;

    if (extensions == NULL)
        return FALSE;
    gboolean ok = add_basic_constraints(extensions) && add_key_usage(extensions, is_rsa) &&
                  add_extended_key_usage(extensions) &&
                  add_key_identifier(extensions, certificate) &&
                  add_subject_alt_name(extensions, spec, address) && add_capabilities(extensions);
    /* Frees the handle, so in any case. */
    return CERT_FinishExtensions(extensions) == SECSuccess && ok;
}

static GBytes *
sign(CERTCertificate *certificate, SECOidTag signature, SECKEYPrivateKey *private_key)
{
    g_autoptr(PLArenaPool) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECItem unsigned_der = {siBuffer, NULL, 0};
    SECItem der = {siBuffer, NULL, 0};

    if (SECOID_SetAlgorithmID(certificate->arena, &certificate->signature, signature, NULL) !=
            SECSuccess ||
        SEC_ASN1EncodeItem(arena, &unsigned_der, certificate,
                           SEC_ASN1_GET(CERT_CertificateTemplate)) == NULL ||
        SEC_DerSignData(arena, &der, unsigned_der.data, (int)unsigned_der.len, private_key,
                        signature) != SECSuccess)
        return NULL;
    return g_bytes_new(der.data, der.len);
}

Certificate *
key_generate_certificate(const KeyRequest *request, SECKEYPublicKey *public_key,
                         SECKEYPrivateKey *private_key, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(AddrSpec) spec = addr_spec_parse(request->address, -1, &reason);
    if (spec == NULL || (request->name != NULL && !g_utf8_validate(request->name, -1, NULL))) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_CERTIFICATE, "no certificate for this name: %s",
                    reason != NULL ? reason->message : "not UTF-8");
        return NULL;
    }

    for (gchar *at = spec->domain; *at != '\0'; at++)
        *at = g_ascii_tolower(*at);
    g_autofree gchar *address = addr_spec_to_string(spec);
    PORT_SetError(0);
    g_autoptr(CERTCertificate) certificate = make_certificate(request, address, public_key);
    if (certificate == NULL || !add_extensions(certificate, request, spec, address)) {
        cms_set_nss_error(error, CMS_ERROR_CERTIFICATE, "cannot make the certificate");
        return NULL;
    }
    g_autoptr(GBytes) der =
        sign(certificate, algorithms[request->algorithm].signature, private_key);
    if (der == NULL) {
        cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot sign the certificate");
        return NULL;
    }
    return certificate_new(der, error);
}
