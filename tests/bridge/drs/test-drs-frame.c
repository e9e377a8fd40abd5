/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-frame.h"

#include <string.h>

#include "core-limits.h"
#include "drs-error.h"

/* The two samples of [MS-SRPL] v14.0 §4.2 and §4.3: what is printed there of them. The rest, which
 * is elided there too, is zero here: no check looks at it. */
typedef struct {
    const gchar *name;
    const gchar *base64; /* the beginning */
    gsize n_octets;
    guint32 data_size;
    guint32 unsigned_size;
    const gchar *extensions; /* hexadecimal */
} SampleCase;

#define EXTENSIONS_4_2 "1c0000007ffbff1f16aa907f2d812d429df067d5d95cd186b802000000000000"
#define EXTENSIONS_4_3 "1c0000007ffbff1fe86514d95cbd5c44b776dbcde1db2aecb001000000000000"

static const SampleCase sample_cases[] = {
    {"ms-srpl-4.2",
     "AAAAAAsAAABIAAAAIA8AAAAAAAAgAgAAAQAAIAcAAAB/+/8fKAAAABwAAAB/+/8fFqqQfy2BLUKd"
     "8GfV2VzRhrgCAAAAAAAAMIIPHAYJKoZIhvcNAQcCoIIPDTCCDwkCAQExDjAMBggqhkiG9w0CBQUA"
     "MIICMwYJKoZIhvcNAQcBoIICJASCAiAB",
     3944, 0xf20, 0x220, EXTENSIONS_4_2},
    {"ms-srpl-4.3",
     "AAAAAAsAAABIAAAAVA0AAAAAAADYAQAAAQAAIAcAAAB/+/8fKAAAABwAAAB/+/8f6GUU2Vy9XES3"
     "dtvN4dsq7LABAAAAAAAAMIINUAYJKoZIhvcNAQcCoIINQTCCDT0CAQExDjAMBggqhkiG9w0CBQ==",
     3484, 3412, 472, EXTENSIONS_4_3},
};

static gchar *
to_hex(GBytes *octets)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < n_octets; i++)
        g_string_append_printf(text, "%02x", data[i]);
    return g_string_free(text, FALSE);
}

static GBytes *
make_sample(const SampleCase *test)
{
    gsize n_octets = 0;
    g_autofree guchar *start = g_base64_decode(test->base64, &n_octets);
    g_assert_cmpuint(n_octets, >, 100);
    guint8 *whole = g_malloc0(test->n_octets);
    memcpy(whole, start, n_octets);
    return g_bytes_new_take(whole, test->n_octets);
}

