/* SPDX-License-Identifier: MPL-2.0 */

#include "path-private.h"

/* The valid_policy_tree of RFC 5280 §6.1, of which nobody here asks more than whether it is empty:
 * every policy will do. So one level of it is enough, as a set. Nodes with the same valid_policy
 * have the same expected_policy_set, and what is below decides nothing any more: a tree of all the
 * ways, which grows exponentially, isn't needed. */

/* 2.5.29.32.0 */
static const guint8 oid_any_policy[] = {0x55, 0x1d, 0x20, 0x00};

typedef struct {
    GHashTable *expected; /* (element-type GBytes): all expected policies of the level but any */
    gboolean has_any;     /* a node anyPolicy */
    guint explicit_policy;
    guint policy_mapping;
    guint inhibit_any;
} PolicyState;

/* What one certificate says. */
typedef struct {
    GHashTable *policies;  /* but anyPolicy */
    GHashTable *mapped;    /* issuerDomainPolicy: GPtrArray of subjectDomainPolicy */
    gboolean has_any;      /* among the policies */
    gboolean is_malformed; /* one of the extensions */
    guint explicit_policy; /* requireExplicitPolicy; G_MAXUINT: absent */
    guint inhibit_mapping; /* inhibitPolicyMapping; likewise */
    guint inhibit_any;     /* inhibitAnyPolicy; likewise */
} PolicyFacts;

static GHashTable *
new_set(void)
{
    return g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
}

static void
facts_clear(PolicyFacts *facts)
{
    g_hash_table_unref(facts->policies);
    g_hash_table_unref(facts->mapped);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PolicyFacts, facts_clear)

static GBytes *
read_policy(BerReader *fields)
{
    BerSlice id;
    if (!ber_read(fields, BER_OID, "", &id, NULL))
        return NULL;
    return g_bytes_new(id.octets, id.n_octets);
}

static gboolean
is_any(GBytes *policy)
{
    g_autoptr(GBytes) any = g_bytes_new_static(oid_any_policy, sizeof oid_any_policy);
    return g_bytes_equal(policy, any);
}

/* Opens the SEQUENCE in an extension; FALSE if there is none. What is malformed is noted. */
static gboolean
open_extension(PolicyFacts *facts, GBytes *der, BerReader *out_list)
{
    BerReader all;
    ber_reader_init(&all, der);
    if (ber_enter(&all, BER_SEQUENCE, "", out_list, NULL))
        return TRUE;
    facts->is_malformed = TRUE;
    return FALSE;
}

static GBytes *
dup_extension(const Certificate *certificate, SECOidTag tag)
{
    SECItem value;
    if (!certificate_find_extension(certificate, tag, &value))
        return NULL;
    return g_bytes_new(value.data, value.len);
}

static gboolean
read_one_policy(PolicyFacts *facts, BerReader *list)
{
    BerReader fields;
    if (!ber_enter(list, BER_SEQUENCE, "", &fields, NULL))
        return FALSE;
    g_autoptr(GBytes) policy = read_policy(&fields);
    if (policy == NULL || g_hash_table_size(facts->policies) >= LIMIT_POLICIES)
        return FALSE;
    if (is_any(policy))
        facts->has_any = TRUE;
    else
        g_hash_table_add(facts->policies, g_steal_pointer(&policy));
    return (ber_at_end(&fields) || ber_skip(&fields, "", NULL, NULL)) &&
           ber_leave(list, &fields, "", NULL);
}

static void
read_policies(PolicyFacts *facts, const Certificate *certificate)
{
    BerReader list;
    g_autoptr(GBytes) der = dup_extension(certificate, SEC_OID_X509_CERTIFICATE_POLICIES);
    if (der == NULL || !open_extension(facts, der, &list))
        return;
    while (!facts->is_malformed && !ber_at_end(&list))
        facts->is_malformed = !read_one_policy(facts, &list);
}

