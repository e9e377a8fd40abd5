/* SPDX-License-Identifier: MPL-2.0 */

#include "dane-lookup.h"

#include "cms-init.h"
#include "json-facts.h"
#include "owner-name.h"

gchar *
dane_owner_name(const gchar *address, gboolean draft, GError **error)
{
    g_autoptr(AddrSpec) spec = addr_spec_parse(address, -1, error);
    if (spec == NULL)
        return NULL;
    return draft ? owner_name_new_draft(spec, cms_sha224, error) : owner_name_new(spec, error);
}

static void
clear_question(gpointer data)
{
    BridgeQuestion *question = data;
    g_free(question->owner_name);
}

static GArray *
make_questions(GPtrArray *addresses, const DaneLookupChoices *choices, GError **error)
{
    g_autoptr(GArray) questions = g_array_new(FALSE, TRUE, sizeof(BridgeQuestion));
    g_array_set_clear_func(questions, clear_question);
    for (guint i = 0; i < addresses->len; i++) {
        const gchar *address = g_ptr_array_index(addresses, i);
        BridgeQuestion question = {dane_owner_name(address, choices->draft, error),
                                   choices->rr_type, choices->fresh};
        if (question.owner_name == NULL) {
            g_prefix_error(error, "address \"%.200s\": ", address);
            return NULL;
        }
        g_array_append_val(questions, question);
    }
    return g_steal_pointer(&questions);
}

static void
report_lookups(guint n_done, guint n_total, gpointer data)
{
    op_report_progress(data, "lookup", n_done, n_total);
}

/* The same for every address: nobody could be asked. */
static GPtrArray *
answer_without_asking(GPtrArray *addresses, GArray *questions, DnsOutcome dns, const gchar *detail)
{
    GPtrArray *answers = g_ptr_array_new_with_free_func((GDestroyNotify)dane_answer_free);
    for (guint i = 0; i < addresses->len; i++) {
        const BridgeQuestion *question = &g_array_index(questions, BridgeQuestion, i);
        DaneAnswer *answer =
            dane_answer_new_empty(g_ptr_array_index(addresses, i), question->owner_name, dns);
        answer->detail = g_strdup(detail);
        g_ptr_array_add(answers, answer);
    }
    return answers;
}

/* A resolver that does not work keeps nobody from reading mail: it is an outcome like a network
 * that does not. */
static GPtrArray *
ask(const OpCall *call, GPtrArray *addresses, GArray *questions, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GPtrArray) found = bridge_lookup(call->bridge, questions, call->cancellable,
                                               report_lookups, (gpointer)call, &problem);
    if (found == NULL && problem->domain == DNS_ERROR) {
        gboolean no_anchor = problem->code == DNS_ERROR_TRUST_ANCHOR;
        return answer_without_asking(
            addresses, questions, no_anchor ? DNS_OUTCOME_INDETERMINATE : DNS_OUTCOME_UNREACHABLE,
            problem->message);
    }
    if (found == NULL) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    GPtrArray *answers = g_ptr_array_new_with_free_func((GDestroyNotify)dane_answer_free);
    for (guint i = 0; i < addresses->len; i++)
        g_ptr_array_add(
            answers, dane_answer_new(g_ptr_array_index(addresses, i), g_ptr_array_index(found, i)));
    return answers;
}

GPtrArray *
dane_lookup(const OpCall *call, GPtrArray *addresses, const DaneLookupChoices *choices,
            GError **error)
{
    g_autoptr(GArray) questions = make_questions(addresses, choices, error);
    if (questions == NULL)
        return NULL;
    if (bridge_is_offline(call->bridge))
        return answer_without_asking(addresses, questions, DNS_OUTCOME_UNREACHABLE,
                                     "lookups are switched off");
    return ask(call, addresses, questions, error);
}

VerdictReason
dane_certificate_validity(const Certificate *certificate, gint64 now)
{
    static const VerdictReason reasons[] = {
        [CERTIFICATE_NOT_YET_VALID] = REASON_CERTIFICATE_NOT_YET_VALID,
        [CERTIFICATE_EXPIRED] = REASON_CERTIFICATE_EXPIRED,
        [CERTIFICATE_VALID] = REASON_NONE,
    };
    return reasons[certificate_check_time(certificate, now)];
}

