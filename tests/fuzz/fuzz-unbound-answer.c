/* SPDX-License-Identifier: MPL-2.0 */

/* libunbound's result. Octet 0: the flags below; octet 1: the response code; 2 to 5: the ttl; then,
 * each with its length in two octets before it: canonical name, reason, answer packet, and records
 * up to the end. */

#include "fuzz-answer.h"
#include "fuzz.h"
#include "unbound-answer.h"

#define NAME "a.example.org"

enum {
    IS_SECURE = 1,
    IS_BOGUS = 2,
    HAS_DATA = 4,
    HAS_REASON = 8,
    HAS_PACKET = 16,
    HAS_CANONICAL_NAME = 32,
    HAS_NO_RESULT = 64
};

#define HEAD_OCTETS   6u
#define LENGTH_OCTETS 2u

typedef struct {
    const guint8 *at;
    gsize n_left;
} Input;

static GBytes *
take(Input *input)
{
    if (input->n_left < LENGTH_OCTETS)
        return g_bytes_new(NULL, 0);
    gsize n_octets = MIN((gsize)input->at[0] << 8 | input->at[1], input->n_left - LENGTH_OCTETS);
    GBytes *field = g_bytes_new(input->at + LENGTH_OCTETS, n_octets);
    input->at += LENGTH_OCTETS + n_octets;
    input->n_left -= LENGTH_OCTETS + n_octets;
    return field;
}

/* libunbound writes names and reasons itself: with "?" for what is no character. Of names it writes
 * at most 255. */
static gchar *
take_text(Input *input, gchar least, gsize max_octets)
{
    g_autoptr(GBytes) field = take(input);
    gsize n_octets = 0;
    const gchar *octets = g_bytes_get_data(field, &n_octets);
    gchar *text = g_strndup(n_octets == 0 ? "" : octets, MIN(n_octets, max_octets));
    for (gchar *c = text; *c != '\0'; c++)
        if (*c < least || *c > '~')
            *c = '?';
    return text;
}

static GPtrArray *
take_records(Input *input)
{
    GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    while (input->n_left >= LENGTH_OCTETS && records->len <= LIMIT_RECORDS + 1)
        g_ptr_array_add(records, take(input));
    return records;
}

static void
judge(struct ub_result *result, guint8 flags, GPtrArray *records)
{
    g_autofree char **data = g_new0(char *, records->len + 1);
    g_autofree int *lengths = g_new0(int, records->len + 1);
    for (guint i = 0; i < records->len; i++) {
        gsize n_octets = 0;
        gconstpointer octets = g_bytes_get_data(g_ptr_array_index(records, i), &n_octets);
        data[i] = n_octets == 0 ? (char *)"" : (char *)(gpointer)octets;
        lengths[i] = (int)n_octets;
    }
    result->data = data;
    result->len = lengths;
    result->havedata = (flags & HAS_DATA) != 0 && records->len > 0;
    g_autoptr(ResolverAnswer) answer =
        unbound_answer_new(NAME, 53, 0, (flags & HAS_NO_RESULT) != 0 ? NULL : result);
    g_assert_cmpuint(answer->ttl, <=, G_MAXINT32);
    g_assert_true(!result->bogus || answer->outcome == DNS_OUTCOME_BOGUS ||
                  (flags & HAS_NO_RESULT) != 0);
    g_assert_true(result->secure || answer->outcome != DNS_OUTCOME_SECURE_RECORDS);
    g_assert_true(result->secure || answer->outcome != DNS_OUTCOME_SECURE_DENIAL);
    check_answer(answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    if (n_octets < HEAD_OCTETS)
        return 0;
    guint8 flags = octets[0];
    Input input = {octets + HEAD_OCTETS, n_octets - HEAD_OCTETS};
    g_autofree gchar *canonical_name = take_text(&input, '!', 255);
    g_autofree gchar *reason = take_text(&input, ' ', G_MAXUINT16);
    g_autoptr(GBytes) packet = take(&input);
    g_autoptr(GPtrArray) records = take_records(&input);
    gsize n_packet = 0;
    gconstpointer packet_octets = g_bytes_get_data(packet, &n_packet);
    struct ub_result result = {
        .qname = (char *)NAME,
        .qtype = 53,
        .qclass = 1,
        .canonname = (flags & HAS_CANONICAL_NAME) != 0 ? canonical_name : NULL,
        .rcode = octets[1] & 15,
        .answer_packet = (flags & HAS_PACKET) != 0 ? (void *)(gsize)packet_octets : NULL,
        .answer_len = (int)n_packet,
        .nxdomain = (octets[1] & 15) == 3,
        .secure = (flags & IS_SECURE) != 0 && (flags & IS_BOGUS) == 0,
        .bogus = (flags & IS_BOGUS) != 0,
        .why_bogus = (flags & HAS_REASON) != 0 ? reason : NULL,
        .ttl = (int)((guint32)octets[2] << 24 | (guint32)octets[3] << 16 | (guint32)octets[4] << 8 |
                     octets[5]),
    };
    judge(&result, flags, records);
    return 0;
}
