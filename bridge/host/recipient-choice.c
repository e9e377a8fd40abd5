/* SPDX-License-Identifier: MPL-2.0 */

#include "recipient-choice.h"

#include "certificate-judge.h"
#include "core-limits.h"
#include "dane-lookup.h"
#include "seen-certificates.h"

const gchar *
certificate_source_to_string(CertificateSource source)
{
    static const gchar *const names[] = {[CERTIFICATE_FROM_NOWHERE] = NULL,
                                         [CERTIFICATE_FROM_DNS] = "dns",
                                         [CERTIFICATE_SEEN] = "seen",
                                         [CERTIFICATE_FROM_KEY_STORE] = "key-store",
                                         [CERTIFICATE_GIVEN] = "given"};
    G_STATIC_ASSERT(G_N_ELEMENTS(names) == CERTIFICATE_N_SOURCES);
    return (guint)source < CERTIFICATE_N_SOURCES ? names[source] : NULL;
}

void
recipient_choice_clear(RecipientChoice *choice)
{
    g_clear_pointer(&choice->certificate, certificate_unref);
    g_clear_pointer(&choice->seen, seen_certificate_free);
}

VerdictReason
recipient_fitness(const Certificate *certificate, gint64 now)
{
    VerdictReason validity = dane_certificate_validity(certificate, now);
    if (validity != REASON_NONE)
        return validity;
    if (!certificate_may_encrypt(certificate))
        return REASON_CERTIFICATE_UNFIT;
    CertificateKeyType type = certificate_get_key_type(certificate);
    return type == KEY_TYPE_RSA || type == KEY_TYPE_RSA_OAEP || type == KEY_TYPE_EC ||
                   type == KEY_TYPE_X25519
               ? REASON_NONE
               : REASON_UNSUPPORTED_ALGORITHM;
}

/* Bits of security (NIST SP 800-57 part 1, table 2). */
static guint
key_strength(const Certificate *certificate)
{
    guint bits = certificate_get_key_bits(certificate);
    CertificateKeyType type = certificate_get_key_type(certificate);
    if (type == KEY_TYPE_EC || type == KEY_TYPE_X25519)
        return bits / 2;
    if (bits >= 7680)
        return 192;
    if (bits >= 3072)
        return bits >= 4096 ? 140 : 128;
    return bits >= 2048 ? 112 : 80;
}

/* A certificate that may be the recipient's. */
typedef struct {
    Certificate *certificate;
    CertificateSource source;
    const SeenCertificate *seen; /* borrowed; may be NULL */
} Known;

static void
clear_known(gpointer data)
{
    certificate_unref(((Known *)data)->certificate);
}

/* One choice under way. */
typedef struct {
    const OpCall *call;
    const DaneAnswer *answer;
    GPtrArray *seen;    /* (element-type SeenCertificate): keeps them; may be NULL */
    GPtrArray *others;  /* (element-type Certificate): above them */
    GArray *known;      /* (element-type Known) */
    GArray *candidates; /* (element-type PolicyCandidate) */
    GArray *origins;    /* (element-type guint): of each candidate, its place in @known */
    CertificateJudge *judge;
} Choosing;

