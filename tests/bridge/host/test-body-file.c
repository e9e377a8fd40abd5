/* SPDX-License-Identifier: MPL-2.0 */

#include "body-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host-test.h"
#include "op.h"

#define NOBODY 65534

typedef struct {
    gchar *folder;
    gchar *file; /* in it; not made yet */
} Place;

static void
place_set_up(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    place->folder = g_dir_make_tmp("test-body-file-XXXXXX", NULL);
    g_assert_nonnull(place->folder);
    place->file = g_build_filename(place->folder, "message.eml", NULL);
}

static void
place_tear_down(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_chmod(place->folder, 0700);
    g_autoptr(GDir) folder = g_dir_open(place->folder, 0, NULL);
    for (const gchar *name = g_dir_read_name(folder); name != NULL;
         name = g_dir_read_name(folder)) {
        g_autofree gchar *path = g_build_filename(place->folder, name, NULL);
        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(place->folder), ==, 0);
    g_free(place->folder);
    g_free(place->file);
}

static void
write_file(const gchar *path, const gchar *text)
{
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
assert_file(const gchar *path, const gchar *expected)
{
    g_autofree gchar *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
}

static void
assert_read(const gchar *path, const gchar *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = body_file_read(path, 100, &error);
    g_assert_no_error(error);
    assert_same_octets(g_bytes_get_data(octets, NULL), g_bytes_get_size(octets), expected,
                       strlen(expected));
}

static void
assert_not_read(const gchar *path, ProtocolError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(body_file_read(path, 100, &error));
    g_assert_error(error, PROTOCOL_ERROR, (gint)code);
}

static gboolean
replace(const gchar *path, const gchar *text, GError **error)
{
    g_autoptr(OctetSource) octets = octet_source_new_text(text);
    return body_file_replace(path, octets, error);
}

static void
assert_replaced(const gchar *path, const gchar *text)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(replace(path, text, &error));
    g_assert_no_error(error);
    assert_file(path, text);
}

static void
assert_not_replaced(const gchar *path)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(replace(path, "new", &error));
    g_assert_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE);
}

/* Gives 200000 octets, then breaks off. */
static gpointer
open_broken(G_GNUC_UNUSED gconstpointer origin, G_GNUC_UNUSED GError **error)
{
    return g_new0(guint, 1);
}

static gboolean
next_of_broken(gpointer pass, OctetPiece *out_piece, GError **error)
{
    static const guint8 octets[50000];
    guint *n_pieces = pass;
    *out_piece = (OctetPiece){octets, sizeof octets};
    if (++*n_pieces <= 4)
        return TRUE;
    g_set_error_literal(error, OCTET_ERROR, OCTET_ERROR_FAILED, "breaks off");
    return FALSE;
}

static const OctetSourceType broken_type = {
    .open = open_broken,
    .next = next_of_broken,
    .close = g_free,
    .free_origin = g_free,
};

static guint
count_files(const gchar *path)
{
    guint n_files = 0;
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    while (g_dir_read_name(folder) != NULL)
        n_files++;
    return n_files;
}

static void
test_regular(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    assert_not_read(place->file, PROTOCOL_ERROR_FILE);
    assert_replaced(place->file, "Subject: a\r\n\r\n");
    assert_read(place->file, "Subject: a\r\n\r\n");
    struct stat facts;
    g_assert_cmpint(stat(place->file, &facts), ==, 0);
    g_assert_cmpint(facts.st_mode & 0777, ==, 0600);
    assert_replaced(place->file, "");
    assert_read(place->file, "");
    g_assert_cmpuint(count_files(place->folder), ==, 1);
}

/* More than one piece, and more than is kept in memory. */
static void
test_large(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    gsize n_octets = 3 * 1024 * 1024 + 5;
    guint8 *octets = g_malloc(n_octets);
    for (gsize i = 0; i < n_octets; i++)
        octets[i] = (guint8)(i * 7 + i / 253);
    g_autoptr(GBytes) expected = g_bytes_new_take(octets, n_octets);
    g_autoptr(OctetSource) source = octet_source_new_bytes(expected);
    g_autoptr(GError) error = NULL;
    g_assert_true(body_file_replace(place->file, source, &error));
    g_assert_no_error(error);
    g_autoptr(GBytes) read = body_file_read(place->file, n_octets, &error);
    g_assert_no_error(error);
    /* A copy: what happens to the file does not matter to it. */
    g_assert_cmpint(truncate(place->file, 0), ==, 0);
    g_assert_true(g_bytes_equal(read, expected));
}

/* A body that can't be read to its end replaces nothing. */
static void
test_broken_body(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    write_file(place->file, "old");
    g_autoptr(GError) error = NULL;
    g_autoptr(OctetSource) source = octet_source_new(&broken_type, NULL, 300000);
    g_assert_false(body_file_replace(place->file, source, &error));
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
    assert_file(place->file, "old");
    g_assert_cmpuint(count_files(place->folder), ==, 1);
    body_file_remove_unfinished();
    assert_file(place->file, "old");
}

