/* SPDX-License-Identifier: MPL-2.0 */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "octet-source.h"
#include "octet-spool.h"

#define NO_LIMIT     G_MAXSIZE
#define LARGE_OCTETS ((gsize)OCTET_SPOOL_MEMORY * 3 + 12345)

static guint8
octet_at(gsize index)
{
    return (guint8)(index * 7 + index / 251);
}

static guint8 *
make_octets(gsize n_octets)
{
    guint8 *octets = g_malloc(n_octets);
    for (gsize i = 0; i < n_octets; i++)
        octets[i] = octet_at(i);
    return octets;
}

static void
assert_right(GBytes *octets, gsize n_expected)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    g_assert_cmpuint(n_octets, ==, n_expected);
    for (gsize i = 0; i < n_octets; i++)
        if (data[i] != octet_at(i))
            g_error("octet %" G_GSIZE_FORMAT " is wrong", i);
}

static GBytes *
spool(gsize n_octets, gsize n_piece, gsize max_octets, GError **error)
{
    g_autofree guint8 *octets = make_octets(n_octets);
    g_autoptr(OctetSpool) spool = octet_spool_new(max_octets);
    for (gsize at = 0; at < n_octets; at += n_piece) {
        if (!octet_spool_append(spool, octets + at, MIN(n_piece, n_octets - at), error))
            return NULL;
        g_assert_cmpuint(octet_spool_get_size(spool), ==, MIN(at + n_piece, n_octets));
    }
    return octet_spool_finish(spool, error);
}

static void
test_spool(void)
{
    static const gsize sizes[] = {0,           1, 5000, OCTET_SPOOL_MEMORY, OCTET_SPOOL_MEMORY + 1,
                                  LARGE_OCTETS};
    static const gsize pieces[] = {977, 64 * 1024, NO_LIMIT / 2};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(pieces); j++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(GBytes) octets = spool(sizes[i], pieces[j], NO_LIMIT, &error);
            g_assert_no_error(error);
            assert_right(octets, sizes[i]);
            if (sizes[i] > 0)
                g_assert_cmpint(octets_are_mapped(g_bytes_get_data(octets, NULL)), ==,
                                sizes[i] > OCTET_SPOOL_MEMORY);
        }
}

static void
test_spool_limit(void)
{
    static const gsize sizes[] = {0, 5000, LARGE_OCTETS};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) at_limit = spool(sizes[i], 1000, sizes[i], &error);
        g_assert_no_error(error);
        assert_right(at_limit, sizes[i]);
        g_autoptr(GBytes) past = spool(sizes[i] + 1, 1000, sizes[i], &error);
        g_assert_error(error, OCTET_ERROR, OCTET_ERROR_LIMIT);
        g_assert_null(past);
    }
}

/* The file of a spool that is given up, and that of one that is done, leave nothing behind. */
static void
test_spool_leaves_nothing(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = spool(LARGE_OCTETS, 64 * 1024, NO_LIMIT, &error);
    g_autoptr(OctetSpool) given_up = octet_spool_new(NO_LIMIT);
    const guint8 *data = g_bytes_get_data(octets, NULL);
    g_assert_true(octet_spool_append(given_up, data, LARGE_OCTETS, &error));
    g_autoptr(GDir) folder = g_dir_open(g_get_tmp_dir(), 0, &error);
    g_assert_no_error(error);
    g_assert_null(g_dir_read_name(folder));
}

static void
fill_tmp_dir(void)
{
    g_autoptr(GError) error = NULL;
    g_setenv("TMPDIR", "/nowhere/at/all", TRUE);
    g_autoptr(GBytes) octets = spool(LARGE_OCTETS, 64 * 1024, NO_LIMIT, &error);
    g_assert_null(octets);
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
    g_printerr("%s\n", error->message);
    g_clear_error(&error);
    /* What fits into memory needs no folder. */
    g_autoptr(GBytes) small = spool(5000, 1000, NO_LIMIT, &error);
    g_assert_no_error(error);
    assert_right(small, 5000);
}

static void
test_spool_folder_missing(void)
{
    if (g_test_subprocess()) {
        fill_tmp_dir();
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*a temporary file in /nowhere/at/all: No such file or directory*");
}

static gint
open_file_of(gsize n_octets, gchar **out_path)
{
    g_autoptr(GError) error = NULL;
    g_autofree guint8 *octets = make_octets(n_octets);
    gint fd = g_file_open_tmp(NULL, out_path, &error);
    g_assert_no_error(error);
    for (gsize at = 0; at < n_octets;) {
        gssize n = write(fd, octets + at, n_octets - at);
        g_assert_cmpint(n, >, 0);
        at += (gsize)n;
    }
    return fd;
}

static void
test_map_file(void)
{
    static const gsize sizes[] = {0, 1, OCTET_SPOOL_MEMORY, OCTET_SPOOL_MEMORY + 1, LARGE_OCTETS};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree gchar *path = NULL;
        gint fd = open_file_of(sizes[i], &path);
        g_autoptr(GBytes) octets = octets_map_file(fd, sizes[i], &error);
        g_assert_no_error(error);
        if (sizes[i] > 0) {
            g_autoptr(GBytes) past = octets_map_file(fd, sizes[i] - 1, &error);
            g_assert_null(past);
            g_assert_error(error, OCTET_ERROR, OCTET_ERROR_LIMIT);
        }
        close(fd);
        g_unlink(path);
        assert_right(octets, sizes[i]);
        octets_forget(g_bytes_get_data(octets, NULL), sizes[i]);
        assert_right(octets, sizes[i]);
    }
}

