/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "drs-mail.h"
#include "fuzz.h"

/* The mail round a frame of directory replication. What is read can be written, and read again. */

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GBytes) message = g_bytes_new(octets, n_octets);
    g_autoptr(GError) error = NULL;
    g_autoptr(DrsMail) mail = drs_mail_parse(message, NULL, &error);
    g_assert_true((mail == NULL) == (error != NULL));
    if (mail == NULL)
        return 0;
    g_assert_true(g_utf8_validate(mail->commentary, -1, NULL));
    gboolean is_short = strlen(mail->commentary) <= DRS_COMMENTARY_MAX_OCTETS;
    const DrsMailSettings settings = {mail->sender, mail->recipient,
                                      is_short ? mail->commentary : NULL, 0};
    g_autoptr(OctetSource) frame = octet_source_new_bytes(mail->frame);
    g_autoptr(OctetSource) written = drs_mail_build(&settings, frame, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) whole = octet_source_to_bytes(written, &error);
    g_autoptr(DrsMail) again = drs_mail_parse(whole, mail->recipient, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(again->sender, ==, mail->sender);
    g_assert_cmpstr(again->recipient, ==, mail->recipient);
    g_assert_true(g_bytes_equal(again->frame, mail->frame));
    if (is_short)
        g_assert_cmpstr(again->commentary, ==, mail->commentary);
    return 0;
}
