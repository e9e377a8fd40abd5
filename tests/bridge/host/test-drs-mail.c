/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "addr-spec.h"
#include "drs-error.h"
#include "drs-mail.h"
#include "mail-error.h"

/* [MS-SRPL] §4.2. */
#define SENDER                                                                                     \
    "_IsmService@d2975006-04cb-4f9d-b797-0c1df78f16d6._msdcs.ddsys7x28.nttest.microsoft.com"
#define RECIPIENT                                                                                  \
    "_IsmService@daae90dd-b957-4671-a9ae-9fc3c0f2f446._msdcs.ddsys7x28.nttest.microsoft.com"
#define COMMENTARY                                                                                 \
    "Get changes request for NC CN=Configuration,DC=ddsys7x28,DC=nttest,DC=microsoft,DC=com "      \
    "from USNs <22749/OU, 22749/PU> with flags 0x300008d0"

static gchar *
build(const gchar *sender, const gchar *recipient, const gchar *commentary, GError **error)
{
    const DrsMailSettings settings = {sender, recipient, commentary, G_GINT64_CONSTANT(1795291200)};
    g_autoptr(OctetSource) frame = octet_source_new_text("frame");
    g_autoptr(OctetSource) mail = drs_mail_build(&settings, frame, error);
    if (mail == NULL)
        return NULL;
    g_autoptr(GBytes) octets = octet_source_to_bytes(mail, NULL);
    return g_strndup(g_bytes_get_data(octets, NULL), g_bytes_get_size(octets));
}

static DrsMail *
parse(const gchar *text, const gchar *recipient, GError **error)
{
    g_autoptr(GBytes) octets = g_bytes_new(text, strlen(text));
    return drs_mail_parse(octets, recipient, error);
}

