/* SPDX-License-Identifier: MPL-2.0 */

#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "body-file.h"
#include "core-limits.h"
#include "crl-file.h"
#include "json-facts.h"
#include "mapped-input.h"
#include "octet-spool.h"
#include "report.h"

#define MAX_PASSWORD_OCTETS 4096

/* A file from its start, and so standard input that is one, can be mapped. */
static gboolean
can_be_mapped(gint fd)
{
    struct stat facts;
    return fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && lseek(fd, 0, SEEK_CUR) == 0;
}

static GBytes *
read_descriptor(gint fd, const gchar *name, gsize max_octets)
{
    g_autoptr(GError) error = NULL;
    gboolean map = can_be_mapped(fd);
    GBytes *octets =
        map ? octets_map_file(fd, max_octets, &error) : octets_collect(fd, max_octets, &error);
    if (octets == NULL)
        report_error("%s: %s", name, error->message);
    else if (map)
        mapped_input_add(octets, fd, name);
    return octets;
}

static gboolean
is_standard_input(const gchar *path)
{
    return path == NULL || g_str_equal(path, "-");
}

const gchar *
input_name(const gchar *path)
{
    return is_standard_input(path) ? "standard input" : path;
}

GBytes *
input_read(const gchar *path, gsize max_octets)
{
    if (is_standard_input(path))
        return read_descriptor(STDIN_FILENO, input_name(path), max_octets);
    gint fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        report_error("%s: %s", path, g_strerror(errno));
        return NULL;
    }
    GBytes *octets = read_descriptor(fd, path, max_octets);
    close(fd);
    return octets;
}

gchar *
input_read_password(const gchar *path)
{
    g_autoptr(GBytes) octets = input_read(path, MAX_PASSWORD_OCTETS);
    if (octets == NULL)
        return NULL;
    gsize n_octets = 0;
    gchar *data = g_bytes_unref_to_data(g_steal_pointer(&octets), &n_octets);
    if (n_octets == 0) {
        g_free(data);
        return g_strdup("");
    }
    const gchar *end = memchr(data, '\n', n_octets);
    gsize n_line = end == NULL ? n_octets : (gsize)(end - data);
    if (n_line > 0 && data[n_line - 1] == '\r')
        n_line--;
    gboolean valid = g_utf8_validate_len(data, n_line, NULL);
    gchar *password = valid ? g_strndup(data, n_line) : NULL;
    explicit_bzero(data, n_octets);
    g_free(data);
    if (!valid)
        report_error("%s: the password is not UTF-8", path);
    return password;
}

gchar *
input_read_protecting_password(const gchar *path)
{
    gchar *password = input_read_password(path);
    if (password == NULL || *password != '\0')
        return password;
    report_error("%s: the first line is empty, and no password", input_name(path));
    password_free(password);
    return NULL;
}

void
password_free(gchar *password)
{
    if (password != NULL)
        explicit_bzero(password, strlen(password));
    g_free(password);
}

gboolean
input_add_file(JsonObject *params, const gchar *name, const gchar *path)
{
    g_autoptr(GBytes) octets = input_read(path, LIMIT_KEY_FILE_OCTETS);
    if (octets == NULL)
        return FALSE;
    json_set_base64(params, name, octets);
    return TRUE;
}

/* What can't be read as such would leave somebody thinking that revocations were looked at. */
static gboolean
add_crl_file(JsonArray *files, const gchar *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = input_read(path, LIMIT_KEY_FILE_OCTETS);
    if (octets == NULL)
        return FALSE;
    g_autoptr(GPtrArray) crls = crls_parse_file(octets, &error);
    if (crls == NULL) {
        report_error("%s: %s", input_name(path), error->message);
        return FALSE;
    }
    gsize n_octets = 0;
    const guchar *data = g_bytes_get_data(octets, &n_octets);
    g_autofree gchar *text = g_base64_encode(data, n_octets);
    json_array_add_string_element(files, text);
    return TRUE;
}

