/* SPDX-License-Identifier: MPL-2.0 */

#include "record-advice.h"

#include <string.h>

#include "dane-lookup.h"
#include "key-anchor.h"

#define SHA256_OCTETS 32u
#define SHA512_OCTETS 64u

static const gchar pem_begin[] = "-----BEGIN ";

static gboolean
is_certificate(GBytes *data)
{
    g_autoptr(Certificate) certificate = certificate_new(data, NULL);
    return certificate != NULL;
}

/* How many octets of a DER SEQUENCE are missing at the end (X.690 §8.1.3); 0 if none are, or if it
 * is no SEQUENCE with a length of two octets. */
static gsize
count_missing(const guint8 *octets, gsize n_octets)
{
    if (n_octets < 4 || octets[0] != 0x30 || octets[1] != 0x82)
        return 0;
    gsize n_wanted = 4 + ((gsize)octets[2] << 8 | octets[3]);
    return n_wanted > n_octets ? n_wanted - n_octets : 0;
}

/* What data that are neither certificate nor key look like. */
static gchar *
guess_data(const SmimeaRecord *record)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(record->association_data, &n_octets);
    gboolean wants_key = record->selector == SMIMEA_SELECTOR_SPKI;
    gsize n_missing = count_missing(octets, n_octets);
    if (n_octets >= strlen(pem_begin) && memcmp(octets, pem_begin, strlen(pem_begin)) == 0)
        return g_strdup("; they are PEM text, and its DER is wanted");
    if (wants_key && is_certificate(record->association_data))
        return g_strdup("; they are a certificate: selector 0");
    if (!wants_key && key_anchor_is_key(record->association_data))
        return g_strdup("; they are a public key: selector 1");
    if (n_octets == SHA256_OCTETS || n_octets == SHA512_OCTETS)
        return g_strdup_printf("; they are as long as a digest: matching type %d",
                               n_octets == SHA256_OCTETS ? 1 : 2);
    return n_missing == 0
               ? g_strdup("")
               : g_strdup_printf("; they are cut off, %" G_GSIZE_FORMAT " octets are missing",
                                 n_missing);
}

static gchar *
advise_on_data(const SmimeaRecord *record)
{
    g_autofree gchar *guess = guess_data(record);
    return g_strdup_printf("its %" G_GSIZE_FORMAT " octets of data are no %s in DER%s",
                           g_bytes_get_size(record->association_data),
                           record->selector == SMIMEA_SELECTOR_SPKI ? "public key" : "certificate",
                           guess);
}

static gchar *
advise_on_digest(const SmimeaRecord *record)
{
    gsize n_octets = g_bytes_get_size(record->association_data);
    gboolean sha256 = record->matching_type == SMIMEA_MATCHING_SHA2_256;
    const gchar *guess = "";
    if (is_certificate(record->association_data) || key_anchor_is_key(record->association_data))
        guess = "; these are no digest, but whole: matching type 0";
    else if (n_octets == (sha256 ? SHA512_OCTETS : SHA256_OCTETS))
        guess = sha256 ? "; a SHA-512 is matching type 2" : "; a SHA-256 is matching type 1";
    return g_strdup_printf("it has %" G_GSIZE_FORMAT " octets of data, and a %s has %u%s", n_octets,
                           sha256 ? "SHA-256" : "SHA-512", sha256 ? SHA256_OCTETS : SHA512_OCTETS,
                           guess);
}

static gchar *
advise_on_unusable(const DaneRecord *record)
{
    switch (record->usability) {
    case RECORD_UNUSABLE_USAGE:
        return g_strdup("usage is 0 to 3: 3 for a person's own certificate");
    case RECORD_UNUSABLE_SELECTOR:
        return g_strdup("selector is 0, a certificate, or 1, its public key");
    case RECORD_UNUSABLE_MATCHING_TYPE:
        return g_strdup("matching type is 0, whole, 1, its SHA-256, or 2, its SHA-512");
    case RECORD_UNUSABLE_DIGEST_LENGTH:
        return advise_on_digest(record->record);
    case RECORD_UNUSABLE_CERTIFICATE:
        return advise_on_data(record->record);
    case RECORD_UNUSABLE_MALFORMED:
    case RECORD_USABLE:
    case RECORD_N_USABILITIES:
    default:
        return g_strdup("usage, selector, matching type and data are wanted");
    }
}

/* That usage 3 takes a certificate whatever it names is right (RFC 7671 §5.1), and may be a
 * mistake. */
static gchar *
advise_on_names(const Certificate *certificate, guint8 usage, const gchar *address)
{
    const gchar *const *names = certificate_get_addresses(certificate);
    if (address == NULL || dane_certificate_names(certificate, address))
        return NULL;
    if (names[0] == NULL)
        return usage == SMIMEA_USAGE_DANE_EE ? NULL : g_strdup("the certificate names no address");
    return g_strdup_printf("the certificate names another address, %s%s", names[0],
                           usage == SMIMEA_USAGE_DANE_EE ? ", which usage 3 allows" : "");
}

static gchar *
advise_on_certificate(const DaneRecord *record, const gchar *address)
{
    const Certificate *certificate = record->certificate;
    guint8 usage = record->record->usage;
    if (usage == SMIMEA_USAGE_PKIX_TA || usage == SMIMEA_USAGE_DANE_TA)
        return certificate_is_authority(certificate)
                   ? NULL
                   : g_strdup_printf("usage %u is for an authority, and this certificate is none; "
                                     "for a person's own it is usage 3",
                                     usage);
    if (usage == SMIMEA_USAGE_PKIX_EE && certificate_is_self_issued(certificate))
        return g_strdup("usage 1 is for a certificate from an authority that others trust, and "
                        "nobody else has issued this one; for that it is usage 3");
    return advise_on_names(certificate, usage, address);
}

gchar *
record_advice_new(const DaneRecord *record, const gchar *address)
{
    if (record->usability != RECORD_USABLE)
        return advise_on_unusable(record);
    return record->certificate == NULL ? NULL : advise_on_certificate(record, address);
}