/* How many of the pages of @octets are in this process's memory (not merely in the cache). */
static gsize
count_resident(GBytes *octets)
{
    gsize n_octets = 0, n_resident = 0;
    gsize page = (gsize)sysconf(_SC_PAGESIZE);
    guintptr at = (guintptr)g_bytes_get_data(octets, &n_octets);
    gint fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    for (gsize i = 0; i < n_octets / page; i++) {
        guint64 entry = 0;
        gssize n = pread(fd, &entry, sizeof entry, (off_t)((at / page + i) * sizeof entry));
        g_assert_cmpint(n, ==, sizeof entry);
        n_resident += entry >> 63;
    }
    close(fd);
    return n_resident;
}

static gboolean
ignore(const guint8 *octets, gsize n_octets, gpointer user_data, GError **error G_GNUC_UNUSED)
{
    guint64 *sum = user_data;
    for (gsize i = 0; i < n_octets; i++)
        *sum += octets[i];
    return TRUE;
}

/* Passes over a mapped file leave little of it in memory, wherever in a page their pieces begin. */
static void
test_pass_gives_pages_back(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = NULL;
    gint fd = open_file_of(8 * LARGE_OCTETS, &path);
    g_autoptr(GBytes) octets = octets_map_file(fd, NO_LIMIT, &error);
    g_assert_no_error(error);
    close(fd);
    g_unlink(path);
    for (gsize n_skipped = 0; n_skipped < 3000; n_skipped += 1000) {
        g_autoptr(GBytes) slice =
            g_bytes_new_from_bytes(octets, n_skipped, g_bytes_get_size(octets) - n_skipped);
        g_autoptr(OctetSource) source = octet_source_new_bytes(slice);
        guint64 sum = 0;
        g_assert_true(octet_source_read(source, ignore, &sum, &error));
        g_assert_cmpuint(sum, >, 0);
    }
    g_assert_cmpuint(count_resident(octets), <=,
                     2 * OCTET_SPOOL_MEMORY / (gsize)sysconf(_SC_PAGESIZE));
}

/* Slices and odd borders: what lies outside of them stays right, and memory that is no mapping is
 * left alone. */
static void
test_forget(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) mapped = spool(LARGE_OCTETS, 64 * 1024, NO_LIMIT, &error);
    const guint8 *data = g_bytes_get_data(mapped, NULL);
    g_assert_true(octets_are_mapped(data));
    g_assert_true(octets_are_mapped(data + LARGE_OCTETS - 1));
    g_assert_false(octets_are_mapped(data + LARGE_OCTETS));
    g_assert_false(octets_are_mapped(NULL));
    for (gsize at = 0; at < LARGE_OCTETS; at += 99991)
        octets_forget(data + at, MIN(150001, LARGE_OCTETS - at));
    assert_right(mapped, LARGE_OCTETS);
    g_autofree guint8 *own = make_octets(LARGE_OCTETS);
    octets_forget(own, LARGE_OCTETS);
    g_autoptr(GBytes) of_own = g_bytes_new_static(own, LARGE_OCTETS);
    assert_right(of_own, LARGE_OCTETS);
    g_clear_pointer(&mapped, g_bytes_unref);
    g_assert_false(octets_are_mapped(data));
}

/* The walker forgets in runs behind itself, up to the page where it is. */
static void
test_forget_behind(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) mapped = spool(LARGE_OCTETS, 64 * 1024, NO_LIMIT, &error);
    const guint8 *data = g_bytes_get_data(mapped, NULL);
    const guint8 *kept = data;
    octets_forget_behind(&kept, data + 1000);
    g_assert_true(kept == data);
    octets_forget_behind(&kept, data + 2 * OCTET_SPOOL_MEMORY);
    g_assert_true(kept == data + 2 * OCTET_SPOOL_MEMORY);
    octets_forget_behind(&kept, data + 3 * OCTET_SPOOL_MEMORY + 77);
    g_assert_true(kept == data + 3 * OCTET_SPOOL_MEMORY);
    assert_right(mapped, LARGE_OCTETS);
}

