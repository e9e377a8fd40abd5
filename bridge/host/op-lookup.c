/* SPDX-License-Identifier: MPL-2.0 */

#include "core-limits.h"
#include "dane-lookup.h"
#include "json-facts.h"
#include "lookup-json.h"
#include "ops.h"
#include "params.h"

typedef enum { VARIANT_AS_TYPED, VARIANT_LOWER_CASE, VARIANT_UPPER_CASE, N_VARIANTS } CaseVariant;

static const gchar *const variant_names[] = {
    [VARIANT_AS_TYPED] = "as-typed",
    [VARIANT_LOWER_CASE] = "lower-case",
    [VARIANT_UPPER_CASE] = "upper-case",
};

/* One question; an address has one, with try_case up to three. */
typedef struct {
    gchar *address;
    CaseVariant variant;
} Trial;

static void
trial_free(gpointer data)
{
    Trial *trial = data;
    g_free(trial->address);
    g_free(trial);
}

/* By character: g_utf8_strdown() makes another letter of "I" for users in Turkey. */
static gchar *
map_characters(const gchar *text, gunichar (*map)(gunichar c))
{
    GString *mapped = g_string_new(NULL);
    for (; *text != '\0'; text = g_utf8_next_char(text))
        g_string_append_unichar(mapped, map(g_utf8_get_char(text)));
    return g_string_free(mapped, FALSE);
}

static gchar *
make_variant(const AddrSpec *spec, CaseVariant variant)
{
    AddrSpec changed = *spec;
    changed.local_part = map_characters(
        spec->local_part, variant == VARIANT_LOWER_CASE ? g_unichar_tolower : g_unichar_toupper);
    gchar *address = addr_spec_to_string(&changed);
    g_free(changed.local_part);
    return address;
}

static gboolean
add_trials(GPtrArray *trials, const gchar *address, gboolean try_case, GError **error)
{
    g_autoptr(AddrSpec) spec = addr_spec_parse(address, -1, error);
    if (spec == NULL) {
        g_prefix_error(error, "address \"%.200s\": ", address);
        return FALSE;
    }
    Trial *trial = g_new0(Trial, 1);
    trial->address = g_strdup(address);
    g_ptr_array_add(trials, trial);
    for (CaseVariant variant = VARIANT_LOWER_CASE; try_case && variant < N_VARIANTS; variant++) {
        g_autofree gchar *other = make_variant(spec, variant);
        g_autoptr(AddrSpec) changed = addr_spec_parse(other, -1, NULL);
        if (changed == NULL || addr_spec_equal(changed, spec))
            continue;
        trial = g_new0(Trial, 1);
        trial->address = g_steal_pointer(&other);
        trial->variant = variant;
        g_ptr_array_add(trials, trial);
    }
    return TRUE;
}

static GPtrArray *
make_trials(const OpCall *call, gboolean try_case, GError **error)
{
    g_autoptr(GPtrArray) addresses = NULL;
    if (!params_get_strings(call->params, "addresses", LIMIT_ADDRESSES, &addresses, error))
        return NULL;
    g_autoptr(GPtrArray) trials = g_ptr_array_new_with_free_func(trial_free);
    for (guint i = 0; i < addresses->len; i++)
        if (!add_trials(trials, g_ptr_array_index(addresses, i), try_case, error))
            return NULL;
    return g_steal_pointer(&trials);
}

static gboolean
read_memory(const OpCall *call, BridgeMemory *out_memory, GError **error)
{
    gboolean fresh = FALSE, retry = FALSE;
    if (!params_get_boolean(call->params, "fresh", FALSE, &fresh, error) ||
        !params_get_boolean(call->params, "retry", FALSE, &retry, error))
        return FALSE;
    if (fresh)
        *out_memory = BRIDGE_MEMORY_NONE;
    else
        *out_memory = retry ? BRIDGE_MEMORY_RECORDS : BRIDGE_MEMORY_ALL;
    return TRUE;
}

static gboolean
read_choices(const OpCall *call, DaneLookupChoices *choices, gboolean *out_try_case, GError **error)
{
    gint64 rr_type = 0;
    if (!params_get_boolean(call->params, "draft", FALSE, &choices->draft, error) ||
        !params_get_boolean(call->params, "try_case", FALSE, out_try_case, error) ||
        !read_memory(call, &choices->memory, error) ||
        !params_get_integer(call->params, "type", 1, G_MAXUINT16, SMIMEA_RR_TYPE, &rr_type, error))
        return FALSE;
    choices->rr_type = (guint16)rr_type;
    return TRUE;
}

gboolean
op_lookup(const OpCall *call, OpReply *reply, GError **error)
{
    DaneLookupChoices choices = {0};
    g_auto(TrustParams) trust = {0};
    gboolean try_case = FALSE;
    if (!read_choices(call, &choices, &try_case, error) ||
        !trust_params_read(call, &trust, error) || !trust_params_load(call, &trust, error))
        return FALSE;
    g_autoptr(GPtrArray) trials = make_trials(call, try_case, error);
    if (trials == NULL)
        return FALSE;
    g_autoptr(GPtrArray) addresses = g_ptr_array_new();
    for (guint i = 0; i < trials->len; i++)
        g_ptr_array_add(addresses, ((Trial *)g_ptr_array_index(trials, i))->address);
    g_autoptr(GPtrArray) answers = dane_lookup(call, addresses, &choices, error);
    if (answers == NULL)
        return FALSE;
    JsonArray *results = json_array_new();
    for (guint i = 0; i < answers->len; i++) {
        const Trial *trial = g_ptr_array_index(trials, i);
        const DaneAnswer *answer = g_ptr_array_index(answers, i);
        g_auto(RecipientChoice) choice = {0};
        recipient_choose(call, &trust, answer, &choice);
        JsonObject *object = json_from_dane_answer(answer, &choice);
        if (try_case)
            json_set_string(object, "variant", variant_names[trial->variant]);
        json_array_add_object_element(results, object);
    }
    reply->result = json_object_new();
    json_object_set_array_member(reply->result, "results", results);
    return TRUE;
}
