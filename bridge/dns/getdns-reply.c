/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-reply.h"

#include <string.h>

/* Where the one reply stands in the response. */
#define REPLY "/replies_tree/0"

/* RFC 4034 §3.1: before the signer's name. */
#define RRSIG_FIXED_OCTETS 18u

static gboolean
read_int(getdns_dict *dict, const gchar *pointer, guint32 *out_value)
{
    return getdns_dict_get_int(dict, pointer, out_value) == GETDNS_RETURN_GOOD;
}

static gboolean
read_name(getdns_dict *dict, const gchar *pointer, DnsName *out_name)
{
    getdns_bindata *data = NULL;
    return getdns_dict_get_bindata(dict, pointer, &data) == GETDNS_RETURN_GOOD &&
           dns_name_read(out_name, data->data, data->size);
}

static guint32
get_u32(const guint8 *octets)
{
    return (guint32)octets[0] << 24 | (guint32)octets[1] << 16 | (guint32)octets[2] << 8 |
           octets[3];
}

/* The length of the name at the beginning of @octets, or 0. */
static gsize
measure_name(const guint8 *octets, gsize n_octets)
{
    for (gsize at = 0; at < n_octets && octets[at] < 64; at += octets[at] + 1u)
        if (octets[at] == 0)
            return at + 1;
    return 0;
}

static gboolean
read_rrsig(GetdnsRecord *record)
{
    const guint8 *rdata = record->rdata;
    if (record->n_rdata <= RRSIG_FIXED_OCTETS)
        return FALSE;
    gsize n_signer = measure_name(rdata + RRSIG_FIXED_OCTETS, record->n_rdata - RRSIG_FIXED_OCTETS);
    record->covered = (guint16)(rdata[0] << 8 | rdata[1]);
    record->algorithm = rdata[2];
    record->labels = rdata[3];
    record->original_ttl = get_u32(rdata + 4);
    record->expiration = get_u32(rdata + 8);
    record->key_tag = (guint16)(rdata[16] << 8 | rdata[17]);
    return dns_name_read(&record->signer, rdata + RRSIG_FIXED_OCTETS, n_signer);
}

static gboolean
read_record(getdns_dict *dict, gboolean in_answer, GetdnsRecord *record)
{
    guint32 type = 0;
    getdns_bindata *rdata = NULL;
    *record = (GetdnsRecord){.dict = dict, .in_answer = in_answer};
    if (!read_int(dict, "type", &type) || type > G_MAXUINT16 ||
        !read_int(dict, "ttl", &record->ttl) || !read_name(dict, "name", &record->owner))
        return FALSE;
    if (record->ttl > DNS_TTL_MAX)
        record->ttl = 0;
    record->type = (guint16)type;
    if (getdns_dict_get_bindata(dict, "/rdata/rdata_raw", &rdata) == GETDNS_RETURN_GOOD) {
        record->rdata = rdata->data;
        record->n_rdata = rdata->size;
    }
    return type != GETDNS_RRTYPE_RRSIG || read_rrsig(record);
}

static gboolean
read_section(GetdnsReply *reply, const gchar *pointer, gboolean in_answer)
{
    getdns_list *list = NULL;
    gsize n_records = 0;
    if (getdns_dict_get_list(reply->response, pointer, &list) != GETDNS_RETURN_GOOD ||
        getdns_list_get_length(list, &n_records) != GETDNS_RETURN_GOOD)
        return TRUE;
    if (reply->records->len + n_records > GETDNS_REPLY_MAX_RECORDS)
        return FALSE;
    for (gsize i = 0; i < n_records; i++) {
        getdns_dict *dict = NULL;
        guint32 class = 0;
        GetdnsRecord record;
        if (getdns_list_get_dict(list, i, &dict) != GETDNS_RETURN_GOOD ||
            !read_int(dict, "class", &class))
            return FALSE;
        if (class != GETDNS_RRCLASS_IN) {
            reply->has_other_class = TRUE;
            continue;
        }
        if (!read_record(dict, in_answer, &record))
            return FALSE;
        g_array_append_val(reply->records, record);
    }
    return TRUE;
}

static gboolean
is_reply(getdns_dict *response, const DnsName *name, guint16 rr_type)
{
    guint32 qr = 0;
    guint32 type = 0;
    guint32 class = 0;
    DnsName qname;
    return read_int(response, REPLY "/header/qr", &qr) && qr == 1 &&
           read_name(response, REPLY "/question/qname", &qname) && dns_name_equal(&qname, name) &&
           read_int(response, REPLY "/question/qtype", &type) && type == rr_type &&
           read_int(response, REPLY "/question/qclass", &class) && class == GETDNS_RRCLASS_IN;
}

