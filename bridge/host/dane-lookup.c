/* SPDX-License-Identifier: MPL-2.0 */

#include "dane-lookup.h"

#include "cms-init.h"
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
                                   choices->rr_type, choices->memory};
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