static void
choosing_clear(Choosing *choosing)
{
    g_clear_pointer(&choosing->judge, certificate_judge_free);
    g_clear_pointer(&choosing->seen, g_ptr_array_unref);
    g_clear_pointer(&choosing->others, g_ptr_array_unref);
    g_clear_pointer(&choosing->known, g_array_unref);
    g_clear_pointer(&choosing->candidates, g_array_unref);
    g_clear_pointer(&choosing->origins, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Choosing, choosing_clear)

static void
choosing_init(Choosing *choosing)
{
    choosing->others = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    choosing->known = g_array_new(FALSE, TRUE, sizeof(Known));
    g_array_set_clear_func(choosing->known, clear_known);
    choosing->candidates = g_array_new(FALSE, TRUE, sizeof(PolicyCandidate));
    choosing->origins = g_array_new(FALSE, TRUE, sizeof(guint));
}

static void
add_known(Choosing *choosing, Certificate *certificate, CertificateSource source,
          const SeenCertificate *seen)
{
    const Known known = {certificate_ref(certificate), source, seen};
    g_array_append_val(choosing->known, known);
}

/* With PKIX-TA and DANE-TA the certificate in the record is the authority's, not the recipient's.
 */
static gboolean
gives_own_certificate(const DaneRecord *record)
{
    return record->usability == RECORD_USABLE && record->certificate != NULL &&
           (record->record->usage == SMIMEA_USAGE_DANE_EE ||
            record->record->usage == SMIMEA_USAGE_PKIX_EE);
}

static void
add_published(Choosing *choosing)
{
    for (guint i = 0; i < choosing->answer->records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(choosing->answer->records, i);
        if (gives_own_certificate(record))
            add_known(choosing, record->certificate, CERTIFICATE_FROM_DNS, NULL);
    }
}

static void
add_own(Choosing *choosing)
{
    g_autoptr(KeyStore) store = bridge_get_key_store(choosing->call->bridge, FALSE, NULL);
    g_autoptr(GPtrArray) pairs =
        store == NULL ? NULL : key_store_find(store, choosing->answer->address, NULL);
    for (guint i = 0; pairs != NULL && i < pairs->len && i < LIMIT_SEEN_OF_ADDRESS; i++)
        add_known(choosing, key_pair_get_certificate(g_ptr_array_index(pairs, i)),
                  CERTIFICATE_FROM_KEY_STORE, NULL);
}

/* And those above them to @others. */
static void
load_seen(Choosing *choosing)
{
    g_autoptr(GError) problem = NULL;
    choosing->seen = seen_certificates_load(bridge_get_profile(choosing->call->bridge),
                                            choosing->answer->address, &problem);
    if (choosing->seen == NULL) {
        g_warning("%s", problem->message);
        return;
    }
    for (guint i = 0; i < choosing->seen->len && i < LIMIT_SEEN_OF_ADDRESS; i++) {
        const SeenCertificate *seen = g_ptr_array_index(choosing->seen, i);
        for (guint j = 0; j < seen->issuers->len; j++)
            g_ptr_array_add(choosing->others, certificate_ref(g_ptr_array_index(seen->issuers, j)));
    }
}

static void
add_seen(Choosing *choosing)
{
    for (guint i = 0; choosing->seen != NULL && i < choosing->seen->len; i++) {
        const SeenCertificate *seen = g_ptr_array_index(choosing->seen, i);
        if (i < LIMIT_SEEN_OF_ADDRESS)
            add_known(choosing, seen->certificate, CERTIFICATE_SEEN, seen);
    }
}

static void
add_candidate(Choosing *choosing, const PolicyCandidate *candidate, guint known)
{
    g_array_append_vals(choosing->candidates, candidate, 1);
    g_array_append_val(choosing->origins, known);
}

/* A candidate for each record that the certificate is associated with. */
static void
add_matches(Choosing *choosing, guint index)
{
    const Known *known = &g_array_index(choosing->known, Known, index);
    Certificate *certificate = known->certificate;
    PolicyCandidate candidate = {
        .usability = RECORD_USABLE,
        .has_certificate = TRUE,
        .is_from_elsewhere = known->source != CERTIFICATE_FROM_DNS,
        .fitness = recipient_fitness(certificate, bridge_get_now(choosing->call->bridge)),
        .names_address = dane_certificate_names(certificate, choosing->answer->address),
        .strength = key_strength(certificate),
        .not_before = certificate_get_not_before(certificate)};
    if (certificate_judge_is_revoked(choosing->judge, certificate))
        candidate.fitness = REASON_CERTIFICATE_REVOKED;
    g_autoptr(GArray) compared = certificate_judge_compare_records(choosing->judge, certificate);
    for (guint i = 0; i < compared->len; i++) {
        const PolicyRecord *record = &g_array_index(compared, PolicyRecord, i);
        candidate.usage = record->usage;
        candidate.path = record->path;
        if (record->matches)
            add_candidate(choosing, &candidate, index);
    }
}

/* The records themselves, so that policy can tell what is missing where nothing matches. */
static void
add_bare_records(Choosing *choosing)
{
    for (guint i = 0; i < choosing->answer->records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(choosing->answer->records, i);
        const PolicyCandidate bare = {.usability = record->usability,
                                      .usage = record->record == NULL ? 0 : record->record->usage};
        if (!gives_own_certificate(record))
            add_candidate(choosing, &bare, 0);
    }
}

static void
take_choice(const Choosing *choosing, gssize chosen, RecipientChoice *out_choice)
{
    guint index = g_array_index(choosing->origins, guint, (guint)chosen);
    const Known *known = &g_array_index(choosing->known, Known, index);
    out_choice->certificate = certificate_ref(known->certificate);
    out_choice->source = known->source;
    if (known->seen != NULL)
        out_choice->seen = seen_certificate_copy(known->seen);
}

/* Among what is known by now. */
static void
choose(Choosing *choosing, const TrustParams *trust, RecipientChoice *out_choice)
{
    CertificateEvidence evidence = {.dane = choosing->answer,
                                    .others = choosing->others,
                                    .now = bridge_get_now(choosing->call->bridge)};
    if (trust != NULL) {
        evidence.authorities = trust->authorities;
        evidence.crls = trust->crls;
        evidence.require_revocation = trust->require_revocation;
    }
    g_clear_pointer(&choosing->judge, certificate_judge_free);
    choosing->judge = certificate_judge_new(&evidence);
    g_array_set_size(choosing->candidates, 0);
    g_array_set_size(choosing->origins, 0);
    add_bare_records(choosing);
    for (guint i = 0; i < choosing->known->len; i++)
        add_matches(choosing, i);
    gssize chosen = -1;
    out_choice->reason = policy_choose_recipient(
        choosing->answer->dns, (const PolicyCandidate *)(gpointer)choosing->candidates->data,
        choosing->candidates->len, &chosen);
    if (chosen >= 0)
        take_choice(choosing, chosen, out_choice);
}

/* Whether some record names a certificate without giving it. */
static gboolean
is_worth_looking_further(const DaneAnswer *answer)
{
    if (answer->dns != DNS_OUTCOME_SECURE_RECORDS)
        return FALSE;
    for (guint i = 0; i < answer->records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(answer->records, i);
        if (record->usability == RECORD_USABLE && !gives_own_certificate(record))
            return TRUE;
    }
    return FALSE;
}

/* Whether a record gives a certificate that wants a path to an authority. */
static gboolean
gives_issued_certificate(const DaneAnswer *answer)
{
    for (guint i = 0; i < answer->records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(answer->records, i);
        if (gives_own_certificate(record) && record->record->usage == SMIMEA_USAGE_PKIX_EE)
            return TRUE;
    }
    return FALSE;
}

/* The certificates above the recipient's are not in the DNS; they came with signed mail, and are
 * needed for the path, and to tell whose revocation lists count: as when that mail was read. */
static gboolean
needs_issuers(const DaneAnswer *answer, const TrustParams *trust)
{
    return answer->dns == DNS_OUTCOME_SECURE_RECORDS && trust != NULL &&
           ((trust->crls != NULL && trust->crls->len > 0) ||
            (trust->authorities != NULL && gives_issued_certificate(answer)));
}

void
recipient_choose(const OpCall *call, const TrustParams *trust, const DaneAnswer *answer,
                 RecipientChoice *out_choice)
{
    *out_choice = (RecipientChoice){.reason = REASON_NOT_LOOKED_UP};
    if (bridge_is_offline(call->bridge))
        return;
    g_auto(Choosing) choosing = {.call = call, .answer = answer};
    choosing_init(&choosing);
    add_published(&choosing);
    if (needs_issuers(answer, trust))
        load_seen(&choosing);
    choose(&choosing, trust, out_choice);
    if (out_choice->reason == REASON_NONE || !is_worth_looking_further(answer))
        return;
    add_own(&choosing);
    if (choosing.seen == NULL)
        load_seen(&choosing);
    add_seen(&choosing);
    choose(&choosing, trust, out_choice);
}
