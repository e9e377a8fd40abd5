/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "addr-spec.h"
#include "general-name.h"
#include "path-private.h"

struct _PathNames {
    gboolean has_constraints;
    gboolean is_malformed;
    GPtrArray *permitted; /* (element-type GeneralName) */
    GPtrArray *excluded;
    GPtrArray *own; /* of the subject and its subjectAltName; NULL: these are malformed */
};

void
path_names_free(PathNames *names)
{
    g_clear_pointer(&names->permitted, g_ptr_array_unref);
    g_clear_pointer(&names->excluded, g_ptr_array_unref);
    g_clear_pointer(&names->own, g_ptr_array_unref);
    g_free(names);
}

static GPtrArray *
new_names(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)general_name_free);
}

/* RFC 5280 §4.2.1.10: minimum must be zero, which as a default is left out; no maximum. */
static gboolean
read_subtrees(BerReader *constraints, guint8 tag, GPtrArray *subtrees)
{
    BerReader list, subtree;
    if (ber_peek(constraints) != tag)
        return TRUE;
    if (!ber_enter(constraints, tag, "", &list, NULL))
        return FALSE;
    while (!ber_at_end(&list)) {
        if (subtrees->len >= LIMIT_GENERAL_NAMES ||
            !ber_enter(&list, BER_SEQUENCE, "", &subtree, NULL))
            return FALSE;
        GeneralName *base = general_name_read(&subtree, NULL);
        if (base == NULL)
            return FALSE;
        g_ptr_array_add(subtrees, base);
        if (!ber_leave(&list, &subtree, "", NULL))
            return FALSE;
    }
    return ber_leave(constraints, &list, "", NULL);
}

static void
read_constraints(PathNames *names, const Certificate *certificate)
{
    SECItem value;
    BerReader all, fields;
    names->permitted = new_names();
    names->excluded = new_names();
    if (!certificate_find_extension(certificate, SEC_OID_X509_NAME_CONSTRAINTS, &value))
        return;
    g_autoptr(GBytes) der = g_bytes_new(value.data, value.len);
    ber_reader_init(&all, der);
    names->has_constraints = TRUE;
    names->is_malformed = !ber_enter(&all, BER_SEQUENCE, "", &fields, NULL) ||
                          !read_subtrees(&fields, BER_CONTEXT_CONSTRUCTED(0), names->permitted) ||
                          !read_subtrees(&fields, BER_CONTEXT_CONSTRUCTED(1), names->excluded) ||
                          !ber_leave(&all, &fields, "", NULL) || !ber_finish(&all, "", NULL);
}

static GPtrArray *
read_alternative_names(const Certificate *certificate)
{
    SECItem value;
    BerReader all, list;
    if (!certificate_find_extension(certificate, SEC_OID_X509_SUBJECT_ALT_NAME, &value))
        return new_names();
    g_autoptr(GBytes) der = g_bytes_new(value.data, value.len);
    ber_reader_init(&all, der);
    if (!ber_enter(&all, BER_SEQUENCE, "", &list, NULL))
        return NULL;
    return general_names_read(&list, NULL);
}

static void
add_subject(GPtrArray *own, const PathNode *node)
{
    if (distinguished_name_is_empty(node->subject))
        return;
    GeneralName *name = g_new0(GeneralName, 1);
    name->tag = GENERAL_NAME_DIRECTORY;
    name->name = distinguished_name_new(certificate_get_subject_der(node->certificate), NULL);
    g_assert(name->name != NULL);
    g_ptr_array_add(own, name);
}

static PathNames *
get_names(PathNode *node)
{
    if (node->names != NULL)
        return node->names;
    PathNames *names = node->names = g_new0(PathNames, 1);
    read_constraints(names, node->certificate);
    names->own = read_alternative_names(node->certificate);
    if (names->own == NULL)
        return names;
    add_subject(names->own, node);
    /* §4.2.1.10: addresses in the subject count where the subjectAltName has none. All that are
     * compared with an author's must count here, whatever other name there is beside them. */
    const gchar *const *addresses = certificate_get_addresses(node->certificate);
    for (; *addresses != NULL; addresses++)
        g_ptr_array_add(names->own, general_name_new_text(GENERAL_NAME_RFC822, *addresses));
    return names;
}

static gboolean
ends_with(const gchar *text, const gchar *end)
{
    gsize n_text = strlen(text);
    gsize n_end = strlen(end);
    return n_text >= n_end && g_ascii_strcasecmp(text + n_text - n_end, end) == 0;
}

/* ".example.org": what is below; "example.org": that host alone. */
static gboolean
host_matches(const gchar *host, const gchar *base)
{
    return *base == '.' ? ends_with(host, base) : g_ascii_strcasecmp(host, base) == 0;
}

static gboolean
dns_matches(const gchar *name, const gchar *base)
{
    if (*base == '\0' || *base == '.' || g_ascii_strcasecmp(name, base) == 0)
        return ends_with(name, base);
    g_autofree gchar *below = g_strconcat(".", base, NULL);
    return ends_with(name, below);
}

/* RFC 3986 §3.2: what stands between "//" and the path, without user and port; NULL if there is
 * none. */