gboolean
input_add_crls(JsonObject *params, const gchar *name, gchar **paths)
{
    if (paths == NULL)
        return TRUE;
    g_autoptr(JsonArray) files = json_array_new();
    for (; *paths != NULL; paths++)
        if (!add_crl_file(files, *paths))
            return FALSE;
    json_object_set_array_member(params, name, g_steal_pointer(&files));
    return TRUE;
}

gboolean
input_add_password(JsonObject *params, const gchar *name, const gchar *path)
{
    gchar *password = input_read_password(path);
    if (password == NULL)
        return FALSE;
    json_object_set_string_member(params, name, password);
    password_free(password);
    return TRUE;
}

static gboolean
add_key_file(JsonArray *files, const gchar *key, const gchar *password_file)
{
    g_autoptr(JsonObject) file = json_object_new();
    if (!input_add_file(file, "octets", key))
        return FALSE;
    g_autofree gchar *name = g_filename_display_name(key);
    json_object_set_string_member(file, "name", name);
    if (password_file != NULL && !input_add_password(file, "password", password_file))
        return FALSE;
    json_array_add_object_element(files, g_steal_pointer(&file));
    return TRUE;
}

CliExit
input_add_key_files(JsonObject *params, gchar **keys, gchar **password_files)
{
    guint n_passwords = password_files == NULL ? 0 : g_strv_length(password_files);
    guint n_keys = keys == NULL ? 0 : g_strv_length(keys);
    if (n_passwords > n_keys || (n_passwords > 1 && n_passwords < n_keys)) {
        report_error("%u --key-password-file for %u --key: one for all, or one for each",
                     n_passwords, n_keys);
        return EXIT_USAGE;
    }
    if (keys == NULL)
        return EXIT_HOLDS;
    g_autoptr(JsonArray) files = json_array_new();
    for (guint i = 0; i < n_keys; i++) {
        const gchar *password_file =
            n_passwords == 0 ? NULL : password_files[n_passwords == 1 ? 0 : i];
        if (!add_key_file(files, keys[i], password_file))
            return EXIT_UNKNOWN;
    }
    json_object_set_array_member(params, "key_files", g_steal_pointer(&files));
    return EXIT_HOLDS;
}

static gboolean
write_piece(const guint8 *octets, gsize n_octets, gpointer user_data, GError **error)
{
    if (octets_write(GPOINTER_TO_INT(user_data), octets, n_octets))
        return TRUE;
    g_set_error_literal(error, OCTET_ERROR, OCTET_ERROR_FAILED, g_strerror(errno));
    return FALSE;
}

/* Devices and pipes are written to as they are; only files can be replaced. */
static gboolean
write_to_special(const gchar *path, const OctetSource *octets)
{
    g_autoptr(GError) error = NULL;
    gint fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        report_error("%s: %s", path, g_strerror(errno));
        return FALSE;
    }
    gboolean written = octet_source_read(octets, write_piece, GINT_TO_POINTER(fd), &error);
    if (!written)
        report_error("%s: %s", path, error->message);
    close(fd);
    return written;
}

static gboolean
write_to_stdout(const OctetSource *octets)
{
    g_autoptr(GError) error = NULL;
    if (octet_source_read(octets, report_octets, NULL, &error))
        return TRUE;
    /* What can't be written is told at the end, with all else that could not. */
    if (!report_has_failed())
        report_error("%s", error->message);
    return FALSE;
}

gboolean
output_write_file(const gchar *path, const OctetSource *octets)
{
    struct stat facts;
    g_autoptr(OctetSource) guarded = mapped_input_guard(octets);
    if (g_str_equal(path, "-"))
        return write_to_stdout(guarded);
    if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode))
        return write_to_special(path, guarded);
    g_autofree gchar *absolute = g_canonicalize_filename(path, NULL);
    g_autoptr(GError) error = NULL;
    if (body_file_replace(absolute, guarded, &error))
        return TRUE;
    report_error("%s", error->message);
    return FALSE;
}

gboolean
output_write(Cli *cli, const OctetSource *octets)
{
    return output_write_file(cli->options.output == NULL ? "-" : cli->options.output, octets);
}
