/* SPDX-License-Identifier: MPL-2.0 */
#include "protected-header.h"

#include <time.h>

#include "core-limits.h"
#include "legacy-hide.h"
#include "mail-test.h"

/* One case of RFC 9788 §4.3.1: a payload with Subject, and what is round it. */
typedef struct {
    const gchar *name;
    const gchar *hp; /* parameters of Content-Type */
    const gchar *hp_outer;
    const gchar *outer;
    gboolean is_encrypted;
    HeaderForm form;
    FieldState state;           /* of Subject, unsigned */
    const gchar *outer_subject; /* "": NULL */
} StateCase;

static const StateCase state_cases[] = {
    {"hidden", "; hp=cipher", "HP-Outer: Subject: [...]\n", "Subject: [...]\n", TRUE,
     HEADER_FORM_HP_CIPHER, FIELD_STATE_ENCRYPTED_ONLY, "[...]"},
    {"removed", "; hp=cipher", "", "", TRUE, HEADER_FORM_HP_CIPHER, FIELD_STATE_ENCRYPTED_ONLY, ""},
    {"shown", "; hp=cipher", "HP-Outer: subject: real\n", "Subject: real\n", TRUE,
     HEADER_FORM_HP_CIPHER, FIELD_STATE_UNPROTECTED, "real"},
    {"other-white-space", "; hp=cipher", "HP-Outer:  Subject \t:  real\n", "", TRUE,
     HEADER_FORM_HP_CIPHER, FIELD_STATE_UNPROTECTED, "real"},
    /* The real outer section plays no part in what the composer says (§11.3) … */
    {"stripped", "; hp=cipher", "HP-Outer: Subject: real\n", "", TRUE, HEADER_FORM_HP_CIPHER,
     FIELD_STATE_UNPROTECTED, "real"},
    /* … but what everybody could see is no secret. */
    {"seen", "; hp=cipher", "", "Subject:   real\n", TRUE, HEADER_FORM_HP_CIPHER,
     FIELD_STATE_UNPROTECTED, ""},
    {"not-encrypted", "; hp=cipher", "", "Subject: [...]\n", FALSE, HEADER_FORM_HP_CIPHER,
     FIELD_STATE_UNPROTECTED, "real"},
    {"clear", "; hp=clear", "HP-Outer: Subject: x\n", "", TRUE, HEADER_FORM_HP_CLEAR,
     FIELD_STATE_UNPROTECTED, "real"},
    {"upper-case", "; HP=\"Clear\"", "", "", FALSE, HEADER_FORM_HP_CLEAR, FIELD_STATE_UNPROTECTED,
     "real"},
    {"older", "; protected-headers=v1", "", "Subject: ...\n", TRUE, HEADER_FORM_PROTECTED_HEADERS,
     FIELD_STATE_ENCRYPTED_ONLY, "..."},
    {"older-and-hp", "; protected-headers=v1; hp=clear", "", "Subject: ...\n", TRUE,
     HEADER_FORM_HP_CLEAR, FIELD_STATE_UNPROTECTED, "real"},
    {"older-and-broken-hp", "; protected-headers=v1; hp=x", "", "", TRUE, HEADER_FORM_NONE,
     FIELD_STATE_UNPROTECTED, ""},
    {"none", "", "HP-Outer: Subject: [...]\n", "", TRUE, HEADER_FORM_NONE, FIELD_STATE_UNPROTECTED,
     ""},
    {"twice", "; hp=clear; hp=clear", "", "", TRUE, HEADER_FORM_NONE, FIELD_STATE_UNPROTECTED, ""},
};

static OctetSource *
source_of(const gchar *text)
{
    return octet_source_new_text(text);
}

