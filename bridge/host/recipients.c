/* SPDX-License-Identifier: MPL-2.0 */

#include "recipients.h"

#include "cms-error.h"
#include "core-limits.h"
#include "json-facts.h"
#include "lookup-json.h"
#include "params.h"

static void
recipient_free(gpointer data)
{
    Recipient *recipient = data;
    g_free(recipient->address);
    recipient_choice_clear(&recipient->choice);
    g_clear_pointer(&recipient->dane, dane_answer_free);
    g_free(recipient);
}

static Recipient *
add_recipient(GPtrArray *recipients, const gchar *address, RecipientRole role)
{
    Recipient *recipient = g_new0(Recipient, 1);
    recipient->address = g_strdup(address);
    recipient->role = role;
    g_ptr_array_add(recipients, recipient);
    return recipient;
}

/* An address in To or Cc is shown anyway; in Bcc as well it gets no copy of its own. */
static gboolean
add_from_message(GPtrArray *recipients, const MessageInput *input, GError **error)
{
    if (input->addresses == NULL) {
        g_propagate_error(error, g_error_copy(input->address_error));
        return FALSE;
    }
    g_autoptr(GPtrArray) shown = message_addresses_get_recipients(input->addresses, FALSE);
    g_autoptr(GPtrArray) all = message_addresses_get_recipients(input->addresses, TRUE);
    for (guint i = 0; i < all->len; i++) {
        const Mailbox *mailbox = g_ptr_array_index(all, i);
        add_recipient(recipients, mailbox->address,
                      i < shown->len ? RECIPIENT_SHOWN : RECIPIENT_BCC);
    }
    return TRUE;
}

/* The same judgement that a record with full data gets. */
static void
judge_given_certificate(const OpCall *call, Recipient *recipient, Certificate *certificate)
{
    recipient->choice.reason = recipient_fitness(certificate, bridge_get_now(call->bridge));
    if (recipient->choice.reason == REASON_NONE) {
        recipient->choice.certificate = certificate_ref(certificate);
        recipient->choice.source = CERTIFICATE_GIVEN;
    }
    recipient->address = g_strdup(certificate_get_subject(certificate));
}

static gboolean
add_given_certificates(const OpCall *call, GPtrArray *recipients, GError **error)
{
    g_autoptr(GPtrArray) files = NULL;
    if (!params_get_octets_list(call->params, "certificates", LIMIT_ADDRESSES, &files, error))
        return FALSE;
    for (guint i = 0; i < files->len; i++) {
        g_autoptr(GPtrArray) certificates =
            certificates_parse_file(g_ptr_array_index(files, i), error);
        if (certificates == NULL)
            return FALSE;
        for (guint j = 0; j < certificates->len; j++)
            judge_given_certificate(call, add_recipient(recipients, NULL, RECIPIENT_SHOWN),
                                    g_ptr_array_index(certificates, j));
    }
    return TRUE;
}

static gboolean
collect(const OpCall *call, const MessageInput *input, GPtrArray *recipients, GPtrArray *to_look_up,
        GError **error)
{
    g_autoptr(GPtrArray) named = NULL;
    if (!params_get_strings(call->params, "recipients", LIMIT_ADDRESSES, &named, error))
        return FALSE;
    for (guint i = 0; i < named->len; i++)
        add_recipient(recipients, g_ptr_array_index(named, i), RECIPIENT_SHOWN);
    guint n_named = recipients->len;
    if (!add_given_certificates(call, recipients, error))
        return FALSE;
    gboolean from_message = recipients->len == 0;
    if (from_message && !add_from_message(recipients, input, error))
        return FALSE;
    guint n_addresses = from_message ? recipients->len : n_named;
    for (guint i = 0; i < n_addresses; i++)
        g_ptr_array_add(to_look_up, g_ptr_array_index(recipients, i));
    if (recipients->len > 0)
        return TRUE;
    g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NO_RECIPIENTS,
                        "the message has no recipients (To, Cc, Bcc)");
    return FALSE;
}

static gboolean
look_up(const OpCall *call, GPtrArray *recipients, GError **error)
{
    const DaneLookupChoices choices = {.rr_type = SMIMEA_RR_TYPE};
    g_auto(TrustParams) trust = {0};
    if (!trust_params_read(call, &trust, error) || !trust_params_load(call, &trust, error))
        return FALSE;
    g_autoptr(GPtrArray) addresses = g_ptr_array_new();
    for (guint i = 0; i < recipients->len; i++)
        g_ptr_array_add(addresses, ((Recipient *)g_ptr_array_index(recipients, i))->address);
    g_autoptr(GPtrArray) answers = dane_lookup(call, addresses, &choices, error);
    if (answers == NULL)
        return FALSE;
    for (guint i = 0; i < recipients->len; i++) {
        Recipient *recipient = g_ptr_array_index(recipients, i);
        recipient->dane = g_steal_pointer(&g_ptr_array_index(answers, i));
        recipient_choose(call, &trust, recipient->dane, &recipient->choice);
    }
    return TRUE;
}

/* Whose key is "self": NULL with an error if the message does not tell. */
static const gchar *
get_author(const OpCall *call, const MessageInput *input, GError **error)
{
    const gchar *named = NULL;
    if (!params_get_string(call->params, "author", &named, error))
        return NULL;
    return message_input_get_author(input, named, error);
}

/* The newest certificate of @author's own that can be encrypted to; NULL if there is none, and why.
 * A locked store will do. */
