/* SPDX-License-Identifier: MPL-2.0 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench-bare.h"
#include "bench-bridge.h"
#include "bench-pairs.h"
#include "bench-row.h"

/* The bridge's CMS against libcrypto's, and both against the bare primitives: see README.md. */

#define KB 1024u
#define MB (1024u * 1024)

static const struct {
    const gchar *name;
    gsize n_octets;
} sizes[] = {{"10 KB", 10 * KB}, {"1 MB", 1 * MB}, {"25 MB", 25 * MB}, {"200 MB", 200 * MB}};

static const gchar *const operation_names[] = {"sign", "verify", "encrypt", "decrypt"};
static const gchar *const key_names[] = {"RSA-2048", "P-256"};

static const struct {
    BarePrimitive primitive;
    gboolean of_key; /* not of the content */
    const gchar *name;
} primitives[] = {
    {BARE_DIGEST, FALSE, "SHA-256"},        {BARE_ENCRYPT, FALSE, "encrypt"},
    {BARE_DECRYPT, FALSE, "decrypt"},       {BARE_SIGN, TRUE, "sign a digest"},
    {BARE_VERIFY, TRUE, "verify a digest"}, {BARE_WRAP, TRUE, "encrypt a key"},
    {BARE_UNWRAP, TRUE, "decrypt a key"},
};

/* The places of the ways of a row. */
enum { BRIDGE, LIBCRYPTO_CALLS, LIBCRYPTO_PIECES, BARE };

/* What is to be reached. */
static const struct {
    BenchOperation operation;
    gsize n_octets;
    gdouble of_libcrypto; /* 0: none */
    gdouble of_bare;
} aims[] = {
    {BENCH_SIGN, 10 * KB, 0, 1.1},     {BENCH_VERIFY, 10 * KB, 0.9, 0},
    {BENCH_ENCRYPT, 10 * KB, 1.0, 0},  {BENCH_DECRYPT, 10 * KB, 0, 1.1},
    {BENCH_SIGN, 25 * MB, 0.9, 0},     {BENCH_VERIFY, 25 * MB, 0.85, 0},
    {BENCH_ENCRYPT, 25 * MB, 0.85, 0}, {BENCH_DECRYPT, 25 * MB, 0.15, 0},
};

static gdouble seconds = 1.0;
static gchar **wanted_sizes, **wanted_operations, **wanted_keys;
static gboolean no_primitives, no_memory;
static BenchMaterial *material;
static GBytes *content; /* as large as the largest */
static guint8 *out;
static gsize n_out;

static gboolean
is_wanted(gchar **wanted, const gchar *name)
{
    return wanted == NULL || g_strv_contains((const gchar *const *)wanted, name);
}

static GBytes *
make_content(gsize n_octets)
{
    guint8 *octets = g_malloc(n_octets);
    for (gsize i = 0; i < n_octets; i++)
        octets[i] = (guint8)((i * 2654435761u) >> 16);
    return g_bytes_new_take(octets, n_octets);
}

/* What a verifying or decrypting row reads: libcrypto's signature, the bridge's envelope. */
static GBytes *
make_cms(BenchTask task)
{
    BenchOperation operation = task.row.operation;
    task.out = out;
    task.n_out = n_out;
    task.row.operation = operation == BENCH_VERIFY ? BENCH_SIGN : BENCH_ENCRYPT;
    if (operation == BENCH_VERIFY)
        return libcrypto_make_cms(&task);
    return operation == BENCH_DECRYPT ? bridge_make_cms(&task) : NULL;
}

static void
task_init(BenchTask *task, const BenchRow *row)
{
    *task = (BenchTask){.row = *row, .material = material};
    task->out = no_memory ? NULL : out;
    task->n_out = n_out;
    task->content = g_bytes_new_from_bytes(content, 0, row->n_octets);
    task->cms = make_cms(*task);
}

static void
task_clear(BenchTask *task)
{
    g_clear_pointer(&task->content, g_bytes_unref);
    g_clear_pointer(&task->cms, g_bytes_unref);
}

static gchar *
describe_aim(const BenchRow *row, const PairsResult *result)
{
    for (gsize i = 0; i < G_N_ELEMENTS(aims); i++) {
        if (aims[i].operation != row->operation || aims[i].n_octets != row->n_octets)
            continue;
        gdouble aim = aims[i].of_libcrypto > 0 ? aims[i].of_libcrypto : aims[i].of_bare;
        gdouble is = result->ways[aims[i].of_libcrypto > 0 ? LIBCRYPTO_CALLS : BARE].ratio;
        return g_strdup_printf("%s %.2f: %s", aims[i].of_libcrypto > 0 ? "libcrypto" : "bare", aim,
                               is <= aim ? "yes" : "no");
    }
    return g_strdup("");
}