static void
test_state(gconstpointer data)
{
    const StateCase *row = data;
    g_autoptr(GError) error = NULL;
    g_autofree gchar *outer = g_strdup_printf("From: a@x.example\n%s\n", row->outer);
    g_autofree gchar *inner =
        g_strdup_printf("From: a@x.example\nSubject: real\n%sContent-Type: text/plain%s\n\nbody\n",
                        row->hp_outer, row->hp);
    g_autoptr(EntityTree) tree = parse_text(outer);
    g_autoptr(OctetSource) payload = source_of(inner);
    g_autoptr(ProtectedHeader) header =
        protected_header_read(entity_tree_get_root(tree), payload, row->is_encrypted, &error);
    g_assert_no_error(error);
    g_assert_cmpint(protected_header_get_form(header), ==, row->form);
    const GArray *fields = protected_header_get_fields(header);
    g_assert_cmpuint(fields->len, ==, row->form == HEADER_FORM_NONE ? 0 : 2);
    for (guint i = 1; i < fields->len; i++) {
        const ProtectedField *field = &g_array_index(fields, ProtectedField, i);
        g_assert_cmpstr(field->name, ==, "Subject");
        g_assert_cmpint(protected_header_get_state(header, field, FALSE), ==, row->state);
        g_assert_cmpint(protected_header_get_state(header, field, TRUE), ==,
                        row->state == FIELD_STATE_UNPROTECTED ? FIELD_STATE_SIGNED_ONLY
                                                              : FIELD_STATE_SIGNED_AND_ENCRYPTED);
        g_assert_cmpstr(field->outer == NULL ? "" : field->outer, ==, row->outer_subject);
    }
}

/* RFC 9788 §4.4.5 */
typedef struct {
    const gchar *name;
    const gchar *inner;
    const gchar *outer;
    gboolean is_mismatch;
} FromCase;

static const FromCase from_cases[] = {
    {"same", "From: a@x.example", "From: Alice <a@X.Example>", FALSE},
    {"case-of-local-part", "From: A@x.example", "From: a@x.example", FALSE},
    {"u-label", "From: a@b\303\274cher.example", "From: a@xn--bcher-kva.example", FALSE},
    {"differs", "From: a@x.example", "From: b@x.example", TRUE},
    {"display-name-says-so", "From: a@x.example", "From: \"a@x.example\" <b@x.example>", TRUE},
    {"several", "From: a@x.example, b@x.example", "From: a@x.example, b@x.example", TRUE},
    {"none-inside", "X: y", "From: a@x.example", TRUE},
    {"none-outside", "From: a@x.example", "X: y", TRUE},
    {"not-to-be-read", "From: a@x.example b@x.example", "From: a@x.example", TRUE},
};

static void
test_from(gconstpointer data)
{
    const FromCase *row = data;
    g_autofree gchar *outer = g_strdup_printf("%s\n\n", row->outer);
    g_autofree gchar *inner =
        g_strdup_printf("%s\nContent-Type: text/plain; hp=clear\n\nbody\n", row->inner);
    g_autoptr(EntityTree) tree = parse_text(outer);
    g_autoptr(OctetSource) payload = source_of(inner);
    g_autoptr(ProtectedHeader) header =
        protected_header_read(entity_tree_get_root(tree), payload, FALSE, NULL);
    g_auto(FromPair) pair = {0};
    protected_header_get_from(header, &pair);
    g_assert_cmpint(pair.is_mismatch, ==, row->is_mismatch);
    g_assert_cmpint(from_pair_is_inner(&pair, "A@x.example"), ==,
                    g_strcmp0(pair.inner, "a@x.example") == 0 ||
                        g_strcmp0(pair.inner, "A@x.example") == 0);
}

/* A bare CMS object has nothing outside that could differ. */
static void
test_no_outer(void)
{
    g_autoptr(OctetSource) payload =
        source_of("From: a@x.example\nContent-Type: text/plain; hp=cipher\n\nbody\n");
    g_autoptr(ProtectedHeader) header = protected_header_read(NULL, payload, TRUE, NULL);
    g_auto(FromPair) pair = {0};
    protected_header_get_from(header, &pair);
    g_assert_false(pair.is_mismatch);
    g_assert_cmpstr(pair.inner, ==, "a@x.example");
    g_autoptr(GPtrArray) unprotected = protected_header_get_unprotected(header);
    g_assert_cmpuint(unprotected->len, ==, 0);
    g_autoptr(OctetSource) shown =
        protected_header_compose(header, protected_header_get_content(header), FALSE, NULL);
    g_autoptr(GBytes) octets = octet_source_to_bytes(shown, NULL);
    assert_octets(octets, OCTETS("From: a@x.example\r\nContent-Type: text/plain; hp=cipher\r\n"
                                 "MIME-Version: 1.0\r\n\r\nbody\n"));
}