static void
test_sample(gconstpointer data)
{
    const SampleCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = make_sample(test);
    g_autoptr(DrsFrame) frame = drs_frame_parse(octets, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(frame->version, ==, 2);
    g_assert_cmpint(frame->type, ==, DRS_REQUEST);
    g_assert_cmphex(frame->header.flags, ==, DRS_FLAG_REQUEST | DRS_FLAG_SIGNED);
    g_assert_cmpuint(frame->header.compression, ==, DRS_COMPRESSION_NONE);
    g_assert_cmpuint(frame->header.protocol, ==, 11);
    g_assert_cmpuint(frame->header.data_offset, ==, 72);
    g_assert_cmpuint(frame->header.data_size, ==, test->data_size);
    g_assert_cmpuint(frame->header.uncompressed_size, ==, 0);
    g_assert_cmpuint(frame->header.unsigned_size, ==, test->unsigned_size);
    g_assert_cmpuint(frame->header.message_version, ==, 7);
    g_assert_cmphex(frame->header.extension_flags, ==, 0x1ffffb7f);
    g_assert_cmpuint(frame->header.extension_offset, ==, 40);
    g_assert_cmpuint(frame->n_trailing, ==, 0);
    g_autofree gchar *extensions = to_hex(frame->extensions);
    g_assert_cmpstr(extensions, ==, test->extensions);
    /* ContentInfo with id-signedData: tag, length of length, OID. */
    const guint8 *payload = g_bytes_get_data(frame->payload, NULL);
    static const guint8 id[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
    g_assert_cmpint(memcmp(payload + 4, id, sizeof id), ==, 0);
    g_assert_cmpuint((gsize)payload[2] * 256 + payload[3] + 4, ==, test->data_size);
}

/* What the sample says of itself makes the same octets again. */
static void
test_sample_again(gconstpointer data)
{
    const SampleCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = make_sample(test);
    g_autoptr(DrsFrame) frame = drs_frame_parse(octets, &error);
    g_assert_no_error(error);
    const DrsFrameSettings settings = {2, frame->type,         DRS_COMPRESSION_NONE,
                                       0, test->unsigned_size, frame->extensions};
    g_autoptr(GBytes) again = drs_frame_build(&settings, frame->payload, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(octets, again));
}

typedef struct {
    const gchar *name;
    DrsFrameSettings settings;
    guint version;
    guint32 data_offset;
    guint32 flags;
    guint32 message_version;
} BuildCase;

static const BuildCase build_cases[] = {
    {"v1-request", {.version = 1}, 1, 32, 0x20000001, 4},
    {"v1-response", {.version = 1, .type = DRS_RESPONSE}, 1, 32, 0x60000002, 1},
    {"v2-request", {.version = 2}, 2, 72, 0x20000001, 7},
    {"v2-response", {.type = DRS_RESPONSE}, 2, 72, 0x60000002, 6},
    {"v2-compressed",
     {.compression = DRS_COMPRESSION_WIN2K3, .uncompressed_size = 5000, .unsigned_size = 77},
     2,
     72,
     0xa0000001,
     7},
};

static void
test_build(gconstpointer data)
{
    const BuildCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) payload = g_bytes_new_static("hello", 5);
    g_autoptr(GBytes) octets = drs_frame_build(&test->settings, payload, &error);
    g_assert_no_error(error);
    g_autoptr(DrsFrame) frame = drs_frame_parse(octets, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(frame->version, ==, test->version);
    g_assert_cmpint(frame->type, ==, test->settings.type);
    g_assert_cmpuint(frame->header.data_offset, ==, test->data_offset);
    g_assert_cmphex(frame->header.flags, ==, test->flags);
    g_assert_cmpuint(frame->header.message_version, ==, test->message_version);
    g_assert_cmpuint(frame->header.compression, ==, test->settings.compression);
    g_assert_cmpuint(frame->header.uncompressed_size, ==, test->settings.uncompressed_size);
    g_assert_cmpuint(frame->header.unsigned_size, ==, test->settings.unsigned_size);
    g_assert_true(g_bytes_equal(frame->payload, payload));
    g_assert_cmpint(frame->extensions != NULL, ==, test->version == 2);
}

/* A DRS_EXTENSIONS_INT of any length: the payload stands at a multiple of 8. */
static void
test_padding(void)
{
    for (guint8 n = 4; n < 30; n++) {
        guint8 extensions[40] = {n};
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) given = g_bytes_new(extensions, 4 + (gsize)n);
        g_autoptr(GBytes) payload = g_bytes_new_static("x", 1);
        const DrsFrameSettings settings = {.extensions = given};
        g_autoptr(GBytes) octets = drs_frame_build(&settings, payload, &error);
        g_assert_no_error(error);
        g_autoptr(DrsFrame) frame = drs_frame_parse(octets, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(frame->header.data_offset % 8, ==, 0);
        g_assert_cmpuint(frame->header.data_offset - 40 - 4 - n, <, 8);
        g_assert_true(g_bytes_equal(frame->extensions, given));
    }
}

typedef struct {
    const gchar *name;
    DrsFrameSettings settings;
    const gchar *extensions; /* octets with NULs: n_extensions */
    gsize n_extensions;
} SettingsCase;

static const SettingsCase settings_cases[] = {
    {"version-3", {.version = 3}, NULL, 0},
    {"compression-unused", {.compression = DRS_COMPRESSION_UNUSED}, NULL, 0},
    {"size-without-compression", {.uncompressed_size = 1}, NULL, 0},
    {"v1-with-extensions", {.version = 1}, "\4\0\0\0abcd", 8},
    {"extensions-short", {.version = 2}, "\3\0\0\0abc", 7},
    {"extensions-length", {.version = 2}, "\5\0\0\0abcd", 8},
};

static void
test_settings(gconstpointer data)
{
    const SettingsCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) payload = g_bytes_new_static("x", 1);
    g_autoptr(GBytes) extensions =
        test->extensions == NULL ? NULL : g_bytes_new(test->extensions, test->n_extensions);
    DrsFrameSettings settings = test->settings;
    settings.extensions = extensions;
    g_assert_null(drs_frame_build(&settings, payload, &error));
    g_assert_error(error, DRS_ERROR, DRS_ERROR_SETTINGS);
}

/* One field of a good frame is changed. */
typedef struct {
    const gchar *name;
    guint version;
    gsize offset; /* of the field; 8 with n_octets alone */
    guint32 value;
    gssize n_more; /* octets at the end that are added or taken away */
    DrsFrameCheck check;
} CheckCase;

#define PAYLOAD_OCTETS 24u

static const CheckCase check_cases[] = {
    {"v1-good", 1, 4, 11, 0, DRS_CHECK_NONE},
    {"v2-good", 2, 4, 11, 0, DRS_CHECK_NONE},
    {"protocol-version", 1, 4, 10, 0, DRS_CHECK_PROTOCOL_VERSION},
    {"protocol-version-v2", 2, 4, 0x0b000000, 0, DRS_CHECK_PROTOCOL_VERSION},
    {"request-and-response", 1, 24, 0x20000003, 0, DRS_CHECK_MESSAGE_TYPE},
    {"neither-request-nor-response", 2, 24, 0x20000000, 0, DRS_CHECK_MESSAGE_TYPE},
    /* §2.2.3: the table's numbers read as little-endian are other flags, which are ignored. */
    {"flags-swapped", 2, 24, 0x01000020, 0, DRS_CHECK_MESSAGE_TYPE},
    {"flags-unknown", 2, 24, 0x3ffffffd, 0, DRS_CHECK_NONE},
    {"compression-unused", 1, 0, 1, 0, DRS_CHECK_NONE},
    {"compression", 1, 0, 4, 0, DRS_CHECK_COMPRESSION},
    {"compression-v2", 2, 0, 0xffffffff, 0, DRS_CHECK_COMPRESSION},
    {"message-version-0", 1, 28, 0, 0, DRS_CHECK_MESSAGE_VERSION},
    {"message-version-5", 2, 28, 5, 0, DRS_CHECK_MESSAGE_VERSION},
    /* §2.2.3: with an offset of 0 dwMsgVersion says nothing. */
    {"v1-offset-0", 1, 8, 0, 0, DRS_CHECK_NONE},
    {"v1-offset-8", 1, 8, 8, 0, DRS_CHECK_V1_DATA_OFFSET},
    {"v1-offset-40", 1, 8, 40, 0, DRS_CHECK_V1_DATA_OFFSET},
    {"v1-size", 1, 12, PAYLOAD_OCTETS + 1, 0, DRS_CHECK_V1_LENGTH},
    {"v1-size-overflow", 1, 12, 0xffffffff, 0, DRS_CHECK_V1_LENGTH},
    {"v1-size-wraps", 1, 12, 0xffffffe0, 0, DRS_CHECK_V1_LENGTH},
    {"v1-octets-behind", 1, 12, PAYLOAD_OCTETS - 1, 0, DRS_CHECK_NONE},
    {"v1-cut", 1, 4, 11, -1, DRS_CHECK_V1_LENGTH},
    {"v2-offset-0", 2, 8, 0, 0, DRS_CHECK_V2_DATA_OFFSET},
    {"v2-offset-odd", 2, 8, 73, 0, DRS_CHECK_V2_DATA_ALIGNMENT},
    {"v2-extension-odd", 2, 36, 41, 0, DRS_CHECK_V2_EXTENSION_ALIGNMENT},
    {"v2-size-more", 2, 12, PAYLOAD_OCTETS + 1, 0, DRS_CHECK_V2_LENGTH},
    {"v2-size-less", 2, 12, PAYLOAD_OCTETS - 1, 0, DRS_CHECK_V2_LENGTH},
    {"v2-size-wraps", 2, 12, 0xfffffff8, 0, DRS_CHECK_V2_LENGTH},
    {"v2-offset-wraps", 2, 8, 0xfffffff8, 0, DRS_CHECK_V2_LENGTH},
    {"v2-cut", 2, 4, 11, -1, DRS_CHECK_V2_LENGTH},
    {"v2-longer", 2, 4, 11, 1, DRS_CHECK_V2_LENGTH},
    {"v2-extension-at-data", 2, 36, 72, 0, DRS_CHECK_V2_EXTENSION_BEHIND},
    {"v2-extension-far", 2, 36, 0xfffffff8, 0, DRS_CHECK_V2_EXTENSION_BEHIND},
    {"v2-extension-in-header", 2, 36, 32, 0, DRS_CHECK_V2_EXTENSION_OFFSET},
    {"v2-extension-0", 2, 36, 0, 0, DRS_CHECK_V2_EXTENSION_OFFSET},
    {"v2-extension-too-long", 2, 40, 29, 0, DRS_CHECK_V2_EXTENSION_ROOM},
    {"v2-extension-wraps", 2, 40, 0xfffffffc, 0, DRS_CHECK_V2_EXTENSION_ROOM},
    {"v2-extension-without-flags", 2, 40, 3, 0, DRS_CHECK_V2_EXTENSION_ROOM},
    {"v2-extension-shorter", 2, 40, 4, 0, DRS_CHECK_NONE},
    {"v2-header-cut", 2, 4, 11, -57, DRS_CHECK_HEADER},
    {"v1-header-cut", 1, 4, 11, -25, DRS_CHECK_HEADER},
    {"empty", 1, 4, 11, -56, DRS_CHECK_HEADER},
};

static GBytes *
make_broken(const CheckCase *test)
{
    static const guint8 zeros[PAYLOAD_OCTETS] = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) payload = g_bytes_new_static(zeros, sizeof zeros);
    const DrsFrameSettings settings = {.version = test->version};
    g_autoptr(GBytes) good = drs_frame_build(&settings, payload, &error);
    g_assert_no_error(error);
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(good, &n_octets);
    gsize n_wanted = n_octets + (gsize)test->n_more;
    g_autofree guint8 *broken = g_malloc0(n_octets + 8);
    guint32 value = GUINT32_TO_LE(test->value);
    memcpy(broken, octets, n_octets);
    memcpy(broken + test->offset, &value, sizeof value);
    return g_bytes_new(broken, n_wanted);
}