static void
add_mapping(PolicyFacts *facts, GBytes *from, GBytes *to)
{
    GPtrArray *targets = g_hash_table_lookup(facts->mapped, from);
    if (targets == NULL) {
        targets = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
        g_hash_table_insert(facts->mapped, g_bytes_ref(from), targets);
    }
    g_ptr_array_add(targets, g_bytes_ref(to));
}

/* §6.1.4 (a): nothing is mapped from or to anyPolicy. */
static gboolean
read_one_mapping(PolicyFacts *facts, BerReader *list)
{
    BerReader fields;
    if (!ber_enter(list, BER_SEQUENCE, "", &fields, NULL))
        return FALSE;
    g_autoptr(GBytes) from = read_policy(&fields);
    g_autoptr(GBytes) to = from == NULL ? NULL : read_policy(&fields);
    if (to == NULL || is_any(from) || is_any(to) || !ber_leave(list, &fields, "", NULL))
        return FALSE;
    add_mapping(facts, from, to);
    return TRUE;
}

static void
read_mappings(PolicyFacts *facts, const Certificate *certificate)
{
    BerReader list;
    guint n_mappings = 0;
    g_autoptr(GBytes) der = dup_extension(certificate, SEC_OID_X509_POLICY_MAPPINGS);
    if (der == NULL || !open_extension(facts, der, &list))
        return;
    while (!facts->is_malformed && !ber_at_end(&list))
        facts->is_malformed = ++n_mappings > LIMIT_POLICIES || !read_one_mapping(facts, &list);
}

/* SkipCerts. More than a path has is as good as any number. */
static gboolean
read_skip(BerReader *fields, guint8 tag, guint *out_number)
{
    BerSlice contents;
    if (ber_peek(fields) != tag)
        return TRUE;
    if (!ber_read(fields, tag, "", &contents, NULL) || contents.n_octets == 0 ||
        (contents.octets[0] & 0x80u) != 0)
        return FALSE;
    *out_number = contents.n_octets == 1 ? contents.octets[0] : PATH_MAX_LENGTH + 1;
    return TRUE;
}

static void
read_limits(PolicyFacts *facts, const Certificate *certificate)
{
    BerReader fields, all;
    g_autoptr(GBytes) der = dup_extension(certificate, SEC_OID_X509_POLICY_CONSTRAINTS);
    if (der != NULL && open_extension(facts, der, &fields) &&
        (!read_skip(&fields, BER_CONTEXT(0), &facts->explicit_policy) ||
         !read_skip(&fields, BER_CONTEXT(1), &facts->inhibit_mapping) || !ber_at_end(&fields)))
        facts->is_malformed = TRUE;
    g_autoptr(GBytes) any = dup_extension(certificate, SEC_OID_X509_INHIBIT_ANY_POLICY);
    if (any == NULL)
        return;
    ber_reader_init(&all, any);
    if (!read_skip(&all, BER_INTEGER, &facts->inhibit_any) || facts->inhibit_any == G_MAXUINT)
        facts->is_malformed = TRUE;
}

static void
read_facts(PolicyFacts *facts, const Certificate *certificate)
{
    facts->policies = new_set();
    facts->mapped =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                              (GDestroyNotify)g_ptr_array_unref);
    facts->explicit_policy = facts->inhibit_mapping = facts->inhibit_any = G_MAXUINT;
    read_policies(facts, certificate);
    read_mappings(facts, certificate);
    read_limits(facts, certificate);
}

static void
add_all(GHashTable *set, GHashTable *others)
{
    GHashTableIter iter;
    gpointer policy;
    g_hash_table_iter_init(&iter, others);
    while (g_hash_table_iter_next(&iter, &policy, NULL))
        g_hash_table_add(set, g_bytes_ref(policy));
}