static gchar *
dup_uri_host(const gchar *uri)
{
    const gchar *start = strstr(uri, "://");
    if (start == NULL)
        return NULL;
    g_autofree gchar *authority = g_strndup(start + 3, strcspn(start + 3, "/?#"));
    const gchar *at = strrchr(authority, '@');
    const gchar *host = at == NULL ? authority : at + 1;
    return *host == '\0' || *host == '[' ? NULL : g_strndup(host, strcspn(host, ":"));
}

/* Other spellings of a host, in Unicode, with a dot behind, or in an address with comments and
 * spaces about, would slip past what is compared as text. */
static gboolean
is_plain_host(const gchar *host)
{
    static const gchar plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    return *host != '\0' && host[strspn(host, plain)] == '\0' && !g_str_has_suffix(host, ".");
}

typedef enum { MATCH_NO, MATCH_YES, MATCH_UNKNOWN } Match;

/* One mailbox alone. Letter case: an author's address is compared without it, so that an excluded
 * one must be excluded without it. */
static Match
match_whole_mailbox(const gchar *address, const gchar *base)
{
    g_autoptr(AddrSpec) own = addr_spec_parse(address, -1, NULL);
    g_autoptr(AddrSpec) wanted = addr_spec_parse(base, -1, NULL);
    if (own == NULL || wanted == NULL)
        return MATCH_UNKNOWN;
    if (addr_spec_equal(own, wanted))
        return MATCH_YES;
    return addr_spec_matches(own, wanted) ? MATCH_UNKNOWN : MATCH_NO;
}

static Match
match_mailbox(const gchar *address, const gchar *base)
{
    const gchar *at = strrchr(address, '@');
    if (at == NULL || !is_plain_host(at + 1))
        return MATCH_UNKNOWN;
    if (*base == '\0')
        return MATCH_YES;
    if (strchr(base, '@') != NULL)
        return match_whole_mailbox(address, base);
    return host_matches(at + 1, base) ? MATCH_YES : MATCH_NO;
}

static Match
match(const GeneralName *name, const GeneralName *base)
{
    g_autofree gchar *host = NULL;
    if (name->tag == GENERAL_NAME_DIRECTORY)
        return distinguished_name_is_within(name->name, base->name) ? MATCH_YES : MATCH_NO;
    if (name->text == NULL || base->text == NULL)
        return MATCH_UNKNOWN;
    switch (name->tag) {
    case GENERAL_NAME_RFC822:
        return match_mailbox(name->text, base->text);
    case GENERAL_NAME_DNS:
        if (!is_plain_host(name->text))
            return MATCH_UNKNOWN;
        return dns_matches(name->text, base->text) ? MATCH_YES : MATCH_NO;
    case GENERAL_NAME_URI:
        host = dup_uri_host(name->text);
        if (host == NULL || !is_plain_host(host))
            return MATCH_UNKNOWN;
        return host_matches(host, base->text) ? MATCH_YES : MATCH_NO;
    default:
        return MATCH_UNKNOWN;
    }
}

/* NULL: it is permitted. */
static const gchar *
find_breach(const PathNames *constraints, const GeneralName *name)
{
    gboolean is_bound = FALSE;
    gboolean is_permitted = FALSE;
    for (guint i = 0; i < constraints->excluded->len; i++) {
        const GeneralName *base = g_ptr_array_index(constraints->excluded, i);
        if (base->tag == name->tag && match(name, base) != MATCH_NO)
            return "has a name that is excluded";
    }
    for (guint i = 0; i < constraints->permitted->len && !is_permitted; i++) {
        const GeneralName *base = g_ptr_array_index(constraints->permitted, i);
        is_bound = is_bound || base->tag == name->tag;
        is_permitted = base->tag == name->tag && match(name, base) == MATCH_YES;
    }
    return is_bound && !is_permitted ? "has a name that is not among the permitted ones" : NULL;
}

static const gchar *
judge_names(const PathNames *constraints, const PathNames *names, guint *n_comparisons)
{
    if (constraints->is_malformed)
        return "is bound by name constraints that can't be read";
    if (names->own == NULL)
        return "has names that can't be read, and is bound by name constraints";
    guint n_subtrees = constraints->permitted->len + constraints->excluded->len;
    guint64 n_needed = (guint64)names->own->len * n_subtrees;
    if (n_needed > *n_comparisons)
        return "has too many names for so many name constraints";
    *n_comparisons -= (guint)n_needed;
    const gchar *breach = NULL;
    for (guint i = 0; i < names->own->len && breach == NULL; i++)
        breach = find_breach(constraints, g_ptr_array_index(names->own, i));
    return breach;
}

void
path_constraints_judge(const PathChain *chain, guint *n_comparisons, PathFault *fault)
{
    for (guint i = 1; i < chain->n_nodes; i++) {
        const PathNames *constraints = get_names(chain->nodes[i]);
        for (guint j = 0; j < i && constraints->has_constraints; j++) {
            /* RFC 5280 §6.1.3 (b): new keys of an authority need not fit its own constraints. */
            if (j > 0 && chain->nodes[j]->is_self_issued)
                continue;
            const gchar *breach =
                judge_names(constraints, get_names(chain->nodes[j]), n_comparisons);
            if (breach != NULL)
                path_fault_note(fault, REASON_CERTIFICATE_UNTRUSTED, chain->nodes[j], breach);
        }
    }
}
