/* SPDX-License-Identifier: MPL-2.0 */

#include "core-limits.h"
#include "drs-frame.h"
#include "fuzz.h"

/* The frame round a message of directory replication. */

static void
check_same(const DrsFrame *a, const DrsFrame *b)
{
    g_assert_cmpuint(a->version, ==, b->version);
    g_assert_cmpint(a->type, ==, b->type);
    g_assert_cmpuint(a->header.unsigned_size, ==, b->header.unsigned_size);
    g_assert_true(g_bytes_equal(a->payload, b->payload));
    g_assert_true(a->extensions == NULL ? b->extensions == NULL
                                        : g_bytes_equal(a->extensions, b->extensions));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GBytes) whole = g_bytes_new(octets, n_octets);
    g_autoptr(GError) error = NULL;
    g_autoptr(DrsFrame) frame = drs_frame_parse(whole, &error);
    g_assert_true((frame != NULL) == (drs_frame_check(whole) == DRS_CHECK_NONE));
    if (frame == NULL)
        return 0;
    g_assert_cmpuint(g_bytes_get_size(frame->payload) + frame->n_trailing, <=, n_octets);
    const DrsFrameSettings settings = {
        .version = frame->version,
        .type = frame->type,
        .unsigned_size = frame->header.unsigned_size,
        .extensions = frame->extensions,
    };
    g_autoptr(GBytes) written = drs_frame_build(&settings, frame->payload, &error);
    g_assert_no_error(error);
    g_autoptr(DrsFrame) again = drs_frame_parse(written, &error);
    g_assert_no_error(error);
    check_same(frame, again);
    return 0;
}
