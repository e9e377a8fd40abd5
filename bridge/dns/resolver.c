/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver.h"

#include <string.h>

#include "core-limits.h"

#define LABEL_MAX_OCTETS 63

G_DEFINE_QUARK(dns_error_quark, dns_error)

G_DEFINE_INTERFACE(Resolver, resolver, G_TYPE_OBJECT)

static void
resolver_default_init(ResolverInterface *iface G_GNUC_UNUSED)
{
}

static gchar *
name_without_last_dot(const gchar *name)
{
    gsize n_octets = strlen(name);
    if (n_octets > 0 && name[n_octets - 1] == '.')
        n_octets--;
    return g_strndup(name, n_octets);
}

ResolverAnswer *
resolver_answer_new(const gchar *owner_name, guint16 rr_type, DnsOutcome outcome)
{
    ResolverAnswer *answer = g_new0(ResolverAnswer, 1);
    answer->owner_name = name_without_last_dot(owner_name);
    answer->rr_type = rr_type;
    answer->outcome = outcome;
    answer->records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    return answer;
}

void
resolver_answer_note_alias(ResolverAnswer *answer, const gchar *target)
{
    if (target == NULL || g_ascii_strcasecmp(target, answer->owner_name) == 0)
        return;
    g_autofree gchar *before = answer->detail;
    answer->detail = g_strdup_printf("%s: an alias leads to %s", before, target);
}

ResolverAnswer *
resolver_answer_new_unreachable(const gchar *owner_name, guint16 rr_type, const gchar *format, ...)
{
    ResolverAnswer *answer = resolver_answer_new(owner_name, rr_type, DNS_OUTCOME_UNREACHABLE);
    va_list args;
    va_start(args, format);
    answer->detail = g_strdup_vprintf(format, args);
    va_end(args);
    return answer;
}

ResolverAnswer *
resolver_answer_copy(const ResolverAnswer *answer)
{
    ResolverAnswer *copy =
        resolver_answer_new(answer->owner_name, answer->rr_type, answer->outcome);
    copy->name_exists = answer->name_exists;
    copy->ttl = answer->ttl;
    copy->canonical_name = g_strdup(answer->canonical_name);
    copy->detail = g_strdup(answer->detail);
    copy->is_error_reply = answer->is_error_reply;
    for (guint i = 0; i < answer->records->len; i++)
        g_ptr_array_add(copy->records, g_bytes_ref(g_ptr_array_index(answer->records, i)));
    return copy;
}

gboolean
resolver_answer_add_record(ResolverAnswer *answer, const guint8 *rdata, gsize n_octets)
{
    g_autoptr(GBytes) record = g_bytes_new(rdata, n_octets);
    if (g_ptr_array_find_with_equal_func(answer->records, record, g_bytes_equal, NULL))
        return TRUE;
    if (answer->records->len == LIMIT_RECORDS)
        return FALSE;
    g_ptr_array_add(answer->records, g_steal_pointer(&record));
    return TRUE;
}

void
resolver_answer_free(ResolverAnswer *answer)
{
    if (answer == NULL)
        return;
    g_free(answer->owner_name);
    g_free(answer->canonical_name);
    g_free(answer->detail);
    g_ptr_array_unref(answer->records);
    g_free(answer);
}

gboolean
resolver_name_is_valid(const gchar *name)
{
    gsize n_label = 0;
    gsize n_octets = 0;
    for (const gchar *c = name; *c != '\0'; c++) {
        if (*c == '.') {
            if (n_label == 0)
                return FALSE;
            n_label = 0;
            n_octets += c[1] != '\0';
            continue;
        }
        if (!g_ascii_isalnum(*c) && *c != '-' && *c != '_')
            return FALSE;
        if (++n_label > LABEL_MAX_OCTETS || ++n_octets > RESOLVER_NAME_MAX_OCTETS)
            return FALSE;
    }
    return n_octets > 0;
}

void
resolver_lookup_async(Resolver *self, const gchar *owner_name, guint16 rr_type,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    g_return_if_fail(DNS_IS_RESOLVER(self));
    g_return_if_fail(owner_name != NULL && rr_type != 0);

    if (!resolver_name_is_valid(owner_name)) {
        g_task_report_new_error(self, callback, user_data, resolver_lookup_async, DNS_ERROR,
                                DNS_ERROR_NAME, "\"%s\" is not a host name", owner_name);
        return;
    }
    g_autofree gchar *name = name_without_last_dot(owner_name);
    DNS_RESOLVER_GET_IFACE(self)->lookup_async(self, name, rr_type, cancellable, callback,
                                               user_data);
}

ResolverAnswer *
resolver_lookup_finish(Resolver *self, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(DNS_IS_RESOLVER(self), NULL);

    if (g_async_result_is_tagged(result, resolver_lookup_async))
        return g_task_propagate_pointer(G_TASK(result), error);
    return DNS_RESOLVER_GET_IFACE(self)->lookup_finish(self, result, error);
}