static void
test_check(gconstpointer data)
{
    const CheckCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = make_broken(test);
    g_assert_cmpstr(drs_frame_check_to_string(drs_frame_check(octets)), ==,
                    drs_frame_check_to_string(test->check));
    g_autoptr(DrsFrame) frame = drs_frame_parse(octets, &error);
    if (test->check == DRS_CHECK_NONE) {
        g_assert_no_error(error);
        g_assert_cmpuint(g_bytes_get_size(frame->payload) + frame->n_trailing, ==, PAYLOAD_OCTETS);
        return;
    }
    g_autofree gchar *quoted = g_strdup_printf("\"%s\"", drs_frame_check_to_string(test->check));
    g_assert_error(error, DRS_ERROR, DRS_ERROR_FRAME);
    g_assert_nonnull(strstr(error->message, quoted));
}

/* Each check has a case above, and a name. */
static void
test_checks_all(void)
{
    for (guint check = 0; check < DRS_CHECK_NONE; check++) {
        guint n_cases = 0;
        for (gsize i = 0; i < G_N_ELEMENTS(check_cases); i++)
            n_cases += check_cases[i].check == (DrsFrameCheck)check;
        g_assert_cmpuint(n_cases, >, 0);
        g_assert_nonnull(drs_frame_check_to_string((DrsFrameCheck)check));
    }
}

