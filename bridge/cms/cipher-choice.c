/* SPDX-License-Identifier: MPL-2.0 */

#include "cipher-choice.h"

#define BEST     CMS_CIPHER_AES_256_GCM
#define FALLBACK CMS_CIPHER_AES_256_CBC

static const gchar *const reasons[CIPHER_N_REASONS] = {
    [CIPHER_REASON_UNKNOWN] = "capabilities-unknown",
    [CIPHER_REASON_NOT_LISTED] = "capabilities-without-it",
    [CIPHER_REASON_ALL_READ] = "all-read-it",
    [CIPHER_REASON_ASKED_FOR] = "asked-for",
};

const gchar *
cipher_reason_to_string(CipherReason reason)
{
    g_return_val_if_fail(reason < CIPHER_N_REASONS, NULL);
    return reasons[reason];
}

CipherChoice
cipher_choose(const CipherReader *readers, gsize n_readers)
{
    CipherChoice choice = {.cipher = FALLBACK, .reason = CIPHER_REASON_UNKNOWN};
    for (gsize i = 0; i < n_readers; i++) {
        const SmimeCapabilities *capabilities = readers[i].capabilities;
        if (capabilities != NULL && smime_capabilities_read_cipher(capabilities, BEST))
            continue;
        if (choice.n_without++ > 0)
            continue;
        choice.first = readers[i].name;
        if (capabilities != NULL)
            choice.reason = CIPHER_REASON_NOT_LISTED;
    }
    if (n_readers > 0 && choice.n_without == 0)
        choice = (CipherChoice){.cipher = BEST, .reason = CIPHER_REASON_ALL_READ};
    return choice;
}

gchar *
cipher_choice_describe(const CipherChoice *choice)
{
    const gchar *cipher = cms_cipher_to_string(choice->cipher);
    const gchar *best = cms_cipher_to_string(BEST);
    if (choice->reason == CIPHER_REASON_ASKED_FOR)
        return g_strdup_printf("%s: asked for", cipher);
    if (choice->reason == CIPHER_REASON_ALL_READ)
        return g_strdup_printf("%s: all recipients are known to read it", cipher);
    if (choice->n_without == 0)
        return g_strdup_printf("%s: there are no recipients", cipher);
    if (choice->n_without == 1)
        return g_strdup_printf("%s: %s is not known to read %s", cipher, choice->first, best);
    return g_strdup_printf("%s: %s and %u other%s are not known to read %s", cipher, choice->first,
                           choice->n_without - 1, choice->n_without == 2 ? "" : "s", best);
}