/* §6.1.3 (d), (e): from what the level above expects to the valid policies of this one. */
static void
descend(PolicyState *state, const PolicyFacts *facts, gboolean is_any_allowed)
{
    g_autoptr(GHashTable) valid = new_set();
    GHashTableIter iter;
    gpointer policy;
    g_hash_table_iter_init(&iter, facts->policies);
    while (g_hash_table_iter_next(&iter, &policy, NULL))
        if (state->has_any || g_hash_table_contains(state->expected, policy))
            g_hash_table_add(valid, g_bytes_ref(policy));
    if (facts->has_any && is_any_allowed)
        add_all(valid, state->expected);
    state->has_any = state->has_any && facts->has_any && is_any_allowed;
    g_hash_table_unref(state->expected);
    state->expected = g_steal_pointer(&valid);
}

/* §6.1.4 (b): from the valid policies to what is expected below. */
static void
map(PolicyState *state, const PolicyFacts *facts)
{
    GHashTableIter iter;
    gpointer from, targets;
    g_autoptr(GHashTable) added = new_set();
    g_hash_table_iter_init(&iter, facts->mapped);
    while (g_hash_table_iter_next(&iter, &from, &targets)) {
        gboolean is_valid = g_hash_table_remove(state->expected, from) || state->has_any;
        const GPtrArray *to = targets;
        for (guint i = 0; i < to->len && is_valid && state->policy_mapping > 0; i++)
            g_hash_table_add(added, g_bytes_ref(g_ptr_array_index(to, i)));
    }
    add_all(state->expected, added);
}

static void
count_down(guint *number)
{
    if (*number > 0)
        (*number)--;
}

/* §6.1.4 (a) to (j). */
static void
prepare_next(PolicyState *state, const PolicyFacts *facts, gboolean is_self_issued)
{
    map(state, facts);
    if (!is_self_issued) {
        count_down(&state->explicit_policy);
        count_down(&state->policy_mapping);
        count_down(&state->inhibit_any);
    }
    state->explicit_policy = MIN(state->explicit_policy, facts->explicit_policy);
    state->policy_mapping = MIN(state->policy_mapping, facts->inhibit_mapping);
    state->inhibit_any = MIN(state->inhibit_any, facts->inhibit_any);
}

/* §6.1.5 (a), (b). */
static void
wrap_up(PolicyState *state, const PolicyFacts *facts)
{
    count_down(&state->explicit_policy);
    if (facts->explicit_policy == 0)
        state->explicit_policy = 0;
}

static gboolean
is_satisfied(const PolicyState *state)
{
    return state->explicit_policy > 0 || state->has_any || g_hash_table_size(state->expected) > 0;
}

/* NULL: nothing is wrong so far. */
static const gchar *
judge_node(PolicyState *state, const PathNode *node, gboolean is_last)
{
    g_auto(PolicyFacts) facts = {0};
    read_facts(&facts, node->certificate);
    if (facts.is_malformed)
        return "policies can't be read, map any policy, or are too many";
    descend(state, &facts, state->inhibit_any > 0 || (!is_last && node->is_self_issued));
    gboolean is_good = is_satisfied(state);
    if (is_last)
        wrap_up(state, &facts);
    else
        prepare_next(state, &facts, node->is_self_issued);
    return is_good && (!is_last || is_satisfied(state)) ? NULL : "no valid policy is left";
}

void
path_policy_judge(const PathChain *chain, PathFault *fault)
{
    guint unlimited = chain->n_nodes; /* §6.1.2 (d) to (f): n + 1; the anchor is not counted */
    PolicyState state = {new_set(), TRUE, unlimited, unlimited, unlimited};
    const gchar *wrong = NULL;
    for (guint i = chain->n_nodes - 1; i > 0 && wrong == NULL; i--) {
        wrong = judge_node(&state, chain->nodes[i - 1], i == 1);
        if (wrong != NULL)
            path_fault_note(fault, REASON_CERTIFICATE_UNTRUSTED, chain->nodes[i - 1], wrong);
    }
    g_hash_table_unref(state.expected);
}
