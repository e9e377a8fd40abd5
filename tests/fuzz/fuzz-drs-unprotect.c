/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-init.h"
#include "drs-message.h"
#include "fuzz-enveloped-data-keys.h"
#include "fuzz.h"
#include "legacy-rc4.h"

/* A message of directory replication, from the domain controller that has the key of
 * fuzz-enveloped-data-keys.h, or from one that its certificate vouches for. */

/* 2027-01-01T00:00:00Z, when all those certificates hold. */
#define NOW G_GINT64_CONSTANT(1798761600)

static KeyPair *pair;
static EnvelopeKeys *keys;
static DrsAuthority *authority;

static void
prepare(void)
{
    g_autoptr(GBytes) octets = g_bytes_new_static(fuzz_rsa_key, strlen(fuzz_rsa_key));
    g_assert_true(cms_init(NULL));
    g_autoptr(KeyFile) file = key_file_parse(octets, NULL, NULL);
    g_assert_nonnull(file);
    pair = key_pair_ref(g_ptr_array_index(file->pairs, 0));
    keys = envelope_keys_new(g_ptr_array_ref(file->pairs), NULL);
    g_autoptr(GPtrArray) certificates =
        g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    g_ptr_array_add(certificates, certificate_ref(key_pair_get_certificate(pair)));
    authority = drs_authority_new(certificates, NULL);
    g_assert_nonnull(authority);
}

/* What comes out was verified, and is as its type wants it. */
static void
use_data(const DrsExpectation *expectation, const DrsMessageFacts *facts, OctetSource *data,
         gsize n_octets)
{
    g_autoptr(GBytes) whole = octet_source_to_bytes(data, NULL);
    g_assert_nonnull(whole);
    g_assert_cmpuint(g_bytes_get_size(whole), <=, n_octets);
    g_assert_true(facts->is_verified && facts->sender != NULL);
    g_assert_true((facts->cipher != NULL) == (expectation->type == DRS_RESPONSE));
    g_assert_true((facts->recipient != NULL) == (expectation->type == DRS_RESPONSE));
    g_assert_true(facts->digest == CMS_DIGEST_SHA256 ||
                  (facts->digest == CMS_DIGEST_MD5 && (expectation->legacy & DRS_LEGACY_MD5) != 0));
    g_assert_true(g_strcmp0(facts->cipher, "rc4") != 0 ||
                  (expectation->legacy & DRS_LEGACY_RC4) != 0);
}

static void
unprotect(GBytes *message, DrsMessageType type, guint legacy, gboolean pinned)
{
    const DrsExpectation expectation = {
        .type = type,
        .legacy = (DrsLegacy)legacy,
        .authority = pinned ? NULL : authority,
        .pinned = pinned ? key_pair_get_certificate(pair) : NULL,
        .keys = keys,
        .now = NOW,
    };
    g_auto(DrsMessageFacts) facts = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(OctetSource) data = drs_message_unprotect(message, &expectation, &facts, &error);
    g_assert_true((data == NULL) == (error != NULL));
    if (data != NULL)
        use_data(&expectation, &facts, data, g_bytes_get_size(message));
}

/* Behind a signature, which nobody can make for what is only tried, it would not be reached. */
static void
open_envelope(GBytes *octets)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Certificate) recipient = NULL;
    gboolean named = legacy_rc4_is_named(octets);
    g_autoptr(GBytes) data = legacy_rc4_decrypt(octets, keys, &recipient, &error);
    g_assert_true((data == NULL) == (error != NULL));
    g_assert_true(data == NULL || (named && recipient != NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    if (pair == NULL)
        prepare();
    g_autoptr(GBytes) message = g_bytes_new(octets, n_octets);
    for (guint legacy = 0; legacy <= (DRS_LEGACY_RC4 | DRS_LEGACY_MD5); legacy += 3) {
        unprotect(message, DRS_REQUEST, legacy, TRUE);
        unprotect(message, DRS_RESPONSE, legacy, TRUE);
    }
    unprotect(message, DRS_REQUEST, DRS_LEGACY_NONE, FALSE);
    open_envelope(message);
    return 0;
}
