/* SPDX-License-Identifier: MPL-2.0 */

#include "compose.h"
#include "dane-lookup.h"
#include "key-choice.h"
#include "learning.h"
#include "legacy-hide.h"
#include "message-crls.h"
#include "message-input.h"
#include "ops.h"
#include "params.h"
#include "seen-certificates.h"
#include "trust-params.h"
#include "verdict-json.h"

/* Parameters and what comes of them while one message is read. */
typedef struct {
    const OpCall *call;
    gboolean reads; /* "read": envelopes are opened, and the innermost payload is what counts */
    MessageInput *input;
    OpenedMessage *opened;
    OpenedLayer *partial; /* of opened->partial */
    ShownHeader shown;
    const gchar *author; /* NULL: none, or several */
    JudgeContext context;
    GPtrArray *pins; /* NULL: none */
    TrustParams trust;
    gboolean fetch_crls;
    gboolean fetch_private; /* also from addresses that are not public */
    GPtrArray *issuers;     /* that were seen of the author's; NULL: no list is at hand */
    GPtrArray *fetched;     /* NULL: nothing was to be fetched */
    GBytes *detached;
    DaneAnswer *dane;
    VerdictFacts facts;
} Reading;

static void
reading_clear(Reading *reading)
{
    g_clear_pointer(&reading->facts.signers, g_ptr_array_unref);
    shown_header_clear(&reading->shown);
    g_clear_pointer(&reading->partial, opened_layer_free);
    g_clear_pointer(&reading->opened, opened_message_free);
    g_clear_pointer(&reading->input, message_input_free);
    g_clear_pointer(&reading->pins, g_ptr_array_unref);
    trust_params_clear(&reading->trust);
    g_clear_pointer(&reading->issuers, g_ptr_array_unref);
    g_clear_pointer(&reading->fetched, g_ptr_array_unref);
    g_clear_pointer(&reading->detached, g_bytes_unref);
    g_clear_pointer(&reading->dane, dane_answer_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

static gboolean
read_params(Reading *reading, GError **error)
{
    const OpCall *call = reading->call;
    return params_get_string(call->params, "author", &reading->author, error) &&
           params_get_octets(call->params, "content", &reading->detached, error) &&
           trust_params_get_files(call, "pins", certificates_parse_file, &reading->pins, error) &&
           trust_params_read(call, &reading->trust, error) &&
           params_get_boolean(call->params, "fetch_crls", FALSE, &reading->fetch_crls, error) &&
           params_get_boolean(call->params, "fetch_private", FALSE, &reading->fetch_private, error);
}

static void
find_author(Reading *reading)
{
    reading->context.no_author = ADDRESS_NO_AUTHOR;
    const MessageAddresses *addresses = reading->input->addresses;
    if (reading->author != NULL)
        return;
    if (shown_header_has_author(&reading->shown)) {
        if (reading->shown.from.has_several)
            reading->context.no_author = ADDRESS_SEVERAL_AUTHORS;
        reading->author = reading->shown.from.inner;
        return;
    }
    if (addresses == NULL)
        return;
    if (addresses->from->len > 1)
        reading->context.no_author = ADDRESS_SEVERAL_AUTHORS;
    const Mailbox *author = message_addresses_get_author(addresses);
    if (author != NULL)
        reading->author = author->address;
}

/* An address that can't be looked up (address literal, malformed) vouches for nobody. */
static gboolean
look_author_up(Reading *reading, GError **error)
{
    if (reading->author == NULL || reading->pins != NULL ||
        bridge_is_offline(reading->call->bridge))
        return TRUE;
    g_autofree gchar *owner_name = dane_owner_name(reading->author, FALSE, NULL);
    if (owner_name == NULL)
        return TRUE;
    const DaneLookupChoices choices = {.rr_type = SMIMEA_RR_TYPE};
    g_autoptr(GPtrArray) addresses = g_ptr_array_new();
    g_ptr_array_add(addresses, (gpointer)reading->author);
    g_autoptr(GPtrArray) answers = dane_lookup(reading->call, addresses, &choices, error);
    if (answers == NULL)
        return FALSE;
    reading->dane = g_ptr_array_steal_index(answers, 0);
    return TRUE;
}

static const OpenedLayer *
find_signature(Reading *reading)
{
    OpenedMessage *opened = reading->opened;
    if (opened->signature != NULL) {
        reading->facts.scope = SCOPE_WHOLE;
        return opened->signature;
    }
    if (opened->partial == NULL)
        return NULL;
    reading->facts.scope = SCOPE_PART;
    /* What can't be read below the root is an attachment like any other. */
    reading->partial = opened_layer_of_signature(opened->partial, NULL);
    return reading->partial;
}

static PolicyVerdict
combine_verdicts(const Reading *reading)
{
    g_autoptr(GArray) verdicts = g_array_new(FALSE, TRUE, sizeof(PolicyVerdict));
    for (guint i = 0; i < reading->facts.signers->len; i++) {
        const JudgedSigner *signer = g_ptr_array_index(reading->facts.signers, i);
        g_array_append_val(verdicts, signer->verdict);
    }
    return policy_combine((const PolicyVerdict *)(gpointer)verdicts->data, verdicts->len);
}

/* For what they are needed: seen_certificates_load_issuers(). */
static void
load_issuers(Reading *reading)
{
    g_autoptr(GError) problem = NULL;
    GPtrArray *crls = reading->trust.crls;
    if (reading->issuers != NULL || reading->author == NULL || crls == NULL || crls->len == 0)
        return;
    reading->issuers = seen_certificates_load_issuers(bridge_get_profile(reading->call->bridge),
                                                      reading->author, &problem);
    if (reading->issuers == NULL)
        g_warning("%s", problem->message);
}

static void
fill_context(Reading *reading)
{
    JudgeContext *context = &reading->context;
    context->author = reading->author;
    context->dane = reading->dane;
    context->pins = reading->pins;
    context->authorities = reading->trust.authorities;
    context->crls = reading->trust.crls;
    load_issuers(reading);
    context->issuers = reading->issuers;
    context->require_revocation = reading->trust.require_revocation;
    const Entity *dated = shown_header_get_dated(&reading->shown, reading->input);
    if (dated != NULL)
        context->date_found = message_date_find(dated, &context->date);
    context->now = bridge_get_now(reading->call->bridge);
    context->may_fetch = reading->fetch_crls;
    context->is_nested = reading->opened->is_nested;
}

static gboolean
judge_signature(Reading *reading, const OpenedLayer *signature, GError **error)
{
    VerdictFacts *facts = &reading->facts;
    fill_context(reading);
    /* Given apart from eContent only where it stands apart: then both must be the same. */
    gboolean apart = signature->kind == LAYER_MULTIPART_SIGNED || reading->detached != NULL;
    GPtrArray *signers = judge_signers(signature->signed_data, apart ? signature->content : NULL,
                                       facts->scope, &reading->context, error);
    if (signers == NULL)
        return FALSE;
    g_ptr_array_unref(facts->signers);
    facts->signers = signers;
    facts->verdict = combine_verdicts(reading);
    return TRUE;
}

static gboolean
judge_with_fetched_crls(Reading *reading, const OpenedLayer *signature, GError **error)
{
    HttpReach reach = reading->fetch_private ? HTTP_REACH_ANY : HTTP_REACH_PUBLIC;
    g_ptr_array_unref(reading->fetched);
    reading->fetched = message_crls_fetch(reading->call, reading->facts.signers, reach, error);
    if (reading->fetched == NULL)
        return FALSE;
    for (guint i = 0; i < reading->fetched->len; i++)
        trust_params_add_crls(&reading->trust,
                              ((FetchedCrls *)g_ptr_array_index(reading->fetched, i))->lists);
    return reading->fetched->len == 0 || judge_signature(reading, signature, error);
}

static gboolean
judge(Reading *reading, GError **error)
{
    VerdictFacts *facts = &reading->facts;
    const OpenedLayer *signature = find_signature(reading);
    facts->signers = g_ptr_array_new();
    facts->verdict = policy_combine(NULL, 0);
    facts->covered = reading->opened->payload;
    if (reading->fetch_crls)
        reading->fetched = g_ptr_array_new();
    if (signature == NULL)
        return TRUE;
    if (signed_data_get_n_signers(signature->signed_data) == 0) {
        /* SignedData without a SignerInfo is no signature, whatever the structure round it says. */
        facts->scope = SCOPE_NONE;
        return TRUE;
    }
    if (!look_author_up(reading, error) ||
        !trust_params_load(reading->call, &reading->trust, error))
        return FALSE;
    op_report_progress(reading->call, "verify", 0, 0);
    if (!judge_signature(reading, signature, error))
        return FALSE;
    if (reading->fetch_crls && !judge_with_fetched_crls(reading, signature, error))
        return FALSE;
    if (!reading->reads)
        facts->covered = signature->content;
    return TRUE;
}

/* Whether what was verified is that the author inside signed. A certificate that the user names is
 * trusted for whatever it signs; it binds the address that it is for. */
static gboolean
is_bound(const Reading *reading)
{
    const VerdictFacts *facts = &reading->facts;
    if (facts->verdict.status != STATUS_VERIFIED ||
        !from_pair_is_inner(&reading->shown.from, reading->author))
        return FALSE;
    for (guint i = 0; facts->verdict.trust == TRUST_PINNED && i < facts->signers->len; i++) {
        const JudgedSigner *signer = g_ptr_array_index(facts->signers, i);
        if (!dane_certificate_names(signer->result->certificate, reading->author))
            return FALSE;
    }
    return TRUE;
}

/* Which From is shown, and what follows from that for the verdict: a certificate that the user
 * names vouches for what it signed, which is the From inside; where nothing binds that, nobody
 * vouches for the one that is shown in its place. */
static void
settle_author(Reading *reading, gboolean is_named)
{
    ShownHeader *shown = &reading->shown;
    PolicyVerdict *verdict = &reading->facts.verdict;
    gboolean bound = is_bound(reading);
    if (shown_header_has_author(shown) && shown->from.is_mismatch && !bound && !is_named &&
        verdict->status == STATUS_VERIFIED)
        *verdict = (PolicyVerdict){STATUS_UNVERIFIED, REASON_ADDRESS_MISMATCH, TRUST_NOBODY, -1};
    shown_header_settle(shown, verdict->status, bound);
    if (shown->outer_from && !is_named)
        reading->author = shown->from.outer;
}

static gboolean
open_and_judge(Reading *reading, GError **error)
{
    const OpCall *call = reading->call;
    if (!read_params(reading, error))
        return FALSE;
    reading->input = message_input_new(call->body, TRUE, error);
    if (reading->input == NULL)
        return FALSE;
    reading->opened =
        opened_message_new(reading->input->octets, reading->input->is_cms, reading->detached,
                           reading->reads ? key_give_for_decryption : NULL, (gpointer)call, error);
    if (reading->opened == NULL ||
        !shown_header_read(&reading->shown, reading->input, reading->opened, error))
        return FALSE;
    gboolean is_named = reading->author != NULL;
    find_author(reading);
    if (!judge(reading, error))
        return FALSE;
    settle_author(reading, is_named);
    if (call->in_words)
        reading->facts.covered = NULL;
    reading->facts.opened = reading->opened;
    reading->facts.shown = &reading->shown;
    reading->facts.author = reading->author;
    reading->facts.dane = reading->dane;
    reading->facts.fetched = reading->fetched;
    learning_note_message(call, &reading->facts,
                          reading->context.date_found == MESSAGE_DATE_STATED ? reading->context.date
                                                                             : G_MININT64);
    return TRUE;
}

gboolean
op_verify(const OpCall *call, OpReply *reply, GError **error)
{
    g_auto(Reading) reading = {.call = call};
    if (!open_and_judge(&reading, error))
        return FALSE;
    reply->result = verdict_to_json(&reading.facts, error);
    return reply->result != NULL;
}

static OctetSource *
innermost_entity(const OctetSource *content, GError **error)
{
    g_autoptr(GBytes) payload = octet_source_to_bytes(content, error);
    return payload == NULL ? NULL : compose_get_entity(payload, error);
}

/* What is inside of all protection, as it is to be shown. */
static OctetSource *
shown_content(Reading *reading, GError **error)
{
    const OpenedMessage *opened = reading->opened;
    ShownHeader *shown = &reading->shown;
    if (shown->header == NULL || protected_header_get_content(shown->header) == NULL)
        return octet_source_ref(opened->payload);
    if (!opened->is_encrypted)
        return octet_source_ref(protected_header_get_content(shown->header));
    return legacy_display_hide(shown->header, &shown->is_shortened, error);
}

/* What a mail program shows: the message with its innermost payload; or that payload alone. */
static OctetSource *
innermost_message(Reading *reading, gboolean entity, GError **error)
{
    const OpenedMessage *opened = reading->opened;
    const ShownHeader *shown = &reading->shown;
    if (opened->payload == NULL)
        return octet_source_new_text("");
    g_autoptr(OctetSource) content = shown_content(reading, error);
    if (content == NULL)
        return NULL;
    if (entity)
        return innermost_entity(content, error);
    if (shown->header != NULL && protected_header_get_form(shown->header) != HEADER_FORM_NONE)
        return protected_header_compose(shown->header, content, shown->outer_from, error);
    if (reading->input->is_cms || opened->layers->len == 0)
        return g_steal_pointer(&content);
    return compose_open(reading->input->tree, content, error);
}

gboolean
op_read(const OpCall *call, OpReply *reply, GError **error)
{
    g_auto(Reading) reading = {.call = call, .reads = TRUE};
    gboolean entity = FALSE;
    if (!params_get_boolean(call->params, "entity", FALSE, &entity, error) ||
        !open_and_judge(&reading, error))
        return FALSE;
    OctetSource *message = innermost_message(&reading, entity, error);
    if (message == NULL)
        return FALSE;
    reply->result = verdict_to_json(&reading.facts, error);
    op_reply_take_body(reply, message);
    return reply->result != NULL;
}