static void
test_compose(void)
{
    g_autoptr(EntityTree) tree =
        parse_text("Received: by x\nFrom: b@x.example\nSubject: [...]\nCc: m@x.example\n"
                   "X-Other: 1\nBcc: c@x.example\nX-Mozilla-Status: 1\nContent-Type: x/y\n\n");
    g_autoptr(OctetSource) payload =
        source_of("MIME-Version: 1.0\nFrom: a@x.example\nSubject: real\n folded\nno field\n"
                  "HP-Outer: Subject: [...]\nContent-Type: text/plain; hp=cipher\n\nbody\n");
    g_autoptr(ProtectedHeader) header =
        protected_header_read(entity_tree_get_root(tree), payload, TRUE, NULL);
    g_autoptr(GPtrArray) unprotected = protected_header_get_unprotected(header);
    g_assert_cmpuint(unprotected->len, ==, 5);
    for (guint outer_from = 0; outer_from < 2; outer_from++) {
        g_autoptr(GBytes) octets = take_octets(protected_header_compose(
            header, protected_header_get_content(header), outer_from == 1, NULL));
        g_autofree gchar *expected =
            g_strdup_printf("Received: by x\r\n%sBcc: c@x.example\r\nX-Mozilla-Status: 1\r\n"
                            "MIME-Version: 1.0\r\n%sSubject: real\r\n folded\r\n"
                            "Content-Type: text/plain; hp=cipher\r\n\r\nbody\n",
                            outer_from == 1 ? "From: b@x.example\r\n" : "",
                            outer_from == 1 ? "" : "From: a@x.example\r\n");
        assert_octets(octets, expected, strlen(expected));
    }
}

/* Nothing in a field begins another one, or the body, for readers who see line ends elsewhere. */
static void
test_compose_odd_octets(void)
{
    g_autoptr(GBytes) outer =
        g_bytes_new_static(OCTETS("List-Id: x\rFrom: b@x.example\0\r\r\n \t\r\n y\r\n\r\n"));
    g_autoptr(EntityTree) tree = entity_tree_parse(outer, NULL, NULL);
    g_autoptr(OctetSource) payload =
        source_of("From: a@x.example\nSubject: a\rTo: b\n \nContent-Type: text/plain; hp=clear\n"
                  "\nbody\rbody\n");
    g_autoptr(ProtectedHeader) header =
        protected_header_read(entity_tree_get_root(tree), payload, FALSE, NULL);
    g_autoptr(GBytes) octets = take_octets(
        protected_header_compose(header, protected_header_get_content(header), FALSE, NULL));
    assert_octets(octets, OCTETS("List-Id: x From: b@x.example  \r\n y\r\nFrom: a@x.example\r\n"
                                 "Subject: a To: b\r\nContent-Type: text/plain; hp=clear\r\n"
                                 "MIME-Version: 1.0\r\n\r\nbody\rbody\n"));
}

#define MARKED "Content-Type: text/plain; hp=cipher; hp-legacy-display=\"1\"\n"

typedef struct {
    const gchar *name;
    const gchar *payload;
    const gchar *shown; /* NULL: as it came */
} HideCase;

