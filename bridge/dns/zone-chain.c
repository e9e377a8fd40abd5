/* SPDX-License-Identifier: MPL-2.0 */
#include "zone-chain.h"

#include <getdns/getdns_extra.h>

#include "getdns-question.h"
#include "getdns-validate.h"
#include "source.h"

/* What is proven by a denial holds by the parent's word, which can be long; a zone that gets
 * DNSSEC should not have to wait for it. */
#define DENIAL_MAX_LIFETIME 3600u
/* For how long a zone is passed over whose keys would cost too much, and how many such there can
 * be.
 */
#define REFUSED_LIFETIME  60u
#define REFUSED_MAX_ZONES 64u

/* One of the two questions about a zone. */
typedef struct {
    GetdnsQuestion *question;
    getdns_dict *response;
    GetdnsReply *reply;
    gboolean ended;
    struct _Task *task;
} Part;

typedef struct _Task {
    ZoneChain *chain;
    DnsName zone;
    Part ds;
    Part dnskey;
    gboolean asked_above; /* about the zone above */
    GSource *timeout;
} Task;

typedef struct {
    ZoneChainChanged changed;
    gpointer user_data;
} Waiter;

struct _ZoneChain {
    gatomicrefcount ref_count;
    GetdnsRoute route;
    ZoneStore *store;
    ZoneStore *refused; /* by what this server says: another's word may be better */
    getdns_list *anchors;
    guint timeout_ms;
    GHashTable *tasks; /* (element-type DnsName Task) */
    GQueue waiters;    /* of Waiter */
    GSource *notice;
};

static gint64
get_now(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

static void
part_clear(Part *part)
{
    if (part->question != NULL)
        getdns_question_cancel(part->question);
    getdns_reply_free(part->reply);
    getdns_dict_destroy(part->response);
}

static void
task_free(gpointer data)
{
    Task *task = data;
    part_clear(&task->ds);
    part_clear(&task->dnskey);
    source_drop(&task->timeout);
    g_free(task);
}

static void evaluate(Task *task);

/* Tasks that wait for the zone above come to their ends one after the other. */
static void
evaluate_all(ZoneChain *chain)
{
    guint n_before = 0;
    do {
        n_before = g_hash_table_size(chain->tasks);
        g_autoptr(GList) zones = g_hash_table_get_keys(chain->tasks);
        for (GList *item = zones; item != NULL; item = item->next) {
            /* None of these ends another, nor asks: an ended one is not looked at again. */
            evaluate(g_hash_table_lookup(chain->tasks, item->data));
        }
    } while (g_hash_table_size(chain->tasks) < n_before);
}

static gboolean
on_notice(gpointer user_data)
{
    g_autoptr(ZoneChain) chain = zone_chain_ref(user_data);
    source_drop(&chain->notice);
    evaluate_all(chain);
    /* Who waits again waits at the end of the queue. */
    for (guint n = g_queue_get_length(&chain->waiters); n > 0; n--) {
        g_autofree Waiter *waiter = g_queue_pop_head(&chain->waiters);
        if (waiter == NULL)
            break;
        waiter->changed(waiter->user_data);
    }
    return G_SOURCE_REMOVE;
}

static void
notify_later(ZoneChain *chain)
{
    if (chain->notice != NULL)
        return;
    chain->notice = g_timeout_source_new(0);
    g_source_set_callback(chain->notice, on_notice, chain, NULL);
    g_source_attach(chain->notice, g_main_context_get_thread_default());
}

/* Ends the task. */
static void
settle(Task *task, ZoneStatus status, ZoneKeys *keys, guint32 lifetime)
{
    ZoneChain *chain = task->chain;
    if (status != ZONE_UNKNOWN)
        zone_store_add(status == ZONE_REFUSED ? chain->refused : chain->store, &task->zone, status,
                       keys, lifetime, get_now());
    g_hash_table_remove(chain->tasks, &task->zone);
    notify_later(chain);
}

static void
settle_refused(Task *task)
{
    settle(task, ZONE_REFUSED, NULL, REFUSED_LIFETIME);
}

static guint32
get_lifetime(const GetdnsReply *reply, gboolean in_answer)
{
    guint32 lifetime = DNS_TTL_MAX;
    guint32 minimum = 0;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->in_answer != in_answer)
            continue;
        lifetime = MIN(lifetime, getdns_record_get_lifetime(record, get_now()));
        if (record->type == GETDNS_RRTYPE_SOA &&
            getdns_dict_get_int(record->dict, "/rdata/minimum", &minimum) == GETDNS_RETURN_GOOD)
            lifetime = MIN(lifetime, minimum);
    }
    return lifetime;
}

/* The validated keys of the zone that signed what stands above the zone of the task; NULL if they
 * are not there (yet): the task may have ended then. */