gboolean
dane_certificate_names(const Certificate *certificate, const gchar *address)
{
    g_autoptr(AddrSpec) wanted = addr_spec_parse(address, -1, NULL);
    const gchar *const *names = certificate_get_addresses(certificate);
    for (; wanted != NULL && *names != NULL; names++) {
        g_autoptr(AddrSpec) name = addr_spec_parse(*names, -1, NULL);
        if (name != NULL && addr_spec_matches(name, wanted))
            return TRUE;
    }
    return FALSE;
}

VerdictReason
dane_recipient_fitness(const Certificate *certificate, gint64 now)
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

static PolicyCandidate
make_candidate(const OpCall *call, const DaneAnswer *answer, const DaneRecord *record)
{
    PolicyCandidate candidate = {.usability = record->usability};
    if (record->record == NULL)
        return candidate;
    candidate.usage = record->record->usage;
    /* With PKIX-TA and DANE-TA the certificate in the record is the authority's, not the
     * recipient's. */
    candidate.has_certificate =
        record->certificate != NULL &&
        (candidate.usage == SMIMEA_USAGE_DANE_EE || candidate.usage == SMIMEA_USAGE_PKIX_EE);
    if (!candidate.has_certificate)
        return candidate;
    candidate.fitness = dane_recipient_fitness(record->certificate, bridge_get_now(call->bridge));
    candidate.path = REASON_CERTIFICATE_UNTRUSTED;
    candidate.names_address = dane_certificate_names(record->certificate, answer->address);
    candidate.strength = key_strength(record->certificate);
    candidate.not_before = certificate_get_not_before(record->certificate);
    return candidate;
}

VerdictReason
dane_choose_recipient(const OpCall *call, const DaneAnswer *answer, Certificate **out_certificate)
{
    *out_certificate = NULL;
    if (bridge_is_offline(call->bridge))
        return REASON_NOT_LOOKED_UP;
    g_autoptr(GArray) candidates = g_array_new(FALSE, TRUE, sizeof(PolicyCandidate));
    for (guint i = 0; i < answer->records->len; i++) {
        PolicyCandidate candidate =
            make_candidate(call, answer, g_ptr_array_index(answer->records, i));
        g_array_append_val(candidates, candidate);
    }
    gssize chosen = -1;
    VerdictReason reason = policy_choose_recipient(
        answer->dns, (const PolicyCandidate *)(gpointer)candidates->data, candidates->len, &chosen);
    if (chosen >= 0) {
        const DaneRecord *record = g_ptr_array_index(answer->records, (guint)chosen);
        *out_certificate = certificate_ref(record->certificate);
    }
    return reason;
}

static JsonArray *
records_to_json(const DaneAnswer *answer)
{
    JsonArray *records = json_array_new();
    for (guint i = 0; i < answer->records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(answer->records, i);
        if (record->record != NULL) {
            json_array_add_object_element(
                records, json_from_record(record->record, record->usability, record->certificate));
            continue;
        }
        JsonObject *malformed = json_object_new();
        json_object_set_boolean_member(malformed, "usable", FALSE);
        json_set_string(malformed, "reason", record_usability_to_string(record->usability));
        json_array_add_object_element(records, malformed);
    }
    return records;
}

void
json_set_recipient(JsonObject *object, VerdictReason reason, const Certificate *certificate)
{
    g_autofree gchar *sha256 = certificate == NULL ? NULL : certificate_dup_sha256_hex(certificate);
    json_set_string(object, "recipient",
                    reason == REASON_NONE ? "ready" : verdict_reason_to_string(reason));
    json_set_string(object, "certificate_sha256", sha256);
}

JsonObject *
dane_answer_describe(const DaneAnswer *answer, VerdictReason reason, const Certificate *certificate)
{
    JsonObject *object = json_object_new();
    json_set_string(object, "address", answer->address);
    json_set_string(object, "owner_name", answer->owner_name);
    json_set_string(object, "dns", dns_outcome_to_string(answer->dns));
    json_object_set_int_member(object, "ttl", answer->ttl);
    json_set_recipient(object, reason, certificate);
    json_set_string(object, "detail", answer->detail);
    json_set_string(object, "canonical_name", answer->canonical_name);
    json_object_set_array_member(object, "records", records_to_json(answer));
    return object;
}

JsonObject *
dane_answer_to_json(const OpCall *call, const DaneAnswer *answer)
{
    g_autoptr(Certificate) certificate = NULL;
    VerdictReason reason = dane_choose_recipient(call, answer, &certificate);
    return dane_answer_describe(answer, reason, certificate);
}