static const HideCase hide_cases[] = {
    {"plain", "Subject: a\n" MARKED "\nSubject: a\n\nx\n",
     "Subject: a\nContent-Type: text/plain; hp=cipher\n\nx\n"},
    {"other-words", "Subject: a\n" MARKED "\nHello: b\n\nx\n", NULL},
    {"parameter-elsewhere",
     "Subject: a\nContent-Type: text/plain;\n hp-legacy-display=1; hp=cipher\n\nSubject: a\n\nx\n",
     "Subject: a\nContent-Type: text/plain; hp=cipher\n\nx\n"},
    {"parameter-written-oddly",
     "Subject: a\nContent-Type: text/plain; hp-legacy-display (c)=1; hp=cipher\n\nSubject: "
     "a\n\nx\n",
     "Subject: a\nContent-Type: text/plain; hp-legacy-display (c)=1; hp=cipher\n\nx\n"},
    {"value-of-two",
     "Subject: a\nContent-Type: text/plain; hp-legacy-display=2; hp=cipher\n\nSubject: a\n\nx\n",
     NULL},
    {"another-type",
     "Subject: a\nContent-Type: text/x; hp-legacy-display=1; hp=cipher\n\nSubject: a\n\nx\n", NULL},
    {"unknown-encoding",
     "Subject: a\n" MARKED "Content-Transfer-Encoding: x-uuencode\n\nSubject: a\n\nx\n", NULL},
    {"base64", "Subject: a\n" MARKED "Content-Transfer-Encoding: base64\n\nU3ViamVjdDogYQoKeAo=\n",
     "Subject: a\nContent-Type: text/plain; hp=cipher\nContent-Transfer-Encoding: base64\n\n"
     "eAo=\r\n"},
    {"in-a-signed-part",
     "Subject: a\nContent-Type: multipart/mixed; boundary=b; hp=cipher\n\n--b\nContent-Type: "
     "multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=c\n\n--c\n" MARKED
     "\nSubject: a\n\nx\n--c--\n--b--\n",
     NULL},
    {"in-an-attached-message",
     "Subject: a\nContent-Type: multipart/mixed; boundary=b; hp=cipher\n\n--b\nContent-Type: "
     "message/rfc822\n\n" MARKED "\nSubject: a\n\nx\n--b--\n",
     NULL},
    {"older",
     "Subject: a\nContent-Type: multipart/mixed; boundary=b; protected-headers=v1\n\n--b\n"
     "Content-Type: text/plain; protected-headers=v1\nContent-Transfer-Encoding: "
     "quoted-printable\n\nSubject=3A a\n\n--b\n\nx\n--b--\n",
     "Subject: a\nContent-Type: multipart/mixed; boundary=b; protected-headers=v1\n\n--b\n"
     "\nx\n--b--\n"},
    /* Others see it, and so does who reads it here. */
    {"older-with-text",
     "Subject: a\nContent-Type: multipart/mixed; boundary=b; protected-headers=v1\n\n--b\n"
     "Content-Type: text/plain; protected-headers=v1\n\nSubject: a\npay at once\n--b\n\nx\n--b--\n",
     NULL},
    /* The RFC speaks of any part, not of main body parts alone (§4.5.3.1). */
    {"after-the-text",
     "Subject: a\nContent-Type: multipart/mixed; boundary=b; hp=cipher\n\n--b\nContent-Type: "
     "text/plain\n\nx\n--b\n" MARKED "\nSubject: a\n\nx\n--b--\n",
     "Subject: a\nContent-Type: multipart/mixed; boundary=b; hp=cipher\n\n--b\nContent-Type: "
     "text/plain\n\nx\n--b\nContent-Type: text/plain; hp=cipher\n\nx\n--b--\n"},
};

static void
test_hide(gconstpointer data)
{
    const HideCase *row = data;
    g_autoptr(OctetSource) payload = source_of(row->payload);
    g_autoptr(ProtectedHeader) header = protected_header_read(NULL, payload, TRUE, NULL);
    gboolean is_hidden = FALSE;
    g_autoptr(GBytes) shown = take_octets(legacy_display_hide(header, &is_hidden, NULL));
    const gchar *expected = row->shown == NULL ? row->payload : row->shown;
    assert_octets(shown, expected, strlen(expected));
    g_assert_cmpint(is_hidden, ==, row->shown != NULL);
}