static ZoneKeys *
take_keys_above(Task *task, const DnsName *signer)
{
    gboolean pending = FALSE;
    ZoneKeys *keys = NULL;
    /* Only a zone above can vouch for a delegation; and each is shorter than the last. */
    if (signer == NULL || dns_name_equal(signer, &task->zone)) {
        settle(task, ZONE_UNKNOWN, NULL, 0);
        return NULL;
    }
    ZoneStatus status = zone_chain_find(task->chain, signer, &pending, &keys);
    if (status == ZONE_SECURE)
        return keys;
    if (pending)
        return NULL;
    if (status == ZONE_UNKNOWN && !task->asked_above) {
        task->asked_above = TRUE;
        zone_chain_ask(task->chain, signer);
        return NULL;
    }
    settle(task, ZONE_UNKNOWN, NULL, 0);
    return NULL;
}

/* What the zone above says can't be validated: if that is since it has other keys now, they are
 * asked for next time. */
static void
settle_undecided(Task *task, const ZoneKeys *above)
{
    if (getdns_validate_misses_key(task->ds.reply, above))
        zone_chain_forget(task->chain, &above->zone);
    settle(task, ZONE_UNKNOWN, NULL, 0);
}

static void
evaluate_denial(Task *task)
{
    const GetdnsReply *reply = task->ds.reply;
    g_autoptr(ZoneKeys) keys =
        take_keys_above(task, getdns_reply_find_denial_signer(reply, &task->zone));
    if (keys == NULL)
        return;
    guint32 lifetime = MIN(get_lifetime(reply, FALSE), DENIAL_MAX_LIFETIME);
    switch (getdns_validate_denial(reply, &task->zone, GETDNS_RRTYPE_DS, keys, get_now())) {
    case GETDNS_VALIDITY_SECURE:
        settle(task, ZONE_NONE, NULL, lifetime);
        return;
    case GETDNS_VALIDITY_INSECURE:
        settle(task, ZONE_INSECURE, NULL, lifetime);
        return;
    case GETDNS_VALIDITY_REFUSED:
        settle_refused(task);
        return;
    case GETDNS_VALIDITY_UNDECIDED:
    default:
        settle_undecided(task, keys);
    }
}

static void
evaluate_keys(Task *task, const GetdnsReply *ds, guint32 lifetime)
{
    gboolean refused = FALSE;
    g_autoptr(ZoneKeys) keys = getdns_validate_keys(task->dnskey.reply, &task->zone, ds,
                                                    task->chain->anchors, get_now(), &refused);
    if (refused)
        settle_refused(task);
    else if (keys == NULL)
        settle(task, ZONE_UNKNOWN, NULL, 0);
    else
        settle(task, ZONE_SECURE, keys, MIN(lifetime, keys->lifetime));
}

static void
evaluate_delegation(Task *task)
{
    const GetdnsReply *reply = task->ds.reply;
    g_autoptr(ZoneKeys) keys =
        take_keys_above(task, getdns_reply_find_signer(reply, &task->zone, GETDNS_RRTYPE_DS));
    if (keys == NULL || !task->dnskey.ended)
        return;
    if (task->dnskey.reply == NULL) {
        settle(task, ZONE_UNKNOWN, NULL, 0);
        return;
    }
    switch (getdns_validate_records(reply, &task->zone, GETDNS_RRTYPE_DS, keys, get_now())) {
    case GETDNS_VALIDITY_SECURE:
        evaluate_keys(task, reply, get_lifetime(reply, TRUE));
        return;
    case GETDNS_VALIDITY_REFUSED:
        settle_refused(task);
        return;
    case GETDNS_VALIDITY_INSECURE:
    case GETDNS_VALIDITY_UNDECIDED:
    default:
        settle_undecided(task, keys);
    }
}

/* Goes as far as the replies that are there allow. */
static void
evaluate(Task *task)
{
    if (!task->ds.ended || (dns_name_is_root(&task->zone) && !task->dnskey.ended))
        return;
    if (dns_name_is_root(&task->zone)) {
        if (task->dnskey.reply != NULL)
            evaluate_keys(task, NULL, DNS_TTL_MAX);
        else
            settle(task, ZONE_UNKNOWN, NULL, 0);
    } else if (task->ds.reply == NULL) {
        settle(task, ZONE_UNKNOWN, NULL, 0);
    } else if (getdns_reply_find(task->ds.reply, &task->zone, GETDNS_RRTYPE_DS) != NULL) {
        evaluate_delegation(task);
    } else {
        evaluate_denial(task);
    }
}

static void
on_part(getdns_dict *response, const gchar *problem G_GNUC_UNUSED, gpointer user_data)
{
    Part *part = user_data;
    Task *task = part->task;
    part->question = NULL;
    part->ended = TRUE;
    part->response = response;
    if (response != NULL)
        part->reply = getdns_reply_new(response, &task->zone,
                                       part == &task->ds ? GETDNS_RRTYPE_DS : GETDNS_RRTYPE_DNSKEY);
    evaluate(task);
}

static void
ask_part(Task *task, Part *part, guint16 rr_type)
{
    part->task = task;
    part->question = getdns_question_new(&task->chain->route, &task->zone, rr_type, on_part, part);
}

static gboolean
on_timeout(gpointer user_data)
{
    settle(user_data, ZONE_UNKNOWN, NULL, 0);
    return G_SOURCE_REMOVE;
}