static gchar *
describe_ratio(const PairsFigures *figures)
{
    return g_strdup_printf("%.2f (%.2f-%.2f)", figures->ratio, figures->ratio_quartiles[0],
                           figures->ratio_quartiles[1]);
}

static gdouble
get_peak(const PairsResult *result, guint way)
{
    return (gdouble)result->ways[way].peak_octets / MB;
}

static void
print_row(const gchar *size, const BenchRow *row, const PairsResult *result)
{
    gboolean envelope = row->operation == BENCH_ENCRYPT || row->operation == BENCH_DECRYPT;
    g_autofree gchar *aim = describe_aim(row, result);
    g_autofree gchar *of_calls = describe_ratio(&result->ways[LIBCRYPTO_CALLS]);
    g_autofree gchar *of_pieces = describe_ratio(&result->ways[LIBCRYPTO_PIECES]);
    g_autofree gchar *of_bare = describe_ratio(&result->ways[BARE]);
    g_autofree gchar *number =
        envelope ? g_strdup_printf(" %s %u", row->operation == BENCH_ENCRYPT ? "to" : "of",
                                   row->n_recipients)
                 : g_strdup("");
    printf("| %6s | %s%s%s | %s%s | %.3f | %s | %s | %s | %.1f / %.1f / %.1f | %u | %s |\n", size,
           operation_names[row->operation], number,
           !envelope  ? ""
           : row->gcm ? " GCM"
                      : " CBC",
           key_names[row->key], row->stored ? " (store)" : "", result->ways[BRIDGE].median_us / 1e3,
           of_calls, of_pieces, of_bare, get_peak(result, BRIDGE),
           get_peak(result, LIBCRYPTO_CALLS), get_peak(result, LIBCRYPTO_PIECES), result->n_turns,
           aim);
    fflush(stdout);
}

static void
measure_row(const gchar *size, BenchRow row)
{
    BenchTask task;
    PairsResult result;
    if (!is_wanted(wanted_operations, operation_names[row.operation]) ||
        !is_wanted(wanted_keys, key_names[row.key]))
        return;
    task_init(&task, &row);
    gpointer libcrypto = libcrypto_way_new(&task);
    PairsWay ways[PAIRS_WAYS_MAX] = {
        [BRIDGE] = {bridge_way_run, bridge_way_new(&task)},
        [LIBCRYPTO_CALLS] = {libcrypto_way_call, libcrypto},
        [LIBCRYPTO_PIECES] = {libcrypto_way_run, libcrypto},
        [BARE] = {bare_way_run, bare_way_new(&task)},
    };
    pairs_measure(ways, seconds, &result);
    print_row(size, &row, &result);
    bridge_way_free(ways[BRIDGE].user_data);
    libcrypto_way_free(libcrypto);
    bare_way_free(ways[BARE].user_data);
    task_clear(&task);
}

static void
measure_envelopes(const gchar *size, BenchRow row)
{
    static const guint numbers[] = {1, BENCH_RECIPIENTS_MAX};
    for (gint gcm = FALSE; gcm <= TRUE; gcm++) {
        for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
            row.gcm = gcm;
            row.n_recipients = numbers[i];
            measure_row(size, row);
        }
    }
}

static void
measure_size(const gchar *size, gsize n_octets)
{
    for (BenchOperation operation = BENCH_SIGN; operation <= BENCH_DECRYPT; operation++) {
        for (BenchKey key = 0; key < BENCH_N_KEYS; key++) {
            BenchRow row = {.operation = operation, .key = key, .n_octets = n_octets};
            gboolean envelope = operation == BENCH_ENCRYPT || operation == BENCH_DECRYPT;
            if (envelope)
                measure_envelopes(size, row);
            else
                measure_row(size, row);
            /* Beside megabytes of content it makes no difference. */
            row.stored = TRUE;
            row.n_recipients = envelope ? 1 : 0;
            if (n_octets <= 10 * KB && (operation == BENCH_SIGN || operation == BENCH_DECRYPT))
                measure_row(size, row);
        }
    }
}

/* One primitive of one library. */
typedef struct {
    gpointer way;
    BarePrimitive primitive;
} Bare;

static void
run_nss(gpointer data)
{
    Bare *bare = data;
    bare_way_run_primitive(bare->way, bare->primitive);
}

static void
run_libcrypto(gpointer data)
{
    Bare *bare = data;
    bare_libcrypto_run_primitive(bare->way, bare->primitive);
}