/* What goes through in pieces goes on doing so: the size is known, and the rest is the same. */
static void
test_hide_streamed(void)
{
    g_autofree guint8 *zeros = g_malloc0(3 * LIMIT_LEGACY_SEARCH_OCTETS);
    g_autoptr(GBytes) rest = g_bytes_new(zeros, 3 * LIMIT_LEGACY_SEARCH_OCTETS);
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(parts, source_of("Subject: a\n" MARKED "\nSubject: a\n\nx\n"));
    g_ptr_array_add(parts, octet_source_new_bytes(rest));
    g_autoptr(OctetSource) payload = octet_source_new_joined(parts);
    g_autoptr(ProtectedHeader) header = protected_header_read(NULL, payload, TRUE, NULL);
    gboolean is_hidden = FALSE;
    g_autoptr(OctetSource) shown = legacy_display_hide(header, &is_hidden, NULL);
    g_assert_true(is_hidden);
    g_assert_null(octet_source_peek_bytes(shown));
    const gchar *head = "Subject: a\nContent-Type: text/plain; hp=cipher\n\nx\n";
    g_assert_cmpuint(octet_source_get_size(shown), ==, strlen(head) + g_bytes_get_size(rest));
    g_autoptr(GBytes) start = octet_source_get_start(shown, strlen(head), NULL);
    assert_octets(start, head, strlen(head));
    g_autoptr(GBytes) whole = octet_source_to_bytes(shown, NULL);
    g_assert_cmpuint(g_bytes_get_size(whole), ==, octet_source_get_size(shown));
}

/* As many fields as there may be, and each comparison for itself. */
static void
test_many_fields(void)
{
    g_autoptr(GString) text = g_string_new("Content-Type: text/plain; hp=cipher\n");
    g_autofree gchar *value = g_strnfill(LIMIT_HEADER_OCTETS / LIMIT_HEADER_FIELDS - 40, 'x');
    for (guint i = 0; i < LIMIT_HEADER_FIELDS / 2 - 1; i++)
        g_string_append_printf(text, "X: %s%u\nHP-Outer: X: %s%u\n", value, i, value, i + 1);
    g_string_append(text, "\nbody\n");
    g_autoptr(OctetSource) payload = source_of(text->str);
    clock_t start = clock();
    g_autoptr(ProtectedHeader) header = protected_header_read(NULL, payload, TRUE, NULL);
    const GArray *fields = protected_header_get_fields(header);
    g_assert_cmpuint(fields->len, ==, LIMIT_HEADER_FIELDS / 2 - 1);
    g_assert_true(g_array_index(fields, ProtectedField, 0).is_hidden);
    g_assert_false(g_array_index(fields, ProtectedField, 1).is_hidden);
    g_assert_cmpint(clock() - start, <, 5 * CLOCKS_PER_SEC);
}

/* Too much of it, or no MIME at all: as if there were none. */
static void
test_not_to_be_read(void)
{
    g_autoptr(GString) text = g_string_new("Content-Type: text/plain; hp=cipher\n");
    for (guint i = 0; i < LIMIT_HEADER_FIELDS; i++)
        g_string_append(text, "HP-Outer: X: y\n");
    g_string_append(text, "\nbody\n");
    const gchar *payloads[] = {"", "no header section", text->str};
    for (gsize i = 0; i < G_N_ELEMENTS(payloads); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(OctetSource) payload = source_of(payloads[i]);
        g_autoptr(ProtectedHeader) header = protected_header_read(NULL, payload, TRUE, &error);
        g_assert_no_error(error);
        g_assert_cmpint(protected_header_get_form(header), ==, HEADER_FORM_NONE);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/protected-header/state/", state_cases, test_state);
    ADD_ROWS("/protected-header/from/", from_cases, test_from);
    g_test_add_func("/protected-header/no-outer", test_no_outer);
    g_test_add_func("/protected-header/compose", test_compose);
    g_test_add_func("/protected-header/compose-odd-octets", test_compose_odd_octets);
    ADD_ROWS("/protected-header/hide/", hide_cases, test_hide);
    g_test_add_func("/protected-header/hide-streamed", test_hide_streamed);
    g_test_add_func("/protected-header/many-fields", test_many_fields);
    g_test_add_func("/protected-header/not-to-be-read", test_not_to_be_read);
    return g_test_run();
}