/* The sample's Subject is longer than a line may be, and folded here. */
static void
test_form(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *text = build(SENDER, RECIPIENT, COMMENTARY, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(
        text, ==,
        "From: <" SENDER ">\r\n"
        "To: <" RECIPIENT ">\r\n"
        "Date: Sat, 21 Nov 2026 20:00:00 +0000\r\n"
        "Subject: Intersite message for NTDS Replication: Get changes request for NC\r\n"
        " CN=Configuration,DC=ddsys7x28,DC=nttest,DC=microsoft,DC=com from USNs\r\n"
        " <22749/OU, 22749/PU> with flags 0x300008d0\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: image/gif\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "\r\n"
        "ZnJhbWU=\r\n");
    g_autoptr(DrsMail) mail = parse(text, RECIPIENT, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(mail->sender, ==, SENDER);
    g_assert_cmpstr(mail->recipient, ==, RECIPIENT);
    g_assert_cmpstr(mail->commentary, ==, COMMENTARY);
    g_assert_cmpuint(g_bytes_get_size(mail->frame), ==, 5);
}

static void
test_commentary(void)
{
    static const gchar *const texts[] = {
        "",
        "x",
        "two words",
        "spaces   inside",
        "=?x?",
        "\xc3\xa4\xe2\x82\xac",
        "\xf0\x9f\x90\xa2 \xf0\x9f\x90\xa2 \xf0\x9f\x90\xa2 \xf0\x9f\x90\xa2 \xf0\x9f\x90\xa2 "
        "\xf0\x9f\x90\xa2 \xf0\x9f\x90\xa2 \xf0\x9f\x90\xa2 \xf0\x9f\x90\xa2 \xf0\x9f\x90\xa2 "
        "\xf0\x9f\x90\xa2 \xf0\x9f\x90\xa2",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree gchar *text = build(SENDER, RECIPIENT, texts[i], &error);
        g_assert_no_error(error);
        g_assert_true(g_str_is_ascii(text));
        g_autoptr(DrsMail) mail = parse(text, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(mail->commentary, ==, texts[i]);
    }
}

static void
test_build_refuses(void)
{
    g_autofree gchar *long_text = g_strnfill(DRS_COMMENTARY_MAX_OCTETS + 1, 'x');
    const gchar *const commentaries[] = {
        "a\r\nBcc: c@d.example", "a\tb", "\x7f", "\xff", "\xc2\x85", long_text};
    for (gsize i = 0; i < G_N_ELEMENTS(commentaries); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(build(SENDER, RECIPIENT, commentaries[i], &error));
        g_assert_error(error, DRS_ERROR, DRS_ERROR_SETTINGS);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(build("nobody", RECIPIENT, NULL, &error));
    g_assert_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_SYNTAX);
    g_clear_error(&error);
    g_assert_null(build(SENDER, "a@b.example>\r\nX: <c@d", NULL, &error));
    g_assert_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_SYNTAX);
}

#define FROM    "From: a@b.example\r\n"
#define TO      "To: C@d.example\r\n"
#define SUBJECT "Subject: Intersite message for NTDS Replication:x\r\n"
#define TYPE    "Content-Type: image/gif\r\n"
#define CODED   "Content-Transfer-Encoding: base64\r\n"
#define BODY    "\r\nAAAA\r\n"

/* §3.3.5.1, a row a criterion. */
typedef struct {
    const gchar *name;
    const gchar *text;
    gint code; /* -1: is read */
} Criterion;

static const Criterion criteria[] = {
    {"all", FROM TO SUBJECT TYPE CODED BODY, -1},
    {"to-case", FROM "To: c@D.EXAMPLE\r\n" SUBJECT TYPE CODED BODY, -1},
    {"to-missing", FROM SUBJECT TYPE CODED BODY, DRS_ERROR_MAIL},
    {"to-two", FROM "To: c@d.example, e@f.example\r\n" SUBJECT TYPE CODED BODY, DRS_ERROR_MAIL},
    {"to-two-fields", FROM TO TO SUBJECT TYPE CODED BODY, DRS_ERROR_MAIL},
    {"to-other", FROM "To: e@f.example\r\n" SUBJECT TYPE CODED BODY, DRS_ERROR_MAIL},
    {"from-missing", TO SUBJECT TYPE CODED BODY, DRS_ERROR_MAIL},
    {"from-two", FROM FROM TO SUBJECT TYPE CODED BODY, DRS_ERROR_MAIL},
    {"subject-missing", FROM TO TYPE CODED BODY, DRS_ERROR_MAIL},
    {"subject-two-first-counts", FROM TO "Subject: x\r\n" SUBJECT TYPE CODED BODY, DRS_ERROR_MAIL},
    {"subject-other",
     FROM TO "Subject: Re: Intersite message for NTDS Replication:\r\n" TYPE CODED BODY,
     DRS_ERROR_MAIL},
    {"subject-case", FROM TO "Subject: intersite message for NTDS Replication:\r\n" TYPE CODED BODY,
     DRS_ERROR_MAIL},
    {"subject-encoded",
     FROM TO
     "Subject: =?utf-8?Q?Intersite_message_for_NTDS_Replication:_=C3=A4?=\r\n" TYPE CODED BODY,
     -1},
    {"type-missing", FROM TO SUBJECT CODED BODY, DRS_ERROR_MAIL},
    {"type-other", FROM TO SUBJECT "Content-Type: image/png\r\n" CODED BODY, DRS_ERROR_MAIL},
    {"type-case", FROM TO SUBJECT "Content-Type: Image/GIF; name=x\r\n" CODED BODY, -1},
    {"type-two", FROM TO SUBJECT TYPE TYPE CODED BODY, DRS_ERROR_MAIL},
    {"encoding-missing", FROM TO SUBJECT TYPE BODY, DRS_ERROR_MAIL},
    {"encoding-other", FROM TO SUBJECT TYPE "Content-Transfer-Encoding: 7bit\r\n" BODY,
     DRS_ERROR_MAIL},
    {"encoding-case", FROM TO SUBJECT TYPE "Content-Transfer-Encoding: BASE64\r\n" BODY, -1},
    {"body-missing", FROM TO SUBJECT TYPE CODED "\r\n", DRS_ERROR_MAIL},
};

static void
test_criterion(gconstpointer user_data)
{
    const Criterion *test = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(DrsMail) mail = parse(test->text, "c@d.example", &error);
    if (test->code >= 0) {
        g_assert_null(mail);
        g_assert_error(error, DRS_ERROR, test->code);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpstr(mail->sender, ==, "a@b.example");
    g_assert_cmpuint(g_bytes_get_size(mail->frame), ==, 3);
}

/* NEL (U+0085), which decoding leaves. */
static void
test_control_characters(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DrsMail) mail =
        parse(FROM TO "Subject: Intersite message for NTDS Replication:a\xc2\x85"
                      "b\r\n" TYPE CODED BODY,
              NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(mail->commentary, ==, "a b");
}

static void
test_broken_base64(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(parse(FROM TO SUBJECT TYPE CODED "\r\n!!!!\r\n", NULL, &error));
    g_assert_error(error, MAIL_ERROR, MAIL_ERROR_ENCODING);
}

static void
test_address_equal(void)
{
    g_assert_true(drs_address_equal("a@b.example", "A@B.example"));
    g_assert_true(drs_address_equal("\"a\"@_b.example", "a@_b.example"));
    g_assert_false(drs_address_equal("a@b.example", "b@b.example"));
    g_assert_false(drs_address_equal("a", "a"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(criteria); i++) {
        g_autofree gchar *path = g_strconcat("/drs-mail/criterion/", criteria[i].name, NULL);
        g_test_add_data_func(path, &criteria[i], test_criterion);
    }
    g_test_add_func("/drs-mail/form", test_form);
    g_test_add_func("/drs-mail/commentary", test_commentary);
    g_test_add_func("/drs-mail/build-refuses", test_build_refuses);
    g_test_add_func("/drs-mail/control-characters", test_control_characters);
    g_test_add_func("/drs-mail/broken-base64", test_broken_base64);
    g_test_add_func("/drs-mail/address-equal", test_address_equal);
    return g_test_run();
}