static void
print_primitive(const BenchRow *row, gsize index, const PairsResult *result)
{
    g_autofree gchar *ratio = describe_ratio(&result->ways[1]);
    if (primitives[index].of_key) {
        printf("| %s%s, %s | %.1f us | %.1f us | %s |\n", key_names[row->key],
               row->stored ? " (store)" : "", primitives[index].name, result->ways[0].median_us,
               result->ways[1].median_us, ratio);
    } else {
        gdouble mb = (gdouble)row->n_octets / MB * 1e6;
        printf("| %s%s | %.0f MB/s | %.0f MB/s | %s |\n",
               primitives[index].primitive == BARE_DIGEST ? ""
               : row->gcm                                 ? "AES-256-GCM "
                                                          : "AES-256-CBC ",
               primitives[index].name, mb / result->ways[0].median_us,
               mb / result->ways[1].median_us, ratio);
    }
    fflush(stdout);
}

static void
measure_primitives(BenchRow row, gboolean of_key)
{
    BenchTask task;
    PairsResult result;
    task_init(&task, &row);
    Bare nss = {bare_way_new(&task), 0}, other = {bare_libcrypto_new(&task), 0};
    PairsWay ways[PAIRS_WAYS_MAX] = {{run_nss, &nss}, {run_libcrypto, &other}};
    for (gsize i = 0; i < G_N_ELEMENTS(primitives); i++) {
        gboolean private =
            primitives[i].primitive == BARE_SIGN || primitives[i].primitive == BARE_UNWRAP;
        if (primitives[i].of_key != of_key || (row.stored && !private) ||
            (row.gcm && primitives[i].primitive == BARE_DIGEST))
            continue;
        nss.primitive = other.primitive = primitives[i].primitive;
        pairs_measure(ways, seconds, &result);
        print_primitive(&row, i, &result);
    }
    bare_way_free(nss.way);
    bare_libcrypto_free(other.way);
    task_clear(&task);
}

static void
measure_all_primitives(void)
{
    BenchRow row = {.operation = BENCH_SIGN, .n_octets = 1 * MB};
    printf("| primitive, 1 MB | NSS | libcrypto | ratio |\n|---|---|---|---|\n");
    measure_primitives(row, FALSE);
    row.gcm = TRUE;
    measure_primitives(row, FALSE);
    for (BenchKey key = 0; key < BENCH_N_KEYS; key++) {
        measure_primitives((BenchRow){.key = key, .n_octets = 10 * KB}, TRUE);
        measure_primitives((BenchRow){.key = key, .n_octets = 10 * KB, .stored = TRUE}, TRUE);
    }
    printf("\n");
}

static void
measure_all(void)
{
    printf(
        "| size | operation | key | ms | of libcrypto's calls | of libcrypto in pieces | of bare | "
        "peak MB, calls', pieces' | turns | aim |\n|---|---|---|---|---|---|---|---|---|---|\n");
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++)
        if (is_wanted(wanted_sizes, sizes[i].name))
            measure_size(sizes[i].name, sizes[i].n_octets);
}

static gsize
find_largest(void)
{
    gsize largest = 1 * MB;
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++)
        if (is_wanted(wanted_sizes, sizes[i].name))
            largest = MAX(largest, sizes[i].n_octets);
    return largest;
}

int
main(int argc, char **argv)
{
    const GOptionEntry entries[] = {
        {"size", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wanted_sizes,
         "Only this one: \"10 KB\", \"1 MB\", \"25 MB\", \"200 MB\"; may be repeated", "SIZE"},
        {"operation", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wanted_operations,
         "Only this one: sign, verify, encrypt, decrypt; may be repeated", "NAME"},
        {"key", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wanted_keys,
         "Only this one: RSA-2048, P-256; may be repeated", "NAME"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "For a row, about (default 1)", "N"},
        {"no-memory", 0, 0, G_OPTION_ARG_NONE, &no_memory,
         "Nobody keeps what comes out (default: all write it to memory)", NULL},
        {"no-primitives", 0, 0, G_OPTION_ARG_NONE, &no_primitives, "Leave their table out", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    bridge_check(g_option_context_parse(context, &argc, &argv, &error), "options", error);
    material = bench_material_new();
    bridge_start(material);
    gsize largest = find_largest();
    content = make_content(largest);
    n_out = largest + 1 * MB;
    out = g_malloc(n_out);
    memset(out, 1, n_out);
    if (!no_primitives)
        measure_all_primitives();
    measure_all();
    g_free(out);
    g_bytes_unref(content);
    bench_material_free(material);
    bridge_end();
    return 0;
}