void
zone_chain_ask(ZoneChain *chain, const DnsName *zone)
{
    if (g_hash_table_contains(chain->tasks, zone))
        return;
    Task *task = g_new0(Task, 1);
    task->chain = chain;
    task->zone = *zone;
    g_hash_table_insert(chain->tasks, &task->zone, task);
    task->timeout = g_timeout_source_new(chain->timeout_ms);
    g_source_set_callback(task->timeout, on_timeout, task, NULL);
    g_source_attach(task->timeout, g_main_context_get_thread_default());
    ask_part(task, &task->dnskey, GETDNS_RRTYPE_DNSKEY);
    /* The root has no DS records: its anchors take their place. */
    if (dns_name_is_root(zone))
        task->ds.ended = TRUE;
    else
        ask_part(task, &task->ds, GETDNS_RRTYPE_DS);
}

/* Below a zone without DS nothing can be secure. */
static gboolean
is_below_insecure(ZoneChain *chain, const DnsName *zone, gint64 now)
{
    for (guint n = dns_name_count_labels(zone); n > 0; n--) {
        DnsName ancestor;
        dns_name_strip(zone, n, &ancestor);
        if (zone_store_find(chain->store, &ancestor, now, NULL) == ZONE_INSECURE)
            return TRUE;
    }
    return FALSE;
}

ZoneStatus
zone_chain_find(ZoneChain *chain, const DnsName *zone, gboolean *out_pending, ZoneKeys **out_keys)
{
    gint64 now = get_now();
    ZoneStatus status = zone_store_find(chain->store, zone, now, out_keys);
    if (status == ZONE_UNKNOWN && is_below_insecure(chain, zone, now))
        status = ZONE_INSECURE;
    if (status == ZONE_UNKNOWN)
        status = zone_store_find(chain->refused, zone, now, NULL);
    *out_pending = status == ZONE_UNKNOWN && g_hash_table_contains(chain->tasks, zone);
    return status;
}

void
zone_chain_forget(ZoneChain *chain, const DnsName *zone)
{
    zone_store_remove(chain->store, zone);
}

void
zone_chain_wait(ZoneChain *chain, ZoneChainChanged changed, gpointer user_data)
{
    Waiter *waiter = g_new0(Waiter, 1);
    waiter->changed = changed;
    waiter->user_data = user_data;
    g_queue_push_tail(&chain->waiters, waiter);
}

void
zone_chain_stop_waiting(ZoneChain *chain, gpointer user_data)
{
    for (GList *item = chain->waiters.head; item != NULL; item = item->next) {
        Waiter *waiter = item->data;
        if (waiter->user_data != user_data)
            continue;
        g_queue_delete_link(&chain->waiters, item);
        g_free(waiter);
        return;
    }
}

static getdns_list *
parse_anchors(const gchar *const *anchors)
{
    getdns_list *list = getdns_list_create();
    gsize n_anchors = 0;
    for (gsize i = 0; anchors[i] != NULL; i++) {
        g_autoptr(getdns_dict) record = NULL;
        if (getdns_str2rr_dict(anchors[i], &record, NULL, 3600) == GETDNS_RETURN_GOOD &&
            getdns_list_set_dict(list, n_anchors, record) == GETDNS_RETURN_GOOD)
            n_anchors++;
    }
    return list;
}

ZoneChain *
zone_chain_new(const GetdnsRoute *route, ZoneStore *store, const gchar *const *anchors,
               guint timeout_ms)
{
    ZoneChain *chain = g_new0(ZoneChain, 1);
    g_atomic_ref_count_init(&chain->ref_count);
    chain->route = *route;
    getdns_channel_ref(route->channel);
    if (route->stream != NULL)
        getdns_channel_ref(route->stream);
    if (route->beside != NULL)
        getdns_channel_ref(route->beside);
    chain->store = store;
    chain->refused = zone_store_new(REFUSED_MAX_ZONES);
    chain->anchors = parse_anchors(anchors);
    chain->timeout_ms = timeout_ms;
    chain->tasks = g_hash_table_new_full(dns_name_hash, dns_name_equal_func, NULL, task_free);
    g_queue_init(&chain->waiters);
    return chain;
}

ZoneChain *
zone_chain_ref(ZoneChain *chain)
{
    g_atomic_ref_count_inc(&chain->ref_count);
    return chain;
}

void
zone_chain_unref(ZoneChain *chain)
{
    if (chain == NULL || !g_atomic_ref_count_dec(&chain->ref_count))
        return;
    source_drop(&chain->notice);
    g_hash_table_unref(chain->tasks);
    g_queue_clear_full(&chain->waiters, g_free);
    getdns_list_destroy(chain->anchors);
    zone_store_free(chain->refused);
    getdns_channel_unref(chain->route.channel);
    getdns_channel_unref(chain->route.stream);
    getdns_channel_unref(chain->route.beside);
    g_free(chain);
}

const GetdnsRoute *
zone_chain_get_route(const ZoneChain *chain)
{
    return &chain->route;
}

const getdns_list *
zone_chain_get_anchors(const ZoneChain *chain)
{
    return chain->anchors;
}