static void
test_size(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree gchar *most = g_strnfill(100, 'x');
    write_file(place->file, most);
    assert_read(place->file, most);
    g_autofree gchar *more = g_strnfill(101, 'x');
    write_file(place->file, more);
    assert_not_read(place->file, PROTOCOL_ERROR_TOO_LARGE);
    /* Sparse: the size alone decides, no memory is taken for it. */
    g_assert_cmpint(truncate(place->file, (off_t)1 << 40), ==, 0);
    assert_not_read(place->file, PROTOCOL_ERROR_TOO_LARGE);
}

static void
test_relative_name(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree gchar *here = g_get_current_dir();
    g_assert_cmpint(g_chdir(place->folder), ==, 0);
    write_file("message.eml", "old");
    assert_not_read("message.eml", PROTOCOL_ERROR_FILE);
    assert_not_read("", PROTOCOL_ERROR_FILE);
    assert_not_replaced("message.eml");
    assert_file("message.eml", "old");
    g_assert_cmpint(g_chdir(here), ==, 0);
}

static void
test_symbolic_link(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree gchar *target = g_build_filename(place->folder, "target", NULL);
    write_file(target, "old");
    g_assert_cmpint(symlink(target, place->file), ==, 0);
    assert_not_read(place->file, PROTOCOL_ERROR_FILE);
    assert_not_replaced(place->file);
    assert_file(target, "old");
    g_assert_cmpint(g_unlink(target), ==, 0);
    assert_not_replaced(place->file);
    g_assert_false(g_file_test(target, G_FILE_TEST_EXISTS));
}

static void
test_hard_link(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree gchar *other = g_build_filename(place->folder, "other", NULL);
    write_file(place->file, "old");
    g_assert_cmpint(link(place->file, other), ==, 0);
    assert_not_read(place->file, PROTOCOL_ERROR_FILE);
    assert_not_replaced(place->file);
    assert_file(other, "old");
}

/* Must not wait for somebody to open the other end. */
static void
test_fifo(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(mkfifo(place->file, 0600), ==, 0);
    assert_not_read(place->file, PROTOCOL_ERROR_FILE);
    assert_not_replaced(place->file);
}

static void
test_not_regular(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    assert_not_read(place->folder, PROTOCOL_ERROR_FILE);
    assert_not_replaced(place->folder);
    assert_not_read("/dev/zero", PROTOCOL_ERROR_FILE);
    assert_not_replaced("/dev/null");
}

static void
test_another_users(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    if (geteuid() != 0) {
        /* One that is there for everybody to read. */
        assert_not_read("/etc/passwd", PROTOCOL_ERROR_FILE);
        return;
    }
    write_file(place->file, "old");
    g_assert_cmpint(chown(place->file, NOBODY, NOBODY), ==, 0);
    assert_not_read(place->file, PROTOCOL_ERROR_FILE);
    assert_not_replaced(place->file);
    assert_file(place->file, "old");
}

/* Who has the old file open keeps it whole; the new one is another. */
static void
test_one_step(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    write_file(place->file, "old");
    g_autoptr(GMappedFile) before = g_mapped_file_new(place->file, FALSE, NULL);
    struct stat old_facts, new_facts;
    g_assert_cmpint(stat(place->file, &old_facts), ==, 0);
    assert_replaced(place->file, "new and longer");
    g_assert_cmpint(stat(place->file, &new_facts), ==, 0);
    g_assert_cmpuint(old_facts.st_ino, !=, new_facts.st_ino);
    assert_same_octets(g_mapped_file_get_contents(before), g_mapped_file_get_length(before), "old",
                       3);
}

/* Nothing is left behind, and the old file is whole. */
static void
test_folder_not_writable(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree gchar *nowhere = g_build_filename(place->folder, "absent", "message.eml", NULL);
    assert_not_replaced(nowhere);
    write_file(place->file, "old");
    g_assert_cmpint(g_chmod(place->folder, 0500), ==, 0);
    /* Nothing keeps root out of a folder of a real file system; /proc does. */
    if (geteuid() == 0)
        assert_not_replaced("/proc/message.eml");
    else
        assert_not_replaced(place->file);
    assert_file(place->file, "old");
    g_assert_cmpuint(count_files(place->folder), ==, 1);
}

static void
add(const gchar *path, void (*test)(Place *, gconstpointer))
{
    g_test_add(path, Place, NULL, place_set_up, test, place_tear_down);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/body-file/regular", test_regular);
    add("/body-file/large", test_large);
    add("/body-file/broken-body", test_broken_body);
    add("/body-file/size", test_size);
    add("/body-file/relative-name", test_relative_name);
    add("/body-file/symbolic-link", test_symbolic_link);
    add("/body-file/hard-link", test_hard_link);
    add("/body-file/fifo", test_fifo);
    add("/body-file/not-regular", test_not_regular);
    add("/body-file/another-users", test_another_users);
    add("/body-file/one-step", test_one_step);
    add("/body-file/folder-not-writable", test_folder_not_writable);
    return g_test_run();
}