static void
test_names(void)
{
    for (guint32 i = 0; i < DRS_N_COMPRESSIONS; i++) {
        DrsCompression compression;
        g_assert_true(drs_compression_from_string(drs_compression_to_string(i), &compression));
        g_assert_cmpuint(compression, ==, i);
    }
    DrsMessageType type;
    for (guint i = 0; i < DRS_N_TYPES; i++) {
        g_assert_true(
            drs_message_type_from_string(drs_message_type_to_string((DrsMessageType)i), &type));
        g_assert_cmpuint(type, ==, i);
    }
    g_assert_false(drs_message_type_from_string("reply", &type));
    g_assert_null(drs_compression_to_string(DRS_N_COMPRESSIONS));
}

#define ADD_CASES(prefix, cases, function)                                                         \
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {                                              \
        g_autofree gchar *path = g_strconcat("/drs-frame/" prefix "/", cases[i].name, NULL);       \
        g_test_add_data_func(path, &cases[i], function);                                           \
    }

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_CASES("sample", sample_cases, test_sample)
    ADD_CASES("sample-again", sample_cases, test_sample_again)
    ADD_CASES("build", build_cases, test_build)
    ADD_CASES("settings", settings_cases, test_settings)
    ADD_CASES("check", check_cases, test_check)
    g_test_add_func("/drs-frame/checks-all", test_checks_all);
    g_test_add_func("/drs-frame/padding", test_padding);
    g_test_add_func("/drs-frame/names", test_names);
    return g_test_run();
}