static GetdnsReply *
make_reply(getdns_dict *response)
{
    GetdnsReply *reply = g_new0(GetdnsReply, 1);
    reply->response = response;
    reply->records = g_array_new(FALSE, FALSE, sizeof(GetdnsRecord));
    return reply;
}

GetdnsReply *
getdns_reply_new(getdns_dict *response, const DnsName *name, guint16 rr_type)
{
    guint32 rcode = 0;
    if (!is_reply(response, name, rr_type) || !read_int(response, REPLY "/header/rcode", &rcode))
        return NULL;
    g_autoptr(GetdnsReply) reply = make_reply(response);
    reply->rcode = rcode;
    if (!read_section(reply, REPLY "/answer", TRUE) ||
        !read_section(reply, REPLY "/authority", FALSE))
        return NULL;
    return g_steal_pointer(&reply);
}

GetdnsReply *
getdns_reply_new_chain(getdns_dict *response)
{
    g_autoptr(GetdnsReply) chain = make_reply(response);
    return read_section(chain, "/validation_chain", TRUE) ? g_steal_pointer(&chain) : NULL;
}

void
getdns_reply_free(GetdnsReply *reply)
{
    if (reply == NULL)
        return;
    g_array_unref(reply->records);
    g_free(reply);
}

const GetdnsRecord *
getdns_reply_get(const GetdnsReply *reply, guint index)
{
    return &g_array_index(reply->records, GetdnsRecord, index);
}

const GetdnsRecord *
getdns_reply_find(const GetdnsReply *reply, const DnsName *owner, guint16 type)
{
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->in_answer && record->type == type && dns_name_equal(&record->owner, owner))
            return record;
    }
    return NULL;
}

guint
getdns_reply_count_set(const GetdnsReply *reply, const DnsName *owner, guint16 type)
{
    guint n = 0;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        n += record->type == type && dns_name_equal(&record->owner, owner);
    }
    return n;
}

const DnsName *
getdns_reply_find_signer(const GetdnsReply *reply, const DnsName *owner, guint16 type)
{
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->in_answer && record->type == GETDNS_RRTYPE_RRSIG && record->covered == type &&
            dns_name_equal(&record->owner, owner) && dns_name_is_within(owner, &record->signer))
            return &record->signer;
    }
    return NULL;
}

const DnsName *
getdns_reply_find_denial_signer(const GetdnsReply *reply, const DnsName *owner)
{
    const DnsName *signer = NULL;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->in_answer || record->type != GETDNS_RRTYPE_RRSIG ||
            (record->covered != GETDNS_RRTYPE_NSEC && record->covered != GETDNS_RRTYPE_NSEC3) ||
            !dns_name_is_within(owner, &record->signer))
            continue;
        if (signer != NULL && !dns_name_equal(signer, &record->signer))
            return NULL;
        signer = &record->signer;
    }
    return signer;
}

gboolean
getdns_record_get_target(const GetdnsRecord *record, DnsName *out_name)
{
    return read_name(record->dict,
                     record->type == GETDNS_RRTYPE_DNAME ? "/rdata/target" : "/rdata/cname",
                     out_name);
}

GArray *
getdns_reply_list_names(const GetdnsReply *reply, const DnsName *name)
{
    GArray *names = g_array_new(FALSE, FALSE, sizeof(DnsName));
    DnsName at = *name;
    const GetdnsRecord *cname = NULL;
    do {
        g_array_append_val(names, at);
        cname = getdns_reply_find(reply, &at, GETDNS_RRTYPE_CNAME);
    } while (names->len < GETDNS_REPLY_MAX_NAMES && cname != NULL &&
             getdns_record_get_target(cname, &at));
    return names;
}

gboolean
getdns_record_is_denial(const GetdnsRecord *record)
{
    return record->type == GETDNS_RRTYPE_NSEC || record->type == GETDNS_RRTYPE_NSEC3;
}

gboolean
getdns_record_is_known_ds(const GetdnsRecord *ds)
{
    static const guint8 algorithms[] = {5, 7, 8, 10, 13, 14, 15, 16};
    static const guint8 digests[] = {1, 2, 4};
    return memchr(algorithms, ds->rdata[DS_ALGORITHM_AT], sizeof algorithms) != NULL &&
           memchr(digests, ds->rdata[DS_DIGEST_TYPE_AT], sizeof digests) != NULL;
}

guint32
getdns_record_get_lifetime(const GetdnsRecord *record, gint64 now)
{
    if (record->type != GETDNS_RRTYPE_RRSIG)
        return record->ttl;
    gint32 left = (gint32)(record->expiration - (guint32)now);
    guint32 lifetime = MIN(record->ttl, record->original_ttl);
    return left > 0 ? MIN(lifetime, (guint32)left) : 0;
}
