/* SPDX-License-Identifier: MPL-2.0 */

#include "certificate-private.h"
#include "x509-signature.h"

static const SECItem *
get_parameters(const Certificate *certificate)
{
    return &certificate_peek_nss(certificate)->subjectPublicKeyInfo.algorithm.parameters;
}

/* Anybody could choose parameters under which forgeries fit a key that is given: none but an
 * authority that is trusted, and did issue the certificate, may add them. */
static gboolean
may_inherit(const Certificate *certificate, const Certificate *anchor)
{
    return certificate->key_type == KEY_TYPE_DSA && get_parameters(certificate)->len == 0 &&
           anchor->key_type == KEY_TYPE_DSA && get_parameters(anchor)->len > 0 &&
           g_bytes_equal(certificate->issuer_der, anchor->subject_der) &&
           x509_signature_check(certificate->der, anchor) == SIGNATURE_CHECK_GOOD;
}

Certificate *
certificate_inherit_parameters(const Certificate *certificate, const Certificate *anchor)
{
    if (!may_inherit(certificate, anchor))
        return NULL;
    g_autoptr(Certificate) complete = certificate_new(certificate->der, NULL);
    SECAlgorithmID *algorithm = &complete->nss->subjectPublicKeyInfo.algorithm;
    if (SECITEM_CopyItem(complete->arena, &algorithm->parameters, get_parameters(anchor)) !=
        SECSuccess)
        return NULL;
    g_clear_pointer(&complete->key_name, g_free);
    certificate_read_key(complete);
    return g_steal_pointer(&complete);
}