/* As memchr(), however far it is. */
static void
test_find(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(OctetSpool) nulls = octet_spool_new(NO_LIMIT);
    g_autofree guint8 *piece = g_malloc0(LARGE_OCTETS);
    g_assert_true(octet_spool_append(nulls, piece, LARGE_OCTETS, &error));
    g_assert_true(octet_spool_append(nulls, (const guint8 *)"x", 1, &error));
    g_autoptr(GBytes) octets = octet_spool_finish(nulls, &error);
    const guint8 *data = g_bytes_get_data(octets, NULL);
    g_assert_true(octets_are_mapped(data));
    for (gsize at = 0; at < 3; at++)
        g_assert_true(octets_find(data + at, LARGE_OCTETS + 1 - at, 'x') == data + LARGE_OCTETS);
    g_assert_true(octets_find(data, LARGE_OCTETS, 'x') == NULL);
    g_assert_true(octets_find(data, LARGE_OCTETS, '\0') == data);
    g_assert_true(octets_find(data, 0, '\0') == NULL);
    g_assert_true(octets_find(NULL, 0, 'x') == NULL);
}

/* More mappings than there is room for are read instead. */
static void
test_many_mappings(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = NULL;
    gint fd = open_file_of(OCTET_SPOOL_MEMORY + 1, &path);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    guint n_mapped = 0;
    for (guint i = 0; i < 520; i++) {
        GBytes *octets = octets_map_file(fd, NO_LIMIT, &error);
        g_assert_no_error(error);
        g_ptr_array_add(all, octets);
        n_mapped += octets_are_mapped(g_bytes_get_data(octets, NULL)) ? 1 : 0;
        assert_right(octets, OCTET_SPOOL_MEMORY + 1);
    }
    g_assert_cmpuint(n_mapped, ==, 512);
    close(fd);
    g_unlink(path);
}

static gpointer
feed_pipe(gpointer data)
{
    gint fd = GPOINTER_TO_INT(data);
    g_autofree guint8 *octets = make_octets(LARGE_OCTETS);
    for (gsize at = 0; at < LARGE_OCTETS;) {
        gssize n = write(fd, octets + at, LARGE_OCTETS - at);
        if (n < 0)
            break;
        at += (gsize)n;
    }
    close(fd);
    return NULL;
}

static GBytes *
collect_from_pipe(gsize max_octets, GError **error)
{
    gint fds[2];
    g_assert_cmpint(pipe(fds), ==, 0);
    GThread *feeder = g_thread_new("feeder", feed_pipe, GINT_TO_POINTER(fds[1]));
    GBytes *octets = octets_collect(fds[0], max_octets, error);
    /* The rest goes nowhere, but must go. */
    gchar rest[4096];
    while (read(fds[0], rest, sizeof rest) > 0)
        ;
    g_thread_join(feeder);
    close(fds[0]);
    return octets;
}

static void
test_collect(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = collect_from_pipe(LARGE_OCTETS, &error);
    g_assert_no_error(error);
    assert_right(octets, LARGE_OCTETS);
    g_autoptr(GBytes) past = collect_from_pipe(LARGE_OCTETS - 1, &error);
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_LIMIT);
    g_assert_null(past);
}

static void
test_unreadable(void)
{
    g_autoptr(GError) error = NULL;
    gint folder = open("/", O_RDONLY | O_CLOEXEC);
    g_autoptr(GBytes) collected = octets_collect(folder, NO_LIMIT, &error);
    g_assert_null(collected);
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
    g_clear_error(&error);
    close(folder);
    g_autoptr(GBytes) closed = octets_map_file(folder, NO_LIMIT, &error);
    g_assert_null(closed);
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
}

int
main(int argc, char **argv)
{
    /* A folder of our own, in which nobody else leaves files. */
    g_autofree gchar *folder = g_strdup("/tmp/test-octet-spool-XXXXXX");
    if (g_mkdtemp(folder) != NULL)
        g_setenv("TMPDIR", folder, TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/octet-spool/spool", test_spool);
    g_test_add_func("/octet-spool/limit", test_spool_limit);
    g_test_add_func("/octet-spool/leaves-nothing", test_spool_leaves_nothing);
    g_test_add_func("/octet-spool/folder-missing", test_spool_folder_missing);
    g_test_add_func("/octet-spool/map-file", test_map_file);
    g_test_add_func("/octet-spool/pass-gives-pages-back", test_pass_gives_pages_back);
    g_test_add_func("/octet-spool/forget", test_forget);
    g_test_add_func("/octet-spool/forget-behind", test_forget_behind);
    g_test_add_func("/octet-spool/find", test_find);
    g_test_add_func("/octet-spool/many-mappings", test_many_mappings);
    g_test_add_func("/octet-spool/collect", test_collect);
    g_test_add_func("/octet-spool/unreadable", test_unreadable);
    int status = g_test_run();
    g_rmdir(folder);
    return status;
}