static Certificate *
find_own_certificate(const OpCall *call, const gchar *author, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(KeyStore) store = bridge_get_key_store(call->bridge, FALSE, &problem);
    g_autoptr(GPtrArray) pairs = store == NULL ? NULL : key_store_find(store, author, &problem);
    VerdictReason objection = REASON_NONE;
    for (guint i = 0; pairs != NULL && i < pairs->len; i++) {
        Certificate *certificate = key_pair_get_certificate(g_ptr_array_index(pairs, i));
        VerdictReason reason = recipient_fitness(certificate, bridge_get_now(call->bridge));
        if (reason == REASON_NONE)
            return certificate_ref(certificate);
        objection = objection == REASON_NONE ? reason : objection;
    }
    if (problem != NULL && !g_error_matches(problem, CMS_ERROR, CMS_ERROR_STORE_MISSING))
        g_propagate_error(error, g_steal_pointer(&problem));
    else if (objection == REASON_NONE)
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND, "no key for %s in the key store",
                    author);
    else
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND,
                    "the key for %s can't be encrypted to: %s", author,
                    verdict_reason_to_string(objection));
    return NULL;
}

static gboolean
add_self(const OpCall *call, const MessageInput *input, GPtrArray *recipients, GError **error)
{
    const gchar *author = get_author(call, input, error);
    Certificate *certificate = author == NULL ? NULL : find_own_certificate(call, author, error);
    if (certificate == NULL)
        return FALSE;
    Recipient *self = add_recipient(recipients, author, RECIPIENT_SELF);
    self->choice.certificate = certificate;
    self->choice.source = CERTIFICATE_FROM_KEY_STORE;
    return TRUE;
}

GPtrArray *
recipients_find(const OpCall *call, const MessageInput *input, GError **error)
{
    gboolean self = TRUE;
    if (!params_get_boolean(call->params, "self", TRUE, &self, error))
        return NULL;
    g_autoptr(GError) no_self = NULL;
    g_autoptr(GPtrArray) recipients = g_ptr_array_new_with_free_func(recipient_free);
    g_autoptr(GPtrArray) to_look_up = g_ptr_array_new();
    if (!collect(call, input, recipients, to_look_up, error) || !look_up(call, to_look_up, error))
        return NULL;
    /* That there is no key is no error here: without it the author can't read the copy that is
     * kept, and that is all. */
    if (self && !add_self(call, input, recipients, &no_self))
        g_debug("not encrypted to the author: %s", no_self->message);
    return g_steal_pointer(&recipients);
}

GPtrArray *
recipients_find_self(const OpCall *call, const MessageInput *input, GError **error)
{
    static const gchar *const others[] = {"recipients", "certificates"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (json_object_has_member(call->params, others[i]) &&
            !json_object_get_null_member(call->params, others[i])) {
            g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                        "parameter \"%s\" can't stand beside \"self_only\"", others[i]);
            return NULL;
        }
    g_autoptr(GPtrArray) recipients = g_ptr_array_new_with_free_func(recipient_free);
    return add_self(call, input, recipients, error) ? g_steal_pointer(&recipients) : NULL;
}

/* "bob@example.org (bogus): where and why" */
static void
append_missing(GString *missing, const Recipient *recipient)
{
    const DaneAnswer *dane = recipient->dane;
    VerdictReason reason = recipient->choice.reason;
    gboolean failed = dane != NULL && dane->detail != NULL &&
                      (reason == REASON_BOGUS || reason == REASON_INSECURE ||
                       reason == REASON_INDETERMINATE || reason == REASON_UNREACHABLE);
    g_string_append_printf(missing, "%s%s (%s)%s%s", missing->len > 0 ? ", " : "",
                           recipient->address, verdict_reason_to_string(reason), failed ? ": " : "",
                           failed ? dane->detail : "");
}

gboolean
recipients_check(GPtrArray *recipients, GError **error)
{
    g_autoptr(GString) missing = g_string_new(NULL);
    gboolean temporary = FALSE;
    for (guint i = 0; i < recipients->len; i++) {
        const Recipient *recipient = g_ptr_array_index(recipients, i);
        if (recipient->choice.reason == REASON_NONE)
            continue;
        temporary = temporary || policy_reason_is_temporary(recipient->choice.reason);
        append_missing(missing, recipient);
    }
    if (missing->len == 0)
        return TRUE;
    g_set_error(error, PROTOCOL_ERROR,
                temporary ? PROTOCOL_ERROR_RECIPIENTS_UNKNOWN : PROTOCOL_ERROR_RECIPIENTS,
                "no certificate to encrypt to for %s", missing->str);
    return FALSE;
}

static void
set_capabilities(JsonObject *object, const Recipient *recipient)
{
    static const gchar *const sources[] = {[CAPABILITIES_NONE] = NULL,
                                           [CAPABILITIES_CERTIFICATE] = "certificate",
                                           [CAPABILITIES_LEARNED] = "learned",
                                           [CAPABILITIES_OWN] = "own"};
    json_set_string(object, "capabilities", sources[recipient->capabilities_source]);
    json_set_string(
        object, "cipher",
        recipient->choice.certificate == NULL ? NULL : cms_cipher_to_string(recipient->cipher));
}

static JsonObject *
recipient_to_json(const Recipient *recipient)
{
    static const gchar *const roles[] = {
        [RECIPIENT_SHOWN] = "shown", [RECIPIENT_BCC] = "bcc", [RECIPIENT_SELF] = "self"};
    JsonObject *object;
    if (recipient->dane != NULL) {
        object = json_from_dane_answer(recipient->dane, &recipient->choice);
    } else {
        object = json_object_new();
        json_set_string(object, "address", recipient->address);
        json_set_recipient(object, &recipient->choice);
    }
    json_set_string(object, "role", roles[recipient->role]);
    set_capabilities(object, recipient);
    return object;
}

JsonArray *
recipients_to_json(GPtrArray *recipients)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < recipients->len; i++)
        json_array_add_object_element(array, recipient_to_json(g_ptr_array_index(recipients, i)));
    return array;
}
